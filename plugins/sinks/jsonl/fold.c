/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a change log as a table. The lines stay on the disk: an index keeps where they are, and rows are
 * put together from them when they are asked for. */
#include "config.h"

#include "fold.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "snapshot.h"

/* Bytes a read: of a file from end to end, and of one line. */
#define STREAM_CHUNK ((size_t) 256 * 1024)
#define LINE_CHUNK ((size_t) 4 * 1024)

static int
damaged (const struct files *files, const struct table *table, uint64_t offset)
{
  dcpipe_error ("%s/%s: the line at byte %llu is not one that dcpipe wrote for this table", files->path,
                table->file, (unsigned long long) offset);
  return DCPIPE_FAIL;
}

/* The next line, read into `row`: DCPIPE_OK, DCPIPE_NONE at the end. */
static int
next_line (struct files *files, const struct table *table, dcpipe_row *row, uint64_t *offset)
{
  char *text;
  size_t size;
  int result;

  switch (reader_next (&files->reader, &text, &size, offset)) {
  case READER_END:
    return DCPIPE_NONE;
  case READER_FAILED:
    return errno == EILSEQ ? damaged (files, table, *offset) : files_failed (files, table->file, "read");
  default:
    result = dcpipe_row_from_json (row, text, size);
    return result == DCPIPE_NONE ? damaged (files, table, *offset) : result;
  }
}

/* The next line, in a row that is the thread's own. For lines that are only looked into: the row of the
 * caller's must not be overwritten by each. */
static int
next_scratch (struct files *files, const struct table *table, dcpipe_row **row, uint64_t *offset)
{
  *row = dcpipe_row_scratch (table->schema.table);
  return *row != NULL ? next_line (files, table, *row, offset) : files_no_memory (files);
}

/* Asked twice at most: the first call tells the size that was missing. */
static bool
make_key (struct key *key, const dcpipe_row *row)
{
  size_t size = dcpipe_row_key (row, key->data, key->capacity);

  if (size > key->capacity || key->data == NULL) {
    uint8_t *more = realloc (key->data, size + DCPIPE_KEY_MAX);

    if (more == NULL)
      return false;
    key->data = more;
    key->capacity = size + DCPIPE_KEY_MAX;
    dcpipe_row_key (row, key->data, key->capacity);
  }
  key->size = size;
  return true;
}

bool
fold_key (struct files *files, const dcpipe_row *row)
{
  return make_key (&files->key, row);
}

/* ---- the index ---------------------------------------------------------------------------------- */

/* Only what was appended since: an index is kept as long as its file. */
int
fold_index (struct files *files, struct table *table)
{
  uint64_t offset;
  dcpipe_row *row;
  int result;

  if (table->index == NULL) {
    table->indexed = 0;
    table->index = index_make ();
  }
  if (table->index == NULL)
    return files_no_memory (files);
  assert (table->indexed <= table->now.length);
  if (table->indexed == table->now.length)
    return DCPIPE_OK;
  reader_begin (&files->reader, table->fd, table->indexed, table->now.length, STREAM_CHUNK);
  while ((result = next_scratch (files, table, &row, &offset)) == DCPIPE_OK) {
    struct mask columns = schema_columns (&table->schema, row);
    struct effect effect;

    if (!make_key (&files->other, row)
        || !index_apply (table->index, &table->schema, dcpipe_row_operation (row), files->other.data,
                         files->other.size, &columns, offset, &effect))
      return files_no_memory (files);
  }
  if (result != DCPIPE_NONE)
    return result;
  table->indexed = table->now.length;
  return DCPIPE_OK;
}

/* ---- rows --------------------------------------------------------------------------------------- */

/* Each line is read where it stands: rows are asked for by key, and mostly have one line. */
static int
fill_from_index (struct files *files, const struct table *table, const struct node *node, dcpipe_row *row)
{
  for (size_t i = 0; i < node->count; i++) {
    uint64_t offset = node->segments[i].offset;
    dcpipe_row *line;
    int result;

    reader_begin (&files->reader, table->fd, offset, table->now.length, LINE_CHUNK);
    result = next_scratch (files, table, &line, &offset);
    if (result != DCPIPE_OK)
      return result == DCPIPE_NONE ? damaged (files, table, offset) : result;
    for (size_t column = 0; column < dcpipe_table_columns (table->schema.table); column++)
      if (mask_has (&node->segments[i].columns, column))
        dcpipe_set_copy (row, column, line);
  }
  return DCPIPE_OK;
}

/* Makes the table that a row belongs to ready to be read: DCPIPE_NONE if it is empty. A reader's tables are
 * compared here and not when it is opened, for a store may get its tables only after that; a writer reads
 * what it has written itself, which must have left the buffer. */
static int
begin_reading (struct files *files, const dcpipe_row *row, struct table **table)
{
  int result = files_snapshot (files);

  if (result != DCPIPE_OK)
    return result;
  *table = files->by_number[dcpipe_table_number (dcpipe_row_table (row))];
  if (*table == NULL || (*table)->removed || (*table)->fd < 0 || (*table)->now.length == 0)
    return DCPIPE_NONE;
  if (files->mode == DCPIPE_READ)
    return schema_compare (dcpipe_row_table (row), (*table)->columns);
  return table_flush (*table) ? DCPIPE_OK : files_failed (files, (*table)->file, "write");
}

int
fold_get (struct files *files, const dcpipe_row *key, dcpipe_row *row)
{
  struct table *table;
  const struct node *node;
  int result = begin_reading (files, key, &table);

  if (result == DCPIPE_OK)
    result = fold_index (files, table);
  if (result != DCPIPE_OK)
    return result;
  if (!fold_key (files, key))
    return files_no_memory (files);
  node = index_find (table->index, files->key.data, files->key.size);
  return node != NULL ? fill_from_index (files, table, node, row) : DCPIPE_NONE;
}

/* ---- scans -------------------------------------------------------------------------------------- */

/* A file of INSERTs in ascending order is its own index. */
static int
scan_file (struct files *files, struct table *table, dcpipe_scan *scan)
{
  const struct key *prefix = &files->key, *key = &files->other;
  dcpipe_row *row = dcpipe_scan_row (scan);
  uint64_t offset;
  int result;

  reader_begin (&files->reader, table->fd, 0, table->now.length, STREAM_CHUNK);
  for (; (result = next_line (files, table, row, &offset)) == DCPIPE_OK; row = dcpipe_scan_row (scan)) {
    size_t common;
    int order;

    if (!make_key (&files->other, row))
      return files_no_memory (files);
    common = key->size < prefix->size ? key->size : prefix->size;
    order = common > 0 ? memcmp (key->data, prefix->data, common) : 0;
    if (order > 0)
      break;
    if (order < 0 || key->size < prefix->size)
      continue;
    if (!dcpipe_scan_emit (scan))
      break;
  }
  return result == DCPIPE_NONE ? DCPIPE_OK : result;
}

static int
scan_index (struct files *files, struct table *table, dcpipe_scan *scan)
{
  const struct key *prefix = &files->key;
  const struct node *node = index_first (table->index, prefix->data, prefix->size);

  for (; node_has_prefix (node, prefix->data, prefix->size); node = node->next[0]) {
    int result = fill_from_index (files, table, node, dcpipe_scan_row (scan));

    if (result != DCPIPE_OK)
      return result;
    if (!dcpipe_scan_emit (scan))
      break;
  }
  return DCPIPE_OK;
}

/* Prefix and rows are compared as keys, whose order as bytes is that of rows. */
int
fold_scan (struct files *files, const dcpipe_row *prefix, dcpipe_scan *scan)
{
  struct table *table;
  int result = begin_reading (files, prefix, &table);

  if (result == DCPIPE_NONE)
    return DCPIPE_OK;
  if (result == DCPIPE_OK && !fold_key (files, prefix))
    result = files_no_memory (files);
  if (result != DCPIPE_OK)
    return result;
  if (table->now.ascending && table->index == NULL)
    return scan_file (files, table, scan);
  result = fold_index (files, table);
  return result == DCPIPE_OK ? scan_index (files, table, scan) : result;
}
