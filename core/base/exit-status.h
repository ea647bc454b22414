/* SPDX-License-Identifier: Apache-2.0 */
/* How dcpipe ends: one table of causes, their names in logs and their exit statuses. */
#ifndef DCPIPE_BASE_EXIT_STATUS_H
#define DCPIPE_BASE_EXIT_STATUS_H

/* X (symbol, exit status, text) */
#define DCPIPE_STATUS_MAP(X)                                                                                 \
  X (DONE, 0, "done")                                                                                        \
  X (FAILED, 1, "failed")                                                                                    \
  X (DONE_WITH_FAILED_ENTRIES, 3, "done, with failed entries")                                               \
  X (USAGE, 64, "usage error")                                                                               \
  X (DIVERGED, 65, "ledger verification failed")                                                             \
  X (TEMPORARY, 75, "temporary failure")                                                                     \
  X (CONFIGURATION, 78, "configuration error")                                                               \
  X (INTERRUPTED, 130, "ended by SIGINT")                                                                    \
  X (TERMINATED, 143, "ended by SIGTERM")

enum status {
#define X(symbol, number, text) STATUS_##symbol = number,
  DCPIPE_STATUS_MAP (X)
#undef X
};

#endif
