/* SPDX-License-Identifier: Apache-2.0 */
/* Labels of the ledger as values of a metric's label: they are whatever somebody wrote into the ledger. */
#ifndef DCPIPE_SERVICE_METRICS_LABELS_H
#define DCPIPE_SERVICE_METRICS_LABELS_H

#include <stddef.h>
#include <stdint.h>

#include "data/checkpoint.h"

/* Labels of the ledger that are told apart for each sink; the rest is "other". */
#define METRICS_LABELS_MAX 64

/* A name is cut to so many bytes. */
#define METRICS_NAME_MAX 64
#define METRICS_OTHER "other"

struct label_metric {
  char name[METRICS_NAME_MAX + 1]; /* printable UTF-8, without control characters */
  uint64_t entries;
};

/* Different names; the last one is METRICS_OTHER when there were too many. */
struct label_metrics {
  struct label_metric items[METRICS_LABELS_MAX + 1];
  size_t count;
};

/* Entries that any decoder of the sink was applied to, by label: each counted once, though several decoders
 * take it. */
void label_metrics_make (struct label_metrics *labels, const struct dcpipe_checkpoint *checkpoint);

#endif
