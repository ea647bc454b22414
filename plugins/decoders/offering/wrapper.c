/* SPDX-License-Identifier: Apache-2.0 */
/* Some clients put their CSV into JSON before it is signed. Whatever is not of that form is no wrapper, and
 * no error either: the payload has been read as CSV by then. */
#include "config.h"

#include "wrapper.h"

#include <jansson.h>
#include <nettle/base64.h>
#include <stdlib.h>

#include "ic/principal/principal.h"

/* The base64 between the lines of a PEM text; empty if it is not of a public key. */
static struct bytes
pem_body (const char *pem)
{
  static const char begin[] = "-----BEGIN PUBLIC KEY-----", end[] = "-----END PUBLIC KEY-----";
  const char *start = strstr (pem, begin), *stop;

  if (start == NULL)
    return (struct bytes){ NULL, 0 };
  start += sizeof begin - 1;
  stop = strstr (start, end);
  return (struct bytes){ (const uint8_t *) start, stop != NULL ? (size_t) (stop - start) : 0 };
}

/* Reads an Ed25519 public key (RFC 8410) in PEM. Compared with the DER that the key should have, so that an
 * RSA key of the same length is none. */
static bool
read_pem (const char *pem, uint8_t key[32])
{
  struct bytes body = pem_body (pem);
  uint8_t der[BASE64_DECODE_LENGTH (128)], expected[IC_ED25519_DER_SIZE];
  size_t size = sizeof der;
  struct base64_decode_ctx context;

  base64_decode_init (&context);
  if (body.size == 0 || BASE64_DECODE_LENGTH (body.size) > sizeof der
      || !base64_decode_update (&context, &size, der, body.size, (const char *) body.data)
      || !base64_decode_final (&context) || size != sizeof expected)
    return false;
  memcpy (key, der + sizeof expected - 32, 32);
  ic_ed25519_der (expected, key);
  return memcmp (der, expected, sizeof expected) == 0;
}

/* Copied out, since the JSON goes when this returns. */
bool
wrapper_read (struct bytes payload, struct wrapper *wrapper)
{
  json_t *root, *csv;
  const char *pem;

  *wrapper = (struct wrapper){ 0 };
  /* Numbers are of no interest here; as reals they may be of any size. */
  root =
      json_loadb ((const char *) payload.data, payload.size, JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, NULL);
  csv = json_object_get (root, "server_offerings_csv");
  if (json_is_string (csv)) {
    wrapper->csv_size = json_string_length (csv);
    wrapper->csv = malloc (wrapper->csv_size + 1);
  }
  if (wrapper->csv != NULL) {
    memcpy (wrapper->csv, json_string_value (csv), wrapper->csv_size + 1);
    pem = json_string_value (json_object_get (root, "provider_pubkey_pem"));
    wrapper->has_pubkey = pem != NULL && read_pem (pem, wrapper->pubkey);
  }
  json_decref (root);
  return wrapper->csv != NULL;
}

void
wrapper_free (struct wrapper *wrapper)
{
  free (wrapper->csv);
}
