/* SPDX-License-Identifier: Apache-2.0 */
/* Maps are read field by field into one struct, in whatever order they come, and judged afterwards by their
 * status. */
#include "config.h"

#include "ic/certificate/response.h"

#include "ic/certificate/cbor.h"

/* Fields of answers to queries and calls. */
enum {
  FIELD_STATUS,
  FIELD_REPLY,
  FIELD_CERTIFICATE,
  FIELD_REJECT_CODE,
  FIELD_REJECT_MESSAGE,
  FIELD_ERROR_CODE,
  FIELD_SIGNATURES,
  FIELD_COUNT,
};

static const char *const field_names[FIELD_COUNT] = {
  [FIELD_STATUS] = "status",
  [FIELD_REPLY] = "reply",
  [FIELD_CERTIFICATE] = "certificate",
  [FIELD_REJECT_CODE] = "reject_code",
  [FIELD_REJECT_MESSAGE] = "reject_message",
  [FIELD_ERROR_CODE] = "error_code",
  [FIELD_SIGNATURES] = "signatures",
};

/* All that such an answer may say, before it is known which of it counts. */
struct answer {
  struct ic_cbor_map map;
  struct bytes status, reply, certificate;
  struct ic_reject reject;
  const struct ic_node_signature *signatures;
  size_t signature_count;
};

/* Takes {arg: bytes}, the value of `reply`. Other members are skipped, as everywhere in answers: later
 * versions of the interface may add some. */
static void
read_reply (struct ic_cbor_reader *reader, struct bytes *arg)
{
  static const char *const names[] = { "arg" };
  struct ic_cbor_map map;
  int field;

  if (!ic_cbor_open_map (reader, &map))
    return;
  while ((field = ic_cbor_field (reader, &map, names, 1)) != IC_CBOR_END) {
    if (field == 0)
      ic_cbor_bytes (reader, arg);
    else
      ic_cbor_skip (reader);
  }
  if (!ic_cbor_has (&map, 0))
    ic_cbor_fail (reader, "a reply has no arg");
}

/* Takes one element of `signatures`, of which every field is needed. */
static void
read_signature (struct ic_cbor_reader *reader, struct ic_node_signature *signature)
{
  static const char *const names[] = { "timestamp", "signature", "identity" };
  struct ic_cbor_map map;
  int field;

  if (!ic_cbor_open_map (reader, &map))
    return;
  while ((field = ic_cbor_field (reader, &map, names, 3)) != IC_CBOR_END) {
    if (field == 0)
      ic_cbor_uint (reader, &signature->timestamp);
    else if (field == 1)
      ic_cbor_bytes (reader, &signature->signature);
    else if (field == 2)
      ic_cbor_bytes (reader, &signature->identity);
    else
      ic_cbor_skip (reader);
  }
  if (map.seen != 7)
    ic_cbor_fail (reader, "a node signature lacks its timestamp, signature or identity");
}

/* Keeps the order of the signatures. Their number is bounded by the size of the body. */
static void
read_signatures (struct ic_cbor_reader *reader, struct answer *answer)
{
  const struct ic_node_signature **end = &answer->signatures;
  struct ic_cbor_list list;

  if (!ic_cbor_open_array (reader, &list))
    return;
  while (ic_cbor_more (reader, &list)) {
    struct ic_node_signature *signature = ic_arena_alloc (reader->arena, sizeof *signature);

    if (signature == NULL) {
      ic_cbor_fail (reader, "out of memory");
      return;
    }
    read_signature (reader, signature);
    *end = signature;
    end = &signature->next;
    answer->signature_count++;
  }
}

/* Only known codes, for whether something is tried again depends on them. */
static void
read_reject_code (struct ic_cbor_reader *reader, struct ic_reject *reject)
{
  uint64_t code;

  if (!ic_cbor_uint (reader, &code))
    return;
  if (code < IC_REJECT_SYS_FATAL || code > IC_REJECT_CANISTER_ERROR)
    ic_cbor_fail (reader, "unknown reject code");
  reject->code = (unsigned) code;
}

/* One function for answers to queries and calls: which of the fields count is seen when the status is
 * known. */
static void
read_field (struct ic_cbor_reader *reader, int field, struct answer *answer)
{
  switch (field) {
  case FIELD_STATUS:
    ic_cbor_text (reader, &answer->status);
    break;
  case FIELD_REPLY:
    read_reply (reader, &answer->reply);
    break;
  case FIELD_CERTIFICATE:
    ic_cbor_bytes (reader, &answer->certificate);
    break;
  case FIELD_REJECT_CODE:
    read_reject_code (reader, &answer->reject);
    break;
  case FIELD_REJECT_MESSAGE:
    ic_cbor_text (reader, &answer->reject.message);
    break;
  case FIELD_ERROR_CODE:
    if (!ic_cbor_null (reader))
      ic_cbor_text (reader, &answer->reject.error_code);
    break;
  case FIELD_SIGNATURES:
    read_signatures (reader, answer);
    break;
  default:
    ic_cbor_skip (reader);
  }
}

/* Reads a body up to its end, and leaves it to the caller to finish the reader. */
static void
read_answer (struct ic_cbor_reader *reader, struct answer *answer)
{
  int field;

  *answer = (struct answer){ .signatures = NULL };
  if (!ic_cbor_open_map (reader, &answer->map))
    return;
  while ((field = ic_cbor_field (reader, &answer->map, field_names, FIELD_COUNT)) != IC_CBOR_END)
    read_field (reader, field, answer);
  if (!ic_cbor_has (&answer->map, FIELD_STATUS))
    ic_cbor_fail (reader, "the answer has no status");
}

/* error_code is the one field of a reject that may be absent; null says the same. */
static void
check_reject (struct ic_cbor_reader *reader, const struct answer *answer)
{
  if (!ic_cbor_has (&answer->map, FIELD_REJECT_CODE) || !ic_cbor_has (&answer->map, FIELD_REJECT_MESSAGE))
    ic_cbor_fail (reader, "a reject lacks its reject_code or reject_message");
}

/* Every reader above goes on in silence after a failure; here it comes out. */
static bool
finish (struct ic_cbor_reader *reader, const char *what)
{
  bool good = ic_cbor_finish (reader);

  if (!good)
    ic_error_prefix (reader->error, "%s", what);
  return good;
}

/* A reply beside a reject is ignored, as its status says that it does not count. */
bool
ic_query_response_read (struct ic_query_response *response, struct bytes body, struct ic_arena *arena,
                        struct ic_error *error)
{
  struct ic_cbor_reader reader;
  struct answer answer;

  ic_cbor_read (&reader, body, arena, error);
  read_answer (&reader, &answer);
  if (bytes_are (answer.status, "rejected"))
    check_reject (&reader, &answer);
  else if (!bytes_are (answer.status, "replied"))
    ic_cbor_fail (&reader, "the status is neither replied nor rejected");
  else if (!ic_cbor_has (&answer.map, FIELD_REPLY))
    ic_cbor_fail (&reader, "the status is replied, but there is no reply");
  *response = (struct ic_query_response){
    .rejected = bytes_are (answer.status, "rejected"),
    .reply = answer.reply,
    .reject = answer.reject,
    .signatures = answer.signatures,
    .signature_count = answer.signature_count,
  };
  return finish (&reader, "answer to a query");
}

/* A call may be answered at once with its outcome, or only accepted; then the outcome is asked for by
 * read_state. */
bool
ic_call_response_read (struct ic_call_response *response, long http_status, struct bytes body,
                       struct ic_arena *arena, struct ic_error *error)
{
  struct ic_cbor_reader reader;
  struct answer answer;

  if (http_status == 202 && body.size == 0) {
    *response = (struct ic_call_response){ .status = IC_CALL_ACCEPTED };
    return true;
  }
  ic_cbor_read (&reader, body, arena, error);
  read_answer (&reader, &answer);
  *response = (struct ic_call_response){ .certificate = answer.certificate, .reject = answer.reject };
  if (bytes_are (answer.status, "replied")) {
    response->status = IC_CALL_REPLIED;
    if (!ic_cbor_has (&answer.map, FIELD_CERTIFICATE))
      ic_cbor_fail (&reader, "the status is replied, but there is no certificate");
  } else if (bytes_are (answer.status, "non_replicated_rejection")) {
    response->status = IC_CALL_REJECTED;
    check_reject (&reader, &answer);
  } else if (bytes_are (answer.status, "accepted")) {
    response->status = IC_CALL_ACCEPTED;
  } else {
    ic_cbor_fail (&reader, "the status is none of replied, accepted and non_replicated_rejection");
  }
  return finish (&reader, "answer to a call");
}

/* All there is to believe is inside the certificate. */
bool
ic_read_state_response_read (struct bytes *certificate, struct bytes body, struct ic_arena *arena,
                             struct ic_error *error)
{
  static const char *const names[] = { "certificate" };
  struct ic_cbor_reader reader;
  struct ic_cbor_map map;
  int field;

  ic_cbor_read (&reader, body, arena, error);
  if (ic_cbor_open_map (&reader, &map))
    while ((field = ic_cbor_field (&reader, &map, names, 1)) != IC_CBOR_END) {
      if (field == 0)
        ic_cbor_bytes (&reader, certificate);
      else
        ic_cbor_skip (&reader);
    }
  if (!reader.failed && !ic_cbor_has (&map, 0))
    ic_cbor_fail (&reader, "there is no certificate");
  return finish (&reader, "answer to read_state");
}

/* Of an endpoint that anybody may imitate: what is here is used for development and for messages alone. */
bool
ic_status_response_read (struct ic_status_response *response, struct bytes body, struct ic_arena *arena,
                         struct ic_error *error)
{
  static const char *const names[] = { "root_key", "impl_version", "replica_health_status" };
  struct ic_cbor_reader reader;
  struct ic_cbor_map map;
  int field;

  *response = (struct ic_status_response){ .root_key = { NULL, 0 } };
  ic_cbor_read (&reader, body, arena, error);
  if (ic_cbor_open_map (&reader, &map))
    while ((field = ic_cbor_field (&reader, &map, names, 3)) != IC_CBOR_END) {
      if (field == IC_CBOR_OTHER)
        ic_cbor_skip (&reader);
      else if (ic_cbor_null (&reader))
        continue;
      else if (field == 0)
        ic_cbor_bytes (&reader, &response->root_key);
      else
        ic_cbor_text (&reader, field == 1 ? &response->impl_version : &response->replica_health_status);
    }
  return finish (&reader, "answer of the status endpoint");
}

/* The message is the canister's, of any length, and cut so that one line stays readable. */
void
ic_reject_describe (const struct ic_reject *reject, struct ic_error *error)
{
  ic_error_set (error, "rejected with code %u%s%.*s: %.*s", reject->code,
                reject->error_code.size > 0 ? " " : "", (int) reject->error_code.size,
                (const char *) reject->error_code.data,
                (int) (reject->message.size < 1000 ? reject->message.size : 1000),
                (const char *) reject->message.data);
}
