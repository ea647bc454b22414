/* SPDX-License-Identifier: Apache-2.0 */
/* How long something took, counted in classes: one thread adds without a lock, others read at any time. */
#ifndef DCPIPE_BASE_HISTOGRAM_H
#define DCPIPE_BASE_HISTOGRAM_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#define HISTOGRAM_BOUNDS 14

/* Upper bounds of all classes but the last, in ns, ascending: a time that equals one belongs to its class. */
extern const uint64_t histogram_bounds[HISTOGRAM_BOUNDS];

/* All zero: empty. */
struct histogram {
  atomic_uint_fast64_t classes[HISTOGRAM_BOUNDS + 1];
  atomic_uint_fast64_t sum; /* ns */
};

/* The same at rest. How many there are is the sum of the classes, whatever was added meanwhile. */
struct histogram_counts {
  uint64_t classes[HISTOGRAM_BOUNDS + 1];
  uint64_t sum;
};

void histogram_add (struct histogram *histogram, uint64_t ns);

/* What `before` and the histogram hold together. */
struct histogram_counts histogram_read (const struct histogram *histogram,
                                        const struct histogram_counts *before);

#endif
