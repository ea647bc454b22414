/* SPDX-License-Identifier: Apache-2.0 */
/* For tests of the source icp: the built plugin, towards a replica in this process that serves a golden
 * ledger.
 *
 *     icp_start (SMALL, NULL);
 *     control ("fault", "kind=close,on=query,count=1");
 *     begin (0, NULL);
 *     ck_assert_int_eq (expect_blocks (0, blocks, 1), DCPIPE_TIP);
 *     icp_stop (); */
#ifndef TESTS_PLUGINS_ICP_FIXTURE_H
#define TESTS_PLUGINS_ICP_FIXTURE_H

#include "replica/test-support.h"
#include "support/source-host.h"

#define SMALL "ledger/small.ledger"
#define MEDIUM "ledger/medium.ledger" /* three chunks */
#define DATA_START positions[0]

extern struct client client;
extern struct source_host *host;
extern const char *urls[2];                    /* the replica's, NULL */
extern char root_key[2 * IC_BLS_DER_SIZE + 1]; /* its root key, in hexadecimal */
extern uint64_t *positions;                    /* of the ledger's blocks, and of the end */
extern size_t blocks;

/* Starts a replica for a ledger of the vectors, and a source for it that is not yet configured. */
void icp_start (const char *ledger, const struct replica_options *options);
void icp_stop (void);

/* A source in place of the present one, with options as they are by default. */
void new_host (void);

/* Sets an option whose value is an enum. */
void set_option (const char *key, int value);

/* Tells the replica something. */
void control (const char *command, const char *body);
void reveal (size_t count);

/* How many queries there have been, those of the fixture included. */
unsigned queries (void);

/* Opens the source at a block, 0 for no resumption. */
void begin (size_t block, const char *cursor);

/* Reads on until something other than frames comes; the blocks must be those of the file from `first` to
 * before `last`. Fetches anew after passing faults, `retries` of which are allowed. */
int expect_blocks (size_t first, size_t last, unsigned retries);

/* What the source said last has this in it. */
void expect_error (const char *part);

#endif
