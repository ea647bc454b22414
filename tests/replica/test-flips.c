/* SPDX-License-Identifier: Apache-2.0 */
/* An exchange is recorded: node keys, a signed chunk, a certified chunk, and the same after a call that ran
 * on. Then bits of each body are flipped, and read and verified as the source icp does: what is believed is
 * always what was recorded.
 *
 * DCPIPE_EVERY_BIT flips every bit of all bodies; otherwise every one of the signed chunk, and some where a
 * flip costs two pairings. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes/cleanup.h"
#include "replica/test-support.h"
#include "support/run.h"

static struct client client;

/* A body, and what follows from it. */
struct record {
  const char *name;
  struct bytes body, reply; /* copies; of node keys there is no reply */
  uint8_t request_id[IC_HASH_SIZE];
};

static struct bytes
copy_of (struct bytes bytes)
{
  uint8_t *data = malloc (bytes.size + 1);

  ck_assert_ptr_nonnull (data);
  memcpy (data, bytes.data, bytes.size);
  return (struct bytes){ data, bytes.size };
}

static void
forget (struct record *record)
{
  free ((void *) (uintptr_t) record->body.data);
  free ((void *) (uintptr_t) record->reply.data);
}

/* The chunk at the ledger's first position. */
static void
ask_chunk (enum ic_agent_kind kind)
{
  const struct ic_candid_value cursor = ic_candid_text ("position=0", 10);
  const struct ic_candid_value args[] = { ic_candid_some (&cursor), ic_candid_none () };

  client_ask (&client, kind, "data_fetch", "(opt text, opt blob)", args);
  ck_assert_msg (client.result->outcome == IC_AGENT_OK, "%s", client.result->error.text);
}

/* ---- what is believed ----------------------------------------------------------------------------- */

enum belief { DISBELIEVED, SAME, OTHER };

static bool
same_nodes (const struct ic_nodes *a, const struct ic_nodes *b)
{
  bool same = a->count == b->count && ic_principal_equal (&a->subnet, &b->subnet);

  for (size_t i = 0; same && i < a->count; i++)
    same =
        ic_principal_equal (&a->list[i].id, &b->list[i].id) && bytes_equal (a->list[i].key, b->list[i].key);
  return same;
}

static enum belief
believe_keys (const struct record *record, struct bytes body)
{
  const struct bytes root_key = { replica_root_key (client.replica), IC_BLS_DER_SIZE };
  const struct ic_subnet_keys_limits limits = { 0 };
  struct ic_subnet_keys *keys = ic_subnet_keys_new (root_key, replica_canister (client.replica), &limits);
  enum belief belief = DISBELIEVED;

  (void) record;
  ck_assert_ptr_nonnull (keys);
  if (ic_subnet_keys_update (keys, body, client_now_ns (), &client.error) == IC_CERTIFICATE_VALID)
    belief = same_nodes (ic_subnet_keys_nodes (keys), ic_subnet_keys_nodes (client.keys)) ? SAME : OTHER;
  ic_subnet_keys_free (keys);
  return belief;
}

static enum belief
believe_query (const struct record *record, struct bytes body)
{
  CLEANUP (ic_arena_free) struct ic_arena arena = { NULL };
  struct ic_query_response response;

  if (!ic_query_response_read (&response, body, &arena, &client.error)
      || ic_subnet_keys_verify (client.keys, &response, record->request_id, client_now_ns (), &client.error)
             != IC_QUERY_VALID)
    return DISBELIEVED;
  return !response.rejected && bytes_equal (response.reply, record->reply) ? SAME : OTHER;
}

/* A status other than a reply is believed, too: it makes the source wait, or ask again. */
static enum belief
believe_certificate (const struct record *record, struct bytes certificate)
{
  struct ic_request_status status;

  if (client_verify (&client, certificate) != IC_CERTIFICATE_VALID
      || !ic_request_status_read (&status, client.certificate, record->request_id, &client.error)
      || status.state == IC_REQUEST_UNKNOWN)
    return DISBELIEVED;
  return status.state == IC_REQUEST_REPLIED && bytes_equal (status.reply, record->reply) ? SAME : OTHER;
}

static enum belief
believe_call (const struct record *record, struct bytes body)
{
  CLEANUP (ic_arena_free) struct ic_arena arena = { NULL };
  struct ic_call_response response;

  if (!ic_call_response_read (&response, 200, body, &arena, &client.error))
    return DISBELIEVED;
  return response.status == IC_CALL_REPLIED ? believe_certificate (record, response.certificate) : OTHER;
}

static enum belief
believe_read_state (const struct record *record, struct bytes body)
{
  CLEANUP (ic_arena_free) struct ic_arena arena = { NULL };
  struct bytes certificate;

  return ic_read_state_response_read (&certificate, body, &arena, &client.error)
             ? believe_certificate (record, certificate)
             : DISBELIEVED;
}

/* ---- flipping ------------------------------------------------------------------------------------- */

/* Bits a prime step apart, from a random one on. A harmless flip lies in what is not signed, and does not
 * matter. */
static void
flip_bits (const struct record *record, enum belief (*believe) (const struct record *, struct bytes),
           size_t count)
{
  uint8_t *data = (uint8_t *) (uintptr_t) record->body.data;
  size_t bits = record->body.size * 8, flips = 0, harmless = 0;
  size_t step = getenv ("DCPIPE_EVERY_BIT") != NULL || bits < count ? 1 : bits / count | 1;

  ck_assert_int_eq (believe (record, record->body), SAME);
  for (size_t bit = client_now_ns () % step; bit < bits; bit += step, flips++) {
    enum belief belief;

    data[bit / 8] ^= (uint8_t) (1 << bit % 8);
    belief = believe (record, record->body);
    ck_assert_msg (belief != OTHER, "%s: bit %zu changes what is believed", record->name, bit);
    harmless += belief == SAME;
    data[bit / 8] ^= (uint8_t) (1 << bit % 8);
    ic_arena_free (&client.arena);
  }
  printf ("%s, %zu bytes: of %zu flipped bits %zu changed nothing that counts\n", record->name,
          record->body.size, flips, harmless);
  ck_assert_uint_lt (harmless, flips / 4);
}

static void
set_up (void)
{
  client_start (&client, "ledger/small.ledger", &(struct replica_options){ .chunk = 2000, .call_ms = 1 });
  ck_assert_int_eq (client_fetch_keys (&client), IC_CERTIFICATE_VALID);
}

START_TEST (node_keys)
{
  struct record record = { .name = "node keys" };

  set_up ();
  record.body = copy_of (client.result->body);
  flip_bits (&record, believe_keys, 1000);
  forget (&record);
  client_stop (&client);
}
END_TEST

START_TEST (signed_chunk)
{
  struct record record = { .name = "signed chunk" };

  set_up ();
  ask_chunk (IC_AGENT_QUERY);
  record.body = copy_of (client.result->body);
  record.reply = copy_of (client.result->query.reply);
  memcpy (record.request_id, client.result->request_id, IC_HASH_SIZE);
  flip_bits (&record, believe_query, SIZE_MAX);
  forget (&record);
  client_stop (&client);
}
END_TEST

/* Keeps the reply that the certificate shows, if it does yet. */
static bool
note_reply (struct record *record, struct bytes certificate)
{
  struct ic_request_status status;

  ck_assert_int_eq (client_verify (&client, certificate), IC_CERTIFICATE_VALID);
  ck_assert (ic_request_status_read (&status, client.certificate, record->request_id, &client.error));
  if (status.state == IC_REQUEST_REPLIED)
    record->reply = copy_of (status.reply);
  return status.state == IC_REQUEST_REPLIED;
}

START_TEST (certified_chunk)
{
  struct record record = { .name = "certified chunk" };

  set_up ();
  ask_chunk (IC_AGENT_CALL);
  memcpy (record.request_id, client.result->request_id, IC_HASH_SIZE);
  ck_assert (note_reply (&record, client.result->call.certificate));
  record.body = copy_of (client.result->body);
  flip_bits (&record, believe_call, 1000);
  forget (&record);
  client_stop (&client);
}
END_TEST

START_TEST (certified_chunk_of_a_call_that_ran_on)
{
  struct record record = { .name = "certified chunk of a call that ran on" };
  const struct bytes labels[] = { ic_label ("request_status"), { record.request_id, IC_HASH_SIZE } };
  const struct ic_path path = { labels, 2 };

  set_up ();
  free (client_control (&client, "fault", "kind=accept,on=call"));
  ask_chunk (IC_AGENT_CALL);
  memcpy (record.request_id, client.result->request_id, IC_HASH_SIZE);
  do
    client_read_state (&client, &path, 1);
  while (!note_reply (&record, client.result->certificate));
  record.body = copy_of (client.result->body);
  flip_bits (&record, believe_read_state, 1000);
  forget (&record);
  client_stop (&client);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { node_keys, signed_chunk, certified_chunk,
                                 certified_chunk_of_a_call_that_ran_on };

  return RUN_TESTS ("flips", tests);
}
