/* SPDX-License-Identifier: Apache-2.0 */
/* Faults of the transport and the ledger, and which requests they hit. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bytes/cleanup.h"
#include "replica/fault.h"
#include "replica/test-support.h"
#include "support/run.h"

static struct client client;

static void
set_up (const struct replica_options *options)
{
  client_start (&client, "ledger/small.ledger", options);
  ck_assert_int_eq (client_fetch_keys (&client), IC_CERTIFICATE_VALID);
}

static void
order (const char *command, const char *body)
{
  free (client_control (&client, command, body));
}

static void
query (void)
{
  client_ask (&client, IC_AGENT_QUERY, "metadata", "()", NULL);
}

static uint64_t
now_ms (void)
{
  return client_now_ns () / 1000000;
}

/* ---- the transport ------------------------------------------------------------------------------- */

static const struct {
  const char *spec;
  enum ic_agent_outcome outcome;
  const char *text;
} transport[] = {
  { "kind=close", IC_AGENT_RETRY, "" },
  { "kind=cut", IC_AGENT_RETRY, "the answer broke off: " },
  { "kind=cut,size=3", IC_AGENT_RETRY, "the answer broke off: " },
  { "kind=status,status=429,retry_after=7", IC_AGENT_RETRY, "HTTP status 429: not now" },
  { "kind=status,status=500", IC_AGENT_RETRY, "HTTP status 500" },
  { "kind=status,text=busy", IC_AGENT_RETRY, "HTTP status 503: busy" },
  { "kind=status,status=403", IC_AGENT_RETRY, "HTTP status 403" },
  { "kind=status,status=302", IC_AGENT_RETRY, "HTTP status 302 to http://elsewhere.invalid/;" },
  { "kind=hang", IC_AGENT_RETRY, "no complete answer within 3000 ms" },
  { "kind=oversized", IC_AGENT_RETRY, "larger than the limit" },
  { "kind=garbage", IC_AGENT_RETRY, "text/html that makes no sense" },
  { "kind=truncate", IC_AGENT_RETRY, "makes no sense" },
  { "kind=reject,code=1", IC_AGENT_REJECTED, "rejected with code 1" },
  { "kind=reject,code=2,text=later", IC_AGENT_REJECTED, "later" },
  { "kind=reject,code=3", IC_AGENT_REJECTED, "rejected with code 3" },
  { "kind=reject,code=4", IC_AGENT_REJECTED, "rejected with code 4" },
  { "kind=reject,code=5", IC_AGENT_REJECTED, "rejected with code 5" },
};

START_TEST (transport_faults)
{
  set_up (NULL);
  for (size_t i = 0; i < sizeof transport / sizeof transport[0]; i++) {
    printf ("%s\n", transport[i].spec);
    order ("fault", transport[i].spec);
    query ();
    ck_assert_msg (client.result->outcome == transport[i].outcome, "%s: outcome %d, %s", transport[i].spec,
                   (int) client.result->outcome, client.result->error.text);
    ck_assert_msg (strstr (client.result->error.text, transport[i].text) != NULL, "%s: %s", transport[i].spec,
                   client.result->error.text);
    if (strstr (transport[i].spec, "retry_after=7") != NULL)
      ck_assert_uint_eq (client.result->retry_after_ms, 7000);
    if (transport[i].outcome == IC_AGENT_REJECTED)
      ck_assert_msg (client_verify_query (&client) == IC_QUERY_VALID, "%s", client.error.text);
    order ("clear", "");
  }
  query ();
  ck_assert_int_eq (client.result->outcome, IC_AGENT_OK);
  client_stop (&client);
}
END_TEST

START_TEST (slow_answers_come_whole)
{
  uint64_t begin;

  set_up (NULL);
  order ("fault", "kind=slow,ms=300");
  begin = now_ms ();
  query ();
  ck_assert_msg (client.result->outcome == IC_AGENT_OK, "%s", client.result->error.text);
  ck_assert_uint_ge (now_ms () - begin, 250);
  ck_assert_int_eq (client_verify_query (&client), IC_QUERY_VALID);
  client_stop (&client);
}
END_TEST

START_TEST (answers_are_delayed)
{
  uint64_t begin;

  set_up (&(struct replica_options){ .delay_ms = 200 });
  begin = now_ms ();
  query ();
  ck_assert_uint_ge (now_ms () - begin, 190);
  ck_assert_uint_lt (now_ms () - begin, 2000);
  client_stop (&client);
}
END_TEST

/* A replica that hangs can be stopped. */
START_TEST (hanging_replicas_stop)
{
  static const char *const fault = "kind=hang,on=query";
  uint64_t begin;

  set_up (&(struct replica_options){ .faults = &fault, .fault_count = 1 });
  query ();
  ck_assert_int_eq (client.result->outcome, IC_AGENT_RETRY);
  begin = now_ms ();
  client_stop (&client);
  ck_assert_uint_lt (now_ms () - begin, 2000);
}
END_TEST

/* ---- which requests ------------------------------------------------------------------------------ */

START_TEST (faults_hit_what_they_are_meant_for)
{
  CLEANUP_FREE char *stats = NULL;
  static const enum ic_agent_outcome expected[] = {
    IC_AGENT_OK, IC_AGENT_OK, IC_AGENT_RETRY, IC_AGENT_RETRY, IC_AGENT_OK,
  };

  set_up (NULL);
  order ("fault", "kind=status,on=query+call,method=metadata,after=2,count=2,id=a");
  client_ask (&client, IC_AGENT_QUERY, "no_such_method", "()", NULL);
  ck_assert_int_eq (client.result->outcome, IC_AGENT_REJECTED);
  for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
    query ();
    ck_assert_int_eq (client.result->outcome, expected[i]);
  }
  order ("fault", "kind=close,id=b");
  order ("clear", "b");
  query ();
  ck_assert_int_eq (client.result->outcome, IC_AGENT_OK);
  stats = client_control (&client, "stats", "");
  ck_assert_msg (strstr (stats, "\nfaults=2\n") != NULL && strstr (stats, "\nquery=7\n") != NULL, "%s",
                 stats);
  client_stop (&client);
}
END_TEST

START_TEST (specifications_are_checked)
{
  static const char *const wrong[] = {
    "",
    "on=query",
    "kind=",
    "kind=nothing",
    "kind=close,on=everything",
    "kind=close,after=-1",
    "kind=close,after=x",
    "kind=reject,code=6",
    "kind=close,colour=red",
    "kind=close,after",
  };
  struct fault fault;
  struct ic_error error;

  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    error.text[0] = '\0';
    ck_assert_msg (!fault_parse (&fault, wrong[i], &error), "%s", wrong[i]);
    ck_assert_msg (strncmp (error.text, "fault", 5) == 0, "%s: %s", wrong[i], error.text);
  }
  ck_assert (fault_parse (&fault, "kind=reject,code=4,on=query+call,text=no,after=3", &error));
  ck_assert_int_eq (fault.kind, FAULT_REJECT);
  ck_assert_uint_eq (fault.on, 1u << ENDPOINT_QUERY | 1u << ENDPOINT_CALL);
  ck_assert_uint_eq (fault.after, 3);
}
END_TEST

/* ---- the ledger ---------------------------------------------------------------------------------- */

/* The tip: how many blocks, and the hash of the last one. */
static uint64_t
tip (uint8_t hash[32])
{
  const struct ic_candid_value *list =
      client_query (&client, "metadata", "()", NULL,
                    "(vec record { text; variant { Nat : nat; Text : text; Blob : blob } })");
  uint64_t blocks = 0;

  for (uint32_t i = 0; i < list->count; i++) {
    const struct bytes name = list->items[i].items[0].bytes;
    const struct ic_candid_value *value = &list->items[i].items[1];

    if (bytes_equal (name, ic_label ("ledger:num_blocks")))
      blocks = ic_candid_case (value, "Nat")->nat;
    if (bytes_equal (name, ic_label ("ledger:latest_block_hash"))
        && ic_candid_case (value, "Blob")->bytes.size == 32)
      memcpy (hash, ic_candid_case (value, "Blob")->bytes.data, 32);
  }
  return blocks;
}

START_TEST (ledgers_shrink_and_fork)
{
  uint8_t before[32], after[32];

  set_up (NULL);
  ck_assert_uint_eq (tip (before), 26);
  order ("fault", "kind=shrink,block=20,after=1");
  ck_assert_uint_eq (tip (after), 26);
  ck_assert_mem_eq (before, after, 32);
  ck_assert_uint_eq (tip (after), 20);
  ck_assert_mem_ne (before, after, 32);
  order ("reveal", "26");
  order ("fork", "24");
  ck_assert_uint_eq (tip (after), 26);
  ck_assert_mem_ne (before, after, 32);
  order ("reveal", "24");
  ck_assert_uint_eq (tip (before), 24);
  order ("fault", "kind=fork,block=24");
  ck_assert_uint_eq (tip (after), 24);
  ck_assert_mem_eq (before, after, 32);
  client_stop (&client);
}
END_TEST

/* One answer tells of an older state; the next one does not. */
START_TEST (nodes_lag)
{
  uint8_t hash[32];

  set_up (NULL);
  order ("fault", "kind=lag,block=5,count=1");
  ck_assert_uint_eq (tip (hash), 5);
  ck_assert_uint_eq (tip (hash), 26);
  client_stop (&client);
}
END_TEST

/* The keys that were fetched before do not do for the nodes that there are then. */
START_TEST (nodes_change)
{
  set_up (NULL);
  ck_assert_int_eq (client_fetch_keys (&client), IC_CERTIFICATE_VALID);
  query ();
  ck_assert_int_eq (client_verify_query (&client), IC_QUERY_VALID);
  order ("fault", "kind=renew,on=query");
  for (int i = 0; i < 5; i++) {
    query ();
    ck_assert_int_eq (client_verify_query (&client), IC_QUERY_UNKNOWN_NODE);
  }
  ck_assert_int_eq (client_fetch_keys (&client), IC_CERTIFICATE_VALID);
  query ();
  ck_assert_int_eq (client_verify_query (&client), IC_QUERY_VALID);
  client_stop (&client);
}
END_TEST

START_TEST (queries_are_refused_by_nobody_who_signs)
{
  set_up (NULL);
  ck_assert_int_eq (client_fetch_keys (&client), IC_CERTIFICATE_VALID);
  order ("fault", "kind=refuse,code=3,text=gone");
  query ();
  ck_assert_int_eq (client.result->outcome, IC_AGENT_REJECTED);
  ck_assert_uint_eq (client.result->reject.code, 3);
  ck_assert_int_eq (client_verify_query (&client), IC_QUERY_MISSING_SIGNATURE);
  client_stop (&client);
}
END_TEST

START_TEST (ledgers_grow)
{
  const struct growth growth = { .first = 2, .step = 3, .step_ms = 100 };
  uint64_t last = 2, blocks;
  uint8_t hash[32];

  set_up (&(struct replica_options){ .growth = &growth });
  for (int i = 0; i < 200; i++) {
    blocks = tip (hash);
    ck_assert_uint_ge (blocks, last);
    ck_assert (blocks == 26 || (blocks - 2) % 3 == 0);
    last = blocks;
    if (blocks == 26)
      break;
    nanosleep (&(struct timespec){ 0, 20000000 }, NULL);
  }
  ck_assert_uint_eq (last, 26);
  client_stop (&client);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    transport_faults,
    slow_answers_come_whole,
    answers_are_delayed,
    hanging_replicas_stop,
    faults_hit_what_they_are_meant_for,
    specifications_are_checked,
    ledgers_shrink_and_fork,
    nodes_lag,
    nodes_change,
    queries_are_refused_by_nobody_who_signs,
    ledgers_grow,
  };

  return RUN_TESTS ("replica-faults", tests);
}
