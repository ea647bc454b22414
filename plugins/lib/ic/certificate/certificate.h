/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates: a hash tree of a subnet's state, signed by the subnet, whose key the root key vouches for
 * in a delegation ("Certification" in the Internet Computer Interface Specification).
 *
 *     ic_certificate_read (&certificate, bytes, &arena, &error);
 *     ic_certificate_verify (certificate, &check, &error);
 *     ic_tree_value (certificate->tree, path, count, &value);
 *
 * Nothing in a certificate may be relied upon before ic_certificate_verify has returned IC_CERTIFICATE_VALID.
 * Functions are pure and may be called by several threads, each with its own arena. */
#ifndef IC_CERTIFICATE_CERTIFICATE_H
#define IC_CERTIFICATE_CERTIFICATE_H

#include "bytes/bytes.h"
#include "ic/candid/arena.h"
#include "ic/candid/error.h"
#include "ic/certificate/bls.h"
#include "ic/certificate/hash_tree.h"
#include "ic/certificate/verdict.h"
#include "ic/principal/principal.h"

struct ic_certificate {
  const struct ic_tree *tree;
  uint8_t root_hash[IC_HASH_SIZE];
  struct bytes signature;
  /* Present if `delegated`: who signed, and the root's word for it. */
  bool delegated;
  struct ic_principal subnet;
  const struct ic_certificate *delegation;
  /* Set by ic_certificate_verify: the certificate's own time, in ns since 1970. */
  uint64_t time_ns;
};

/* What is expected of a certificate. One without delegation was signed with the root key itself, which may
 * speak for every canister and subnet. With neither `canister` nor `subnet` given, any subnet's is taken. */
struct ic_certificate_check {
  struct bytes root_key; /* of the network, in DER */
  const struct ic_principal
      *canister; /* whose state it shows: must be in the ranges of the subnet that signed */
  const struct ic_principal *subnet; /* or, if `canister` is NULL: the subnet that must have signed */
  uint64_t now_ns;                   /* the present time, in ns since 1970 */
  uint64_t max_age_ns;               /* how much older it may be */
  uint64_t max_skew_ns; /* how far ahead of `now_ns` its time may lie; UINT64_MAX for any distance */
};

/* Reads a certificate in CBOR, with its delegation. The certificate and what it points to lie in `arena` and
 * in `input`. Returns IC_CERTIFICATE_VALID if it is well-formed, which says nothing of its signature, or
 * IC_CERTIFICATE_MALFORMED after setting `error`. */
enum ic_certificate_result ic_certificate_read (struct ic_certificate **certificate, struct bytes input,
                                                struct ic_arena *arena, struct ic_error *error);

/* Verifies signatures, delegation, canister ranges (in either layout) and time. Returns a verdict, after
 * setting `error` unless it is IC_CERTIFICATE_VALID. */
enum ic_certificate_result ic_certificate_verify (struct ic_certificate *certificate,
                                                  const struct ic_certificate_check *check,
                                                  struct ic_error *error);

/* The subnet whose state the certificate shows: that of the delegation, or the root subnet, whose name
 * follows from the root key. */
void ic_certificate_subnet (const struct ic_certificate *certificate, struct bytes root_key,
                            struct ic_principal *subnet);

#endif
