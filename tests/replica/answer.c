/* SPDX-License-Identifier: Apache-2.0 */
/* The answers to status, query, call and read_state ("HTTP interface" in the Internet Computer Interface
 * Specification). */
#include "config.h"

#include <stdio.h>

#include "bytes/cleanup.h"
#include "ic/certificate/hash_tree.h"
#include "replica/answer.h"

#define SECOND_NS UINT64_C (1000000000)

void
answer_put_name (struct ic_cbor_writer *writer, const char *name)
{
  ic_cbor_put_text (writer, name, strlen (name));
}

void
answer_put_text (struct ic_cbor_writer *writer, const char *name, const char *value)
{
  answer_put_name (writer, name);
  answer_put_name (writer, value);
}

void
answer_put_bytes (struct ic_cbor_writer *writer, const char *name, const void *data, size_t size)
{
  answer_put_name (writer, name);
  ic_cbor_put_bytes (writer, (struct bytes){ data, size });
}

void
answer_begin (struct visit *visit, size_t fields)
{
  visit->status = MHD_HTTP_OK;
  visit->type = "application/cbor";
  ic_cbor_put_self_described (&visit->answer);
  ic_cbor_put_map (&visit->answer, fields);
}

/* ---- status -------------------------------------------------------------------------------------- */

static void
answer_status (struct visit *visit)
{
  answer_begin (visit, 3);
  answer_put_text (&visit->answer, "impl_version", "dcpipe-replica " PACKAGE_VERSION);
  answer_put_text (&visit->answer, "replica_health_status", "healthy");
  answer_put_bytes (&visit->answer, "root_key", visit->replica->network.keys.root.der, IC_BLS_DER_SIZE);
}

/* ---- query --------------------------------------------------------------------------------------- */

/* Hashes what a node signs. */
static void
hash_answer (uint8_t hash[IC_HASH_SIZE], const struct run *run, uint64_t timestamp,
             const uint8_t request_id[IC_HASH_SIZE])
{
  struct ic_hash_field fields[6], arg;
  uint8_t reply[IC_HASH_SIZE];
  size_t count = 0;

  ic_hash_field_blob (&fields[count++], "request_id", (struct bytes){ request_id, IC_HASH_SIZE });
  ic_hash_field_nat (&fields[count++], "timestamp", timestamp);
  ic_hash_field_blob (&fields[count++], "status", ic_label (run->rejected ? "rejected" : "replied"));
  if (run->rejected) {
    ic_hash_field_nat (&fields[count++], "reject_code", run->reject_code);
    ic_hash_field_blob (&fields[count++], "reject_message", ic_label (run->message));
    ic_hash_field_blob (&fields[count++], "error_code", ic_label (run->error_code));
  } else {
    ic_hash_field_blob (&arg, "arg", (struct bytes){ run->reply.data, run->reply.size });
    ic_hash_of_map (reply, &arg, 1);
    ic_hash_field_hash (&fields[count++], "reply", reply);
  }
  ic_hash_of_map (hash, fields, count);
}

/* Clients compare it with their own clocks, minutes either way. */
static uint64_t
signed_time (const struct visit *visit)
{
  if (visit->fault.kind == FAULT_STALE_SIGNATURE)
    return visit->now_ns - visit->fault.age * SECOND_NS;
  if (visit->fault.kind == FAULT_FUTURE_SIGNATURE)
    return visit->now_ns + visit->fault.age * SECOND_NS;
  return visit->now_ns;
}

/* Nodes take turns. A wrong signature is one by a key that is not the named node's. */
static void
put_signature (struct visit *visit, const struct run *run, const uint8_t request_id[IC_HASH_SIZE])
{
  static const char domain[] = "\x0bic-response";
  const struct keys *keys = &visit->replica->network.keys;
  const struct ic_identity *node =
      keys_node (keys, atomic_fetch_add (&visit->replica->next_node, 1) % KEYS_NODES);
  uint8_t message[sizeof domain - 1 + IC_HASH_SIZE], signature[IC_ED25519_SIGNATURE_SIZE];
  const uint64_t timestamp = signed_time (visit);

  if (visit->fault.kind == FAULT_UNKNOWN_NODE)
    node = &keys->stray_node;
  memcpy (message, domain, sizeof domain - 1);
  hash_answer (message + sizeof domain - 1, run, timestamp, request_id);
  ic_identity_sign (visit->fault.kind == FAULT_BAD_SIGNATURE ? &keys->stray_node : node, message,
                    sizeof message, signature);
  ic_cbor_put_map (&visit->answer, 3);
  answer_put_name (&visit->answer, "timestamp");
  ic_cbor_put_uint (&visit->answer, timestamp);
  answer_put_bytes (&visit->answer, "signature", signature, sizeof signature);
  answer_put_bytes (&visit->answer, "identity", node->principal.bytes, node->principal.size);
}

static bool
is_signed (const struct fault *fault)
{
  return fault->kind != FAULT_NO_SIGNATURE && fault->kind != FAULT_REFUSE;
}

/* The answer to a query: the outcome, and the node's word for it. */
static void
put_run (struct visit *visit, const struct run *run, const uint8_t request_id[IC_HASH_SIZE])
{
  answer_begin (visit, run->rejected ? 5 : 3);
  answer_put_text (&visit->answer, "status", run->rejected ? "rejected" : "replied");
  if (run->rejected) {
    answer_put_name (&visit->answer, "reject_code");
    ic_cbor_put_uint (&visit->answer, run->reject_code);
    answer_put_text (&visit->answer, "reject_message", run->message);
    answer_put_text (&visit->answer, "error_code", run->error_code);
  } else {
    answer_put_name (&visit->answer, "reply");
    ic_cbor_put_map (&visit->answer, 1);
    answer_put_bytes (&visit->answer, "arg", run->reply.data, run->reply.size);
  }
  answer_put_name (&visit->answer, "signatures");
  ic_cbor_put_array (&visit->answer, is_signed (&visit->fault) ? 1 : 0);
  if (is_signed (&visit->fault))
    put_signature (visit, run, request_id);
}

void
answer_run (struct visit *visit, struct run *run, const struct request *request, bool query)
{
  static const char *const codes[] = { "", "IC0204", "IC0207", "IC0301", "IC0406", "IC0503" };
  const struct fault *fault = &visit->fault;
  struct canister canister = visit->replica->canister;

  canister.lags = fault->kind == FAULT_LAG;
  canister.lag = (size_t) fault->block;
  canister_run (run, &canister, request->method, request->content.arg, query);
  if (fault->kind == FAULT_REJECT || fault->kind == FAULT_REFUSE)
    run_reject (run, (unsigned) fault->code, codes[fault->code], "%s",
                fault->text[0] != '\0' ? fault->text : "rejected on demand");
  if (fault->kind == FAULT_TAMPER && !run->rejected && run->reply.size > 0)
    run->reply.data[(fault->size > 0 ? fault->size : run->reply.size / 2) % run->reply.size] ^= 1;
}

static void
answer_query (struct visit *visit, const struct request *request)
{
  CLEANUP (run_free) struct run run;

  answer_run (visit, &run, request, true);
  put_run (visit, &run, request->id);
}

/* ---- all of them --------------------------------------------------------------------------------- */

/* Faults of the ledger happen to it before the request is looked at, and stay. */
static void
take_fault (struct visit *visit, enum endpoint endpoint, const char *method)
{
  struct ledger *ledger = visit->replica->canister.ledger;
  struct fault *fault = &visit->fault;
  struct ledger_reason reason;

  faults_take (visit->replica->faults, endpoint, method, fault);
  if (fault->kind == FAULT_RENEW)
    keys_renew (&visit->replica->network.keys);
  if (fault->kind == FAULT_SHRINK)
    ledger_reveal (ledger, (size_t) fault->block);
  if (fault->kind == FAULT_FORK && !ledger_fork (ledger, (size_t) fault->block, &reason))
    fprintf (stderr, "dcpipe-replica: fault fork: %s\n", reason.text);
}

/* Whether the request is meant for the canister, or the subnet, that is here. */
static bool
is_here (struct visit *visit, const struct route *route, const struct request *request)
{
  const struct network *network = &visit->replica->network;
  const struct ic_principal *here = route->subnet ? &network->keys.subnet_id : &network->canister;

  if (!ic_principal_equal (&route->effective, here)) {
    visit_text (visit, MHD_HTTP_BAD_REQUEST, "%s not found", route->subnet ? "subnet" : "canister");
    return false;
  }
  if (route->endpoint == ENDPOINT_READ_STATE
      || bytes_equal (request->content.canister_id, (struct bytes){ here->bytes, here->size }))
    return true;
  visit_text (visit, MHD_HTTP_BAD_REQUEST, "the effective canister id is not that of the content");
  return false;
}

void
visit_answer (struct visit *visit, const struct route *route)
{
  static const char *const types[] = {
    [ENDPOINT_QUERY] = "query", [ENDPOINT_CALL] = "call", [ENDPOINT_READ_STATE] = "read_state"
  };
  struct request request;
  struct ic_error error;

  if (route->endpoint == ENDPOINT_STATUS) {
    take_fault (visit, route->endpoint, NULL);
    answer_status (visit);
    return;
  }
  if (!request_read (&request, types[route->endpoint], (struct bytes){ visit->body, visit->size },
                     visit->now_ns, &visit->arena, &error)) {
    visit_text (visit, MHD_HTTP_BAD_REQUEST, "%s", error.text);
    return;
  }
  if (!is_here (visit, route, &request))
    return;
  take_fault (visit, route->endpoint, request.content.method_name);
  if (route->endpoint == ENDPOINT_QUERY)
    answer_query (visit, &request);
  else if (route->endpoint == ENDPOINT_CALL)
    answer_call (visit, route->version, &request);
  else
    answer_read_state (visit, route, &request);
}
