/* SPDX-License-Identifier: Apache-2.0 */
/* Every row of ic/certificates/synthesized.jsonl and of ic/certificates/recorded/manifest.jsonl: each valid
 * certificate is accepted, each other refused for its own reason. Then bits of the recorded ones are flipped.
 */
#include "config.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "ic/certificate/certificate.h"
#include "ic/certificate/response.h"
#include "ic/certificate/root_key.h"
#include "support/run.h"
#include "support/vectors.h"
#include "unit/ic/expect.h"
#include "unit/ic/lookups.h"

static const char *const names[] = {
#define X(name, text) [IC_CERTIFICATE_##name] = #name,
  IC_CERTIFICATE_RESULTS (X)
#undef X
};

static size_t accepted, refused, lookups;

/* The hex of a certificate, which may be given as prefix, `repeat` x times, suffix. */
static struct bytes
certificate_bytes (const json_t *row)
{
  struct bytes prefix, repeat, suffix, whole;
  size_t times = (size_t) json_integer_value (json_object_get (row, "times"));
  uint8_t *data;

  if (json_object_get (row, "certificate") != NULL)
    return expect_bytes (row, "certificate");
  prefix = expect_bytes (row, "prefix");
  repeat = expect_bytes (row, "repeat");
  suffix = expect_bytes (row, "suffix");
  whole.size = prefix.size + times * repeat.size + suffix.size;
  whole.data = data = malloc (whole.size);
  ck_assert_ptr_nonnull (data);
  memcpy (data, prefix.data, prefix.size);
  for (size_t i = 0; i < times; i++)
    memcpy (data + prefix.size + i * repeat.size, repeat.data, repeat.size);
  memcpy (data + whole.size - suffix.size, suffix.data, suffix.size);
  expect_free (prefix);
  expect_free (repeat);
  expect_free (suffix);
  return whole;
}

/* What a build without blst may answer where a signature would have to be checked. */
static bool
result_fits (const json_t *row, enum ic_certificate_result result)
{
  return expect_is (row, names[result]) || (result == IC_CERTIFICATE_UNVERIFIABLE && !ic_bls_available ());
}

static void
check_valid (const struct ic_certificate *certificate, const json_t *row, const char *where)
{
  struct bytes root_hash = expect_bytes (row, "root_hash");
  const json_t *delegation = json_object_get (row, "delegation");
  char subnet[IC_PRINCIPAL_TEXT_SIZE];

  if (root_hash.data != NULL)
    ck_assert_mem_eq (certificate->root_hash, root_hash.data, IC_HASH_SIZE);
  lookups += lookups_check (certificate->tree, json_object_get (row, "lookups"), where);
  if (delegation != NULL) {
    ic_principal_text (&certificate->subnet, subnet);
    ck_assert_str_eq (subnet, vectors_text (delegation, "subnet_id"));
    lookups += lookups_check (certificate->delegation->tree, json_object_get (delegation, "lookups"), where);
  }
  if (vectors_text (row, "time_ns") != NULL)
    ck_assert_uint_eq (certificate->time_ns, expect_number (row, "time_ns"));
  expect_free (root_hash);
}

static void
check_certificate (const json_t *row, struct bytes input, const char *where)
{
  struct ic_arena arena = { NULL };
  struct ic_certificate *certificate;
  struct ic_certificate_check check;
  struct ic_principal id;
  struct ic_error error = { "" };
  enum ic_certificate_result result;

  expect_check (row, &check, &id);
  result = ic_certificate_read (&certificate, input, &arena, &error);
  if (result == IC_CERTIFICATE_VALID)
    result = ic_certificate_verify (certificate, &check, &error);
  ck_assert_msg (result_fits (row, result), "%s: expected %s, got %s: %s", where,
                 vectors_text (row, "expect"), names[result], error.text);
  if (result == IC_CERTIFICATE_VALID)
    check_valid (certificate, row, where);
  else
    printf ("%s refused: %s\n", where, error.text);
  *(result == IC_CERTIFICATE_VALID ? &accepted : &refused) += 1;
  expect_free (check.root_key);
  ic_arena_free (&arena);
}

static void
check_synthesized (json_t *row, size_t number, void *context)
{
  struct bytes input = certificate_bytes (row);
  char where[64];

  (void) context;
  snprintf (where, sizeof where, "synthesized.jsonl:%zu", number);
  check_certificate (row, input, where);
  expect_free (input);
}

START_TEST (synthesized)
{
  vectors_each ("ic/certificates/synthesized.jsonl", check_synthesized, NULL);
  printf ("synthesized.jsonl: %zu accepted with %zu lookups, %zu refused\n", accepted, lookups, refused);
}
END_TEST

/* The body that a row of the manifest names, in memory that the caller frees. */
static struct bytes
recorded_body (const json_t *row)
{
  struct bytes body;
  char name[256];

  snprintf (name, sizeof name, "ic/certificates/recorded/%s", vectors_text (row, "file"));
  body.data = vectors_read (name, &body.size);
  return body;
}

static void
check_recorded (json_t *row, size_t number, void *context)
{
  struct bytes body = recorded_body (row), certificate;
  struct ic_arena arena = { NULL };
  struct ic_error error;
  char where[64];

  (void) context;
  snprintf (where, sizeof where, "manifest.jsonl:%zu", number);
  ck_assert_msg (ic_read_state_response_read (&certificate, body, &arena, &error), "%s: %s", where,
                 error.text);
  check_certificate (row, certificate, where);
  ic_arena_free (&arena);
  expect_free (body);
}

/* The recorded responses are the public network's. */
static void
check_root_key (json_t *row, size_t number, void *context)
{
  struct bytes root_key = expect_bytes (row, "root_key_der");

  (void) context;
  ck_assert_msg (bytes_equal (root_key, (struct bytes){ ic_mainnet_root_key, IC_BLS_DER_SIZE }), "row %zu",
                 number);
  expect_free (root_key);
}

START_TEST (root_key)
{
  vectors_each ("ic/certificates/recorded/manifest.jsonl", check_root_key, NULL);
}
END_TEST

START_TEST (recorded)
{
  accepted = refused = lookups = 0;
  vectors_each ("ic/certificates/recorded/manifest.jsonl", check_recorded, NULL);
  printf ("manifest.jsonl: %zu accepted with %zu lookups, %zu refused\n", accepted, lookups, refused);
}
END_TEST

/* Whether a changed body is still accepted; if so, its root hash must be the original one. */
static bool
accepted_as (const json_t *row, struct bytes body, const uint8_t root_hash[IC_HASH_SIZE])
{
  struct ic_arena arena = { NULL };
  struct ic_certificate *certificate;
  struct ic_certificate_check check;
  struct ic_principal id;
  struct bytes input;
  bool good;

  expect_check (row, &check, &id);
  good = ic_read_state_response_read (&input, body, &arena, NULL)
         && ic_certificate_read (&certificate, input, &arena, NULL) == IC_CERTIFICATE_VALID
         && ic_certificate_verify (certificate, &check, NULL) == IC_CERTIFICATE_VALID;
  if (good)
    ck_assert_mem_eq (certificate->root_hash, root_hash, IC_HASH_SIZE);
  expect_free (check.root_key);
  ic_arena_free (&arena);
  return good;
}

/* Flips one bit after another, a prime apart so that all bit positions come up. */
static void
flip_bits (json_t *row, size_t number, void *context)
{
  struct bytes body = recorded_body (row), root_hash = expect_bytes (row, "root_hash");
  uint8_t *data = (uint8_t *) (uintptr_t) body.data;
  size_t step = body.size * 8 / 130 | 1, flips = 0, harmless = 0;

  (void) context;
  if (expect_is (row, "valid")) {
    ck_assert (accepted_as (row, body, root_hash.data));
    for (size_t bit = number; bit < body.size * 8; bit += step, flips++) {
      data[bit / 8] ^= (uint8_t) (1 << bit % 8);
      harmless += accepted_as (row, body, root_hash.data);
      data[bit / 8] ^= (uint8_t) (1 << bit % 8);
    }
    printf ("manifest.jsonl:%zu: of %zu flipped bits %zu changed nothing that counts\n", number, flips,
            harmless);
    ck_assert_uint_lt (harmless, flips / 20);
  }
  expect_free (root_hash);
  expect_free (body);
}

START_TEST (flipped_bits)
{
  if (ic_bls_available ())
    vectors_each ("ic/certificates/recorded/manifest.jsonl", flip_bits, NULL);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { synthesized, root_key, recorded, flipped_bits };

  return RUN_TESTS ("certificate", tests);
}
