/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "replica/request.h"

#include <sodium.h>

#include "ic/certificate/cbor.h"

enum { ENVELOPE_CONTENT, ENVELOPE_PUBKEY, ENVELOPE_SIG, ENVELOPE_FIELDS };
static const char *const envelope_names[] = { "content", "sender_pubkey", "sender_sig" };

enum {
  CONTENT_TYPE,
  CONTENT_SENDER,
  CONTENT_EXPIRY,
  CONTENT_NONCE,
  CONTENT_CANISTER,
  CONTENT_METHOD,
  CONTENT_ARG,
  CONTENT_PATHS,
  CONTENT_FIELDS,
};

static const char *const content_names[] = {
  [CONTENT_TYPE] = "request_type", [CONTENT_SENDER] = "sender",        [CONTENT_EXPIRY] = "ingress_expiry",
  [CONTENT_NONCE] = "nonce",       [CONTENT_CANISTER] = "canister_id", [CONTENT_METHOD] = "method_name",
  [CONTENT_ARG] = "arg",           [CONTENT_PATHS] = "paths",
};

static void
read_type (struct ic_cbor_reader *reader, struct request *request)
{
  static const char *const types[] = { "query", "call", "read_state" };
  struct bytes text = { NULL, 0 };

  ic_cbor_text (reader, &text);
  for (size_t i = 0; i < 3; i++)
    if (bytes_equal (text, (struct bytes){ (const uint8_t *) types[i], strlen (types[i]) }))
      request->content.request_type = types[i];
}

static void
read_method (struct ic_cbor_reader *reader, struct request *request)
{
  struct bytes text = { NULL, 0 };

  ic_cbor_text (reader, &text);
  if (text.size > REQUEST_MAX_METHOD || memchr (text.data, 0, text.size) != NULL) {
    ic_cbor_fail (reader, "the method's name is too long, or has a 0 in it");
    return;
  }
  memcpy (request->method, text.data, text.size);
  request->method[text.size] = '\0';
  request->content.method_name = request->method;
}

static void
read_path (struct ic_cbor_reader *reader, struct ic_path *path)
{
  struct bytes *labels = ic_arena_alloc (reader->arena, REQUEST_MAX_LABELS * sizeof *labels);
  struct ic_cbor_list list;

  if (labels == NULL)
    ic_cbor_fail (reader, "out of memory");
  if (!ic_cbor_open_array (reader, &list))
    return;
  while (ic_cbor_more (reader, &list)) {
    if (path->count == REQUEST_MAX_LABELS) {
      ic_cbor_fail (reader, "a path has too many labels");
      return;
    }
    ic_cbor_bytes (reader, &labels[path->count++]);
  }
  path->labels = labels;
}

static void
read_paths (struct ic_cbor_reader *reader, struct request *request)
{
  struct ic_path *paths = ic_arena_alloc (reader->arena, REQUEST_MAX_PATHS * sizeof *paths);
  struct ic_cbor_list list;
  size_t count = 0;

  if (paths == NULL)
    ic_cbor_fail (reader, "out of memory");
  if (!ic_cbor_open_array (reader, &list))
    return;
  while (ic_cbor_more (reader, &list)) {
    if (count == REQUEST_MAX_PATHS) {
      ic_cbor_fail (reader, "there are too many paths");
      return;
    }
    read_path (reader, &paths[count++]);
  }
  request->content.paths = paths;
  request->content.path_count = count;
}

static void
read_field (struct ic_cbor_reader *reader, int field, struct request *request)
{
  struct ic_request *content = &request->content;

  switch (field) {
  case CONTENT_TYPE:
    read_type (reader, request);
    break;
  case CONTENT_SENDER:
    ic_cbor_bytes (reader, &content->sender);
    break;
  case CONTENT_EXPIRY:
    ic_cbor_uint (reader, &content->ingress_expiry);
    break;
  case CONTENT_NONCE:
    ic_cbor_bytes (reader, &content->nonce);
    break;
  case CONTENT_CANISTER:
    ic_cbor_bytes (reader, &content->canister_id);
    break;
  case CONTENT_METHOD:
    read_method (reader, request);
    break;
  case CONTENT_ARG:
    ic_cbor_bytes (reader, &content->arg);
    break;
  case CONTENT_PATHS:
    read_paths (reader, request);
    break;
  default:
    /* It would belong to the request id. */
    ic_cbor_fail (reader, "unknown field of the content");
  }
}

/* The field that a request of this type must have. */
static unsigned
needed_fields (const char *type)
{
  const unsigned common = 1u << CONTENT_TYPE | 1u << CONTENT_SENDER | 1u << CONTENT_EXPIRY;

  if (strcmp (type, "read_state") == 0)
    return common | 1u << CONTENT_PATHS;
  return common | 1u << CONTENT_CANISTER | 1u << CONTENT_METHOD | 1u << CONTENT_ARG;
}

static void
read_content (struct ic_cbor_reader *reader, struct request *request, const char *type)
{
  struct ic_cbor_map map;
  int field;

  if (!ic_cbor_open_map (reader, &map))
    return;
  while ((field = ic_cbor_field (reader, &map, content_names, CONTENT_FIELDS)) != IC_CBOR_END)
    read_field (reader, field, request);
  if (request->content.request_type == NULL || strcmp (request->content.request_type, type) != 0)
    ic_cbor_fail (reader, "the request_type is not that of this address");
  else if ((map.seen & needed_fields (type)) != needed_fields (type))
    ic_cbor_fail (reader, "the content lacks a field");
}

static bool
read_envelope (struct ic_cbor_reader *reader, struct request *request, const char *type)
{
  struct ic_cbor_map map;
  int field;

  if (ic_cbor_open_map (reader, &map))
    while ((field = ic_cbor_field (reader, &map, envelope_names, ENVELOPE_FIELDS)) != IC_CBOR_END) {
      if (field == ENVELOPE_CONTENT)
        read_content (reader, request, type);
      else if (field == IC_CBOR_OTHER)
        ic_cbor_fail (reader, "unknown field of the envelope");
      else if (!ic_cbor_null (reader))
        ic_cbor_bytes (reader, field == ENVELOPE_PUBKEY ? &request->sender_pubkey : &request->sender_sig);
    }
  if (!reader->failed && !ic_cbor_has (&map, ENVELOPE_CONTENT))
    ic_cbor_fail (reader, "the envelope has no content");
  return ic_cbor_finish (reader);
}

static bool
refuse (struct ic_error *error, const char *reason)
{
  ic_error_set (error, "%s", reason);
  return false;
}

/* A minute more than the specification allows, as replicas do for clocks that differ. */
static bool
check_expiry (const struct request *request, uint64_t now_ns, struct ic_error *error)
{
  const uint64_t expiry = request->content.ingress_expiry;

  if (expiry < now_ns)
    return refuse (error, "Specified ingress_expiry not within expected range: it has passed");
  if (expiry - now_ns > REQUEST_MAX_EXPIRY_NS + REQUEST_MAX_EXPIRY_NS / 5)
    return refuse (error, "Specified ingress_expiry not within expected range: too far ahead");
  return true;
}

/* The request id is signed, behind a domain separator; the sender must be the principal of the key.
 * Delegations from one key to another are not known here. */
static bool
check_signature (const struct request *request, struct ic_error *error)
{
  static const char domain[] = "\x0aic-request";
  uint8_t message[sizeof domain - 1 + IC_HASH_SIZE], der[IC_ED25519_DER_SIZE];
  const struct bytes key = request->sender_pubkey, sig = request->sender_sig;
  const uint8_t *raw = key.data + IC_ED25519_DER_SIZE - crypto_sign_PUBLICKEYBYTES;
  struct ic_principal sender;

  if (key.size != IC_ED25519_DER_SIZE || sig.size != crypto_sign_BYTES)
    return refuse (error, "sender_pubkey and sender_sig must be of Ed25519");
  ic_ed25519_der (der, raw);
  if (memcmp (der, key.data, sizeof der) != 0)
    return refuse (error, "sender_pubkey is not an Ed25519 key in DER");
  ic_principal_of_public_key (&sender, key.data, key.size);
  if (!bytes_equal (request->content.sender, (struct bytes){ sender.bytes, sender.size }))
    return refuse (error, "the sender is not the principal of sender_pubkey");
  memcpy (message, domain, sizeof domain - 1);
  memcpy (message + sizeof domain - 1, request->id, IC_HASH_SIZE);
  if (crypto_sign_verify_detached (sig.data, message, sizeof message, raw) != 0)
    return refuse (error, "Invalid signature: sender_sig does not match");
  return true;
}

bool
request_read (struct request *request, const char *type, struct bytes body, uint64_t now_ns,
              struct ic_arena *arena, struct ic_error *error)
{
  static const struct bytes anonymous = { (const uint8_t *) "\x04", 1 };
  struct ic_cbor_reader reader;

  *request = (struct request){ .content.request_type = NULL };
  ic_cbor_read (&reader, body, arena, error);
  if (!read_envelope (&reader, request, type)) {
    ic_error_prefix (error, "envelope");
    return false;
  }
  ic_request_id (request->id, &request->content);
  if (!check_expiry (request, now_ns, error))
    return false;
  if (!bytes_equal (request->content.sender, anonymous))
    return check_signature (request, error);
  if (request->sender_pubkey.data != NULL || request->sender_sig.data != NULL)
    return refuse (error, "a request of the anonymous principal must not be signed");
  return true;
}
