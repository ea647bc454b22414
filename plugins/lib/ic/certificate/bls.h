/* SPDX-License-Identifier: Apache-2.0 */
/* BLS12-381 signatures as the Internet Computer makes them: signatures are points of G1, public keys
 * points of G2, both compressed; messages are hashed to the curve in the domain
 * BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_ ("Certification" in the Internet Computer Interface
 * Specification).
 *
 * The arithmetic is that of the blst library. A build without it has all functions; they then refuse
 * every signature. Pure functions, safe from any thread. One verification takes about a millisecond. */
#ifndef IC_CERTIFICATE_BLS_H
#define IC_CERTIFICATE_BLS_H

#include <stdbool.h>

#include "bytes/bytes.h"

#define IC_BLS_KEY_SIZE 96
#define IC_BLS_SIGNATURE_SIZE 48

/* A public key in DER: a fixed prefix and the key. */
#define IC_BLS_DER_PREFIX_SIZE 37
#define IC_BLS_DER_SIZE (IC_BLS_DER_PREFIX_SIZE + IC_BLS_KEY_SIZE)

extern const unsigned char ic_bls_der_prefix[IC_BLS_DER_PREFIX_SIZE];

/* Whether this build can verify at all. */
bool ic_bls_available (void);

/* NULL if `key` (the 96 bytes, without DER) can be a public key at all, or a static text that says why not.
 * A build that cannot verify does not look. */
const char *ic_bls_check_key (struct bytes key);

/* Verifies the signature of a message under a public key (the 96 bytes, without DER).
 *
 * Returns NULL if it is valid, or a static text that says why it is not. Refused beside a failing equation:
 * a key or signature of another length, one that is no compressed point of the curve, lies outside the
 * subgroup, or is the point at infinity. */
const char *ic_bls_verify (struct bytes key, struct bytes message, struct bytes signature);

#endif
