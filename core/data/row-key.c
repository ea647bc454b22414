/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "data/row-key.h"

#include <assert.h>
#include <nettle/sha2.h>
#include <string.h>

#include "data/block.h"

/* ---- primary key -------------------------------------------------------------------------------- */

struct key_writer {
  uint8_t *at;
  size_t size, capacity;
};

/* Counts on when there is no more room, so that the caller learns how much the key needs. */
static void
put (struct key_writer *key, const uint8_t *data, size_t size)
{
  if (size > 0 && key->size < key->capacity) {
    size_t room = key->capacity - key->size;

    memcpy (key->at + key->size, data, size < room ? size : room);
  }
  key->size += size;
}

/* The most significant byte first, so that memcmp compares numbers. */
static void
put_u64 (struct key_writer *key, uint64_t value)
{
  const uint8_t bytes[] = {
    (uint8_t) (value >> 56), (uint8_t) (value >> 48), (uint8_t) (value >> 40), (uint8_t) (value >> 32),
    (uint8_t) (value >> 24), (uint8_t) (value >> 16), (uint8_t) (value >> 8),  (uint8_t) value,
  };

  put (key, bytes, sizeof bytes);
}

/* Every 00 becomes 00 ff, and 00 00 ends it: the end sorts before all that may follow, so that a text comes
 * before those that begin with it, and no key is the beginning of another one. */
static void
put_bytes (struct key_writer *key, struct dcpipe_bytes bytes)
{
  static const uint8_t end[2] = { 0x00, 0x00 }, zero[2] = { 0x00, 0xff };
  const uint8_t *p = bytes.data, *stop = bytes.size > 0 ? p + bytes.size : p;

  while (p < stop) {
    const uint8_t *found = memchr (p, 0, (size_t) (stop - p));

    put (key, p, (size_t) ((found ? found : stop) - p));
    if (found == NULL)
      break;
    put (key, zero, 2);
    p = found + 1;
  }
  put (key, end, 2);
}

size_t
dcpipe_row_key (const dcpipe_row *row, void *buffer, size_t capacity)
{
  struct key_writer key = { .at = buffer, .capacity = capacity };

  for (size_t i = 0; i < row->table->keys_count; i++) {
    size_t column = row->table->keys[i];

    if (!row_sets (row, column))
      break;
    switch (row->table->columns[column].type) {
    case DCPIPE_BOOL:
      put (&key, (const uint8_t[]){ dcpipe_get_bool (row, column) }, 1);
      break;
    case DCPIPE_I64:
      put_u64 (&key, (uint64_t) dcpipe_get_i64 (row, column) ^ (uint64_t) 1 << 63);
      break;
    case DCPIPE_U64:
    case DCPIPE_TIME:
      put_u64 (&key, dcpipe_get_u64 (row, column));
      break;
    default:
      put_bytes (&key, dcpipe_get_bytes (row, column));
    }
  }
  return key.size;
}

/* Reads bytes up to their ending 00 00 into the maker's memory; the number of bytes read. */
static size_t
parse_bytes (struct dcpipe_row *row, size_t column, const uint8_t *key, size_t size)
{
  uint8_t *copy = arena_bytes (row->maker->arena, size);
  size_t used = 0, length = 0;

  if (copy == NULL) {
    row->maker->no_memory = true;
    return size;
  }
  while (used + 1 < size && (key[used] != 0 || key[used + 1] != 0)) {
    copy[length++] = key[used];
    used += key[used] == 0 ? 2 : 1;
  }
  row->values[column].bytes = (struct dcpipe_bytes){ copy, length };
  return used + 2;
}

/* The form is not checked, since keys are not read from anywhere: dcpipe_row_key made them. Nothing is read
 * beyond them all the same. */
void
row_key_parse (struct dcpipe_row *row, const uint8_t *key, size_t size)
{
  for (size_t i = 0; i < row->table->keys_count && size > 0; i++) {
    size_t column = row->table->keys[i], used = 8;
    int type = row->table->columns[column].type;
    uint64_t number = 0;

    if (type == DCPIPE_TEXT || type == DCPIPE_BLOB)
      used = parse_bytes (row, column, key, size);
    else if (type == DCPIPE_BOOL) {
      row->values[column].b = key[0] != 0;
      used = 1;
    } else {
      for (int byte = 0; byte < 8; byte++)
        number = number << 8 | key[byte];
      row->values[column].u = type == DCPIPE_I64 ? number ^ (uint64_t) 1 << 63 : number;
    }
    row->states[column] = VALUE_SET;
    key += used;
    size -= used < size ? used : size;
  }
}

/* ---- canonical form ----------------------------------------------------------------------------- */

/* Small pieces are gathered, so that the hash function is called seldom. */
struct hasher {
  struct sha256_ctx context;
  size_t size;
  uint8_t pieces[512];
};

static void
flush (struct hasher *hasher)
{
  sha256_update (&hasher->context, hasher->size, hasher->pieces);
  hasher->size = 0;
}

static inline void
hash_bytes (struct hasher *hasher, const void *data, size_t size)
{
  if (size > sizeof hasher->pieces - hasher->size)
    flush (hasher);
  if (size > sizeof hasher->pieces) {
    sha256_update (&hasher->context, size, data);
    return;
  }
  if (size > 0)
    memcpy (hasher->pieces + hasher->size, data, size);
  hasher->size += size;
}

static inline void
hash_u8 (struct hasher *hasher, uint8_t value)
{
  hash_bytes (hasher, &value, sizeof value);
}

static inline void
hash_u64 (struct hasher *hasher, uint64_t value)
{
  const uint8_t bytes[] = {
    (uint8_t) value,         (uint8_t) (value >> 8),  (uint8_t) (value >> 16), (uint8_t) (value >> 24),
    (uint8_t) (value >> 32), (uint8_t) (value >> 40), (uint8_t) (value >> 48), (uint8_t) (value >> 56),
  };

  hash_bytes (hasher, bytes, sizeof bytes);
}

/* A column that the engine does not fill. */
static void
hash_value (struct hasher *hasher, const struct dcpipe_row *row, size_t column)
{
  const union value *value = &row->values[column];

  hash_u8 (hasher, !row_sets (row, column) ? VALUE_UNSET : row_lacks (row, column) ? VALUE_NULL : VALUE_SET);
  if (row_lacks (row, column))
    return;
  switch (row->table->columns[column].type) {
  case DCPIPE_BOOL:
    hash_u8 (hasher, value->b);
    break;
  case DCPIPE_I64:
    hash_u64 (hasher, (uint64_t) value->i);
    break;
  case DCPIPE_U64:
  case DCPIPE_TIME:
    hash_u64 (hasher, value->u);
    break;
  default:
    hash_u64 (hasher, value->bytes.size);
    hash_bytes (hasher, value->bytes.data, value->bytes.size);
  }
}

/* What digests are taken of must come out the same in every sink and every import, with later releases, too:
 * so the engine's columns, which no decoder decides, and volatile ones are left out, and the size stands
 * before bytes, so that no two rows have one form. doc/formats.md promises it. */
static void
hash_row (const struct dcpipe_row *row, uint8_t digest[SHA256_SIZE])
{
  struct hasher hasher;

  assert (row->entry != NULL);
  sha256_init (&hasher.context);
  hasher.size = 0;
  hash_bytes (&hasher, row->table->name, strlen (row->table->name) + 1);
  hash_u8 (&hasher, row->operation);
  hash_u64 (&hasher, row->entry->block->frame.position);
  hash_u64 (&hasher, row->entry->index);
  for (size_t i = 0; i < row->table->columns_count; i++)
    if (row->table->columns[i].fill == DCPIPE_FILL_NOTHING
        && !(row->table->columns[i].flags & DCPIPE_COLUMN_VOLATILE))
      hash_value (&hasher, row, i);
  flush (&hasher);
  sha256_digest (&hasher.context, SHA256_SIZE, digest);
}

/* A sum and not a chain of hashes, so that decode threads take the digest of each block on their own. */
void
digest_add (uint64_t sum[4], const uint64_t addend[4])
{
  unsigned carry = 0;

  for (int i = 0; i < 4; i++) {
    uint64_t partial = sum[i] + addend[i];
    unsigned overflow = partial < addend[i];

    sum[i] = partial + carry;
    carry = overflow | (sum[i] < partial);
  }
}

void
rows_digest (struct row_list *list, size_t from)
{
  for (size_t i = from; i < list->count; i++) {
    uint8_t digest[SHA256_SIZE];
    uint64_t limbs[4] = { 0 };

    hash_row (list->items[i], digest);
    /* The hash is a number that begins with its most significant byte; the limbs begin with the least
     * significant one. */
    for (int byte = 0; byte < SHA256_SIZE; byte++)
      limbs[3 - byte / 8] = limbs[3 - byte / 8] << 8 | digest[byte];
    digest_add (list->digest, limbs);
  }
}
