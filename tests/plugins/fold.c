/* SPDX-License-Identifier: Apache-2.0 */
/* A decoder for tests whose rows all depend on earlier entries: it reads and changes its tables in every way
 * that resolve allows. */
#include "dcpipe-plugin.h"

#include <string.h>

#ifndef FOLD_ROW_FORMAT
#define FOLD_ROW_FORMAT 1
#endif

struct fold {
  int64_t window;
  const char *remark;
};

static const struct dcpipe_option options[] = {
  { "window", DCPIPE_OPTION_INT, "3", NULL, 1, 100, DCPIPE_OPTION_ROWS,
    "entries of a label that are kept in recent_sizes", offsetof (struct fold, window) },
  { "remark", DCPIPE_OPTION_TEXT, NULL, NULL, 0, 0, 0, "changes no rows", offsetof (struct fold, remark) },
};

enum { COUNTS, STATES, RECENT, HISTORY };
enum { COUNTS_LABEL, COUNTS_ENTRIES, COUNTS_BYTES, COUNTS_FIRST, COUNTS_OFFSET, COUNTS_INDEX };
enum { STATES_KEY, STATES_LABEL, STATES_VERSIONS, STATES_FIRST_SIZE, STATES_OFFSET, STATES_INDEX };
enum { RECENT_LABEL, RECENT_NUMBER, RECENT_SIZE, RECENT_OFFSET, RECENT_INDEX };
enum { HISTORY_OFFSET, HISTORY_INDEX, HISTORY_BEFORE, HISTORY_SUM };

#define POSITION(first_, second_)                                                                            \
  { "block_offset", DCPIPE_U64, first_, DCPIPE_FILL_BLOCK_OFFSET, 0, "" },                                   \
  {                                                                                                          \
    "entry_index", DCPIPE_U64, second_, DCPIPE_FILL_ENTRY_INDEX, 0, ""                                       \
  }

static const struct dcpipe_column counts[] = {
  { "label", DCPIPE_TEXT, 1, 0, 0, "" },
  { "entries", DCPIPE_U64, 0, 0, 0, "" },
  { "bytes", DCPIPE_U64, 0, 0, 0, "" },
  { "first_seen", DCPIPE_U64, 0, DCPIPE_FILL_BLOCK_TIME_NS, DCPIPE_COLUMN_KEEP_FIRST, "" },
  POSITION (0, 0),
};

static const struct dcpipe_column states[] = {
  { "key", DCPIPE_TEXT, 1, 0, 0, "" },
  { "label", DCPIPE_TEXT, 2, 0, 0, "" },
  { "versions", DCPIPE_U64, 0, 0, 0, "" },
  { "first_size", DCPIPE_U64, 0, 0, DCPIPE_COLUMN_KEEP_FIRST, "" },
  POSITION (0, 0),
};

static const struct dcpipe_column recent[] = {
  { "label", DCPIPE_TEXT, 1, 0, 0, "" },
  { "number", DCPIPE_U64, 2, 0, 0, "" },
  { "size", DCPIPE_U64, 0, 0, 0, "" },
  POSITION (0, 0),
};

static const struct dcpipe_column history[] = {
  POSITION (1, 2),
  { "before", DCPIPE_U64, 0, 0, 0, "" },
  { "recent_sum", DCPIPE_U64, 0, 0, 0, "" },
};

static const struct dcpipe_table_def tables[] = {
  { .name = "fold_counts", .columns = DCPIPE_ARRAY (counts) },
  { .name = "fold_states", .columns = DCPIPE_ARRAY (states) },
  { .name = "fold_recent", .columns = DCPIPE_ARRAY (recent) },
  { .name = "fold_history", .columns = DCPIPE_ARRAY (history), .flags = DCPIPE_TABLE_LOG },
};

struct note {
  size_t size;
};

static int
fold_decode (const void *handle, const dcpipe_entry *entry, dcpipe_rows *rows)
{
  struct note *note = dcpipe_rows_note (rows, sizeof *note);

  (void) handle;
  if (note != NULL)
    note->size = dcpipe_entry_value (entry).size;
  return DCPIPE_OK;
}

static void
set_bytes (dcpipe_row *row, size_t column, struct dcpipe_bytes text)
{
  dcpipe_set_text (row, column, text.data, text.size);
}

/* How many entries of the label there were, with this one's counted. */
static int
count (dcpipe_lookup *lookup, dcpipe_rows *rows, struct dcpipe_bytes label, size_t size, uint64_t *before)
{
  dcpipe_row *key = dcpipe_lookup_key (lookup, COUNTS), *row;
  const dcpipe_row *old;
  int result;

  set_bytes (key, COUNTS_LABEL, label);
  result = dcpipe_lookup_get (lookup, key, &old);
  if (result != DCPIPE_OK && result != DCPIPE_NONE)
    return DCPIPE_FAIL;
  *before = result == DCPIPE_OK ? dcpipe_get_u64 (old, COUNTS_ENTRIES) : 0;
  row = dcpipe_row_add (rows, COUNTS, result == DCPIPE_OK ? DCPIPE_UPDATE : DCPIPE_INSERT);
  set_bytes (row, COUNTS_LABEL, label);
  dcpipe_set_u64 (row, COUNTS_ENTRIES, *before + 1);
  dcpipe_set_u64 (row, COUNTS_BYTES, size + (result == DCPIPE_OK ? dcpipe_get_u64 (old, COUNTS_BYTES) : 0));
  return DCPIPE_OK;
}

struct window {
  uint64_t count, sum, oldest;
};

static bool
add_to_window (void *context, const dcpipe_row *row)
{
  struct window *window = context;

  if (window->count++ == 0)
    window->oldest = dcpipe_get_u64 (row, RECENT_NUMBER);
  window->sum += dcpipe_get_u64 (row, RECENT_SIZE);
  return true;
}

static int
remember (const struct fold *fold, dcpipe_lookup *lookup, dcpipe_rows *rows, struct dcpipe_bytes label,
          size_t size, uint64_t number, uint64_t *sum)
{
  dcpipe_row *prefix = dcpipe_lookup_key (lookup, RECENT), *row;
  struct window window = { 0 };

  set_bytes (prefix, RECENT_LABEL, label);
  if (dcpipe_lookup_scan (lookup, prefix, add_to_window, &window) != DCPIPE_OK)
    return DCPIPE_FAIL;
  *sum = window.sum;
  if (window.count >= (uint64_t) fold->window) {
    row = dcpipe_row_add (rows, RECENT, DCPIPE_DELETE);
    set_bytes (row, RECENT_LABEL, label);
    dcpipe_set_u64 (row, RECENT_NUMBER, window.oldest);
  }
  row = dcpipe_row_add (rows, RECENT, DCPIPE_INSERT);
  set_bytes (row, RECENT_LABEL, label);
  dcpipe_set_u64 (row, RECENT_NUMBER, number);
  dcpipe_set_u64 (row, RECENT_SIZE, size);
  return DCPIPE_OK;
}

/* A ledger's DELETE removes the key's rows of all labels. */
static int
change_state (const dcpipe_entry *entry, dcpipe_lookup *lookup, dcpipe_rows *rows, size_t size)
{
  struct dcpipe_bytes key_bytes = dcpipe_entry_key (entry), label = dcpipe_entry_label (entry);
  size_t used = key_bytes.size < 32 ? key_bytes.size : 32;
  dcpipe_row *key = dcpipe_lookup_key (lookup, STATES), *row;
  const dcpipe_row *old;
  int result;

  if (dcpipe_entry_deleted (entry)) {
    row = dcpipe_row_add (rows, STATES, DCPIPE_DELETE);
    dcpipe_set_hex (row, STATES_KEY, key_bytes.data, used);
    return DCPIPE_OK;
  }
  dcpipe_set_hex (key, STATES_KEY, key_bytes.data, used);
  set_bytes (key, STATES_LABEL, label);
  result = dcpipe_lookup_get (lookup, key, &old);
  if (result != DCPIPE_OK && result != DCPIPE_NONE)
    return DCPIPE_FAIL;
  row = dcpipe_row_add (rows, STATES, DCPIPE_UPSERT);
  dcpipe_set_hex (row, STATES_KEY, key_bytes.data, used);
  set_bytes (row, STATES_LABEL, label);
  dcpipe_set_u64 (row, STATES_VERSIONS, result == DCPIPE_OK ? dcpipe_get_u64 (old, STATES_VERSIONS) + 1 : 1);
  dcpipe_set_u64 (row, STATES_FIRST_SIZE, size);
  return DCPIPE_OK;
}

static int
fold_resolve (const void *handle, const dcpipe_entry *entry, dcpipe_lookup *lookup, dcpipe_rows *rows)
{
  const struct note *note = dcpipe_lookup_note (lookup, NULL);
  struct dcpipe_bytes label = dcpipe_entry_label (entry);
  uint64_t before, sum;
  dcpipe_row *row;

  if (count (lookup, rows, label, note->size, &before) != DCPIPE_OK
      || remember (handle, lookup, rows, label, note->size, before, &sum) != DCPIPE_OK
      || change_state (entry, lookup, rows, note->size) != DCPIPE_OK)
    return DCPIPE_FAIL;
  row = dcpipe_row_add (rows, HISTORY, DCPIPE_INSERT);
  dcpipe_set_u64 (row, HISTORY_BEFORE, before);
  dcpipe_set_u64 (row, HISTORY_SUM, sum);
  return DCPIPE_OK;
}

static const struct dcpipe_decoder fold_decoder = {
  .name = "fold",
  .version = "1.0",
  .description = "folds entries, for tests",
  .license = "Apache-2.0",
  .options = DCPIPE_ARRAY (options),
  .handle_size = sizeof (struct fold),
  .tables = DCPIPE_ARRAY (tables),
  .row_format = FOLD_ROW_FORMAT,
  .decode = fold_decode,
  .resolve = fold_resolve,
};
DCPIPE_REGISTER_DECODER (fold_decoder)
