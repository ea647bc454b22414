/* SPDX-License-Identifier: Apache-2.0 */
/* Reading and believing are apart: what was read may be looked at for messages, but only what was verified
 * may be relied on. The order of checks is that of who vouches for whom, from the root key down, and time
 * comes last. */
#include "config.h"

#include "ic/certificate/certificate.h"

#include <assert.h>
#include <inttypes.h>

#include "ic/candid/leb128.h"
#include "ic/certificate/canister_ranges.h"

enum { FIELD_TREE, FIELD_SIGNATURE, FIELD_DELEGATION };
static const char *const field_names[] = { "tree", "signature", "delegation" };

enum { DELEGATION_SUBNET, DELEGATION_CERTIFICATE };
static const char *const delegation_names[] = { "subnet_id", "certificate" };

static struct ic_certificate *read_certificate (struct bytes input, struct ic_arena *arena, bool outer,
                                                struct ic_error *error);

/* Takes the map of a delegation. The certificate in the delegation of a delegation is not looked at. */
static bool
read_delegation (struct ic_cbor_reader *reader, struct ic_certificate *certificate, bool outer)
{
  struct bytes subnet, input = { NULL, 0 };
  struct ic_cbor_map map;
  int field;

  if (ic_cbor_null (reader))
    return true;
  if (!ic_cbor_open_map (reader, &map))
    return false;
  while ((field = ic_cbor_field (reader, &map, delegation_names, 2)) != IC_CBOR_END) {
    if (field == DELEGATION_CERTIFICATE)
      ic_cbor_bytes (reader, &input);
    else if (field == IC_CBOR_OTHER)
      ic_cbor_fail (reader, "unknown field of a delegation");
    else if (ic_cbor_bytes (reader, &subnet)
             && !ic_principal_set (&certificate->subnet, subnet.data, subnet.size))
      ic_cbor_fail (reader, "a subnet id is longer than a principal");
  }
  if (reader->failed)
    return false;
  if (!ic_cbor_has (&map, DELEGATION_SUBNET) || !ic_cbor_has (&map, DELEGATION_CERTIFICATE))
    return ic_cbor_fail (reader, "a delegation lacks its subnet_id or certificate");
  certificate->delegated = true;
  if (!outer)
    return true;
  certificate->delegation = read_certificate (input, reader->arena, false, reader->error);
  if (certificate->delegation == NULL)
    reader->failed = true;
  return !reader->failed;
}

static void
read_field (struct ic_cbor_reader *reader, int field, struct ic_certificate *certificate, bool outer)
{
  switch (field) {
  case FIELD_TREE:
    certificate->tree = ic_tree_read (reader);
    break;
  case FIELD_SIGNATURE:
    ic_cbor_bytes (reader, &certificate->signature);
    break;
  case FIELD_DELEGATION:
    read_delegation (reader, certificate, outer);
    break;
  default:
    ic_cbor_fail (reader, "unknown field of a certificate");
  }
}

/* Fields that the specification does not name are refused, unlike those of other answers: whatever they are
 * would be outside the signed tree. */
static struct ic_certificate *
read_certificate (struct bytes input, struct ic_arena *arena, bool outer, struct ic_error *error)
{
  struct ic_certificate *certificate = ic_arena_alloc (arena, sizeof *certificate);
  struct ic_cbor_reader reader;
  struct ic_cbor_map map;
  int field;

  if (certificate == NULL) {
    ic_error_set (error, "out of memory");
    return NULL;
  }
  ic_cbor_read (&reader, input, arena, error);
  if (ic_cbor_open_map (&reader, &map))
    while ((field = ic_cbor_field (&reader, &map, field_names, 3)) != IC_CBOR_END)
      read_field (&reader, field, certificate, outer);
  if (!reader.failed && (!ic_cbor_has (&map, FIELD_TREE) || !ic_cbor_has (&map, FIELD_SIGNATURE)))
    ic_cbor_fail (&reader, "a certificate lacks its tree or signature");
  if (!ic_cbor_finish (&reader)) {
    ic_error_prefix (error, outer ? "certificate" : "delegation");
    return NULL;
  }
  ic_tree_hash (certificate->tree, certificate->root_hash);
  return certificate;
}

enum ic_certificate_result
ic_certificate_read (struct ic_certificate **certificate, struct bytes input, struct ic_arena *arena,
                     struct ic_error *error)
{
  *certificate = read_certificate (input, arena, true, error);
  return *certificate != NULL ? IC_CERTIFICATE_VALID : IC_CERTIFICATE_MALFORMED;
}

/* `whose` tells the certificate's signature from that of its delegation, which is by another key. */
static enum ic_certificate_result
refuse (enum ic_certificate_result result, const char *whose, struct ic_error *error)
{
  ic_error_set (error, "%s: %s", whose, ic_certificate_result_text (result));
  return result;
}

/* What is signed is the root hash of the tree, behind a domain separator; `key` is in DER. */
static enum ic_certificate_result
verify_signature (const struct ic_certificate *certificate, struct bytes key, const char *whose,
                  struct ic_error *error)
{
  static const char domain[] = "\x0dic-state-root";
  uint8_t message[sizeof domain - 1 + IC_HASH_SIZE];
  const char *reason;

  if (key.size != IC_BLS_DER_SIZE)
    return refuse (IC_CERTIFICATE_BAD_KEY_LENGTH, whose, error);
  if (memcmp (key.data, ic_bls_der_prefix, IC_BLS_DER_PREFIX_SIZE) != 0)
    return refuse (IC_CERTIFICATE_BAD_KEY_PREFIX, whose, error);
  if (!ic_bls_available ())
    return refuse (IC_CERTIFICATE_UNVERIFIABLE, whose, error);
  memcpy (message, domain, sizeof domain - 1);
  memcpy (message + sizeof domain - 1, certificate->root_hash, IC_HASH_SIZE);
  reason = ic_bls_verify ((struct bytes){ key.data + IC_BLS_DER_PREFIX_SIZE, IC_BLS_KEY_SIZE },
                          (struct bytes){ message, sizeof message }, certificate->signature);
  if (reason == NULL)
    return IC_CERTIFICATE_VALID;
  ic_error_set (error, "%s: %s", whose, reason);
  return IC_CERTIFICATE_BAD_SIGNATURE;
}

/* Whether the subnet may speak for the canister or subnet that was asked about. */
static enum ic_certificate_result
verify_authority (const struct ic_certificate *certificate, const struct ic_certificate_check *check,
                  struct ic_error *error)
{
  if (check->canister != NULL)
    return ic_ranges_check (certificate->delegation->tree, &certificate->subnet, check->canister, error);
  if (check->subnet != NULL && !ic_principal_equal (check->subnet, &certificate->subnet))
    return refuse (IC_CERTIFICATE_WRONG_SUBNET, "delegation", error);
  return IC_CERTIFICATE_VALID;
}

/* The subnet's key and ranges are looked up in the delegation only once the root's signature of it holds. Its
 * own time does not matter: delegations are handed out for months.
 *
 * Verifies the delegation, if there is one, and finds the key that must have signed. */
static enum ic_certificate_result
find_key (const struct ic_certificate *certificate, const struct ic_certificate_check *check,
          struct bytes *key, struct ic_error *error)
{
  const struct bytes subnet = { certificate->subnet.bytes, certificate->subnet.size };
  const struct bytes path[] = { ic_label ("subnet"), subnet, ic_label ("public_key") };
  enum ic_certificate_result result;

  *key = check->root_key;
  if (!certificate->delegated)
    return IC_CERTIFICATE_VALID;
  assert (certificate->delegation != NULL);
  if (certificate->delegation->delegated)
    return refuse (IC_CERTIFICATE_TOO_MANY_DELEGATIONS, "certificate", error);
  result = verify_signature (certificate->delegation, check->root_key, "delegation (signed by the root key)",
                             error);
  if (result == IC_CERTIFICATE_VALID)
    result = verify_authority (certificate, check, error);
  if (result != IC_CERTIFICATE_VALID)
    return result;
  if (ic_tree_value (certificate->delegation->tree, path, 3, key) != IC_LOOKUP_FOUND)
    return refuse (IC_CERTIFICATE_SUBNET_KEY_MISSING, "certificate", error);
  return IC_CERTIFICATE_VALID;
}

/* The time is looked at last: before, it could be anybody's. */
static enum ic_certificate_result
verify_time (struct ic_certificate *certificate, const struct ic_certificate_check *check,
             struct ic_error *error)
{
  const struct bytes path[] = { ic_label ("time") };
  struct bytes value;
  uint64_t time;

  if (ic_tree_value (certificate->tree, path, 1, &value) != IC_LOOKUP_FOUND)
    return refuse (IC_CERTIFICATE_TIME_MISSING, "certificate", error);
  if (ic_uleb128_read (&value, &time) != IC_LEB128_OK || value.size != 0) {
    ic_error_set (error, "certificate: its time is not a LEB128 number of 64 bits");
    return IC_CERTIFICATE_MALFORMED;
  }
  certificate->time_ns = time;
  if (time < check->now_ns && check->now_ns - time > check->max_age_ns) {
    ic_error_set (error, "certificate: %" PRIu64 " s old, older than the limit of %" PRIu64 " s",
                  (check->now_ns - time) / 1000000000, check->max_age_ns / 1000000000);
    return IC_CERTIFICATE_TOO_OLD;
  }
  if (time > check->now_ns && time - check->now_ns > check->max_skew_ns) {
    ic_error_set (error, "certificate: its time is %" PRIu64 " s ahead of this machine's clock",
                  (time - check->now_ns) / 1000000000);
    return IC_CERTIFICATE_FUTURE;
  }
  return IC_CERTIFICATE_VALID;
}

enum ic_certificate_result
ic_certificate_verify (struct ic_certificate *certificate, const struct ic_certificate_check *check,
                       struct ic_error *error)
{
  enum ic_certificate_result result;
  struct bytes key;

  result = find_key (certificate, check, &key, error);
  if (result == IC_CERTIFICATE_VALID)
    result = verify_signature (certificate, key,
                               certificate->delegated ? "certificate (signed by its subnet)"
                                                      : "certificate (signed by the root key)",
                               error);
  if (result == IC_CERTIFICATE_VALID)
    result = verify_time (certificate, check, error);
  return result;
}

void
ic_certificate_subnet (const struct ic_certificate *certificate, struct bytes root_key,
                       struct ic_principal *subnet)
{
  if (certificate->delegated)
    *subnet = certificate->subnet;
  else
    ic_principal_of_public_key (subnet, root_key.data, root_key.size);
}
