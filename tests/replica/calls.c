/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "replica/calls.h"

#include <pthread.h>
#include <stdlib.h>
#define HASH_NONFATAL_OOM 1
#include <uthash.h>

struct kept {
  struct call call;
  uint64_t ready_ms;
  UT_hash_handle hh;
};

struct calls {
  pthread_mutex_t lock;
  struct ic_arena arena;
  struct kept *by_id;
};

struct calls *
calls_new (void)
{
  struct calls *calls = calloc (1, sizeof *calls);

  if (calls != NULL)
    pthread_mutex_init (&calls->lock, NULL);
  return calls;
}

void
calls_free (struct calls *calls)
{
  if (calls == NULL)
    return;
  HASH_CLEAR (hh, calls->by_id);
  ic_arena_free (&calls->arena);
  pthread_mutex_destroy (&calls->lock);
  free (calls);
}

static struct bytes
copy (struct calls *calls, const void *data, size_t size, bool *good)
{
  uint8_t *memory = ic_arena_alloc (&calls->arena, size + 1);

  *good = *good && memory != NULL;
  if (memory != NULL && size > 0)
    memcpy (memory, data, size);
  return (struct bytes){ memory, size };
}

/* All that belongs to a call is copied, since the run that it came from ends before the client asks. */
static bool
add (struct calls *calls, const uint8_t id[IC_HASH_SIZE], const struct run *run, uint64_t ready_ms)
{
  struct kept *kept = ic_arena_alloc (&calls->arena, sizeof *kept);
  const char *error_code = run->error_code != NULL ? run->error_code : "";
  bool good = true;

  if (kept == NULL)
    return false;
  memcpy (kept->call.id, id, IC_HASH_SIZE);
  kept->ready_ms = ready_ms;
  kept->call.rejected = run->rejected;
  if (run->rejected) {
    kept->call.reject_code = (uint8_t) run->reject_code;
    kept->call.message = copy (calls, run->message, strlen (run->message), &good);
    kept->call.error_code = copy (calls, error_code, strlen (error_code), &good);
  } else {
    kept->call.reply = copy (calls, run->reply.data, run->reply.size, &good);
  }
  if (good)
    HASH_ADD (hh, calls->by_id, call.id, IC_HASH_SIZE, kept);
  return good;
}

bool
calls_add (struct calls *calls, const uint8_t id[IC_HASH_SIZE], const struct run *run, uint64_t ready_ms)
{
  struct kept *known;
  bool good = true;

  pthread_mutex_lock (&calls->lock);
  HASH_FIND (hh, calls->by_id, id, IC_HASH_SIZE, known);
  if (known == NULL)
    good = add (calls, id, run, ready_ms);
  pthread_mutex_unlock (&calls->lock);
  return good;
}

bool
calls_find (struct calls *calls, const uint8_t id[IC_HASH_SIZE], uint64_t now_ms, struct call *call)
{
  struct kept *known;

  pthread_mutex_lock (&calls->lock);
  HASH_FIND (hh, calls->by_id, id, IC_HASH_SIZE, known);
  if (known != NULL) {
    *call = known->call;
    call->ready = now_ms >= known->ready_ms;
  }
  pthread_mutex_unlock (&calls->lock);
  return known != NULL;
}
