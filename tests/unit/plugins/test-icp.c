/* SPDX-License-Identifier: Apache-2.0 */
/* The source icp on ledgers that are whole, growing, cut short and forked, and its configuration. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "support/run.h"
#include "unit/plugins/icp-fixture.h"

/* ---- the whole ledger ----------------------------------------------------------------------------- */

START_TEST (all_blocks_come_at_every_trust_and_prefetch)
{
  static const int64_t prefetches[] = { 1, 2, 8, 64 };

  for (int trust = DCPIPE_TRUST_NONE; trust <= DCPIPE_TRUST_CERTIFIED; trust++)
    for (size_t i = 0; i < 4; i++) {
      icp_start (MEDIUM, NULL);
      set_option ("trust", trust);
      *(int64_t *) host_option (host, "prefetch") = prefetches[i];
      begin (0, NULL);
      ck_assert_int_eq (expect_blocks (0, blocks, 0), DCPIPE_TIP);
      ck_assert_int_eq (host->trust, trust);
      ck_assert_uint_eq (host->first, DATA_START);
      ck_assert_uint_eq (host->end, positions[blocks]);
      icp_stop ();
    }
}
END_TEST

START_TEST (older_interfaces_and_networks_without_delegation_will_do)
{
  static const struct replica_options ways[] = { { .max_api = 2 },
                                                 { .max_api = 3 },
                                                 { .undelegated = true } };

  for (size_t i = 0; i < 3; i++)
    for (int trust = DCPIPE_TRUST_SIGNATURES; trust <= DCPIPE_TRUST_CERTIFIED; trust++) {
      icp_start (SMALL, &ways[i]);
      set_option ("trust", trust);
      begin (0, NULL);
      ck_assert_int_eq (expect_blocks (0, blocks, 0), DCPIPE_TIP);
      icp_stop ();
    }
}
END_TEST

START_TEST (blocks_are_unpacked)
{
  struct host_block block;

  icp_start (SMALL, NULL);
  begin (0, NULL);
  ck_assert (host_next (host) == DCPIPE_OK && host->count > 1);
  ck_assert_int_eq (host_unpack (host, &host->frames[1], &block), DCPIPE_OK);
  ck_assert_uint_gt (block.entries, 0);
  icp_stop ();
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
  icp_start (SMALL, NULL);
  *(const char **) host_option (host, "identity") = pem;
  begin (0, NULL);
  ck_assert_int_eq (expect_blocks (0, blocks, 0), DCPIPE_TIP);
  icp_stop ();
  unlink (pem);
}
END_TEST

/* ---- resuming ------------------------------------------------------------------------------------- */

START_TEST (a_run_begins_again_at_any_block)
{
  char (*cursors)[DCPIPE_CURSOR_MAX + 1];

  icp_start (SMALL, NULL);
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
  icp_stop ();
}
END_TEST

START_TEST (a_resumed_run_sends_the_bytes_before)
{
  icp_start (SMALL, NULL);
  begin (3, "start=8388608&before=00112233445566778899aabbccddeeff");
  ck_assert_int_eq (host_next (host), DCPIPE_DIVERGED);
  expect_error ("data_fetch of canister " REPLICA_DEFAULT_CANISTER " at position ");
  expect_error ("the bytes before it are not those of the block stored before: the ledger was forked");
  icp_stop ();
}
END_TEST

/* What only one node says is asked again: with a certificate, which settles it, or until it has been said
 * long enough. */
static void
expect_divergence (int trust)
{
  unsigned answers = 1;
  int result;

  while ((result = host_next (host)) == DCPIPE_RETRY && trust == DCPIPE_TRUST_NONE) {
    expect_error ("; perhaps the node that answered lags behind, or is wrong");
    ck_assert_uint_lt (answers++, 100);
    usleep (100000);
  }
  ck_assert_msg (result == DCPIPE_DIVERGED, "%d: %s", result, host->error);
  ck_assert (trust != DCPIPE_TRUST_NONE || answers > 4);
  ck_assert_int_eq (host_next (host), DCPIPE_DIVERGED);
}

static void
trust_for (int trust, uint64_t max_age)
{
  set_option ("trust", trust);
  *(uint64_t *) host_option (host, "max_age") = max_age;
}

START_TEST (a_stored_block_must_be_there)
{
  for (int trust = DCPIPE_TRUST_NONE; trust <= DCPIPE_TRUST_CERTIFIED; trust++)
    for (size_t have = 5; have < 11; have += 5) { /* the block is beyond the end, or begins there */
      icp_start (SMALL, NULL);
      trust_for (trust, 1000);
      reveal (have);
      begin (10, NULL);
      expect_divergence (trust);
      expect_error ("the ledger ends before the end of the last stored block: it was cut short");
      icp_stop ();
    }
}
END_TEST

/* Nobody can know of a block that was made after he signed, not even the subnet. */
START_TEST (who_signed_before_the_block_was_made_knows_nothing_of_it)
{
#define HASH "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
  static const char *const cursors[] = { "start=8388608&hash=" HASH "&time=9999999999999999999",
                                         "start=8388608&hash=" HASH "&time=1700000000000000000" };

  for (int trust = DCPIPE_TRUST_SIGNATURES; trust <= DCPIPE_TRUST_CERTIFIED; trust++)
    for (size_t i = 0; i < 2; i++) {
      icp_start (SMALL, NULL);
      trust_for (trust, 1000);
      reveal (5);
      begin (10, cursors[i]);
      for (int answers = 0; answers < 20 && i == 0; answers++) {
        ck_assert_int_eq (host_next (host), DCPIPE_RETRY);
        usleep (100000);
      }
      if (i == 1)
        ck_assert_int_eq (host_next (host), DCPIPE_DIVERGED);
      icp_stop ();
    }
}
END_TEST

START_TEST (a_replica_that_lagged_is_forgiven)
{
  icp_start (SMALL, NULL);
  set_option ("trust", DCPIPE_TRUST_NONE);
  reveal (5);
  begin (10, NULL);
  for (int i = 0; i < 9; i++)
    ck_assert_int_eq (host_next (host), DCPIPE_RETRY);
  reveal (blocks);
  ck_assert_int_eq (expect_blocks (10, blocks, 0), DCPIPE_TIP);
  icp_stop ();
}
END_TEST

START_TEST (a_stored_block_cannot_lie_before_the_ledger)
{
  uint64_t before;

  icp_start (SMALL, NULL);
  before = DATA_START - 16;
  ck_assert_int_eq (host_open (host, &before), DCPIPE_OK);
  ck_assert_int_eq (host_next (host), DCPIPE_DIVERGED);
  expect_error ("the last stored block is not in this ledger");
  icp_stop ();
}
END_TEST

/* ---- the tip -------------------------------------------------------------------------------------- */

START_TEST (a_growing_ledger_is_followed)
{
  icp_start (SMALL, NULL);
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
  icp_stop ();
}
END_TEST

START_TEST (an_empty_ledger_is_waited_for)
{
  icp_start (SMALL, NULL);
  reveal (0);
  begin (0, NULL);
  ck_assert_int_eq (host_next (host), DCPIPE_TIP);
  ck_assert_int_eq (host_next (host), DCPIPE_TIP);
  reveal (2);
  ck_assert_int_eq (expect_blocks (0, 2, 0), DCPIPE_TIP);
  icp_stop ();
}
END_TEST

START_TEST (each_look_for_more_is_one_query)
{
  unsigned before;

  icp_start (SMALL, NULL);
  begin (0, NULL);
  before = queries ();
  ck_assert_int_eq (expect_blocks (0, blocks, 0), DCPIPE_TIP);
  ck_assert_uint_eq (queries (), before + 1);
  ck_assert_int_eq (host_next (host), DCPIPE_TIP);
  ck_assert_uint_eq (queries (), before + 2);
  icp_stop ();
}
END_TEST

START_TEST (the_end_is_known_before_it_is_reached)
{
  icp_start (MEDIUM, NULL);
  *(int64_t *) host_option (host, "prefetch") = 1;
  control ("fault", "kind=slow,ms=500,size=300000,on=query,method=data_fetch,after=1,count=1");
  begin (0, NULL);
  ck_assert_int_eq (host_next (host), DCPIPE_OK);
  ck_assert_uint_lt (host->end, positions[blocks]);
  ck_assert_int_eq (host_next (host), DCPIPE_OK);
  ck_assert_uint_lt (host->frames[host->count - 1].position, positions[blocks - 1]);
  ck_assert_uint_eq (host->end, positions[blocks]);
  icp_stop ();
}
END_TEST

START_TEST (a_ledger_that_is_rolled_back_or_forked_while_followed_diverges)
{
  for (int trust = DCPIPE_TRUST_NONE; trust <= DCPIPE_TRUST_CERTIFIED; trust++) {
    icp_start (SMALL, NULL);
    trust_for (trust, 1000);
    reveal (12);
    begin (0, NULL);
    ck_assert_int_eq (expect_blocks (0, 12, 0), DCPIPE_TIP);
    reveal (6);
    expect_divergence (trust);
    expect_error (
        "the ledger ends before what it held a moment ago: it was cut short, rolled back or swapped");
    icp_stop ();

    icp_start (SMALL, NULL);
    trust_for (trust, 1000);
    reveal (12);
    begin (0, NULL);
    ck_assert_int_eq (expect_blocks (0, 12, 0), DCPIPE_TIP);
    control ("fork", "11");
    reveal (20);
    expect_divergence (trust);
    icp_stop ();
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
    { "canister_id", "ggi4a-wyaaa-aaaai-actqq-caj", NULL,
      "canister_id: 'ggi4a-wyaaa-aaaai-actqq-caj' is not a canister's id: " },
    { "root_key", "00ff", NULL,
      "root_key: expected 'fetch', or a BLS public key in DER as 266 hexadecimal digits" },
    { "root_key",
      "308182301d060d2b0601040182dc7c0503010201060c2b0601040182dc7c05030201036100"
      "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
      "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
      NULL, "root_key: this is not the root key of any network: the public key is not a point of the curve" },
    { "identity", "/nowhere/key.pem", NULL, "identity: cannot open /nowhere/key.pem: " },
    { "identity", "/dev/null", NULL, "identity: /dev/null: " },
  };

  icp_start (SMALL, NULL);
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
  icp_stop ();
}
END_TEST

START_TEST (the_root_key_is_fetched_on_loopback_when_asked_for_or_in_development)
{
  for (int i = 0; i < 3; i++) {
    icp_start (SMALL, NULL);
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
    icp_stop ();
  }
}
END_TEST

START_TEST (another_url_is_tried_when_one_fails)
{
  const char *two[] = { "http://127.0.0.1:1", NULL, NULL };

  icp_start (SMALL, NULL);
  two[1] = urls[0];
  *(const char *const **) host_option (host, "url") = two;
  begin (0, NULL);
  ck_assert_int_eq (expect_blocks (0, blocks, 2), DCPIPE_TIP);
  icp_stop ();
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
    who_signed_before_the_block_was_made_knows_nothing_of_it,
    a_replica_that_lagged_is_forgiven,
    a_stored_block_cannot_lie_before_the_ledger,
    a_growing_ledger_is_followed,
    an_empty_ledger_is_waited_for,
    each_look_for_more_is_one_query,
    the_end_is_known_before_it_is_reached,
    a_ledger_that_is_rolled_back_or_forked_while_followed_diverges,
    mistakes_of_the_configuration_are_refused,
    the_root_key_is_fetched_on_loopback_when_asked_for_or_in_development,
    another_url_is_tried_when_one_fails,
  };

  return RUN_TESTS ("icp", tests);
}
