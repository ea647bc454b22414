/* SPDX-License-Identifier: Apache-2.0 */
/* Every row of ic/http/hash_of_map.jsonl and ic/http/request_ids.jsonl. */
#include "config.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes/hex.h"
#include "ic/candid/hash.h"
#include "support/run.h"
#include "support/vectors.h"
#include "unit/ic/requests.h"

static size_t maps, requests;

static void hash_value (uint8_t hash[IC_HASH_SIZE], json_t *value);

static void
check_hash (const uint8_t hash[IC_HASH_SIZE], json_t *row, const char *member, size_t number)
{
  char text[2 * IC_HASH_SIZE + 1];

  hex_encode (text, hash, IC_HASH_SIZE);
  ck_assert_msg (strcmp (text, vectors_text (row, member)) == 0, "row %zu: %s", number, text);
}

static void
hash_map (uint8_t hash[IC_HASH_SIZE], json_t *pairs)
{
  struct ic_hash_field *fields = calloc (json_array_size (pairs) + 1, sizeof *fields);
  uint8_t value[IC_HASH_SIZE];
  json_t *pair;
  size_t i;

  ck_assert_ptr_nonnull (fields);
  json_array_foreach (pairs, i, pair) {
    hash_value (value, json_array_get (pair, 1));
    ic_hash_field_hash (&fields[i], json_string_value (json_array_get (pair, 0)), value);
  }
  ic_hash_of_map (hash, fields, json_array_size (pairs));
  free (fields);
}

static void
hash_array (uint8_t hash[IC_HASH_SIZE], json_t *elements)
{
  uint8_t *hashes = malloc ((json_array_size (elements) + 1) * IC_HASH_SIZE);
  json_t *element;
  size_t i;

  ck_assert_ptr_nonnull (hashes);
  json_array_foreach (elements, i, element)
    hash_value (hashes + i * IC_HASH_SIZE, element);
  ic_hash_of_array (hash, hashes, json_array_size (elements));
  free (hashes);
}

/* `value` is tagged: an object with one member that names the type. */
static void
hash_value (uint8_t hash[IC_HASH_SIZE], json_t *value)
{
  const char *text = vectors_text (value, "text"), *nat = vectors_text (value, "nat");

  if (text != NULL)
    ic_hash_of_blob (hash, (struct bytes){ (const uint8_t *) text,
                                           json_string_length (json_object_get (value, "text")) });
  else if (nat != NULL)
    ic_hash_of_nat (hash, strtoull (nat, NULL, 10));
  else if (json_object_get (value, "array") != NULL)
    hash_array (hash, json_object_get (value, "array"));
  else if (json_object_get (value, "map") != NULL)
    hash_map (hash, json_object_get (value, "map"));
  else {
    struct bytes blob;
    uint8_t *data = vectors_hex (value, "blob", &blob.size);

    ck_assert_ptr_nonnull (data);
    blob.data = data;
    ic_hash_of_blob (hash, blob);
    free (data);
  }
}

static void
check_map (json_t *row, size_t number, void *context)
{
  uint8_t hash[IC_HASH_SIZE];

  (void) context;
  hash_value (hash, json_object_get (row, "value"));
  check_hash (hash, row, "hash", number);
  maps++;
}

START_TEST (every_map)
{
  vectors_each ("ic/http/hash_of_map.jsonl", check_map, NULL);
  printf ("hash_of_map.jsonl: %zu rows\n", maps);
  if (getenv ("DCPIPE_VECTORS") == NULL)
    ck_assert_uint_ge (maps, 30);
}
END_TEST

static void
check_request (json_t *row, size_t number, void *context)
{
  struct golden_request golden;
  uint8_t id[IC_HASH_SIZE];

  (void) context;
  golden_request_read (&golden, json_object_get (row, "content"));
  ic_request_id (id, &golden.request);
  check_hash (id, row, "request_id", number);
  golden_request_free (&golden);
  requests++;
}

START_TEST (every_request)
{
  vectors_each ("ic/http/request_ids.jsonl", check_request, NULL);
  printf ("request_ids.jsonl: %zu rows\n", requests);
  if (getenv ("DCPIPE_VECTORS") == NULL)
    ck_assert_uint_ge (requests, 27);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { every_map, every_request };

  return RUN_TESTS ("hash", tests);
}
