/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a certificate: read, looked into, and verified under a root key that signed none of them, so
 * that nothing may be accepted. */
#include "config.h"

#include "fuzz/fuzz.h"
#include "ic/certificate/query_signature.h"
#include "ic/certificate/request_status.h"

static void
look_around (const struct ic_certificate *certificate, struct bytes root_key, struct ic_arena *arena)
{
  static const uint8_t id[IC_HASH_SIZE] = { 0 };
  struct ic_request_status status;
  struct ic_nodes nodes;

  ic_request_status_read (&status, certificate, id, NULL);
  ic_nodes_read (&nodes, certificate, root_key, arena, NULL);
  if (certificate->delegation != NULL)
    look_around (certificate->delegation, root_key, arena);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  uint8_t root_key[IC_BLS_DER_SIZE] = { 0 };
  const struct ic_principal canister = IC_PRINCIPAL_ANONYMOUS;
  const struct ic_certificate_check check = {
    .root_key = { root_key, sizeof root_key },
    .canister = &canister,
    .now_ns = UINT64_C (1700000000000000000),
    .max_age_ns = UINT64_MAX,
    .max_skew_ns = UINT64_MAX,
  };
  struct ic_certificate *certificate;
  struct ic_arena arena = { NULL };
  struct ic_error error = { "" };

  memcpy (root_key, ic_bls_der_prefix, IC_BLS_DER_PREFIX_SIZE);
  if (ic_certificate_read (&certificate, (struct bytes){ data, size }, &arena, &error)
      == IC_CERTIFICATE_VALID) {
    look_around (certificate, check.root_key, &arena);
    require (ic_certificate_verify (certificate, &check, &error) != IC_CERTIFICATE_VALID);
  }
  require (error.text[0] != '\0');
  ic_arena_free (&arena);
  return 0;
}
