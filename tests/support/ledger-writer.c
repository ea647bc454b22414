/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "support/ledger-writer.h"

#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#include "dcledger/block.h"
#include "dcledger/partition.h"
#include "support/borsh-writer.h"

#define GROWTH 65536

struct ledger_writer {
  FILE *file;
  uint64_t position; /* of the next header */
  uint32_t previous; /* length of the block before */
  uint32_t count;
  struct borsh_out entries, tail, packed;
  uint8_t hash[LEDGER_HASH_SIZE];
  size_t hash_size; /* 0 before the first block */
  z_stream deflate;
};

static void
require (bool good, const char *what)
{
  if (good)
    return;
  perror (what);
  exit (EXIT_FAILURE);
}

static void
write_table (FILE *file, uint64_t data_start)
{
  uint8_t table[LEDGER_TABLE_SIZE] = "LedgPart";

  memcpy (table + 8, "PARTTABL", 8);
  store_le64 (table + 16, 8);
  memcpy (table + 24, "DATA", 4);
  store_le64 (table + 32, data_start);
  require (fwrite (table, sizeof table, 1, file) == 1, "partition table");
}

struct ledger_writer *
ledger_writer_new (const char *path, uint64_t data_start)
{
  struct ledger_writer *writer = calloc (1, sizeof *writer);

  require (writer != NULL, "ledger writer");
  writer->file = fopen (path, "wb");
  require (writer->file != NULL, path);
  write_table (writer->file, data_start);
  require (fseeko (writer->file, (off_t) data_start, SEEK_SET) == 0, path);
  writer->position = data_start;
  require (deflateInit (&writer->deflate, Z_DEFAULT_COMPRESSION) == Z_OK, "deflate");
  return writer;
}

void
ledger_writer_raw_entry (struct ledger_writer *writer, struct bytes label, struct bytes key,
                         struct bytes value, uint8_t operation)
{
  put_u8 (&writer->entries, 0);
  put_bytes (&writer->entries, label.data, label.size);
  put_bytes (&writer->entries, key.data, key.size);
  put_bytes (&writer->entries, value.data, value.size);
  put_u8 (&writer->entries, operation);
  writer->count++;
}

void
ledger_writer_entry (struct ledger_writer *writer, const char *label, struct bytes key, struct bytes value,
                     bool deleted)
{
  struct bytes name = { (const uint8_t *) label, strlen (label) };

  ledger_writer_raw_entry (writer, name, key, value, deleted);
}

uint32_t
ledger_writer_pending (const struct ledger_writer *writer)
{
  return writer->count;
}

struct bytes
ledger_writer_parent (const struct ledger_writer *writer)
{
  return (struct bytes){ writer->hash, writer->hash_size };
}

static void
deflate_part (struct ledger_writer *writer, const uint8_t *data, size_t size, int flush)
{
  writer->deflate.next_in = (Bytef *) (uintptr_t) data;
  writer->deflate.avail_in = (uInt) size;
  require (deflate (&writer->deflate, flush) == (flush == Z_FINISH ? Z_STREAM_END : Z_OK), "deflate");
}

/* Header and zlib stream of the block to come, in `packed`. */
static void
pack (struct ledger_writer *writer)
{
  struct borsh_out *packed = &writer->packed;
  uint8_t count[4];
  size_t bound =
      deflateBound (&writer->deflate, (uLong) (writer->entries.size + writer->tail.size + sizeof count));
  size_t size;

  for (int i = 0; i < 4; i++)
    count[i] = (uint8_t) (writer->count >> (8 * i));
  packed->size = 0;
  put_room (packed, LEDGER_HEADER_SIZE + bound);
  writer->deflate.next_out = packed->data + LEDGER_HEADER_SIZE;
  writer->deflate.avail_out = (uInt) bound;
  deflate_part (writer, count, sizeof count, Z_NO_FLUSH);
  if (writer->entries.size > 0)
    deflate_part (writer, writer->entries.data, writer->entries.size, Z_NO_FLUSH);
  deflate_part (writer, writer->tail.data, writer->tail.size, Z_FINISH);
  size = LEDGER_HEADER_SIZE + writer->deflate.total_out;
  require (deflateReset (&writer->deflate) == Z_OK, "deflate");
  packed->size = 0;
  put_u32 (packed, 1);
  put_u32 (packed, 0 - writer->previous);
  put_u32 (packed, (uint32_t) size);
  put_u32 (packed, 0);
  packed->size = size;
}

uint64_t
ledger_writer_commit (struct ledger_writer *writer, uint64_t timestamp)
{
  uint64_t position = writer->position;
  struct sha256_ctx sha;

  writer->tail.size = 0;
  put_u64 (&writer->tail, timestamp);
  sha256_init (&sha);
  sha256_update (&sha, writer->hash_size, writer->hash);
  sha256_update (&sha, writer->entries.size, writer->entries.data);
  sha256_update (&sha, 8, writer->tail.data);
  put_bytes (&writer->tail, writer->hash, writer->hash_size);
  pack (writer);
  sha256_digest (&sha, sizeof writer->hash, writer->hash);
  writer->hash_size = sizeof writer->hash;
  require (fwrite (writer->packed.data, writer->packed.size, 1, writer->file) == 1, "block");
  writer->position += writer->packed.size;
  writer->previous = (uint32_t) writer->packed.size;
  writer->count = 0;
  writer->entries.size = 0;
  return position;
}

void
ledger_writer_close (struct ledger_writer *writer)
{
  off_t end = (off_t) (writer->position + GROWTH);

  require (fflush (writer->file) == 0 && ftruncate (fileno (writer->file), end) == 0, "end of the ledger");
  require (fclose (writer->file) == 0, "end of the ledger");
  deflateEnd (&writer->deflate);
  free (writer->entries.data);
  free (writer->tail.data);
  free (writer->packed.data);
  free (writer);
}
