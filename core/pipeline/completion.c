/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "pipeline/completion.h"

#include "pipeline/sink-thread.h"

int
run_permille (const struct run *run)
{
  uint64_t first = atomic_load (&run->progress.first), end = atomic_load (&run->progress.end),
           least = UINT64_MAX;

  for (size_t i = 0; i < run->sink_threads_count; i++) {
    uint64_t committed = atomic_load (&sink_thread_progress (run->sink_threads[i])->committed);

    if (committed < least)
      least = committed;
  }
  if (end <= first || least == UINT64_MAX)
    return -1;
  /* The extent goes on to the last block's end, and what is committed is told by its beginning. */
  if (least > 0 && atomic_load (&run->at_tip) && least == atomic_load (&run->progress.verified))
    return 1000;
  if (least <= first)
    return 0;
  return least >= end ? 1000 : (int) ((double) (least - first) * 1000 / (double) (end - first));
}
