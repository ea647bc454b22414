/* SPDX-License-Identifier: Apache-2.0 */
/* The source icp, as it was built, towards a replica in this process that serves golden ledgers: whole, growing, cut
 * short and forked, with faults on the way. */
#include "config.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "ledger/block.h"
#include "replica/test-support.h"
#include "support/run.h"
#include "support/source-host.h"
#include "support/vectors.h"

#define SMALL "ledger/small.ledger"
#define MEDIUM "ledger/medium.ledger" /* three chunks */
#define DATA_START UINT64_C (8388608)

static struct client client;
static struct source_host *host;
static const char *urls[2];
static char root_key[2 * IC_BLS_DER_SIZE + 1];
static uint8_t *file;
static size_t file_size;

/* Positions of the blocks, and of the end. */
static uint64_t *positions;
static size_t blocks;

/* ---- fixtures ------------------------------------------------------------------------------------- */

static void
index_blocks (const char *ledger)
{
  uint64_t at;

  file = vectors_read (ledger, &file_size);
  at = load_le64 (file + 32);
  positions = calloc (file_size / LEDGER_HEADER_SIZE, sizeof *positions);
  ck_assert_ptr_nonnull (positions);
  for (blocks = 0; at + 16 <= file_size && load_le32 (file + at) == 1 && load_le32 (file + at + 8) > 0; blocks++) {
    positions[blocks] = at;
    at += load_le32 (file + at + 8);
  }
  positions[blocks] = at;
}

static void
set_option (const char *key, int value)
{
  *(int *) host_option (host, key) = value;
}

/* A source with options as they are by default. */
static void
new_host (void)
{
  host = host_new ("icp");
  *(const char *const **) host_option (host, "url") = urls;
  *(const char **) host_option (host, "canister_id") = REPLICA_DEFAULT_CANISTER;
  *(const char **) host_option (host, "root_key") = root_key;
  *(int64_t *) host_option (host, "prefetch") = 4;
  *(uint64_t *) host_option (host, "timeout") = 5000;
  *(uint64_t *) host_option (host, "max_age") = 300000;
  set_option ("trust", DCPIPE_TRUST_SIGNATURES);
}

static void
start (const char *ledger, const struct replica_options *options)
{
  unsetenv ("ENVIRONMENT");
  index_blocks (ledger);
  client_start (&client, ledger, options);
  urls[0] = replica_url (client.replica);
  hex_encode (root_key, replica_root_key (client.replica), IC_BLS_DER_SIZE);
  new_host ();
}

static void
stop (void)
{
  host_free (host);
  client_stop (&client);
  free (positions);
  free (file);
}

static void
control (const char *command, const char *body)
{
  free (client_control (&client, command, body));
}

static void
reveal (size_t count)
{
  char text[32];

  snprintf (text, sizeof text, "%zu", count);
  control ("reveal", text);
}

/* How many queries there have been, those of the fixture included. */
static unsigned
queries (void)
{
  char *stats = client_control (&client, "stats", ""), *line = strstr (stats, "\nquery=");
  unsigned count;

  ck_assert_ptr_nonnull (line);
  count = (unsigned) strtoul (line + 7, NULL, 10);
  free (stats);
  return count;
}

static void
begin (size_t block, const char *cursor)
{
  host->cursor = cursor;
  ck_assert_msg (host_open (host, block == 0 ? NULL : &positions[block]) == DCPIPE_OK, "%s", host->error);
}

/* Reads on until something other than frames comes; the blocks must be those of the file from `first` to before
 * `last`. Fetches anew after passing faults, `retries` of which are allowed. */
static int
expect_blocks (size_t first, size_t last, unsigned retries)
{
  int result;

  while ((result = host_next (host)) == DCPIPE_OK || (result == DCPIPE_RETRY && retries-- > 0))
    for (size_t i = 0; i < host->count && result == DCPIPE_OK; i++, first++) {
      ck_assert_uint_lt (first, last);
      ck_assert_uint_eq (host->frames[i].position, positions[first]);
      ck_assert_uint_eq (host->frames[i].bytes.size, positions[first + 1] - positions[first]);
      ck_assert_mem_eq (host->frames[i].bytes.data, file + positions[first], host->frames[i].bytes.size);
    }
  ck_assert_msg (first == last, "block %zu instead of %zu is next: %s", first, last, host->error);
  return result;
}

static void
expect_error (const char *part)
{
  ck_assert_msg (strstr (host->error, part) != NULL, "\"%s\" does not hold \"%s\"", host->error, part);
}

/* ---- the whole ledger ----------------------------------------------------------------------------- */

START_TEST (all_blocks_come_at_every_trust_and_prefetch)
{
  static const int64_t prefetches[] = { 1, 2, 8, 64 };

  for (int trust = DCPIPE_TRUST_NONE; trust <= DCPIPE_TRUST_CERTIFIED; trust++)
    for (size_t i = 0; i < 4; i++) {
      start (MEDIUM, NULL);
      set_option ("trust", trust);
      *(int64_t *) host_option (host, "prefetch") = prefetches[i];
      begin (0, NULL);
      ck_assert_int_eq (expect_blocks (0, blocks, 0), DCPIPE_TIP);
      ck_assert_int_eq (host->trust, trust);
      ck_assert_uint_eq (host->first, DATA_START);
      ck_assert_uint_eq (host->end, positions[blocks]);
      stop ();
    }
}
END_TEST

START_TEST (older_interfaces_and_networks_without_delegation_will_do)
{
  static const struct replica_options ways[] = { { .max_api = 2 }, { .max_api = 3 }, { .undelegated = true } };

  for (size_t i = 0; i < 3; i++)
    for (int trust = DCPIPE_TRUST_SIGNATURES; trust <= DCPIPE_TRUST_CERTIFIED; trust++) {
      start (SMALL, &ways[i]);
      set_option ("trust", trust);
      begin (0, NULL);
      ck_assert_int_eq (expect_blocks (0, blocks, 0), DCPIPE_TIP);
      stop ();
    }
}
END_TEST

START_TEST (blocks_are_unpacked)
{
  struct dcpipe_block block;

  start (SMALL, NULL);
  begin (0, NULL);
  ck_assert (host_next (host) == DCPIPE_OK && host->count > 1);
  ck_assert_int_eq (host_unpack (host, &host->frames[1], &block), DCPIPE_OK);
  ck_assert_uint_gt (block.entries, 0);
  free (block.buffer);
  stop ();
}
END_TEST

START_TEST (an_identity_signs_the_requests)
{
  static char pem[] = "/tmp/test-icp.XXXXXX";
  static const char text[] = "-----BEGIN PRIVATE KEY-----\n"
                             "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
                             "-----END PRIVATE KEY-----\n";
  int fd = mkstemp (pem);

  ck_assert (fd >= 0 && write (fd, text, sizeof text - 1) == (ssize_t) sizeof text - 1);
  close (fd);
  start (SMALL, NULL);
  *(const char **) host_option (host, "identity") = pem;
  begin (0, NULL);
  ck_assert_int_eq (expect_blocks (0, blocks, 0), DCPIPE_TIP);
  stop ();
  unlink (pem);
}
END_TEST

/* ---- resuming ------------------------------------------------------------------------------------- */

START_TEST (a_run_begins_again_at_any_block)
{
  char (*cursors)[DCPIPE_CURSOR_MAX + 1];

  start (SMALL, NULL);
  cursors = calloc (blocks, sizeof *cursors);
  ck_assert_ptr_nonnull (cursors);
  begin (0, NULL);
  for (size_t at = 0; host_next (host) == DCPIPE_OK;)
    for (size_t i = 0; i < host->count; i++)
      memcpy (cursors[at++], host->frames[i].cursor, sizeof *cursors);
  for (size_t i = 1; i < blocks; i++) {
    ck_assert_ptr_nonnull (strstr (cursors[i], "start=8388608&before="));
    begin (i, cursors[i]);
    ck_assert_int_eq (expect_blocks (i, blocks, 0), DCPIPE_TIP);
    ck_assert_uint_eq (host->first, DATA_START);
    begin (i, i % 2 ? NULL : "of a later version");
    ck_assert_int_eq (expect_blocks (i, blocks, 0), DCPIPE_TIP);
  }
  free (cursors);
  stop ();
}
END_TEST

START_TEST (a_resumed_run_sends_the_bytes_before)
{
  start (SMALL, NULL);
  begin (3, "start=8388608&before=00112233445566778899aabbccddeeff");
  ck_assert_int_eq (host_next (host), DCPIPE_DIVERGED);
  expect_error ("data_fetch of canister " REPLICA_DEFAULT_CANISTER " at position ");
  expect_error ("the bytes before it are not those of the block stored before: the ledger was forked");
  stop ();
}
END_TEST

/* A replica may lag behind, so that the first word of it counts only if it is certified. */
START_TEST (a_stored_block_must_be_there)
{
  for (int trust = DCPIPE_TRUST_NONE; trust <= DCPIPE_TRUST_CERTIFIED; trust++)
    for (size_t have = 5; have < 11; have += 5) { /* the block is beyond the end, or begins there */
      start (SMALL, NULL);
      set_option ("trust", trust);
      reveal (have);
      begin (10, NULL);
      if (trust != DCPIPE_TRUST_CERTIFIED) {
        ck_assert_int_eq (host_next (host), DCPIPE_RETRY);
        expect_error ("perhaps one replica lags behind");
      }
      ck_assert_int_eq (host_next (host), DCPIPE_DIVERGED);
      expect_error ("the ledger ends before the end of the last stored block: it was cut short");
      stop ();
    }
}
END_TEST

START_TEST (a_replica_that_lagged_is_forgiven)
{
  start (SMALL, NULL);
  reveal (5);
  begin (10, NULL);
  ck_assert_int_eq (host_next (host), DCPIPE_RETRY);
  reveal (blocks);
  ck_assert_int_eq (expect_blocks (10, blocks, 0), DCPIPE_TIP);
  stop ();
}
END_TEST

START_TEST (a_stored_block_cannot_lie_before_the_ledger)
{
  uint64_t before = DATA_START - 16;

  start (SMALL, NULL);
  ck_assert_int_eq (host_open (host, &before), DCPIPE_OK);
  ck_assert_int_eq (host_next (host), DCPIPE_DIVERGED);
  expect_error ("the last stored block is not in this ledger");
  stop ();
}
END_TEST

/* ---- the tip -------------------------------------------------------------------------------------- */

START_TEST (a_growing_ledger_is_followed)
{
  start (SMALL, NULL);
  reveal (1);
  begin (0, NULL);
  ck_assert_int_eq (expect_blocks (0, 1, 0), DCPIPE_TIP);
  ck_assert_int_eq (expect_blocks (1, 1, 0), DCPIPE_TIP);
  for (size_t i = 2; i < blocks; i += 7) {
    size_t had = i < 7 ? 1 : i - 7;

    reveal (i);
    ck_assert_int_eq (expect_blocks (had, i, 0), DCPIPE_TIP);
    ck_assert_uint_eq (host->end, positions[i]);
  }
  stop ();
}
END_TEST

START_TEST (an_empty_ledger_is_waited_for)
{
  start (SMALL, NULL);
  reveal (0);
  begin (0, NULL);
  ck_assert_int_eq (host_next (host), DCPIPE_TIP);
  ck_assert_int_eq (host_next (host), DCPIPE_TIP);
  reveal (2);
  ck_assert_int_eq (expect_blocks (0, 2, 0), DCPIPE_TIP);
  stop ();
}
END_TEST

START_TEST (each_look_for_more_is_one_query)
{
  unsigned before;

  start (SMALL, NULL);
  begin (0, NULL);
  before = queries ();
  ck_assert_int_eq (expect_blocks (0, blocks, 0), DCPIPE_TIP);
  ck_assert_uint_eq (queries (), before + 1);
  ck_assert_int_eq (host_next (host), DCPIPE_TIP);
  ck_assert_uint_eq (queries (), before + 2);
  stop ();
}
END_TEST

START_TEST (the_end_is_known_before_it_is_reached)
{
  start (MEDIUM, NULL);
  *(int64_t *) host_option (host, "prefetch") = 1;
  control ("fault", "kind=slow,ms=500,size=300000,on=query,method=data_fetch,after=1,count=1");
  begin (0, NULL);
  ck_assert_int_eq (host_next (host), DCPIPE_OK);
  ck_assert_uint_lt (host->end, positions[blocks]);
  ck_assert_int_eq (host_next (host), DCPIPE_OK);
  ck_assert_uint_lt (host->frames[host->count - 1].position, positions[blocks - 1]);
  ck_assert_uint_eq (host->end, positions[blocks]);
  stop ();
}
END_TEST

START_TEST (a_ledger_that_is_rolled_back_or_forked_while_followed_diverges)
{
  start (SMALL, NULL);
  reveal (12);
  begin (0, NULL);
  ck_assert_int_eq (expect_blocks (0, 12, 0), DCPIPE_TIP);
  reveal (6);
  ck_assert_int_eq (host_next (host), DCPIPE_RETRY);
  ck_assert_int_eq (host_next (host), DCPIPE_DIVERGED);
  expect_error ("cut short, rolled back or swapped");
  stop ();

  start (SMALL, NULL);
  reveal (12);
  begin (0, NULL);
  ck_assert_int_eq (expect_blocks (0, 12, 0), DCPIPE_TIP);
  control ("fork", "11");
  reveal (20);
  ck_assert_int_eq (host_next (host), DCPIPE_DIVERGED);
  stop ();
}
END_TEST

/* ---- faults --------------------------------------------------------------------------------------- */

START_TEST (passing_faults_are_passed)
{
  static const char *const kinds[] = { "close", "cut,size=100", "status", "status,status=429", "garbage", "oversized",
                                       "truncate,size=20", "reject,code=2", "no-signature", "bad-signature",
                                       "stale-signature", "future-signature", "unknown-node" };

  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    for (int after = 0; after < 3; after += 2) {
      char fault[128];

      start (MEDIUM, NULL);
      snprintf (fault, sizeof fault, "kind=%s,on=query,method=data_fetch,count=1,after=%d", kinds[i], after);
      control ("fault", fault);
      begin (0, NULL);
      ck_assert_msg (expect_blocks (0, blocks, 1) == DCPIPE_TIP, "%s: %s", fault, host->error);
      stop ();
    }
}
END_TEST

START_TEST (passing_faults_of_keys_are_passed)
{
  static const char *const kinds[] = { "close", "status", "garbage", "bad-certificate", "bad-delegation",
                                       "stale-certificate", "future-certificate", "out-of-range", "no-ranges" };

  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    char fault[128];

    start (SMALL, NULL);
    snprintf (fault, sizeof fault, "kind=%s,on=read_state,count=1", kinds[i]);
    control ("fault", fault);
    begin (0, NULL);
    ck_assert_int_eq (expect_blocks (0, 0, 0), DCPIPE_RETRY);
    expect_error ("/read_state: ");
    ck_assert_msg (expect_blocks (0, blocks, 0) == DCPIPE_TIP, "%s: %s", fault, host->error);
    stop ();
  }
}
END_TEST

START_TEST (passing_faults_of_calls_are_passed)
{
  static const char *const kinds[] = { "close", "status", "garbage", "accept", "reject,code=2", "refuse,code=2",
                                       "bad-certificate", "stale-certificate", "no-ranges", "out-of-range" };

  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    char fault[128];

    start (SMALL, NULL);
    set_option ("trust", DCPIPE_TRUST_CERTIFIED);
    snprintf (fault, sizeof fault, "kind=%s,on=call,count=1", kinds[i]);
    control ("fault", fault);
    begin (0, NULL);
    ck_assert_msg (expect_blocks (0, blocks, 1) == DCPIPE_TIP, "%s: %s", fault, host->error);
    stop ();
  }
}
END_TEST

START_TEST (lasting_rejects_end_the_run)
{
  start (SMALL, NULL);
  control ("fault", "kind=reject,code=5,on=query,count=1,text=out of luck");
  begin (0, NULL);
  ck_assert_int_eq (host_next (host), DCPIPE_FAIL);
  expect_error ("rejected with code 5");
  expect_error ("out of luck");
  stop ();
}
END_TEST

START_TEST (the_pause_that_was_asked_for_is_handed_on)
{
  start (SMALL, NULL);
  control ("fault", "kind=status,status=503,retry_after=9,on=query,count=1");
  begin (0, NULL);
  ck_assert_int_eq (host_next (host), DCPIPE_RETRY);
  ck_assert_uint_eq (host->retry_after, 9000);
  expect_error ("HTTP status 503");
  stop ();
}
END_TEST

/* The second of three chunks fails: the third is not fetched again. */
START_TEST (what_was_fetched_ahead_outlives_a_fault)
{
  unsigned before;

  start (MEDIUM, NULL);
  *(int64_t *) host_option (host, "prefetch") = 2;
  control ("fault", "kind=status,on=query,count=1,after=1");
  begin (0, NULL);
  before = queries ();
  ck_assert_int_eq (expect_blocks (0, blocks, 1), DCPIPE_TIP);
  ck_assert_uint_le (queries (), before + 6); /* three chunks, one of them twice, a guess beyond the end, metadata */
  stop ();
}
END_TEST

START_TEST (a_flipped_bit_never_becomes_a_block)
{
  struct timespec now;
  unsigned seed;

  clock_gettime (CLOCK_REALTIME, &now);
  seed = (unsigned) now.tv_nsec;
  start (SMALL, NULL);
  for (int i = 0; i < 200; i++) {
    /* Half of them in the envelope's few bytes at either end, the other half anywhere. */
    size_t size = i % 4 == 0 ? (size_t) rand_r (&seed) % 400 : (size_t) rand_r (&seed) % (positions[blocks] - DATA_START);
    char fault[64];

    snprintf (fault, sizeof fault, "kind=flip,on=query,count=1,size=%zu", size);
    control ("fault", fault);
    begin (0, NULL);
    ck_assert_msg (expect_blocks (0, blocks, 1) == DCPIPE_TIP, "%s: %s", fault, host->error);
    control ("clear", "");
  }
  stop ();
}
END_TEST

START_TEST (good_blocks_come_before_a_fault_of_the_ledger)
{
  static const char *const names[] = { "truncated_mid_block", "header_version_2", "jump_zero", "jump_past_end" };

  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    char name[64], *path;

    snprintf (name, sizeof name, "ledger/corrupt/%s.ledger", names[i]);
    path = vectors_path (name);
    if (access (path, R_OK) == 0) {
      start (name, NULL);
      blocks = blocks < 9 ? blocks : 9; /* by their manifest the faults are in the tenth */
      begin (0, NULL);
      ck_assert_msg (expect_blocks (0, blocks, 0) == DCPIPE_DIVERGED, "%s", name);
      expect_error (": block at position ");
      ck_assert_int_eq (host_next (host), DCPIPE_DIVERGED);
      stop ();
    }
    free (path);
  }
}
END_TEST

/* ---- waiting -------------------------------------------------------------------------------------- */

static uint64_t
clock_ms (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return (uint64_t) now.tv_sec * 1000 + (uint64_t) now.tv_nsec / 1000000;
}

START_TEST (the_deadline_is_kept)
{
  uint64_t before;

  start (SMALL, NULL);
  control ("fault", "kind=hang,ms=1500,on=query,count=1");
  begin (0, NULL);
  before = clock_ms ();
  ck_assert_int_eq (host_next_within (host, 200), DCPIPE_WAIT);
  ck_assert_uint_ge (clock_ms () - before, 200);
  ck_assert_uint_lt (clock_ms () - before, 1200);
  ck_assert_int_eq (expect_blocks (0, blocks, 1), DCPIPE_TIP);
  stop ();
}
END_TEST

START_TEST (a_request_that_takes_too_long_is_a_passing_fault)
{
  start (SMALL, NULL);
  *(uint64_t *) host_option (host, "timeout") = 300;
  control ("fault", "kind=hang,ms=1500,on=query,count=1");
  begin (0, NULL);
  ck_assert_int_eq (host_next (host), DCPIPE_RETRY);
  expect_error ("no complete answer within 300 ms");
  ck_assert_int_eq (expect_blocks (0, blocks, 0), DCPIPE_TIP);
  stop ();
}
END_TEST

static void *
stop_soon (void *unused)
{
  usleep (200000);
  host_set_stop (true);
  return unused;
}

START_TEST (a_stop_is_heeded_at_once)
{
  pthread_t thread;
  uint64_t before;

  for (int trust = DCPIPE_TRUST_SIGNATURES; trust <= DCPIPE_TRUST_CERTIFIED; trust++) {
    start (SMALL, NULL);
    set_option ("trust", trust);
    control ("fault", trust == DCPIPE_TRUST_CERTIFIED ? "kind=accept,on=call,count=1" : "kind=hang,ms=3000,on=query,count=1");
    control ("fault", "kind=hang,ms=3000,on=read_state,count=1");
    begin (0, NULL);
    ck_assert_int_eq (pthread_create (&thread, NULL, stop_soon, NULL), 0);
    before = clock_ms ();
    ck_assert_int_eq (host_next (host), DCPIPE_WAIT);
    ck_assert_uint_lt (clock_ms () - before, 1500);
    ck_assert_int_eq (host_next (host), DCPIPE_WAIT);
    pthread_join (thread, NULL);
    host_set_stop (false);
    ck_assert_int_eq (expect_blocks (0, blocks, 2), DCPIPE_TIP);
    stop ();
  }
}
END_TEST

/* ---- configuration -------------------------------------------------------------------------------- */

START_TEST (mistakes_of_the_configuration_are_refused)
{
  static const char *const nowhere[] = { "ftp://a.invalid", NULL }, *const none[] = { NULL },
                           *const remote[] = { "http://127.0.0.1:1", "https://a.invalid", NULL };
  static const struct {
    const char *key, *text;
    const char *const *list;
    const char *error;
  } rows[] = {
    { "url", NULL, nowhere, "url: 'ftp://a.invalid' is not a URL that begins with https:// or http://" },
    { "url", NULL, none, "url: none is given" },
    { "canister_id", "ggi4a-wyaaa-aaaai-actqq-caj", NULL, "canister_id: 'ggi4a-wyaaa-aaaai-actqq-caj' is not a canister's id: " },
    { "root_key", "00ff", NULL, "root_key: expected 'fetch', or a BLS public key in DER as 266 hexadecimal digits" },
    { "identity", "/nowhere/key.pem", NULL, "identity: cannot open /nowhere/key.pem: " },
    { "identity", "/dev/null", NULL, "identity: /dev/null: " },
  };

  start (SMALL, NULL);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    host_free (host);
    new_host ();
    if (rows[i].list != NULL)
      *(const char *const **) host_option (host, rows[i].key) = rows[i].list;
    else
      *(const char **) host_option (host, rows[i].key) = rows[i].text;
    ck_assert_int_eq (host_configure (host), DCPIPE_FAIL);
    expect_error (rows[i].error);
  }
  host_free (host);
  new_host ();
  *(const char *const **) host_option (host, "url") = remote;
  *(const char **) host_option (host, "root_key") = "fetch";
  ck_assert_int_eq (host_configure (host), DCPIPE_FAIL);
  expect_error ("root_key: 'fetch' is for this machine alone: whoever answers at https://a.invalid could");
  stop ();
}
END_TEST

START_TEST (the_root_key_is_fetched_on_loopback_when_asked_for_or_in_development)
{
  for (int i = 0; i < 3; i++) {
    start (SMALL, NULL);
    *(const char **) host_option (host, "root_key") = i == 0 ? "fetch" : NULL;
    if (i == 1)
      setenv ("ENVIRONMENT", "development", 1);
    begin (0, NULL);
    if (i < 2) {
      ck_assert_int_eq (expect_blocks (0, blocks, 0), DCPIPE_TIP);
    } else { /* that of the public network does not fit */
      ck_assert_int_eq (host_next (host), DCPIPE_RETRY);
      expect_error ("delegation (signed by the root key): the signature does not match");
    }
    stop ();
  }
}
END_TEST

START_TEST (another_url_is_tried_when_one_fails)
{
  const char *two[] = { "http://127.0.0.1:1", NULL, NULL };

  start (SMALL, NULL);
  two[1] = urls[0];
  *(const char *const **) host_option (host, "url") = two;
  begin (0, NULL);
  ck_assert_int_eq (expect_blocks (0, blocks, 2), DCPIPE_TIP);
  stop ();
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    all_blocks_come_at_every_trust_and_prefetch,
    older_interfaces_and_networks_without_delegation_will_do,
    blocks_are_unpacked,
    an_identity_signs_the_requests,
    a_run_begins_again_at_any_block,
    a_resumed_run_sends_the_bytes_before,
    a_stored_block_must_be_there,
    a_replica_that_lagged_is_forgiven,
    a_stored_block_cannot_lie_before_the_ledger,
    a_growing_ledger_is_followed,
    an_empty_ledger_is_waited_for,
    each_look_for_more_is_one_query,
    the_end_is_known_before_it_is_reached,
    a_ledger_that_is_rolled_back_or_forked_while_followed_diverges,
    passing_faults_are_passed,
    passing_faults_of_keys_are_passed,
    passing_faults_of_calls_are_passed,
    lasting_rejects_end_the_run,
    the_pause_that_was_asked_for_is_handed_on,
    what_was_fetched_ahead_outlives_a_fault,
    a_flipped_bit_never_becomes_a_block,
    good_blocks_come_before_a_fault_of_the_ledger,
    the_deadline_is_kept,
    a_request_that_takes_too_long_is_a_passing_fault,
    a_stop_is_heeded_at_once,
    mistakes_of_the_configuration_are_refused,
    the_root_key_is_fetched_on_loopback_when_asked_for_or_in_development,
    another_url_is_tried_when_one_fails,
  };

  return RUN_TESTS ("icp", tests);
}
