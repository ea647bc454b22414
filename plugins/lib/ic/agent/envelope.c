/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ic/agent/envelope.h"

static void
put_key (struct ic_cbor_writer *writer, const char *key)
{
  ic_cbor_put_text (writer, key, strlen (key));
}

/* Fields that the request does not have are left out. */
static void
put_text (struct ic_cbor_writer *writer, const char *key, const char *value)
{
  if (value == NULL)
    return;
  put_key (writer, key);
  ic_cbor_put_text (writer, value, strlen (value));
}

static void
put_bytes (struct ic_cbor_writer *writer, const char *key, struct bytes value)
{
  if (value.data == NULL)
    return;
  put_key (writer, key);
  ic_cbor_put_bytes (writer, value);
}

static void
put_paths (struct ic_cbor_writer *writer, const struct ic_request *request)
{
  put_key (writer, "paths");
  ic_cbor_put_array (writer, request->path_count);
  for (size_t i = 0; i < request->path_count; i++) {
    const struct ic_path *path = &request->paths[i];

    ic_cbor_put_array (writer, path->count);
    for (size_t label = 0; label < path->count; label++)
      ic_cbor_put_bytes (writer, path->labels[label]);
  }
}

static void
put_content (struct ic_cbor_writer *writer, const struct ic_request *request)
{
  size_t count = 3;

  count += request->nonce.data != NULL;
  count += request->canister_id.data != NULL;
  count += request->method_name != NULL;
  count += request->arg.data != NULL;
  count += request->paths != NULL;
  ic_cbor_put_map (writer, count);
  put_text (writer, "request_type", request->request_type);
  put_bytes (writer, "nonce", request->nonce);
  put_key (writer, "ingress_expiry");
  ic_cbor_put_uint (writer, request->ingress_expiry);
  put_bytes (writer, "sender", request->sender);
  put_bytes (writer, "canister_id", request->canister_id);
  put_text (writer, "method_name", request->method_name);
  put_bytes (writer, "arg", request->arg);
  if (request->paths != NULL)
    put_paths (writer, request);
}

static void
put_signature (struct ic_cbor_writer *writer, const struct ic_identity *identity,
               const uint8_t request_id[IC_HASH_SIZE])
{
  static const char domain[] = "\x0aic-request";
  uint8_t message[sizeof domain - 1 + IC_HASH_SIZE], signature[IC_ED25519_SIGNATURE_SIZE];

  memcpy (message, domain, sizeof domain - 1);
  memcpy (message + sizeof domain - 1, request_id, IC_HASH_SIZE);
  ic_identity_sign (identity, message, sizeof message, signature);
  put_bytes (writer, "sender_pubkey", (struct bytes){ identity->public_key, IC_ED25519_DER_SIZE });
  put_bytes (writer, "sender_sig", (struct bytes){ signature, sizeof signature });
}

void
ic_envelope_put (struct ic_cbor_writer *writer, const struct ic_request *request,
                 const struct ic_identity *identity, uint8_t request_id[IC_HASH_SIZE])
{
  struct ic_request sent = *request;

  sent.sender = (struct bytes){ identity->principal.bytes, identity->principal.size };
  ic_request_id (request_id, &sent);
  ic_cbor_put_self_described (writer);
  ic_cbor_put_map (writer, identity->anonymous ? 1 : 3);
  put_key (writer, "content");
  put_content (writer, &sent);
  if (!identity->anonymous)
    put_signature (writer, identity, request_id);
}
