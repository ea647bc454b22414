/* SPDX-License-Identifier: Apache-2.0 */
/* Every ledger of the golden data, block by block and entry by entry, against its companions. */
#include "config.h"

#include <dirent.h>
#include <inttypes.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>

#include "bytes/hex.h"
#include "support/ledger-reader.h"
#include "support/run.h"
#include "support/vectors.h"

/* What was read, in order, kept for the comparison. */
struct kept_block {
  uint64_t position, timestamp;
  struct ledger_header header;
  char hash[2 * LEDGER_HASH_SIZE + 1], parent[2 * LEDGER_HASH_SIZE + 1];
  size_t entries;
};

struct kept_entry {
  size_t block, index;
  uint8_t *data; /* label, key and value in one piece */
  struct bytes label, key, value;
  bool deleted;
};

struct kept {
  struct kept_block *blocks;
  size_t block_count;
  struct kept_entry *entries;
  size_t entry_count;
};

static void *
more (void *array, size_t count, size_t size)
{
  if ((count & (count - 1)) == 0)
    array = realloc (array, (count > 0 ? 2 * count : 1) * size);
  ck_assert_ptr_nonnull (array);
  return array;
}

static struct bytes
keep (uint8_t **at, struct bytes from)
{
  struct bytes copy = { *at, from.size };

  if (from.size > 0)
    memcpy (*at, from.data, from.size);
  *at += from.size;
  return copy;
}

static void
keep_entry (struct reader *reader, const struct ledger_entry *entry, uint32_t index)
{
  struct kept *kept = reader->context;
  struct kept_entry *copy;
  uint8_t *at = malloc (entry->label.size + entry->key.size + entry->value.size + 1);

  ck_assert_ptr_nonnull (at);
  kept->entries = more (kept->entries, kept->entry_count, sizeof *kept->entries);
  copy = &kept->entries[kept->entry_count++];
  *copy =
      (struct kept_entry){ .block = reader->blocks, .index = index, .data = at, .deleted = entry->deleted };
  copy->label = keep (&at, entry->label);
  copy->key = keep (&at, entry->key);
  copy->value = keep (&at, entry->value);
}

static void
keep_block (struct reader *reader, const struct ledger_block *block)
{
  struct kept *kept = reader->context;
  struct kept_block *copy;

  kept->blocks = more (kept->blocks, kept->block_count, sizeof *kept->blocks);
  copy = &kept->blocks[kept->block_count++];
  *copy = (struct kept_block){ .position = reader->frame.position,
                               .timestamp = block->timestamp,
                               .header = reader->frame.header,
                               .entries = block->entries };
  hex_encode (copy->hash, block->hash, sizeof block->hash);
  hex_encode (copy->parent, block->parent_hash.data, block->parent_hash.size);
}

static void
free_kept (struct kept *kept)
{
  for (size_t i = 0; i < kept->entry_count; i++)
    free (kept->entries[i].data);
  free (kept->entries);
  free (kept->blocks);
}

/* ---- comparison ---------------------------------------------------------------------------------- */

static uint64_t
number (json_t *row, const char *member)
{
  json_t *value = json_object_get (row, member);

  if (json_is_string (value))
    return strtoull (json_string_value (value), NULL, 10);
  ck_assert_msg (json_is_integer (value), "no number %s", member);
  return (uint64_t) json_integer_value (value);
}

static void
compare_block (json_t *row, size_t line, void *context)
{
  struct kept *kept = context;
  struct kept_block *block;

  ck_assert_uint_le (line, kept->block_count);
  block = &kept->blocks[line - 1];
  ck_assert_uint_eq (number (row, "block"), line - 1);
  ck_assert_uint_eq (number (row, "position"), block->position);
  ck_assert_uint_eq (number (row, "version"), block->header.version);
  ck_assert_int_eq (json_integer_value (json_object_get (row, "jump_prev")), block->header.jump_prev);
  ck_assert_uint_eq (number (row, "jump_next"), block->header.jump_next);
  ck_assert_uint_eq (number (row, "timestamp_ns"), block->timestamp);
  ck_assert_uint_eq (number (row, "entries"), block->entries);
  ck_assert_str_eq (vectors_text (row, "hash"), block->hash);
  ck_assert_str_eq (vectors_text (row, "parent_hash"), block->parent);
}

static void
compare_hex (json_t *row, const char *member, struct bytes found)
{
  size_t size;
  uint8_t *expected = vectors_hex (row, member, &size);

  ck_assert_msg (bytes_equal (found, (struct bytes){ expected, size }), "%s differs", member);
  free (expected);
}

/* Long values are given by their length and SHA-256. */
static void
compare_value (json_t *row, struct bytes value)
{
  struct sha256_ctx sha;
  uint8_t hash[SHA256_DIGEST_SIZE];

  if (vectors_text (row, "value") != NULL) {
    compare_hex (row, "value", value);
    return;
  }
  sha256_init (&sha);
  sha256_update (&sha, value.size, value.data);
  sha256_digest (&sha, sizeof hash, hash);
  ck_assert_uint_eq (number (row, "value_len"), value.size);
  compare_hex (row, "value_sha256", (struct bytes){ hash, sizeof hash });
}

static void
compare_entry (json_t *row, size_t line, void *context)
{
  struct kept *kept = context;
  struct kept_entry *entry;
  json_t *label = json_object_get (row, "label");

  ck_assert_uint_le (line, kept->entry_count);
  entry = &kept->entries[line - 1];
  ck_assert_uint_eq (number (row, "block"), entry->block);
  ck_assert_uint_eq (number (row, "entry"), entry->index);
  ck_assert_uint_eq (number (row, "block_position"), kept->blocks[entry->block].position);
  ck_assert_str_eq (vectors_text (row, "block_hash"), kept->blocks[entry->block].hash);
  ck_assert_uint_eq (json_string_length (label), entry->label.size);
  ck_assert_mem_eq (json_string_value (label), entry->label.data, entry->label.size);
  ck_assert_str_eq (vectors_text (row, "op"), entry->deleted ? "Delete" : "Upsert");
  compare_hex (row, "key", entry->key);
  compare_value (row, entry->value);
}

/* The rows of ledger/NAME.SUFFIX, or of the same file gzipped. */
static size_t
each (const char *name, const char *suffix, void (*row) (json_t *, size_t, void *), struct kept *kept)
{
  char path[256];
  size_t rows;

  snprintf (path, sizeof path, "ledger/%s.%s", name, suffix);
  rows = vectors_each (path, row, kept);
  snprintf (path, sizeof path, "ledger/%s.%s.gz", name, suffix);
  return rows > 0 ? rows : vectors_each (path, row, kept);
}

static void
check_ledger (const char *name)
{
  struct kept kept = { 0 };
  struct reader reader = { .entry = keep_entry, .block = keep_block, .context = &kept };
  char path[256];
  size_t size, blocks, entries;
  uint8_t *file;

  snprintf (path, sizeof path, "ledger/%s.ledger", name);
  file = vectors_read (path, &size);
  ck_assert_msg (reader_run (&reader, (struct bytes){ file, size }), "%s: position %" PRIu64 ": %s", path,
                 reader.position, reader.reason.text);
  blocks = each (name, "blocks.jsonl", compare_block, &kept);
  entries = each (name, "expected.jsonl", compare_entry, &kept);
  if (blocks > 0)
    ck_assert_uint_eq (blocks, kept.block_count);
  if (entries > 0)
    ck_assert_uint_eq (entries, kept.entry_count);
  printf ("%s: %zu blocks read, %zu compared; %zu entries read, %zu compared\n", path, kept.block_count,
          blocks, kept.entry_count, entries);
  free_kept (&kept);
  free (file);
}

START_TEST (every_ledger)
{
  char *path = vectors_path ("ledger");
  DIR *directory = opendir (path);
  struct dirent *found;
  size_t ledgers = 0;

  while (directory != NULL && (found = readdir (directory)) != NULL) {
    char *dot = strrchr (found->d_name, '.');

    if (dot == NULL || strcmp (dot, ".ledger") != 0)
      continue;
    *dot = '\0';
    check_ledger (found->d_name);
    ledgers++;
  }
  if (directory != NULL)
    closedir (directory);
  free (path);
  printf ("%zu ledgers\n", ledgers);
  ck_assert_msg (ledgers > 0 || getenv ("DCPIPE_VECTORS") != NULL, "no ledger was found");
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { every_ledger };

  return RUN_TESTS ("golden-blocks", tests);
}
