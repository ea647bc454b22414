/* SPDX-License-Identifier: Apache-2.0 */
/* The whole program against a replica in the test's own process: small.ledger, in small chunks, into JSON
 * lines; and its tables against those that the file gives.
 *
 *     trial_begin ("name");
 *     replica = trial_replica (&options);
 *     if (trial_sync (replica, &run) == 0)
 *       trial_expect_equal ();
 *     replica_stop (replica);
 *     trial_reset ();
 *
 * What is not as it should be ends the test with the seed and a reason. One thread. */
#ifndef TESTS_ICP_TRIAL_H
#define TESTS_ICP_TRIAL_H

#include "replica/server.h"

/* Makes a directory, which goes when the test ends well, and reads the file. Ends the test with status 77
 * where the program's plugins were not built. `seed` is printed; 0 takes the time. */
void trial_begin (const char *name, uint64_t seed);

void trial_die (const char *format, ...) __attribute__ ((format (printf, 1, 2), noreturn));

uint64_t trial_random_below (uint64_t limit);

/* A replica that serves the ledger. */
struct replica *trial_replica (const struct replica_options *options);

/* Adds a fault. */
void trial_fault (struct replica *replica, const char *format, ...) __attribute__ ((format (printf, 2, 3)));

/* How many chunks of so many bytes the ledger has. */
uint64_t trial_chunks (const struct replica *replica, unsigned chunk);

struct trial_run {
  const char *trust;
  const char *urls;   /* NULL: the replica's */
  const char *method; /* NULL: data_fetch */
  unsigned prefetch, timeout_ms, max_retries;
  bool fetch_root_key;
};

/* Runs dcpipe to the tip. Its exit status, 0 also for 3: the ledger has entries that cannot be decoded. */
int trial_sync (const struct replica *replica, const struct trial_run *run);

/* Whether the last run's errors have these words. */
bool trial_said (const char *words);

/* Nothing is in the table of what is only listed. */
void trial_expect_no_listing (void);

/* All tables are those of the file. */
void trial_expect_equal (void);

/* The entries stored are the first ones of the file. Returns how many there are. */
size_t trial_expect_prefix (void);

/* How many entries the first `blocks` blocks have. */
size_t trial_entries (const struct replica *replica, size_t blocks);

/* Empties the sink. */
void trial_reset (void);

#endif
