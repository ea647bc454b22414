/* SPDX-License-Identifier: Apache-2.0 */
/* Clients may rely on some members, so those are always there; decoders say in their tables which of them a
 * row counts for (count_as). */
#include "config.h"

#include "service/state/stats.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "bytes/cleanup.h"
#include "pipeline/sink-thread.h"
#include "service/state/json-values.h"

/* The history is kept in memory and on disk, and a ledger may have any number of entries that fail. */
#define ERRORS_MAX 100

/* These are always there, also where no decoder counts under that name. */
static const char *const usual[] = { "totalProcessed", "usersCreated", "profilesCreated", "offeringsCreated",
                                     "ledgerEntriesCreated" };

static void
count (json_t *stats, const char *name, uint64_t more)
{
  uint64_t before = (uint64_t) json_integer_value (json_object_get (stats, name));

  json_object_set_new (stats, name, number_json (before + more));
}

static void
add_error (json_t *stats, json_t *text)
{
  json_t *errors = json_object_get (stats, "errors");

  if (json_array_size (errors) < ERRORS_MAX)
    json_array_append_new (errors, text);
  else
    json_decref (text);
}

static void
add_failure (json_t *stats, const struct failed_entry *note)
{
  char *text = NULL;

  if (asprintf (&text, "%s: block %" PRIu64 ", entry %" PRIu64 ": %s", note->label != NULL ? note->label : "",
                note->block_offset, note->entry_index, note->reason != NULL ? note->reason : "unreadable")
      < 0)
    return;
  add_error (stats, text_json (text));
  free (text);
}

json_t *
stats_none_json (const json_t *before, const char *error)
{
  /* A copy, for the job's own may be part of an answer that is being sent. */
  json_t *stats = before != NULL ? json_deep_copy (before) : json_object ();

  for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
    count (stats, usual[i], 0);
  if (json_object_get (stats, "errors") == NULL)
    json_object_set_new (stats, "errors", json_array ());
  if (error != NULL)
    add_error (stats, text_json (error));
  return stats;
}

/* New rows of a source that gives listings. */
static uint64_t
rows_listed (const struct run *run, const struct table_changes *changes)
{
  uint64_t rows = 0;

  for (size_t i = 0; i < run->tables->count; i++)
    if (run->tables->items[i].decoder == TABLE_SOURCE)
      rows += changes[i].added;
  return rows;
}

json_t *
stats_json (const struct run *run, const json_t *before, const struct failed_entries *failures,
            const char *error)
{
  json_t *stats = stats_none_json (before, NULL);
  /* The first sink speaks for all, as in the status: a sum would count an entry once for each sink. */
  const struct sink_thread *first = run->sink_threads[0];
  const struct table_changes *changes = sink_thread_changes (first);

  count (stats, "totalProcessed", atomic_load (&sink_thread_progress (first)->entries));
  for (size_t i = 0; i < run->tables->count; i++)
    if (run->tables->items[i].count_as != NULL)
      count (stats, run->tables->items[i].count_as, changes[i].added);
  if (atomic_load (&run->lists))
    count (stats, STATS_LISTED, rows_listed (run, changes));
  for (size_t i = 0; i < failures->count; i++)
    add_failure (stats, &failures->items[i]);
  /* There may be no room left for it; the job has it as its own error in any case. */
  if (error != NULL)
    add_error (stats, text_json (error));
  return stats;
}
