/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "replica/canister.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a reply may have at the most, by the limits of replicas. */
#define MAX_QUERY_REPLY (3u << 20)
#define MAX_CALL_REPLY (2u << 20)

/* next_block_entries went when ledger_entries learned to include what is not yet committed. */
static const struct {
  const char *name;
  void (*method) (struct run *run);
  unsigned last_generation;
} methods[] = {
  { "data_fetch", method_data_fetch, 3 },           { "metadata", method_metadata, 3 },
  { "next_block_sync", method_next_block_sync, 3 }, { "next_block_entries", method_next_block_entries, 2 },
  { "ledger_entries", method_ledger_entries, 3 },   { "get_transactions", method_get_transactions, 3 },
};

static void __attribute__ ((format (printf, 4, 0)))
reject_v (struct run *run, unsigned code, const char *error_code, const char *format, va_list arguments)
{
  char id[IC_PRINCIPAL_TEXT_SIZE];
  int size;

  ic_principal_text (&run->canister->id, id);
  run->rejected = true;
  run->reject_code = code;
  run->error_code = error_code;
  size = snprintf (run->message, sizeof run->message, "Error from Canister %s: ", id);
  vsnprintf (run->message + size, sizeof run->message - (size_t) size, format, arguments);
}

void
run_reject (struct run *run, unsigned code, const char *error_code, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  reject_v (run, code, error_code, format, arguments);
  va_end (arguments);
}

void
run_trap (struct run *run, const char *format, ...)
{
  char reason[256];
  va_list arguments;

  va_start (arguments, format);
  vsnprintf (reason, sizeof reason, format, arguments);
  va_end (arguments);
  run_reject (run, IC_REJECT_CANISTER_ERROR, "IC0503", "Canister called `ic0.trap` with message: '%s'.",
              reason);
}

const struct ic_candid_value *
run_args (struct run *run, const char *types)
{
  const struct ic_candid_value *values;
  struct ic_candid_types parsed;
  struct ic_error error;

  if (ic_candid_types_parse (&parsed, types, &run->arena, &error)
      && ic_candid_decode (&values, run->arg, &parsed, &run->arena, &error))
    return values;
  run_trap (run, "failed to decode call arguments: %.200s", error.text);
  return NULL;
}

void
run_reply (struct run *run, const char *types, const struct ic_candid_value *values)
{
  struct ic_candid_types parsed;
  struct ic_error error;

  if (run->rejected)
    return;
  if (!ic_candid_types_parse (&parsed, types, &run->arena, &error)
      || !ic_candid_encode (&run->reply, &parsed, values, &error))
    run_trap (run, "failed to encode the reply: %.200s", error.text);
}

void *
run_alloc (struct run *run, size_t count, size_t size)
{
  void *memory = count <= SIZE_MAX / size ? ic_arena_alloc (&run->arena, count * size) : NULL;

  if (memory == NULL)
    run_trap (run, "out of memory");
  return memory;
}

bool
run_content (struct run *run, size_t block, struct bytes *content)
{
  uint8_t *copy;

  if (!store_content (run->view.store, block, content)) {
    run_trap (run, "out of memory");
    return false;
  }
  copy = run_alloc (run, content->size, 1);
  if (copy != NULL)
    memcpy (copy, content->data, content->size);
  free ((void *) (uintptr_t) content->data);
  content->data = copy;
  return copy != NULL;
}

size_t
run_pending (const struct run *run)
{
  return run->canister->pending ? run->view.blocks : run->view.store->count;
}

/* True if `name` is one of those in the list. */
static bool
is_lacking (const char *list, const char *name)
{
  size_t size = strlen (name);

  for (const char *p = list; p != NULL && *p != '\0'; p += strcspn (p, "+"), p += *p == '+')
    if (strcspn (p, "+") == size && memcmp (p, name, size) == 0)
      return true;
  return false;
}

/* A method that is not there is said to be no method of the kind that was asked for. */
static void
dispatch (struct run *run, const char *name, bool query)
{
  for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++)
    if (strcmp (methods[i].name, name) == 0 && run->canister->generation <= methods[i].last_generation
        && !is_lacking (run->canister->lacks, name)) {
      methods[i].method (run);
      return;
    }
  run_reject (run, IC_REJECT_CANISTER_ERROR, "IC0536", "Canister has no %s method '%s'.",
              query ? "query" : "update", name);
}

void
canister_run (struct run *run, const struct canister *canister, const char *method, struct bytes arg,
              bool query)
{
  const size_t limit = query ? MAX_QUERY_REPLY : MAX_CALL_REPLY;

  *run = (struct run){ .canister = canister, .arg = arg, .view = ledger_view (canister->ledger) };
  if (canister->lags && canister->lag < run->view.blocks) {
    run->view.blocks = canister->lag;
    run->view.end = run->view.store->blocks[canister->lag].position;
  }
  dispatch (run, method, query);
  if (!run->rejected && run->reply.size > limit)
    run_reject (run, IC_REJECT_CANISTER_ERROR, "IC0504",
                "Canister violated contract: ic0.msg_reply_data_append: application payload size (%zu) "
                "cannot be larger than %zu.",
                run->reply.size, limit);
}

void
run_free (struct run *run)
{
  ic_arena_free (&run->arena);
  free (run->reply.data);
}
