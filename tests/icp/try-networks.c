/* SPDX-License-Identifier: Apache-2.0 */
/* Any mixture of URLs that are sound, lag, fail, lie or are not there, at every trust and by every method
 * that gives blocks, into a store that is empty or not. A run ends with the tables of the file (or the first
 * blocks of it, where a node that lags knew no more), or it says "later" (75): never with others, and never
 * with another status, since the ledger only grows. Where one URL is sound it ends well. Then a run with a
 * sound URL alone ends in the tables of the file.
 *
 *   try-networks [COUNT [SEED]] */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "icp/trial.h"

#define MAX_URLS 4
#define SAMPLE_S 10

enum manner { SOUND, GONE, FAILS, SAYS_NO, LAGS, FORGES, SIGNS_BADLY, TAMPERS, MANNERS };
static const char *const manner_names[MANNERS] = { "sound", "gone",   "fails",       "says no",
                                                   "lags",  "forges", "signs badly", "tampers" };
enum trust { NONE, SIGNATURES, CERTIFIED, TRUSTS };
static const char *const trust_names[TRUSTS] = { "none", "signatures", "certified" };

struct mixture {
  enum trust trust;
  const char *method;
  size_t count, stored; /* URLs; blocks that are stored before */
  bool has_sound, has_lag;
  enum manner manners[MAX_URLS];
  struct replica *replicas[MAX_URLS];
  char specs[MAX_URLS][160];
  char urls[MAX_URLS * 64];
};

static unsigned long
below (unsigned long limit)
{
  return (unsigned long) trial_random_below (limit);
}

static void __attribute__ ((noreturn))
fail_network (const struct mixture *network, const char *what, int status)
{
  char text[1024];
  size_t size = 0;

  for (size_t i = 0; i < network->count; i++)
    size += (size_t) snprintf (text + size, sizeof text - size, " [%s %s]", manner_names[network->manners[i]],
                               network->specs[i]);
  trial_die ("trust = %s, method = %s, %zu blocks stored before,%s: %s (exit status %d)",
             trust_names[network->trust], network->method, network->stored, text, what, status);
}

/* ---- networks ------------------------------------------------------------------------------------- */

/* One of a list of specifications. */
#define PICK(list) list[below (sizeof (list) / sizeof *(list))]

static const char *
pick_fault (enum manner manner)
{
  static const char *const failing[] = { "kind=close",
                                         "kind=cut,size=700",
                                         "kind=status,status=500",
                                         "kind=status,status=429",
                                         "kind=truncate,size=20",
                                         "kind=garbage",
                                         "kind=oversized,size=100000",
                                         "kind=reject,code=2" };
  static const char *const no[] = { "kind=status,status=400",
                                    "kind=status,status=403",
                                    "kind=status,status=404",
                                    "kind=status,status=302",
                                    "kind=status,status=503,retry_after=86400",
                                    "kind=garbage",
                                    "kind=refuse,code=3,text=canister not found",
                                    "kind=refuse,code=5,text=the canister has no query method" };
  static const char *const badly[] = { "kind=bad-signature,on=query",   "kind=no-signature,on=query",
                                       "kind=stale-signature,on=query", "kind=future-signature,on=query",
                                       "kind=bad-certificate",          "kind=bad-delegation",
                                       "kind=stale-certificate",        "kind=out-of-range",
                                       "kind=flip,on=query,size=300" };

  return manner == FAILS ? PICK (failing) : manner == SAYS_NO ? PICK (no) : PICK (badly);
}

/* Those who forge give out a ledger of their own, proven by keys of their own; without proof that could not
 * be told. Faults of a single node are in its queries: what is certified is the subnet's word. */
static bool
is_possible (const struct mixture *network, enum manner manner)
{
  switch (manner) {
  case FORGES:
    return network->trust != NONE && network->has_sound;
  case SIGNS_BADLY:
    return network->trust != NONE;
  case TAMPERS:
    return network->trust == SIGNATURES;
  default:
    return true;
  }
}

/* A fault that lasts, or hits a few requests. Without another URL a pause that was asked for would have to be
 * waited for. */
static void
make_spec (struct mixture *network, size_t i, size_t blocks)
{
  char *spec = network->specs[i];
  size_t size = sizeof network->specs[i];
  unsigned long count = below (2) == 0 ? 0 : 1 + below (5), after = below (3) == 0 ? below (20) : 0;

  switch (network->manners[i]) {
  case FAILS:
  case SAYS_NO:
  case SIGNS_BADLY:
    do
      snprintf (spec, size, "%s,count=%lu,after=%lu", pick_fault (network->manners[i]), count, after);
    while (strstr (spec, "retry_after") != NULL && !network->has_sound);
    break;
  case LAGS:
    snprintf (spec, size, "kind=lag,on=query,block=%lu,count=%lu,after=%lu", below (blocks), count, after);
    break;
  case TAMPERS:
    snprintf (spec, size, "kind=tamper,on=query,size=%lu,count=%lu,after=%lu", 1 + below (4000), count,
              after);
    break;
  default:
    break;
  }
}

static void
start_url (struct mixture *network, size_t i)
{
  struct replica_options options = { .chunk = below (2) == 0 ? 4096 : 0 };
  const char *url = "http://127.0.0.1:1";
  struct ledger_reason reason;

  if (network->manners[i] == FORGES)
    options.seed = "a stranger's";
  if (network->manners[i] != GONE)
    network->replicas[i] = trial_replica (&options);
  if (network->manners[i] == FORGES)
    ledger_fork (network->replicas[i]->canister.ledger, below (2) * 5, &reason);
  if (network->specs[i][0] != '\0')
    trial_fault (network->replicas[i], "%s", network->specs[i]);
  if (network->replicas[i] != NULL)
    url = replica_url (network->replicas[i]);
  snprintf (network->urls + strlen (network->urls), sizeof network->urls - strlen (network->urls), "%s%s",
            i > 0 ? "," : "", url);
}

static void
make_network (struct mixture *network, size_t blocks)
{
  static const char *const methods[] = { "data_fetch", "data_fetch", "next_block_sync", "auto" };

  *network = (struct mixture){ .trust = (enum trust) below (TRUSTS), .method = PICK (methods) };
  network->count = 1 + below (MAX_URLS);
  network->has_sound = below (2) == 0;
  network->stored = below (2) == 0 ? 0 : 1 + below (blocks - 1);
  for (size_t i = 0; i < network->count; i++)
    do
      network->manners[i] = (enum manner) (1 + below (MANNERS - 1));
    while (!is_possible (network, network->manners[i]));
  if (network->has_sound)
    network->manners[below (network->count)] = SOUND;
  for (size_t i = 0; i < network->count; i++) {
    network->has_lag |= network->manners[i] == LAGS;
    make_spec (network, i, blocks);
    start_url (network, i);
  }
}

static void
stop_network (struct mixture *network)
{
  for (size_t i = 0; i < network->count; i++)
    replica_stop (network->replicas[i]);
}

/* ---- runs ----------------------------------------------------------------------------------------- */

static int
sync_with (const struct mixture *network, const struct replica *sound, const char *urls)
{
  const struct trial_run run = { .trust = trust_names[network->trust],
                                 .urls = urls,
                                 .method = network->method,
                                 .prefetch = below (2) == 0 ? 1 : 4,
                                 .timeout_ms = 5000,
                                 .max_retries = 3 };

  return trial_sync (sound, &run);
}

static void
store_before (const struct mixture *network, struct replica *sound)
{
  if (network->stored == 0)
    return;
  ledger_reveal (sound->canister.ledger, network->stored);
  if (sync_with (network, sound, NULL) != 0)
    fail_network (network, "the first blocks are not stored", 0);
  ledger_reveal (sound->canister.ledger, SIZE_MAX);
}

/* Returns the exit status. */
static int
try_network (struct mixture *network, struct replica *sound)
{
  size_t all = trial_entries (sound, SIZE_MAX), before = trial_entries (sound, network->stored), entries;
  int status;

  store_before (network, sound);
  status = sync_with (network, sound, network->urls);
  if (status != 0 && status != 75)
    fail_network (network, "a ledger that only grew is no reason for this", status);
  if (status != 0 && network->has_sound)
    fail_network (network, "one URL was sound", status);
  entries = trial_expect_prefix ();
  trial_expect_no_listing ();
  if (entries < before)
    fail_network (network, "blocks that were stored are gone", status);
  if (status == 0 && entries != all && !network->has_lag)
    fail_network (network, "it ended before the ledger did", status);
  if (entries != all && sync_with (network, sound, NULL) != 0)
    fail_network (network, "a sound URL alone does not mend it", 0);
  if (entries != all || below (4) == 0)
    trial_expect_equal ();
  return status;
}

int
main (int argc, char **argv)
{
  unsigned long count = argc > 1 ? strtoul (argv[1], NULL, 10) : 0, tried = 0, later = 0;
  time_t until = time (NULL) + SAMPLE_S;

  trial_begin ("try-networks", argc > 2 ? strtoull (argv[2], NULL, 10) : 0);
  while (count > 0 ? tried < count : time (NULL) < until) {
    struct replica *sound = trial_replica (&(struct replica_options){ .chunk = 0 });
    struct mixture network;

    make_network (&network, ledger_view (sound->canister.ledger).blocks);
    later += try_network (&network, sound) == 75;
    stop_network (&network);
    replica_stop (sound);
    trial_reset ();
    tried++;
  }
  printf ("%lu networks, %lu of which said \"later\"\n", tried, later);
  return 0;
}
