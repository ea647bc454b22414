/* SPDX-License-Identifier: Apache-2.0 */
/* The numbers are atomics of a run that goes on meanwhile; each is right by itself. */
#include "config.h"

#include "service/state/run-progress.h"

#include "pipeline/completion.h"
#include "pipeline/sink-thread.h"
#include "service/state/json-values.h"

static json_t *
sink_thread_json (const struct sink_thread *thread)
{
  const struct sink_thread_progress *progress = sink_thread_progress (thread);

  return json_pack ("{s:s, s:o, s:o, s:o, s:o, s:o}", "name", sink_thread_sink (thread)->name, "committed",
                    position_json (atomic_load (&progress->committed)), "blocks",
                    number_json (atomic_load (&progress->blocks)), "entries",
                    number_json (atomic_load (&progress->entries)), "failed",
                    number_json (atomic_load (&progress->failed)), "retries",
                    number_json (atomic_load (&progress->retries)));
}

/* `least`: what all sinks have committed. Of a ledger read to its end that is all, although the last block
 * does not end where it begins. */
static json_t *
percent_json (const struct run *run, uint64_t least)
{
  int permille = run_permille (run);

  if (atomic_load (&run->at_tip) && least >= atomic_load (&run->progress.verified))
    permille = 1000;
  return permille >= 0 ? json_real ((double) permille / 10) : json_null ();
}

json_t *
run_progress_json (const struct run *run, double seconds)
{
  const struct run_progress *progress = &run->progress;
  uint64_t entries = atomic_load (&progress->verified_entries),
           bytes = atomic_load (&progress->verified_bytes), end = atomic_load (&progress->end),
           least = UINT64_MAX;
  json_t *sinks = json_array ();

  for (size_t i = 0; i < run->sink_threads_count; i++) {
    uint64_t committed = atomic_load (&sink_thread_progress (run->sink_threads[i])->committed);

    least = committed < least ? committed : least;
    json_array_append_new (sinks, sink_thread_json (run->sink_threads[i]));
  }
  return json_pack ("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:f, s:f, s:f, s:o}", "percent",
                    percent_json (run, least), "first",
                    end > 0 ? number_json (atomic_load (&progress->first)) : json_null (), "tip",
                    position_json (end), "fetched", position_json (atomic_load (&progress->fetched)),
                    "verified", position_json (atomic_load (&progress->verified)), "committed",
                    position_json (least == UINT64_MAX ? 0 : least), "blocks",
                    number_json (atomic_load (&progress->verified_blocks)), "entries", number_json (entries),
                    "bytes", number_json (bytes), "retries", number_json (atomic_load (&progress->retries)),
                    "seconds", seconds, "entriesPerSecond", seconds > 0 ? (double) entries / seconds : 0,
                    "bytesPerSecond", seconds > 0 ? (double) bytes / seconds : 0, "sinks", sinks);
}
