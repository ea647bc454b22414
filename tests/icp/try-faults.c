/* SPDX-License-Identifier: Apache-2.0 */
/* Every fault that the replica knows, at several moments of a run, at every trust, with one chunk and with
 * four on their way, with one URL and with a sound one behind it. A fault that passes leaves no trace. One
 * that lasts, or that can only last, ends the run with its own status and words, only entries that the file
 * gives are stored, and a later run without it ends in the tables of the file. Where there is a sound URL,
 * only what is proven ends a run, and nothing is tried twice for it. doc/network-faults.md tells the same in
 * words.
 *
 *   try-faults [all|some [SEED]]
 *
 * Without `all` a sample: each fault once, in a way that the seed chooses. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "icp/trial.h"

#define COUNT(array) (sizeof (array) / sizeof *(array))

enum trust { NONE, SIGNATURES, CERTIFIED, TRUSTS };
static const char *const trust_names[TRUSTS] = { "none", "signatures", "certified" };

#define BIT(trust) (1u << (trust))
#define ANY (BIT (NONE) | BIT (SIGNATURES) | BIT (CERTIFIED))
#define VERIFIED (BIT (SIGNATURES) | BIT (CERTIFIED))

/* What is hit: the answers with data, those with the keys of nodes, those about calls that were accepted and
 * ran on, those with the root key. */
enum target { DATA, KEYS, POLL, ROOT_KEY };

/* What becomes of it: nothing; a passing fault, told again and again if it lasts (75); the end of the run
 * (1). */
enum effect { HARMLESS, PASSING, FATAL };

struct kind {
  const char *spec;
  enum target target;
  unsigned trusts;
  enum effect effect, lasting; /* of one hit; of all from a moment on */
  const char *words;           /* in the message that ends a run */
};

static const struct kind kinds[] = {
  { "close", DATA, ANY, PASSING, PASSING, "data_fetch of canister " },
  { "cut,size=700", DATA, ANY, PASSING, PASSING, "data_fetch of canister " },
  { "cut,size=1", DATA, ANY, PASSING, PASSING, "data_fetch of canister " },
  { "status,status=500", DATA, ANY, PASSING, PASSING, "HTTP status 500" },
  { "status,status=503,retry_after=1", DATA, ANY, PASSING, PASSING, "HTTP status 503" },
  { "status,status=429", DATA, ANY, PASSING, PASSING, "HTTP status 429" },
  { "status,status=302", DATA, ANY, PASSING, PASSING, "redirects are not followed" },
  { "status,status=404", DATA, ANY, HARMLESS, PASSING, "HTTP status 404" },
  { "status,status=400", DATA, ANY, PASSING, PASSING, "HTTP status 400" },
  { "status,status=403", DATA, ANY, PASSING, PASSING, "HTTP status 403" },
  { "hang", DATA, ANY, PASSING, PASSING, "no complete answer within" },
  { "slow,ms=40", DATA, ANY, HARMLESS, HARMLESS, "" },
  { "slow,ms=9000", DATA, ANY, PASSING, PASSING, "no complete answer within" },
  { "oversized", DATA, ANY, PASSING, PASSING, "larger than the limit of" },
  { "oversized,size=100000", DATA, ANY, PASSING, PASSING, "makes no sense" },
  { "garbage", DATA, ANY, PASSING, PASSING, "makes no sense" },
  { "flip,size=1500", DATA, VERIFIED, PASSING, PASSING, "data_fetch of canister " },
  { "flip,size=1500", DATA, BIT (NONE), PASSING, PASSING, "" },
  { "truncate,size=900", DATA, ANY, PASSING, PASSING, "makes no sense" },
  { "truncate,size=1", DATA, ANY, PASSING, PASSING, "makes no sense" },
  { "reject,code=1", DATA, VERIFIED, FATAL, FATAL, "rejected with code 1" },
  { "reject,code=1", DATA, BIT (NONE), PASSING, PASSING, "nobody signed this" },
  { "reject,code=2", DATA, ANY, PASSING, PASSING, "rejected with code 2" },
  { "reject,code=3", DATA, VERIFIED, FATAL, FATAL, "rejected with code 3" },
  { "reject,code=3", DATA, BIT (NONE), PASSING, PASSING, "nobody signed this" },
  { "reject,code=4", DATA, VERIFIED, FATAL, FATAL, "rejected with code 4" },
  { "reject,code=4", DATA, BIT (NONE), PASSING, PASSING, "nobody signed this" },
  { "reject,code=5", DATA, VERIFIED, FATAL, FATAL, "rejected with code 5" },
  { "reject,code=5", DATA, BIT (NONE), PASSING, PASSING, "nobody signed this" },
  { "refuse", DATA, BIT (NONE) | BIT (CERTIFIED), PASSING, PASSING, "nobody signed this" },
  { "refuse,code=3,text=the canister has no query method", DATA, ANY, PASSING, PASSING, "" },
  { "accept", DATA, BIT (CERTIFIED), HARMLESS, HARMLESS, "" },
  /* The Candid text's magic bytes, or the middle of a block. What one node signs is not yet the canister's
     word: it is asked for with a certificate. */
  { "tamper,size=1", DATA, BIT (CERTIFIED), FATAL, FATAL, "makes no sense" },
  { "tamper,size=1", DATA, BIT (SIGNATURES), HARMLESS, HARMLESS, "" },
  { "tamper", DATA, BIT (SIGNATURES), HARMLESS, HARMLESS, "" },
  { "tamper,size=1", DATA, BIT (NONE), PASSING, PASSING, "makes no sense" },
  { "no-signature", DATA, BIT (SIGNATURES), PASSING, PASSING, "no node signed it" },
  { "bad-signature", DATA, BIT (SIGNATURES), PASSING, PASSING, "the signature does not match" },
  { "unknown-node", DATA, BIT (SIGNATURES), PASSING, PASSING, "a node that does not belong to the subnet" },
  { "stale-signature", DATA, BIT (SIGNATURES), PASSING, PASSING, "too old" },
  { "future-signature", DATA, BIT (SIGNATURES), PASSING, PASSING, "in the future" },
  { "bad-signature", DATA, BIT (NONE), HARMLESS, HARMLESS, "" },
  { "bad-certificate", DATA, BIT (CERTIFIED), PASSING, PASSING, "certificate" },
  { "bad-delegation", DATA, BIT (CERTIFIED), PASSING, PASSING, "delegation" },
  { "stale-certificate", DATA, BIT (CERTIFIED), PASSING, PASSING, "older than the limit" },
  { "future-certificate", DATA, BIT (CERTIFIED), PASSING, PASSING, "ahead of this machine's clock" },
  { "out-of-range", DATA, BIT (CERTIFIED), PASSING, PASSING, "the canister does not belong to the subnet" },
  { "no-ranges", DATA, BIT (CERTIFIED), PASSING, PASSING, "" },
  { "close", KEYS, BIT (SIGNATURES), PASSING, PASSING, "read_state" },
  { "cut,size=700", KEYS, BIT (SIGNATURES), PASSING, PASSING, "read_state" },
  { "status,status=500", KEYS, BIT (SIGNATURES), PASSING, PASSING, "HTTP status 500" },
  { "hang", KEYS, BIT (SIGNATURES), PASSING, PASSING, "no complete answer within" },
  { "garbage", KEYS, BIT (SIGNATURES), PASSING, PASSING, "makes no sense" },
  { "flip", KEYS, BIT (SIGNATURES), PASSING, PASSING, "" },
  { "truncate", KEYS, BIT (SIGNATURES), PASSING, PASSING, "makes no sense" },
  { "bad-certificate", KEYS, BIT (SIGNATURES), PASSING, PASSING, "certificate" },
  { "bad-delegation", KEYS, BIT (SIGNATURES), PASSING, PASSING, "delegation" },
  { "stale-certificate", KEYS, BIT (SIGNATURES), PASSING, PASSING, "older than the limit" },
  { "future-certificate", KEYS, BIT (SIGNATURES), PASSING, PASSING, "ahead of this machine's clock" },
  { "out-of-range", KEYS, BIT (SIGNATURES), PASSING, PASSING, "the canister does not belong to the subnet" },
  { "no-ranges", KEYS, BIT (SIGNATURES), PASSING, PASSING, "" },
  { "close", POLL, BIT (CERTIFIED), PASSING, PASSING, "read_state" },
  { "status,status=503", POLL, BIT (CERTIFIED), PASSING, PASSING, "HTTP status 503" },
  { "garbage", POLL, BIT (CERTIFIED), PASSING, PASSING, "makes no sense" },
  { "flip", POLL, BIT (CERTIFIED), PASSING, PASSING, "" },
  { "bad-certificate", POLL, BIT (CERTIFIED), PASSING, PASSING, "certificate" },
  { "stale-certificate", POLL, BIT (CERTIFIED), PASSING, PASSING, "older than the limit" },
  { "out-of-range", POLL, BIT (CERTIFIED), PASSING, PASSING, "the canister does not belong to the subnet" },
  { "close", ROOT_KEY, VERIFIED, PASSING, PASSING, "status" },
  { "status,status=503", ROOT_KEY, VERIFIED, PASSING, PASSING, "HTTP status 503" },
  { "hang", ROOT_KEY, VERIFIED, PASSING, PASSING, "no complete answer within" },
  { "garbage", ROOT_KEY, VERIFIED, PASSING, PASSING, "makes no sense" },
  { "truncate", ROOT_KEY, VERIFIED, PASSING, PASSING, "makes no sense" },
};

static unsigned tried;

/* ---- one case ------------------------------------------------------------------------------------- */

struct trial_case {
  const struct kind *kind;
  enum trust trust;
  unsigned prefetch;
  uint64_t after;
  bool lasting;
  bool several;  /* another URL is sound */
  bool may_miss; /* the moment may lie beyond the last request */
};

static void __attribute__ ((noreturn)) fail_case (const struct trial_case *one, const char *what, int status)
{
  static const char *const targets[] = { "data", "node keys", "polls", "root key" };

  trial_die ("%s on %s, after %llu, %s, %s; trust = %s, prefetch = %u: %s (exit status %d)", one->kind->spec,
             targets[one->kind->target], (unsigned long long) one->after, one->lasting ? "lasting" : "once",
             one->several ? "one URL of two" : "the only URL", trust_names[one->trust], one->prefetch, what,
             status);
}

/* Calls that are accepted are looked after only now and then, so such runs have few chunks. */
static unsigned
chunk_of (const struct kind *kind)
{
  return kind->target == POLL || strcmp (kind->spec, "accept") == 0 ? 40000 : 4096;
}

static struct replica *
replica_for (const struct trial_case *one)
{
  const struct kind *kind = one->kind;
  struct replica *replica = trial_replica (&(struct replica_options){ .chunk = chunk_of (kind) });
  const char *on = kind->target == ROOT_KEY                       ? "status"
                   : kind->target == KEYS || kind->target == POLL ? "read_state"
                   : one->trust == CERTIFIED                      ? "call,method=data_fetch"
                                                                  : "query,method=data_fetch";

  if (kind->target == POLL)
    trial_fault (replica, "kind=accept,on=call");
  trial_fault (replica, "kind=%s,on=%s,after=%llu,count=%d", kind->spec, on, (unsigned long long) one->after,
               one->lasting ? 0 : 1);
  return replica;
}

static void
expect_end (const struct trial_case *one, enum effect effect, int status)
{
  static const int statuses[] = { [HARMLESS] = 0, [PASSING] = 75, [FATAL] = 1 };

  if (effect == PASSING && (!one->lasting || one->several))
    effect = HARMLESS;
  if (status != statuses[effect])
    fail_case (one, "this is not how it should end", status);
  if (effect == HARMLESS) {
    trial_expect_equal ();
  } else {
    if (!trial_said (one->kind->words))
      fail_case (one, "the message is another one", status);
    trial_expect_prefix ();
  }
}

/* The same replica without faults, behind the one with them. */
static void
add_sound (const struct replica *replica, struct replica **sound, char *urls, size_t size)
{
  *sound = trial_replica (&(struct replica_options){ .chunk = (unsigned) replica->canister.chunk });
  snprintf (urls, size, "%s %s", replica_url (replica), replica_url (*sound));
}

static void
try_case (const struct trial_case *one)
{
  struct trial_run run = { .trust = trust_names[one->trust],
                           .prefetch = one->prefetch,
                           .timeout_ms = 30000,
                           .max_retries = one->lasting ? 1 : 9,
                           .fetch_root_key = one->kind->target == ROOT_KEY };
  struct replica *replica = replica_for (one), *sound = NULL;
  char urls[128];
  int status;

  if (one->several) {
    add_sound (replica, &sound, urls, sizeof urls);
    run.urls = urls;
    run.max_retries = 0;
  }
  if (strcmp (one->kind->spec, "hang") == 0 || strcmp (one->kind->spec, "slow,ms=9000") == 0)
    run.timeout_ms = 500;
  status = trial_sync (replica, &run);
  if (faults_hit (replica->faults) < (one->kind->target == POLL ? 2 : 1) && !one->may_miss)
    fail_case (one, "it never came to pass", status);
  expect_end (one, one->lasting ? one->kind->lasting : one->kind->effect, status);
  faults_remove (replica->faults, "");
  run.timeout_ms = 30000;
  run.max_retries = 3;
  status = trial_sync (replica, &run);
  if (status != 0)
    fail_case (one, "the run without it does not end well", status);
  trial_expect_equal ();
  replica_stop (sound);
  replica_stop (replica);
  trial_reset ();
  tried++;
}

/* ---- all cases ------------------------------------------------------------------------------------ */

/* The moments: so many requests pass before the first hit. With four on their way some go beyond the ledger's
 * end. */
static size_t
moments_of (const struct kind *kind, unsigned prefetch, bool lasting, uint64_t chunks, uint64_t moments[6])
{
  size_t count = 0;

  moments[count++] = 0;
  if (kind->target == KEYS || kind->target == ROOT_KEY)
    return count;
  moments[count++] = 1;
  if (chunks > 4)
    moments[count++] = chunks / 2;
  if (chunks > 4 && !lasting)
    moments[count++] = chunks - 2;
  if (chunks > 4 && (prefetch == 1 || lasting || kind->effect != FATAL))
    moments[count++] = chunks - 1;
  if (prefetch > 1 && !lasting && kind->effect != FATAL && kind->target == DATA)
    moments[count++] = chunks + 2;
  return count;
}

static void
try_moments (struct trial_case *one, uint64_t chunks, bool all)
{
  uint64_t moments[6];
  size_t count = moments_of (one->kind, one->prefetch, one->lasting, chunks, moments);

  if (!all) {
    moments[0] = moments[trial_random_below (count)];
    count = 1;
  }
  for (size_t i = 0; i < count; i++) {
    one->after = moments[i];
    one->may_miss = moments[i] > chunks || (one->several && moments[i] > 0);
    try_case (one);
  }
}

/* A sample is one case. */
static void
try_kind (const struct kind *kind, bool all)
{
  struct replica *replica = trial_replica (&(struct replica_options){ .port = 0 });
  uint64_t chunks = trial_chunks (replica, chunk_of (kind));
  struct trial_case one = { .kind = kind };

  replica_stop (replica);
  for (unsigned i = 0; i < (all ? TRUSTS * 8 : 1); i++) {
    one.lasting = (all ? i : trial_random_below (2)) % 2 == 1;
    one.several = (all ? i / 2 : trial_random_below (2)) % 2 == 1;
    one.prefetch = (all ? i / 4 : trial_random_below (2)) % 2 == 0 ? 1 : 4;
    do
      one.trust = (enum trust) (all ? i / 8 : trial_random_below (TRUSTS));
    while (!all && (kind->trusts & BIT (one.trust)) == 0);
    if (kind->target == POLL) /* a call that one replica accepted is unknown to the other */
      one.several = false;
    if ((kind->trusts & BIT (one.trust)) != 0)
      try_moments (&one, chunks, all);
  }
}

/* ---- ledgers that change -------------------------------------------------------------------------- */

/* Behind `after` requests the canister's ledger has only one block, or is another one from the second block
 * on. What was read before contradicts it: nothing beyond good blocks is stored, and the ledger as it was is
 * still welcome. Where nothing proves it, that is no reason to say more than "later". */
static void
try_change (const char *spec, enum trust trust, unsigned prefetch, uint64_t after)
{
  const struct replica_options options = { .chunk = 4096 };
  const struct trial_run run = {
    .trust = trust_names[trust], .prefetch = prefetch, .timeout_ms = 30000, .max_retries = 3
  };
  const int expected = trust == NONE ? 75 : 65;
  struct replica *replica = trial_replica (&options);
  int status;

  trial_fault (replica, "kind=%s,block=1,method=data_fetch,after=%llu,count=1", spec,
               (unsigned long long) after);
  status = trial_sync (replica, &run);
  if (status != expected)
    trial_die ("%s after %llu, trust = %s, prefetch = %u: exit status %d", spec, (unsigned long long) after,
               run.trust, prefetch, status);
  if (trial_expect_prefix () == trial_entries (replica, SIZE_MAX))
    trial_die ("%s after %llu: all is stored", spec, (unsigned long long) after);
  replica_stop (replica);
  replica = trial_replica (&options);
  if (trial_sync (replica, &run) != 0)
    trial_die ("%s after %llu: the ledger as it was is refused", spec, (unsigned long long) after);
  trial_expect_equal ();
  replica_stop (replica);
  trial_reset ();
  tried++;
}

/* A ledger that has one block from the beginning is whole; the others follow when they come. */
static void
try_short (enum trust trust)
{
  const struct trial_run run = {
    .trust = trust_names[trust], .prefetch = 4, .timeout_ms = 30000, .max_retries = 3
  };
  struct replica *replica = trial_replica (&(struct replica_options){ .chunk = 4096 });

  ledger_reveal (replica->canister.ledger, 1);
  if (trial_sync (replica, &run) != 0 || trial_expect_prefix () != trial_entries (replica, 1))
    trial_die ("trust = %s: the first block is not stored alone", run.trust);
  ledger_reveal (replica->canister.ledger, SIZE_MAX);
  if (trial_sync (replica, &run) != 0)
    trial_die ("trust = %s: the other blocks are refused", run.trust);
  trial_expect_equal ();
  replica_stop (replica);
  trial_reset ();
  tried++;
}

static void
try_changes (bool all)
{
  static const char *const specs[] = { "shrink", "fork" };
  static const uint64_t moments[] = { 1, 2, 8, 14 };

  for (enum trust trust = NONE; trust < TRUSTS; trust++) {
    for (size_t i = 0; i < COUNT (specs) * COUNT (moments) * 2; i++)
      if (all || trial_random_below (6) == 0)
        try_change (specs[i % 2], trust, i / 2 % 2 == 0 ? 1 : 4, moments[i / 4]);
    try_short (trust);
  }
}

int
main (int argc, char **argv)
{
  bool all = argc > 1 && strcmp (argv[1], "all") == 0;

  trial_begin ("try-faults", argc > 2 ? strtoull (argv[2], NULL, 10) : 0);
  for (size_t i = 0; i < COUNT (kinds); i++)
    try_kind (&kinds[i], all);
  try_changes (all);
  printf ("%u runs with faults, each followed by one without\n", tried);
  return 0;
}
