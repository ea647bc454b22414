/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of ic/http/envelopes.jsonl for the identities that this library has: anonymous and Ed25519. */
#include "config.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "ic/agent/envelope.h"
#include "ic/certificate/cbor.h"
#include "support/run.h"
#include "support/vectors.h"
#include "unit/ic/requests.h"

static size_t checked, skipped;

static void
check_hex (json_t *row, const char *member, const void *data, size_t size, size_t number)
{
  size_t expected_size;
  uint8_t *expected = vectors_hex (row, member, &expected_size);

  ck_assert_msg (size == expected_size && memcmp (data, expected, size) == 0, "row %zu: %s", number, member);
  free (expected);
}

/* A map as its keys and, in CBOR, their values. */
struct fields {
  struct bytes key[8], value[8];
  size_t count;
};

static void
read_fields (struct fields *fields, struct bytes input)
{
  struct ic_cbor_reader reader;
  struct ic_cbor_map map;
  struct ic_error error;

  *fields = (struct fields){ .count = 0 };
  ic_cbor_read (&reader, input, NULL, &error);
  ck_assert (ic_cbor_open_map (&reader, &map));
  while (ic_cbor_more (&reader, &map.list)) {
    ck_assert_uint_lt (fields->count, 8);
    ck_assert (ic_cbor_text (&reader, &fields->key[fields->count]));
    fields->value[fields->count].data = reader.next;
    ck_assert (ic_cbor_skip (&reader));
    fields->value[fields->count].size = (size_t) (reader.next - fields->value[fields->count].data);
    fields->count++;
  }
  ck_assert_msg (ic_cbor_finish (&reader), "%s", error.text);
}

/* Whether two maps are the same but for the order of their fields; `content` may differ in the same way. */
static bool
same_map (struct bytes a, struct bytes b)
{
  struct fields left, right;

  read_fields (&left, a);
  read_fields (&right, b);
  for (size_t i = 0; i < left.count; i++) {
    size_t j = 0;

    while (j < right.count && !bytes_equal (left.key[i], right.key[j]))
      j++;
    if (j == right.count)
      return false;
    if (left.key[i].size == 7 && memcmp (left.key[i].data, "content", 7) == 0) {
      if (!same_map (left.value[i], right.value[j]))
        return false;
    } else if (!bytes_equal (left.value[i], right.value[j])) {
      return false;
    }
  }
  return left.count == right.count;
}

static void
check_envelope (json_t *row, const struct ic_cbor_writer *writer, size_t number)
{
  struct bytes expected;

  expected.data = vectors_hex (row, "envelope_cbor", &expected.size);
  ck_assert_uint_eq (writer->size, expected.size);
  ck_assert_mem_eq (writer->data, "\xd9\xd9\xf7", 3);
  ck_assert_msg (same_map ((struct bytes){ writer->data, writer->size }, expected), "row %zu", number);
  free ((void *) (uintptr_t) expected.data);
}

static bool
make_identity (struct ic_identity *identity, json_t *row, size_t number)
{
  const char *kind = vectors_text (row, "identity");
  uint8_t *seed;
  size_t size;

  if (strcmp (kind, "anonymous") == 0) {
    ic_identity_anonymous (identity);
    return true;
  }
  if (strcmp (kind, "ed25519") != 0)
    return false;
  seed = vectors_hex (row, "secret_key", &size);
  ck_assert_uint_eq (size, IC_ED25519_SEED_SIZE);
  ic_identity_from_seed (identity, seed);
  check_hex (row, "public_key_der", identity->public_key, IC_ED25519_DER_SIZE, number);
  free (seed);
  return true;
}

static void
check_row (json_t *row, size_t number, void *context)
{
  struct ic_cbor_writer writer = { NULL };
  struct golden_request golden;
  struct ic_identity identity;
  char sender[IC_PRINCIPAL_TEXT_SIZE];
  uint8_t id[IC_HASH_SIZE];

  (void) context;
  if (!make_identity (&identity, row, number)) {
    skipped++;
    return;
  }
  ic_principal_text (&identity.principal, sender);
  ck_assert_str_eq (sender, vectors_text (row, "sender"));
  golden_request_read (&golden, json_object_get (row, "content"));
  golden.request.sender = (struct bytes){ NULL, 0 };
  ic_envelope_put (&writer, &golden.request, &identity, id);
  ck_assert (!writer.failed);
  check_hex (row, "request_id", id, sizeof id, number);
  check_envelope (row, &writer, number);
  golden_request_free (&golden);
  ic_cbor_writer_free (&writer);
  checked++;
}

START_TEST (rows)
{
  vectors_each ("ic/http/envelopes.jsonl", check_row, NULL);
  printf ("envelopes.jsonl: %zu rows, %zu of identities that are not supported left out\n", checked, skipped);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { rows };

  return RUN_TESTS ("envelope", tests);
}
