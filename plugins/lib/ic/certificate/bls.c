/* SPDX-License-Identifier: Apache-2.0 */
/* blst does the arithmetic; what it leaves to its callers is checked here. Without it every signature is
 * refused, and the reason says so. */
#include "config.h"

#include "ic/certificate/bls.h"

/* SEQUENCE { SEQUENCE { OID 1.3.6.1.4.1.44668.5.3.1.2.1, OID 1.3.6.1.4.1.44668.5.3.2.1 }, BIT STRING } */
const unsigned char ic_bls_der_prefix[IC_BLS_DER_PREFIX_SIZE] = {
  0x30, 0x81, 0x82, 0x30, 0x1d, 0x06, 0x0d, 0x2b, 0x06, 0x01, 0x04, 0x01, 0x82,
  0xdc, 0x7c, 0x05, 0x03, 0x01, 0x02, 0x01, 0x06, 0x0c, 0x2b, 0x06, 0x01, 0x04,
  0x01, 0x82, 0xdc, 0x7c, 0x05, 0x03, 0x02, 0x01, 0x03, 0x61, 0x00,
};

#ifdef HAVE_BLST

#include <blst.h>

static const char domain[] = "BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_";

bool
ic_bls_available (void)
{
  return true;
}

/* Uncompressing does not tell whether a point lies in the subgroup, and what pairings say of others proves
 * nothing. */
static const char *
read_key (blst_p2_affine *point, struct bytes key)
{
  if (key.size != IC_BLS_KEY_SIZE)
    return "the public key is not 96 bytes long";
  if (blst_p2_uncompress (point, key.data) != BLST_SUCCESS)
    return "the public key is not a point of the curve";
  if (blst_p2_affine_is_inf (point))
    return "the public key is the point at infinity";
  if (!blst_p2_affine_in_g2 (point))
    return "the public key lies outside the subgroup";
  return NULL;
}

/* The same, in the other group. */
static const char *
read_signature (blst_p1_affine *point, struct bytes signature)
{
  if (signature.size != IC_BLS_SIGNATURE_SIZE)
    return "the signature is not 48 bytes long";
  if (blst_p1_uncompress (point, signature.data) != BLST_SUCCESS)
    return "the signature is not a point of the curve";
  if (blst_p1_affine_is_inf (point))
    return "the signature is the point at infinity";
  if (!blst_p1_affine_in_g1 (point))
    return "the signature lies outside the subgroup";
  return NULL;
}

const char *
ic_bls_check_key (struct bytes key)
{
  blst_p2_affine point;

  return read_key (&point, key);
}

const char *
ic_bls_verify (struct bytes key, struct bytes message, struct bytes signature)
{
  blst_p2_affine key_point;
  blst_p1_affine signature_point;
  const char *refused = read_key (&key_point, key);

  if (refused == NULL)
    refused = read_signature (&signature_point, signature);
  if (refused != NULL)
    return refused;
  if (blst_core_verify_pk_in_g2 (&key_point, &signature_point, true, message.data, message.size,
                                 (const byte *) domain, sizeof domain - 1, NULL, 0)
      != BLST_SUCCESS)
    return "the signature does not match";
  return NULL;
}

#else

bool
ic_bls_available (void)
{
  return false;
}

const char *
ic_bls_check_key (struct bytes key)
{
  (void) key;
  return NULL;
}

/* Public keys lie in G2 and signatures in G1, which is the smaller form for what is sent often. */
const char *
ic_bls_verify (struct bytes key, struct bytes message, struct bytes signature)
{
  (void) key;
  (void) message;
  (void) signature;
  return "this program was built without blst, so BLS signatures cannot be verified";
}

#endif
