/* SPDX-License-Identifier: Apache-2.0 */
/* One bit after another is flipped in the bodies of a replica's answers, where they are to be believed by
 * signatures or by certificates. What is stored in the end is what the file gives, and no run ends because of
 * them.
 *
 *   try-flips [all|some [SEED]]
 *
 * With `all` every bit of one answer of each kind, and a bit of every byte of all answers with data;
 * otherwise some. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "icp/trial.h"

#define CHUNK 4096

/* Bytes, longer than the body of any answer here. */
#define LONGEST 5120

struct walk {
  const char *trust, *on; /* which answers */
  const char *also;       /* another fault, without which there are no such answers; or NULL */
  unsigned prefetch, chunk;
  uint64_t after, count; /* how many answers of that kind pass first, how many are hit */
  uint64_t step, size;   /* bits from one flip to the next; the byte in which the first one lies */
};

static uint64_t flips;

/* Faults that pass are as many as there are flips, so they may be as many in a row. */
static void
take_walk (const struct walk *walk)
{
  const struct trial_run run = {
    .trust = walk->trust, .prefetch = walk->prefetch, .timeout_ms = 30000, .max_retries = 1000000
  };
  struct replica *replica = trial_replica (&(struct replica_options){ .chunk = walk->chunk });
  int status;

  if (walk->also != NULL)
    trial_fault (replica, "kind=%s", walk->also);
  trial_fault (replica, "kind=flip,on=%s,after=%" PRIu64 ",count=%" PRIu64 ",step=%" PRIu64 ",size=%" PRIu64,
               walk->on, walk->after, walk->count, walk->step, walk->size);
  status = trial_sync (replica, &run);
  if (status != 0)
    trial_die ("flips on %s at trust = %s, after %" PRIu64 ", from byte %" PRIu64 " on in steps of %" PRIu64
               ": exit status %d",
               walk->on, walk->trust, walk->after, walk->size, walk->step, status);
  trial_expect_equal ();
  flips += faults_hit (replica->faults);
  if (walk->also != NULL)
    flips -= atomic_load (&replica->requests[ENDPOINT_CALL]);
  replica_stop (replica);
  trial_reset ();
}

/* An odd number of bits, so that in the end every bit of a byte is met. */
static void
sample (struct walk walk, uint64_t count)
{
  walk.count = count;
  walk.step = 8 * (LONGEST / count) + 2 * trial_random_below (4) + 1;
  walk.size = trial_random_below (LONGEST);
  take_walk (&walk);
}

/* The bits of one answer of the kind, in walks of a bounded length. */
static void
exhaust (struct walk walk)
{
  walk.count = LONGEST;
  walk.step = 1;
  for (walk.size = 0; walk.size < LONGEST; walk.size += LONGEST / 8)
    take_walk (&walk);
}

int
main (int argc, char **argv)
{
  static const struct walk kinds[] = {
    { "signatures", "query,method=data_fetch", NULL, 1, CHUNK, .after = 2 },
    { "signatures", "read_state", NULL, 1, CHUNK },
    { "certified", "call,method=data_fetch", NULL, 1, CHUNK, .after = 2 },
    { "certified", "read_state", "accept,on=call", 1, 100000 },
    { "signatures", "query", NULL, 4, CHUNK },
    { "certified", "call", NULL, 4, CHUNK },
  };
  bool all = argc > 1 && strcmp (argv[1], "all") == 0;

  trial_begin ("try-flips", argc > 2 ? strtoull (argv[2], NULL, 10) : 0);
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    if (kinds[i].also != NULL)
      sample (kinds[i], all ? 200 : 10); /* each of them takes half a second */
    else if (!all)
      sample (kinds[i], 300);
    else if (kinds[i].prefetch > 1)
      sample (kinds[i], 30000);
    else
      exhaust (kinds[i]);
  printf ("%" PRIu64 " flips\n", flips);
  return 0;
}
