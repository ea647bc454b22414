/* SPDX-License-Identifier: Apache-2.0 */
/* Every row of ic/http/hash_of_map.jsonl and ic/http/request_ids.jsonl. */
#include "config.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ic/hash.h"
#include "ic/principal.h"
#include "support/vectors.h"

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
    ic_hash_of_blob (hash, (struct bytes) { (const uint8_t *) text,
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

static struct bytes
principal_bytes (struct ic_principal *principal, const char *text)
{
  ck_assert_ptr_nonnull (text);
  ck_assert (ic_principal_parse (principal, text, strlen (text)) == NULL);
  return (struct bytes) { principal->bytes, principal->size };
}

/* The paths of a read_state request, in memory that is freed with free_paths. */
static struct ic_path *
read_paths (json_t *json)
{
  struct ic_path *paths = calloc (json_array_size (json) + 1, sizeof *paths);
  json_t *path, *label;
  size_t i, j;

  ck_assert_ptr_nonnull (paths);
  json_array_foreach (json, i, path) {
    struct bytes *labels = calloc (json_array_size (path) + 1, sizeof *labels);

    ck_assert_ptr_nonnull (labels);
    json_array_foreach (path, j, label) {
      json_t *object = json_pack ("{sO}", "label", label);

      labels[j].data = vectors_hex (object, "label", &labels[j].size);
      json_decref (object);
    }
    paths[i] = (struct ic_path) { labels, json_array_size (path) };
  }
  return paths;
}

static void
free_paths (struct ic_path *paths, size_t count)
{
  for (size_t i = 0; i < count; i++) {
    for (size_t j = 0; j < paths[i].count; j++)
      free ((void *) (uintptr_t) paths[i].labels[j].data);
    free ((void *) (uintptr_t) paths[i].labels);
  }
  free (paths);
}

static void
check_request (json_t *row, size_t number, void *context)
{
  json_t *content = json_object_get (row, "content"), *paths = json_object_get (content, "paths");
  struct ic_request request = { .request_type = vectors_text (content, "request_type"),
                                .method_name = vectors_text (content, "method_name") };
  struct ic_principal sender, canister;
  uint8_t id[IC_HASH_SIZE], *arg, *nonce;
  struct ic_path *read = read_paths (paths);

  (void) context;
  request.sender = principal_bytes (&sender, vectors_text (content, "sender"));
  request.ingress_expiry = strtoull (vectors_text (content, "ingress_expiry"), NULL, 10);
  if (json_object_get (content, "canister_id") != NULL)
    request.canister_id = principal_bytes (&canister, vectors_text (content, "canister_id"));
  request.arg.data = arg = vectors_hex (content, "arg", &request.arg.size);
  request.nonce.data = nonce = vectors_hex (content, "nonce", &request.nonce.size);
  if (paths != NULL) {
    request.paths = read;
    request.path_count = json_array_size (paths);
  }
  ic_request_id (id, &request);
  check_hash (id, row, "request_id", number);
  free_paths (read, json_array_size (paths));
  free (arg);
  free (nonce);
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
  Suite *suite = suite_create ("hash");
  TCase *tests = tcase_create ("hash");
  SRunner *runner;
  int failed;

  tcase_add_test (tests, every_map);
  tcase_add_test (tests, every_request);
  suite_add_tcase (suite, tests);
  runner = srunner_create (suite);
  srunner_run_all (runner, CK_ENV);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed > 0;
}
