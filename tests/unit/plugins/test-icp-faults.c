/* SPDX-License-Identifier: Apache-2.0 */
/* The source icp when requests fail, answers are false or damaged, and nothing comes for long. */
#include "config.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "support/run.h"
#include "support/vectors.h"
#include "unit/plugins/icp-fixture.h"

/* ---- faults --------------------------------------------------------------------------------------- */

START_TEST (passing_faults_are_passed)
{
  static const char *const kinds[] = {
    "close",           "cut,size=100",     "status",        "status,status=429", "garbage",
    "oversized",       "truncate,size=20", "reject,code=2", "no-signature",      "bad-signature",
    "stale-signature", "future-signature", "unknown-node"
  };

  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    for (int after = 0; after < 3; after += 2) {
      char fault[128];

      icp_start (MEDIUM, NULL);
      snprintf (fault, sizeof fault, "kind=%s,on=query,method=data_fetch,count=1,after=%d", kinds[i], after);
      control ("fault", fault);
      begin (0, NULL);
      ck_assert_msg (expect_blocks (0, blocks, 1) == DCPIPE_TIP, "%s: %s", fault, host->error);
      icp_stop ();
    }
}
END_TEST

START_TEST (passing_faults_of_keys_are_passed)
{
  static const char *const kinds[] = { "close",
                                       "status",
                                       "garbage",
                                       "bad-certificate",
                                       "bad-delegation",
                                       "stale-certificate",
                                       "future-certificate",
                                       "out-of-range",
                                       "no-ranges" };

  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    char fault[128];

    icp_start (SMALL, NULL);
    snprintf (fault, sizeof fault, "kind=%s,on=read_state,count=1", kinds[i]);
    control ("fault", fault);
    begin (0, NULL);
    ck_assert_int_eq (expect_blocks (0, 0, 0), DCPIPE_RETRY);
    expect_error ("/read_state: ");
    ck_assert_msg (expect_blocks (0, blocks, 0) == DCPIPE_TIP, "%s: %s", fault, host->error);
    icp_stop ();
  }
}
END_TEST

START_TEST (passing_faults_of_calls_are_passed)
{
  static const char *const kinds[] = {
    "close",         "status",          "garbage",           "accept",    "reject,code=2",
    "refuse,code=2", "bad-certificate", "stale-certificate", "no-ranges", "out-of-range"
  };

  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    char fault[128];

    icp_start (SMALL, NULL);
    set_option ("trust", DCPIPE_TRUST_CERTIFIED);
    snprintf (fault, sizeof fault, "kind=%s,on=call,count=1", kinds[i]);
    control ("fault", fault);
    begin (0, NULL);
    ck_assert_msg (expect_blocks (0, blocks, 1) == DCPIPE_TIP, "%s: %s", fault, host->error);
    icp_stop ();
  }
}
END_TEST

START_TEST (lasting_rejects_end_the_run)
{
  icp_start (SMALL, NULL);
  control ("fault", "kind=reject,code=5,on=query,count=1,text=out of luck");
  begin (0, NULL);
  ck_assert_int_eq (host_next (host), DCPIPE_FAIL);
  expect_error ("rejected with code 5");
  expect_error ("out of luck");
  icp_stop ();
}
END_TEST

START_TEST (the_pause_that_was_asked_for_is_handed_on)
{
  icp_start (SMALL, NULL);
  control ("fault", "kind=status,status=503,retry_after=9,on=query,count=1");
  begin (0, NULL);
  ck_assert_int_eq (host_next (host), DCPIPE_RETRY);
  ck_assert_uint_eq (host->retry_after, 9000);
  expect_error ("HTTP status 503");
  icp_stop ();
}
END_TEST

/* The second of three chunks fails: the third is not fetched again. */
START_TEST (what_was_fetched_ahead_outlives_a_fault)
{
  unsigned before;

  icp_start (MEDIUM, NULL);
  *(int64_t *) host_option (host, "prefetch") = 2;
  control ("fault", "kind=status,on=query,count=1,after=1");
  begin (0, NULL);
  before = queries ();
  ck_assert_int_eq (expect_blocks (0, blocks, 1), DCPIPE_TIP);
  ck_assert_uint_le (queries (),
                     before + 6); /* three chunks, one of them twice, a guess beyond the end, metadata */
  icp_stop ();
}
END_TEST

START_TEST (a_flipped_bit_never_becomes_a_block)
{
  struct timespec now;
  unsigned seed;

  clock_gettime (CLOCK_REALTIME, &now);
  seed = (unsigned) now.tv_nsec;
  icp_start (SMALL, NULL);
  for (int i = 0; i < 200; i++) {
    /* Half of them in the envelope's few bytes at either end, the other half anywhere. */
    size_t size = i % 4 == 0 ? (size_t) rand_r (&seed) % 400
                             : (size_t) rand_r (&seed) % (positions[blocks] - DATA_START);
    char fault[64];

    snprintf (fault, sizeof fault, "kind=flip,on=query,count=1,size=%zu", size);
    control ("fault", fault);
    begin (0, NULL);
    ck_assert_msg (expect_blocks (0, blocks, 1) == DCPIPE_TIP, "%s: %s", fault, host->error);
    control ("clear", "");
  }
  icp_stop ();
}
END_TEST

START_TEST (good_blocks_come_before_a_fault_of_the_ledger)
{
  static const char *const names[] = { "truncated_mid_block", "header_version_2", "jump_zero",
                                       "jump_past_end" };

  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    char name[64], *path;

    snprintf (name, sizeof name, "ledger/corrupt/%s.ledger", names[i]);
    path = vectors_path (name);
    if (access (path, R_OK) == 0) {
      icp_start (name, NULL);
      blocks = blocks < 9 ? blocks : 9; /* by their manifest the faults are in the tenth */
      begin (0, NULL);
      ck_assert_msg (expect_blocks (0, blocks, 0) == DCPIPE_DIVERGED, "%s", name);
      expect_error (": block at position ");
      ck_assert_int_eq (host_next (host), DCPIPE_DIVERGED);
      icp_stop ();
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

  icp_start (SMALL, NULL);
  control ("fault", "kind=hang,ms=1500,on=query,count=1");
  begin (0, NULL);
  before = clock_ms ();
  ck_assert_int_eq (host_next_within (host, 200), DCPIPE_WAIT);
  ck_assert_uint_ge (clock_ms () - before, 200);
  ck_assert_uint_lt (clock_ms () - before, 1200);
  ck_assert_int_eq (expect_blocks (0, blocks, 1), DCPIPE_TIP);
  icp_stop ();
}
END_TEST

START_TEST (a_request_that_takes_too_long_is_a_passing_fault)
{
  icp_start (SMALL, NULL);
  *(uint64_t *) host_option (host, "timeout") = 300;
  control ("fault", "kind=hang,ms=1500,on=query,count=1");
  begin (0, NULL);
  ck_assert_int_eq (host_next (host), DCPIPE_RETRY);
  expect_error ("no complete answer within 300 ms");
  ck_assert_int_eq (expect_blocks (0, blocks, 0), DCPIPE_TIP);
  icp_stop ();
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
    icp_start (SMALL, NULL);
    set_option ("trust", trust);
    control ("fault", trust == DCPIPE_TRUST_CERTIFIED ? "kind=accept,on=call,count=1"
                                                      : "kind=hang,ms=3000,on=query,count=1");
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
    icp_stop ();
  }
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
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
  };

  return RUN_TESTS ("icp faults", tests);
}
