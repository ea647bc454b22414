/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "fold.h"

#include <errno.h>
#include <string.h>

/* Bytes a read: of a file from end to end, and of one line. */
#define STREAM_CHUNK ((size_t) 256 * 1024)
#define LINE_CHUNK ((size_t) 4 * 1024)

static int
damaged (const struct files *files, const struct table *table, uint64_t offset)
{
  dcpipe_error ("%s/%s: the line at byte %llu is not one that dcpipe wrote for this table",
                files->directory, table->file,
                (unsigned long long) offset);
  return DCPIPE_FAIL;
}

/* The next line, parsed into files->line: DCPIPE_OK, DCPIPE_NONE at the end. */
static int
next_line (struct files *files, const struct table *table, uint64_t *offset)
{
  char *text;
  size_t size;

  switch (reader_next (&files->reader, &text, &size, offset)) {
  case READER_END:
    return DCPIPE_NONE;
  case READER_FAILED:
    return errno == EILSEQ ? damaged (files, table, *offset) : files_failed (files, table->file, "read");
  default:
    return line_parse (&files->line, table->schema, text, size) ? DCPIPE_OK : damaged (files, table, *offset);
  }
}

bool
fold_key (struct files *files, const dcpipe_row *row)
{
  size_t size = dcpipe_row_key (row, files->key.data, files->key.capacity);

  if (size > files->key.capacity) {
    if (!key_reserve (&files->key, size))
      return false;
    dcpipe_row_key (row, files->key.data, files->key.capacity);
  }
  files->key.size = size;
  return true;
}

/* ---- the index ---------------------------------------------------------------------------------- */

int
fold_index (struct files *files, struct table *table)
{
  uint64_t offset;
  int result;

  if (table->index == NULL) {
    table->indexed = 0;
    table->index = index_make ();
  }
  if (table->index == NULL)
    return files_no_memory (files);
  if (table->indexed == table->now.length)
    return DCPIPE_OK;
  reader_begin (&files->reader, table->fd, table->indexed, table->now.length, STREAM_CHUNK);
  while ((result = next_line (files, table, &offset)) == DCPIPE_OK) {
    struct effect effect;

    if (!line_key (&files->line, table->schema, &files->other)
        || !index_apply (table->index, table->schema, files->line.operation, files->other.data,
                         files->other.size,
                         &files->line.columns, offset, &effect))
      return files_no_memory (files);
  }
  if (result != DCPIPE_NONE)
    return result;
  table->indexed = table->now.length;
  return DCPIPE_OK;
}

/* ---- rows --------------------------------------------------------------------------------------- */

static void
set_value (dcpipe_row *row, size_t column, int type, const struct value *value)
{
  const char *text = (const char *) value->bytes.data;

  switch (type) {
  case DCPIPE_BOOL:
    dcpipe_set_bool (row, column, value->b);
    break;
  case DCPIPE_I64:
    dcpipe_set_i64 (row, column, value->i);
    break;
  case DCPIPE_U64:
    dcpipe_set_u64 (row, column, value->u);
    break;
  case DCPIPE_TIME:
    dcpipe_set_time (row, column, value->u);
    break;
  case DCPIPE_BLOB:
    dcpipe_set_blob (row, column, text, value->bytes.size);
    break;
  case DCPIPE_DECIMAL:
    dcpipe_set_decimal (row, column, text, value->bytes.size);
    break;
  case DCPIPE_JSON:
    dcpipe_set_json (row, column, text, value->bytes.size);
    break;
  default:
    dcpipe_set_text (row, column, text, value->bytes.size);
  }
}

/* Sets the columns of the row that come from the line in files->line. */
static void
fill_row (const struct files *files, const struct schema *schema, const struct mask *columns, dcpipe_row *row)
{
  for (size_t i = 0; i < schema->count; i++) {
    const struct value *value = &files->line.values[i];

    if (!mask_has (columns, i) || !value->set)
      continue;
    if (value->null && !schema->columns[i].key)
      dcpipe_set_null (row, i);
    else if (!value->null)
      set_value (row, i, schema->columns[i].type, value);
  }
}

static int
fill_from_index (struct files *files, const struct table *table, const struct node *node, dcpipe_row *row)
{
  for (size_t i = 0; i < node->count; i++) {
    uint64_t offset = node->segments[i].offset;
    int result;

    reader_begin (&files->reader, table->fd, offset, table->now.length, LINE_CHUNK);
    result = next_line (files, table, &offset);
    if (result != DCPIPE_OK)
      return result == DCPIPE_NONE ? damaged (files, table, offset) : result;
    fill_row (files, table->schema, &node->segments[i].columns, row);
  }
  return DCPIPE_OK;
}

/* Makes the table that a row belongs to ready to be read: DCPIPE_NONE if it is empty. */
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
    return schema_compare (dcpipe_row_table (row), (*table)->columns, (*table)->file);
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
  uint64_t offset;
  int result;

  reader_begin (&files->reader, table->fd, 0, table->now.length, STREAM_CHUNK);
  while ((result = next_line (files, table, &offset)) == DCPIPE_OK) {
    size_t common;
    int order;

    if (!line_key (&files->line, table->schema, &files->other))
      return files_no_memory (files);
    common = key->size < prefix->size ? key->size : prefix->size;
    order = common > 0 ? memcmp (key->data, prefix->data, common) : 0;
    if (order > 0)
      break;
    if (order < 0 || key->size < prefix->size)
      continue;
    fill_row (files, table->schema, &table->schema->all, dcpipe_scan_row (scan));
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
