/* SPDX-License-Identifier: Apache-2.0 */
/* The replica over HTTP: the project's agent takes its certificates and node signatures, in every version of
 * the interface, with and without a delegation. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "replica/test-support.h"
#include "support/run.h"

static struct client client;

static const char fetch_args[] = "(opt text, opt blob)";
static const char fetch_reply[] = "(variant { Ok : record { text; blob }; Err : text })";

/* The ways to run a replica that all tests go through. */
static const struct replica_options ways[] = {
  { .max_api = 4 },
  { .max_api = 3 },
  { .max_api = 2 },
  { .max_api = 4, .undelegated = true },
  { .max_api = 2, .undelegated = true },
  { .canister_id = "aaaaa-aa" },
  { .canister_id = "rrkah-fqaaa-aaaaa-aaaaq-cai", .seed = "another" },
};
#define WAYS (sizeof ways / sizeof ways[0])

static const struct ic_candid_value *
fetch (const char *cursor)
{
  const struct ic_candid_value text = ic_candid_text (cursor, strlen (cursor));
  const struct ic_candid_value args[] = { ic_candid_some (&text), ic_candid_none () };

  return client_query (&client, "data_fetch", fetch_args, args, fetch_reply);
}

START_TEST (status_tells_the_root_key)
{
  client_start (&client, "ledger/small.ledger", NULL);
  ck_assert (ic_agent_submit (client.agent, &(struct ic_agent_request){ .kind = IC_AGENT_STATUS }, NULL,
                              &client.error));
  client.result = ic_agent_collect (client.agent, 5000);
  ck_assert_int_eq (client.result->outcome, IC_AGENT_OK);
  ck_assert_uint_eq (client.result->status.root_key.size, IC_BLS_DER_SIZE);
  ck_assert_mem_eq (client.result->status.root_key.data, replica_root_key (client.replica), IC_BLS_DER_SIZE);
  client_stop (&client);
}
END_TEST

START_TEST (queries_are_signed)
{
  for (size_t i = 0; i < WAYS; i++) {
    const struct ic_candid_value *reply, *chunk;

    client_start (&client, "ledger/small.ledger", &ways[i]);
    for (int turn = 0; turn < 6; turn++) { /* more often than there are nodes */
      reply = fetch ("position=0");
      chunk = ic_candid_case (&reply[0], "Ok");
      ck_assert_ptr_nonnull (chunk);
      ck_assert_uint_eq (chunk->items[1].bytes.size, 65771);
    }
    ck_assert_uint_eq (ic_subnet_keys_nodes (client.keys)->count, 4);
    client_stop (&client);
  }
}
END_TEST

START_TEST (rejects_are_signed)
{
  const struct ic_candid_value text = ic_candid_text ("position=abc", 12);
  const struct ic_candid_value args[] = { ic_candid_some (&text), ic_candid_none () };

  client_start (&client, "ledger/small.ledger", NULL);
  ck_assert_int_eq (client_fetch_keys (&client), IC_CERTIFICATE_VALID);
  client_ask (&client, IC_AGENT_QUERY, "data_fetch", fetch_args, args);
  ck_assert_int_eq (client.result->outcome, IC_AGENT_REJECTED);
  ck_assert_uint_eq (client.result->reject.code, IC_REJECT_CANISTER_ERROR);
  ck_assert_ptr_nonnull (strstr (client.result->error.text, "Invalid position value"));
  ck_assert_msg (client_verify_query (&client) == IC_QUERY_VALID, "%s", client.error.text);
  client_ask (&client, IC_AGENT_QUERY, "icrc3_get_blocks", "()", NULL);
  ck_assert_int_eq (client.result->outcome, IC_AGENT_REJECTED);
  ck_assert_ptr_nonnull (strstr (client.result->error.text, "has no query method 'icrc3_get_blocks'"));
  ck_assert_msg (client_verify_query (&client) == IC_QUERY_VALID, "%s", client.error.text);
  client_stop (&client);
}
END_TEST

/* Waits for the outcome of a call, if its answer does not have it, and verifies it. */
static struct ic_request_status
certified_outcome (void)
{
  const uint8_t *id = client.result->request_id;
  uint8_t kept[IC_HASH_SIZE];
  const struct bytes labels[] = { ic_label ("request_status"), { kept, IC_HASH_SIZE } };
  const struct ic_path path = { labels, 2 };
  struct bytes certificate = client.result->call.certificate;
  struct ic_request_status status = { .state = IC_REQUEST_UNKNOWN };

  memcpy (kept, id, IC_HASH_SIZE);
  ck_assert_msg (client.result->outcome == IC_AGENT_OK, "%s", client.result->error.text);
  for (int i = 0; i < 100; i++) {
    if (client.result->kind != IC_AGENT_CALL || client.result->call.status == IC_CALL_REPLIED) {
      ck_assert_msg (client_verify (&client, certificate) == IC_CERTIFICATE_VALID, "%s", client.error.text);
      ck_assert_msg (ic_request_status_read (&status, client.certificate, kept, &client.error), "%s",
                     client.error.text);
      if (status.state == IC_REQUEST_REPLIED || status.state == IC_REQUEST_REJECTED)
        return status;
      ck_assert_int_eq (status.state, IC_REQUEST_PROCESSING);
      nanosleep (&(struct timespec){ 0, 20000000 }, NULL);
    }
    client_read_state (&client, &path, 1);
    ck_assert_msg (client.result->outcome == IC_AGENT_OK, "%s", client.result->error.text);
    certificate = client.result->certificate;
  }
  ck_abort_msg ("the call was never done");
  return status;
}

START_TEST (calls_are_certified)
{
  for (size_t i = 0; i < WAYS; i++) {
    struct replica_options options = ways[i];
    const struct ic_candid_value args[] = { ic_candid_none (), ic_candid_none () };
    const struct ic_candid_value *reply;
    struct ic_request_status status;

    options.call_ms = 150;
    client_start (&client, "ledger/small.ledger", &options);
    client_ask (&client, IC_AGENT_CALL, "data_fetch", fetch_args, args);
    ck_assert_int_eq (client.result->call.status, options.max_api == 2 ? IC_CALL_ACCEPTED : IC_CALL_REPLIED);
    status = certified_outcome ();
    ck_assert_int_eq (status.state, IC_REQUEST_REPLIED);
    reply = client_decode (&client, status.reply, fetch_reply);
    ck_assert_ptr_nonnull (ic_candid_case (&reply[0], "Ok"));
    client_ask (&client, IC_AGENT_CALL, "no_such_method", "()", NULL);
    status = certified_outcome ();
    ck_assert_int_eq (status.state, IC_REQUEST_REJECTED);
    ck_assert_uint_eq (status.reject.code, IC_REJECT_CANISTER_ERROR);
    client_stop (&client);
  }
}
END_TEST

/* Looks a path up in the certificate that came last. */
static enum ic_lookup
look_up (const struct ic_path *path, struct bytes *value)
{
  return ic_tree_value (client.certificate->tree, path->labels, path->count, value);
}

START_TEST (read_state_proves_presence_and_absence)
{
  const struct ic_principal *id;
  const struct bytes time_labels[] = { ic_label ("time") };
  const struct bytes none[] = { ic_label ("request_status"), ic_label ("00000000000000000000000000000000") };
  const struct bytes beyond[] = { ic_label ("zebra"), ic_label ("x") };
  struct bytes module[] = { ic_label ("canister"), { NULL, 0 }, ic_label ("module_hash") };
  struct bytes hidden[] = { ic_label ("canister"), { NULL, 0 }, ic_label ("controllers") };
  const struct ic_path paths[] = { { module, 3 }, { none, 2 }, { beyond, 2 } };
  struct bytes value;

  client_start (&client, "ledger/small.ledger", NULL);
  id = replica_canister (client.replica);
  module[1] = hidden[1] = (struct bytes){ id->bytes, id->size };
  client_read_state (&client, paths, 3);
  ck_assert_msg (client_verify (&client, client.result->certificate) == IC_CERTIFICATE_VALID, "%s",
                 client.error.text);
  ck_assert_int_eq (look_up (&(struct ic_path){ time_labels, 1 }, &value), IC_LOOKUP_FOUND);
  ck_assert_int_eq (look_up (&paths[0], &value), IC_LOOKUP_FOUND);
  ck_assert_uint_eq (value.size, 32);
  ck_assert_int_eq (look_up (&paths[1], &value), IC_LOOKUP_ABSENT);
  ck_assert_int_eq (look_up (&paths[2], &value), IC_LOOKUP_ABSENT);
  ck_assert_int_eq (look_up (&(struct ic_path){ hidden, 3 }, &value), IC_LOOKUP_UNKNOWN);
  client_stop (&client);
}
END_TEST

/* Requests that replicas refuse before they look at the canister. */
START_TEST (strange_requests_are_refused)
{
  const struct ic_candid_value args[] = { ic_candid_none (), ic_candid_none () };
  struct ic_principal other;
  struct ic_agent_request request = { .kind = IC_AGENT_QUERY, .method = "metadata" };

  client_start (&client, "ledger/small.ledger", NULL);
  ck_assert_ptr_null (ic_principal_parse (&other, "rrkah-fqaaa-aaaaa-aaaaq-cai", 27));
  request.effective = other;
  request.arg = (struct bytes){ (const uint8_t *) "DIDL\0\0", 6 };
  ck_assert (ic_agent_submit (client.agent, &request, NULL, &client.error));
  client.result = ic_agent_collect (client.agent, 5000);
  ck_assert_int_eq (client.result->http_status, 400);
  client_ask (&client, IC_AGENT_QUERY, "data_fetch", fetch_args, args);
  ck_assert_int_eq (client.result->outcome, IC_AGENT_OK);
  client_stop (&client);
}
END_TEST

/* Keys depend on the seed, and on nothing else. */
START_TEST (seeds_decide_on_keys)
{
  struct client same, other;

  client_start (&client, "ledger/small.ledger", NULL);
  client_start (&same, "ledger/small.ledger", NULL);
  client_start (&other, "ledger/small.ledger", &(struct replica_options){ .seed = "other" });
  ck_assert_mem_eq (replica_root_key (client.replica), replica_root_key (same.replica), IC_BLS_DER_SIZE);
  ck_assert_mem_ne (replica_root_key (client.replica), replica_root_key (other.replica), IC_BLS_DER_SIZE);
  client_stop (&client);
  client_stop (&same);
  client_stop (&other);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    status_tells_the_root_key,
    queries_are_signed,
    rejects_are_signed,
    calls_are_certified,
    read_state_proves_presence_and_absence,
    strange_requests_are_refused,
    seeds_decide_on_keys,
  };

  return RUN_TESTS ("replica", tests);
}
