/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdlib.h>
#include <time.h>

#include "replica/store.h"

/* Stores that were replaced are kept until the end, since views may still point to them. */
#define MAX_STORES 32

struct ledger {
  pthread_mutex_t lock;
  struct store *stores[MAX_STORES]; /* the last one is in force */
  size_t count;
  struct growth growth;
  uint64_t begin_ms;
};

static uint64_t
now_ms (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return (uint64_t) now.tv_sec * 1000 + (uint64_t) now.tv_nsec / 1000000;
}

struct ledger *
ledger_new (struct store *store, const struct growth *growth)
{
  struct ledger *ledger = calloc (1, sizeof *ledger);

  if (ledger == NULL)
    return NULL;
  pthread_mutex_init (&ledger->lock, NULL);
  ledger->stores[ledger->count++] = store;
  ledger->growth = *growth;
  ledger->begin_ms = now_ms ();
  return ledger;
}

void
ledger_free (struct ledger *ledger)
{
  if (ledger == NULL)
    return;
  for (size_t i = 0; i < ledger->count; i++)
    store_free (ledger->stores[i]);
  pthread_mutex_destroy (&ledger->lock);
  free (ledger);
}

/* Time counts from the start of the replica. */
static struct view
make_view (const struct ledger *ledger)
{
  const struct store *store = ledger->stores[ledger->count - 1];
  const struct growth *growth = &ledger->growth;
  size_t blocks = growth->first;

  if (growth->step > 0 && growth->step_ms > 0 && blocks < store->count)
    blocks += (size_t) ((now_ms () - ledger->begin_ms) / growth->step_ms) * growth->step;
  if (blocks >= store->count)
    return (struct view){ store, store->count, store->end };
  return (struct view){ store, blocks, store->blocks[blocks].position };
}

struct view
ledger_view (struct ledger *ledger)
{
  struct view view;

  pthread_mutex_lock (&ledger->lock);
  view = make_view (ledger);
  pthread_mutex_unlock (&ledger->lock);
  return view;
}

void
ledger_reveal (struct ledger *ledger, size_t blocks)
{
  pthread_mutex_lock (&ledger->lock);
  ledger->growth = (struct growth){ .first = blocks };
  pthread_mutex_unlock (&ledger->lock);
}

bool
ledger_fork (struct ledger *ledger, size_t from, struct ledger_reason *reason)
{
  struct store *fork;
  bool done = false;

  pthread_mutex_lock (&ledger->lock);
  if (ledger->count == MAX_STORES) {
    ledger_refuse (reason, "the ledger was forked %d times already", MAX_STORES - 1);
  } else {
    fork = store_fork (ledger->stores[ledger->count - 1], from, reason);
    done = fork != NULL;
    if (done)
      ledger->stores[ledger->count++] = fork;
  }
  pthread_mutex_unlock (&ledger->lock);
  return done;
}
