/* SPDX-License-Identifier: Apache-2.0 */
/* The standard's hash goes by what values are and not by how they were sent: numbers in their shortest
 * form, maps in the order of their keys' hashes. */
#include "config.h"

#include "ic/candid/icrc3_value.h"

#include <nettle/sha2.h>
#include <stdlib.h>

#include "bytes/cleanup.h"
#include "ic/candid/leb128.h"

/* Hashes a number of more than 64 bits: the shortest form of its encoding, whatever it was sent as. */
static void
hash_big_number (uint8_t hash[IC_HASH_SIZE], struct bytes leb128, bool is_signed)
{
  struct sha256_ctx context;
  uint8_t last;

  leb128.size = ic_leb128_shortest (leb128, is_signed);
  last = leb128.data[leb128.size - 1] & 0x7f;
  sha256_init (&context);
  sha256_update (&context, leb128.size - 1, leb128.data);
  sha256_update (&context, 1, &last);
  sha256_digest (&context, IC_HASH_SIZE, hash);
}

static void
hash_number (uint8_t hash[IC_HASH_SIZE], const struct ic_candid_value *value)
{
  uint8_t bytes[IC_LEB128_SIZE];

  if (value->big)
    hash_big_number (hash, value->bytes, value->kind == IC_CANDID_INT);
  else if (value->kind == IC_CANDID_NAT)
    ic_hash_of_nat (hash, value->nat);
  else
    ic_hash_of_blob (hash, (struct bytes){ bytes, ic_sleb128_write (bytes, value->integer) });
}

static bool
no_memory (struct ic_error *error)
{
  ic_error_set (error, "there is not enough memory to hash an ICRC-3 value");
  return false;
}

static bool
hash_array (uint8_t hash[IC_HASH_SIZE], const struct ic_candid_value *array, struct ic_error *error)
{
  CLEANUP_FREE uint8_t *hashes = malloc ((size_t) array->count * IC_HASH_SIZE + 1);

  if (hashes == NULL)
    return no_memory (error);
  for (uint32_t i = 0; i < array->count; i++)
    if (!ic_icrc3_hash (hashes + (size_t) i * IC_HASH_SIZE, &array->items[i], error))
      return false;
  ic_hash_of_array (hash, hashes, array->count);
  return true;
}

static bool
hash_map (uint8_t hash[IC_HASH_SIZE], const struct ic_candid_value *map, struct ic_error *error)
{
  CLEANUP_FREE struct ic_hash_field *fields = malloc ((size_t) map->count * sizeof *fields + 1);

  if (fields == NULL)
    return no_memory (error);
  for (uint32_t i = 0; i < map->count; i++) {
    const struct ic_candid_value *entry = map->items[i].items;

    ic_hash_of_blob (fields[i].key, entry[0].bytes);
    if (!ic_icrc3_hash (fields[i].value, &entry[1], error))
      return false;
  }
  ic_hash_of_map (hash, fields, map->count);
  return true;
}

/* Whether it is a vec of pairs of a text and something. */
static bool
is_map (const struct ic_candid_value *value)
{
  if (value->kind != IC_CANDID_VEC)
    return false;
  for (uint32_t i = 0; i < value->count; i++)
    if (value->items[i].kind != IC_CANDID_RECORD || value->items[i].count != 2
        || value->items[i].items[0].kind != IC_CANDID_TEXT)
      return false;
  return true;
}

/* Recursion is as deep as the value, which was bounded when it was decoded. Kinds are looked at once more,
 * for the value may have been decoded at a type of the caller's own. */
bool
ic_icrc3_hash (uint8_t hash[IC_HASH_SIZE], const struct ic_candid_value *value, struct ic_error *error)
{
  const struct ic_candid_value *inner;

  if (((inner = ic_candid_case (value, "Nat")) != NULL && inner->kind == IC_CANDID_NAT)
      || ((inner = ic_candid_case (value, "Int")) != NULL && inner->kind == IC_CANDID_INT)) {
    hash_number (hash, inner);
    return true;
  }
  if (((inner = ic_candid_case (value, "Blob")) != NULL && inner->kind == IC_CANDID_BLOB)
      || ((inner = ic_candid_case (value, "Text")) != NULL && inner->kind == IC_CANDID_TEXT)) {
    ic_hash_of_blob (hash, inner->bytes);
    return true;
  }
  if ((inner = ic_candid_case (value, "Array")) != NULL && inner->kind == IC_CANDID_VEC)
    return hash_array (hash, inner, error);
  if ((inner = ic_candid_case (value, "Map")) != NULL && is_map (inner))
    return hash_map (hash, inner, error);
  ic_error_set (error, "no ICRC-3 value");
  return false;
}
