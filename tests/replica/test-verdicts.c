/* SPDX-License-Identifier: Apache-2.0 */
/* Faults of signatures, certificates and calls, as the project's verifiers see them. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* ---- signatures of nodes ------------------------------------------------------------------------- */

static const struct {
  const char *spec;
  enum ic_query_result result;
} node_faults[] = {
  { "kind=no-signature", IC_QUERY_MISSING_SIGNATURE },
  { "kind=bad-signature", IC_QUERY_BAD_SIGNATURE },
  { "kind=stale-signature", IC_QUERY_TOO_OLD },
  { "kind=future-signature", IC_QUERY_FUTURE },
  { "kind=stale-signature,age=100", IC_QUERY_VALID },
  { "kind=unknown-node", IC_QUERY_UNKNOWN_NODE },
  { "kind=reject,code=4", IC_QUERY_VALID },
  { "kind=tamper,size=40", IC_QUERY_VALID },
  { "kind=bad-certificate,on=query", IC_QUERY_VALID },
};

START_TEST (node_signature_faults)
{
  set_up (NULL);
  for (size_t i = 0; i < sizeof node_faults / sizeof node_faults[0]; i++) {
    printf ("%s\n", node_faults[i].spec);
    order ("fault", node_faults[i].spec);
    query ();
    ck_assert_int_eq (client_verify_query (&client), node_faults[i].result);
    order ("clear", "");
  }
  client_stop (&client);
}
END_TEST

/* A bit that flips on the way is always noticed, wherever it is. */
START_TEST (flipped_bits_are_noticed)
{
  struct ic_query_response response;
  char spec[64];
  size_t size, unnoticed = 0;

  set_up (NULL);
  query ();
  size = client.result->body.size;
  for (size_t at = 0; at < size; at += 5) {
    snprintf (spec, sizeof spec, "kind=flip,size=%zu,count=1", at == 0 ? 1 : at);
    order ("fault", spec);
    query ();
    response = client.result->query;
    if ((client.result->outcome == IC_AGENT_OK || client.result->outcome == IC_AGENT_REJECTED)
        && ic_subnet_keys_verify (client.keys, &response, client.result->request_id, client_now_ns (),
                                  &client.error)
               == IC_QUERY_VALID)
      unnoticed++;
  }
  ck_assert_uint_eq (unnoticed, 0);
  client_stop (&client);
}
END_TEST

/* ---- certificates -------------------------------------------------------------------------------- */

static const struct {
  const char *spec;
  enum ic_certificate_result result;
} certificate_faults[] = {
  { "kind=bad-certificate", IC_CERTIFICATE_BAD_SIGNATURE },
  { "kind=bad-delegation", IC_CERTIFICATE_BAD_SIGNATURE },
  { "kind=stale-certificate", IC_CERTIFICATE_TOO_OLD },
  { "kind=stale-certificate,age=60", IC_CERTIFICATE_VALID },
  { "kind=future-certificate", IC_CERTIFICATE_FUTURE },
  { "kind=out-of-range", IC_CERTIFICATE_CANISTER_OUT_OF_RANGE },
  { "kind=no-ranges", IC_CERTIFICATE_RANGES_MISSING },
};

START_TEST (certificate_faults_of_calls_and_read_state)
{
  for (unsigned api = 2; api <= 4; api++) {
    set_up (&(struct replica_options){ .max_api = api });
    for (size_t i = 0; i < sizeof certificate_faults / sizeof certificate_faults[0]; i++) {
      printf ("%s\n", certificate_faults[i].spec);
      order ("fault", certificate_faults[i].spec);
      ck_assert_int_eq (client_fetch_keys (&client), certificate_faults[i].result);
      if (api >= 3) {
        client_ask (&client, IC_AGENT_CALL, "metadata", "()", NULL);
        ck_assert_int_eq (client_verify (&client, client.result->call.certificate),
                          certificate_faults[i].result);
      }
      order ("clear", "");
    }
    client_stop (&client);
  }
}
END_TEST

START_TEST (calls_are_refused_or_put_off)
{
  set_up (NULL);
  order ("fault", "kind=refuse,code=4,count=1,text=not you");
  client_ask (&client, IC_AGENT_CALL, "metadata", "()", NULL);
  ck_assert_int_eq (client.result->outcome, IC_AGENT_REJECTED);
  ck_assert_ptr_nonnull (strstr (client.result->error.text, "not you"));
  order ("fault", "kind=accept,count=1");
  client_ask (&client, IC_AGENT_CALL, "metadata", "()", NULL);
  ck_assert_int_eq (client.result->call.status, IC_CALL_ACCEPTED);
  ck_assert_int_eq (client.result->http_status, 202);
  client_stop (&client);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    node_signature_faults,
    flipped_bits_are_noticed,
    certificate_faults_of_calls_and_read_state,
    calls_are_refused_or_put_off,
  };

  return RUN_TESTS ("replica-verdicts", tests);
}
