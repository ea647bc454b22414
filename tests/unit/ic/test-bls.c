/* SPDX-License-Identifier: Apache-2.0 */
/* Every row of ic/certificates/bls.jsonl, and every bit of one signature flipped. */
#include "config.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "ic/certificate/bls.h"
#include "support/run.h"
#include "support/vectors.h"

static size_t accepted, refused;

static struct bytes
member (json_t *row, const char *name)
{
  struct bytes bytes;

  bytes.data = vectors_hex (row, name, &bytes.size);
  return bytes;
}

static void
check_flips (struct bytes key, struct bytes message, struct bytes signature)
{
  uint8_t *data = (uint8_t *) (uintptr_t) signature.data;

  for (size_t bit = 0; bit < 8 * signature.size; bit += 3) {
    data[bit / 8] ^= (uint8_t) (1 << bit % 8);
    ck_assert_msg (ic_bls_verify (key, message, signature) != NULL, "taken with bit %zu flipped", bit);
    data[bit / 8] ^= (uint8_t) (1 << bit % 8);
  }
}

/* A row whose `valid` is null must be refused: implementations differ on it. */
static void
check_row (json_t *row, size_t number, void *context)
{
  struct bytes key = member (row, "public_key"), der = member (row, "public_key_der");
  struct bytes message = member (row, "message"), signature = member (row, "signature");
  bool valid = json_is_true (json_object_get (row, "valid"));
  const char *reason = ic_bls_verify (key, message, signature);

  (void) context;
  ck_assert_msg ((reason == NULL) == valid, "row %zu (%s): %s", number, vectors_text (row, "note"),
                 reason ? reason : "taken");
  if (reason != NULL)
    printf ("bls.jsonl:%zu refused: %s\n", number, reason);
  if (valid) {
    ck_assert_uint_eq (der.size, IC_BLS_DER_SIZE);
    ck_assert_mem_eq (der.data, ic_bls_der_prefix, IC_BLS_DER_PREFIX_SIZE);
    ck_assert_mem_eq (der.data + IC_BLS_DER_PREFIX_SIZE, key.data, IC_BLS_KEY_SIZE);
  }
  if (number == 1)
    check_flips (key, message, signature);
  *(valid ? &accepted : &refused) += 1;
  free ((void *) (uintptr_t) key.data);
  free ((void *) (uintptr_t) der.data);
  free ((void *) (uintptr_t) message.data);
  free ((void *) (uintptr_t) signature.data);
}

START_TEST (rows)
{
  vectors_each ("ic/certificates/bls.jsonl", check_row, NULL);
  printf ("bls.jsonl: %zu signatures accepted, %zu refused\n", accepted, refused);
}
END_TEST

START_TEST (without_blst)
{
  uint8_t zeros[IC_BLS_KEY_SIZE] = { 0 };
  struct bytes key = { zeros, IC_BLS_KEY_SIZE }, signature = { zeros, IC_BLS_SIGNATURE_SIZE };

  ck_assert_ptr_nonnull (strstr (ic_bls_verify (key, signature, signature), "without blst"));
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { ic_bls_available () ? rows : without_blst };

  return RUN_TESTS ("bls", tests);
}
