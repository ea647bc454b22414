/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ic/candid/hash.h"

#include <assert.h>
#include <nettle/sha2.h>
#include <stdlib.h>
#include <string.h>

#include "ic/candid/leb128.h"

void
ic_hash_of_blob (uint8_t hash[IC_HASH_SIZE], struct bytes value)
{
  struct sha256_ctx context;

  sha256_init (&context);
  sha256_update (&context, value.size, value.data);
  sha256_digest (&context, IC_HASH_SIZE, hash);
}

void
ic_hash_of_nat (uint8_t hash[IC_HASH_SIZE], uint64_t value)
{
  uint8_t encoded[IC_LEB128_SIZE];

  ic_hash_of_blob (hash, (struct bytes){ encoded, ic_uleb128_write (encoded, value) });
}

void
ic_hash_of_array (uint8_t hash[IC_HASH_SIZE], const uint8_t *hashes, size_t count)
{
  ic_hash_of_blob (hash, (struct bytes){ hashes, count * IC_HASH_SIZE });
}

static void
set_key (struct ic_hash_field *field, const char *key)
{
  ic_hash_of_blob (field->key, (struct bytes){ (const uint8_t *) key, strlen (key) });
}

void
ic_hash_field_blob (struct ic_hash_field *field, const char *key, struct bytes value)
{
  set_key (field, key);
  ic_hash_of_blob (field->value, value);
}

void
ic_hash_field_nat (struct ic_hash_field *field, const char *key, uint64_t value)
{
  set_key (field, key);
  ic_hash_of_nat (field->value, value);
}

void
ic_hash_field_hash (struct ic_hash_field *field, const char *key, const uint8_t hash[IC_HASH_SIZE])
{
  set_key (field, key);
  memcpy (field->value, hash, IC_HASH_SIZE);
}

/* Keys differ, so the values behind them never decide. */
static int
compare_fields (const void *a, const void *b)
{
  return memcmp (a, b, sizeof (struct ic_hash_field));
}

void
ic_hash_of_map (uint8_t hash[IC_HASH_SIZE], struct ic_hash_field *fields, size_t count)
{
  struct sha256_ctx context;

  if (count > 1)
    qsort (fields, count, sizeof *fields, compare_fields);
  sha256_init (&context);
  for (size_t i = 0; i < count; i++) {
    sha256_update (&context, IC_HASH_SIZE, fields[i].key);
    sha256_update (&context, IC_HASH_SIZE, fields[i].value);
  }
  sha256_digest (&context, IC_HASH_SIZE, hash);
}

/* An array of arrays of blobs, hashed without room for all their hashes at once: the hash of an array is
 * that of its elements' hashes one after another. */
static void
hash_paths (uint8_t hash[IC_HASH_SIZE], const struct ic_path *paths, size_t count)
{
  struct sha256_ctx all, path;
  uint8_t inner[IC_HASH_SIZE];

  sha256_init (&all);
  for (size_t i = 0; i < count; i++) {
    sha256_init (&path);
    for (size_t j = 0; j < paths[i].count; j++) {
      ic_hash_of_blob (inner, paths[i].labels[j]);
      sha256_update (&path, sizeof inner, inner);
    }
    sha256_digest (&path, sizeof inner, inner);
    sha256_update (&all, sizeof inner, inner);
  }
  sha256_digest (&all, IC_HASH_SIZE, hash);
}

static struct bytes
text (const char *value)
{
  return (struct bytes){ (const uint8_t *) value, strlen (value) };
}

/* What is not there has no hash either: an absent nonce and an empty one make two different requests. */
void
ic_request_id (uint8_t id[IC_HASH_SIZE], const struct ic_request *request)
{
  struct ic_hash_field fields[8];
  uint8_t hash[IC_HASH_SIZE];
  size_t count = 0;

  ic_hash_field_blob (&fields[count++], "request_type", text (request->request_type));
  ic_hash_field_blob (&fields[count++], "sender", request->sender);
  ic_hash_field_nat (&fields[count++], "ingress_expiry", request->ingress_expiry);
  if (request->nonce.data != NULL)
    ic_hash_field_blob (&fields[count++], "nonce", request->nonce);
  if (request->canister_id.data != NULL)
    ic_hash_field_blob (&fields[count++], "canister_id", request->canister_id);
  if (request->method_name != NULL)
    ic_hash_field_blob (&fields[count++], "method_name", text (request->method_name));
  if (request->arg.data != NULL)
    ic_hash_field_blob (&fields[count++], "arg", request->arg);
  if (request->paths != NULL) {
    hash_paths (hash, request->paths, request->path_count);
    ic_hash_field_hash (&fields[count++], "paths", hash);
  }
  assert (count <= sizeof fields / sizeof *fields);
  ic_hash_of_map (id, fields, count);
}
