/* SPDX-License-Identifier: Apache-2.0 */
/* What it costs to believe an answer: a chunk of 1 MiB, signed by a node or certified by the subnet, and the
 * node keys. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "replica/test-support.h"
#include "support/run.h"

#define ROUNDS 300

static struct client client;

static void
ask_chunk (enum ic_agent_kind kind)
{
  const struct ic_candid_value cursor = ic_candid_text ("position=0", 10);
  const struct ic_candid_value args[] = { ic_candid_some (&cursor), ic_candid_none () };

  client_ask (&client, kind, "data_fetch", "(opt text, opt blob)", args);
  ck_assert_msg (client.result->outcome == IC_AGENT_OK, "%s", client.result->error.text);
}

static void
tell (const char *what, size_t size, uint64_t began)
{
  printf ("  %s, %zu bytes: %.3f ms\n", what, size, (double) (client_now_ns () - began) / 1e6 / ROUNDS);
}

static void
believe_query (void)
{
  uint64_t began = client_now_ns ();

  for (int i = 0; i < ROUNDS; i++)
    ck_assert_int_eq (client_verify_query (&client), IC_QUERY_VALID);
  tell ("a node's signature of a chunk checked", client.result->body.size, began);
}

static void
believe_certificate (const char *what, struct bytes certificate)
{
  uint64_t began = client_now_ns ();

  for (int i = 0; i < ROUNDS; i++) {
    ck_assert_int_eq (client_verify (&client, certificate), IC_CERTIFICATE_VALID);
    ic_arena_free (&client.arena);
  }
  tell (what, certificate.size, began);
}

START_TEST (believe)
{
  client_start (&client, "ledger/medium.ledger", NULL);
  ck_assert_int_eq (client_fetch_keys (&client), IC_CERTIFICATE_VALID);
  believe_certificate ("a certificate of node keys checked, with its delegation", client.result->certificate);
  ask_chunk (IC_AGENT_QUERY);
  believe_query ();
  ask_chunk (IC_AGENT_CALL);
  believe_certificate ("a certified chunk checked, with its delegation", client.result->call.certificate);
  client_stop (&client);
}
END_TEST

/* The replica's client asserts as tests do, so this is one. */
int
main (void)
{
  const TTest *const tests[] = { believe };

  setenv ("CK_VERBOSITY", "silent", 0);
  return RUN_TESTS ("believe", tests);
}
