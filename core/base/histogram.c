/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/histogram.h"

#define MS UINT64_C (1000000)

/* From a commit into a mapped file to one that waits for a slow disk. They are part of what /metrics shows:
 * whoever keeps such figures cannot compare them over a change of bounds. */
const uint64_t histogram_bounds[HISTOGRAM_BOUNDS] = {
  1 * MS,   2 * MS,   5 * MS,    10 * MS,   25 * MS,   50 * MS,    100 * MS,
  250 * MS, 500 * MS, 1000 * MS, 2500 * MS, 5000 * MS, 10000 * MS, 30000 * MS,
};

void
histogram_add (struct histogram *histogram, uint64_t ns)
{
  size_t class = 0;

  while (class < HISTOGRAM_BOUNDS && ns > histogram_bounds[class])
    class ++;
  /* Relaxed: a reader may see the class before the sum or the other way round, which a later look puts
   * right. */
  atomic_fetch_add_explicit (&histogram->classes[class], 1, memory_order_relaxed);
  atomic_fetch_add_explicit (&histogram->sum, ns, memory_order_relaxed);
}

struct histogram_counts
histogram_read (const struct histogram *histogram, const struct histogram_counts *before)
{
  struct histogram_counts counts = *before;

  for (size_t i = 0; i <= HISTOGRAM_BOUNDS; i++)
    counts.classes[i] += atomic_load_explicit (&histogram->classes[i], memory_order_relaxed);
  counts.sum += atomic_load_explicit (&histogram->sum, memory_order_relaxed);
  return counts;
}
