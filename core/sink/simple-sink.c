/* SPDX-License-Identifier: Apache-2.0 */
/* A map from keys to texts can be a sink, if somebody does the rest; this does. Rows are merged here, so a
 * row is read before it is written, and what is told of tables and checkpoint lies in the same transaction as
 * the rows: nothing can come apart. */
#include "config.h"

#include "sink/simple-sink.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "bytes/cleanup.h"
#include "data/row-merge.h"
#include "plugin/callback.h"
#include "sink/scan.h"

#define ABOUT "dcpipe_about"
#define CHECKPOINT_KEY "checkpoint"

/* The key of a table's columns: no such key is the beginning of another one, thanks to the 0 at its end. */
#define TABLE_KEY "table %s"
#define TABLE_KEY_MAX 80

static const struct dcpipe_bytes nothing;

void
simple_sink_free (struct simple_state *simple)
{
  free (simple->unknown);
  free (simple->text.data);
  free (simple->key);
}

static const struct dcpipe_sink *
plugin_of (const struct open_sink *sink)
{
  return &sink->instance->plugin->u.sink;
}

/* ---- texts --------------------------------------------------------------------------------------- */

struct dcpipe_walk {
  bool (*each) (void *context, const void *text, size_t size);
  void *context;
  bool bad; /* a text could not be taken; why was given to fail */
};

bool
dcpipe_walk_text (dcpipe_walk *walk, const void *text, size_t size)
{
  return walk->each (walk->context, text, size);
}

static struct dcpipe_bytes
bytes_of (const char *text)
{
  return (struct dcpipe_bytes){ (const uint8_t *) text, strlen (text) };
}

static int
put (struct open_sink *sink, const char *table, struct dcpipe_bytes key, struct dcpipe_bytes text)
{
  struct callback outer = callback_begin (sink->instance, "put");
  int result = plugin_of (sink)->put (sink->instance->handle, table, key, text);

  /* The reason becomes that of a failed entry, which users read. */
  if (result == DCPIPE_NONE && failure ()[0] == '\0')
    fail ("its callback put gave DCPIPE_NONE and does not say why");
  return callback_end (outer, result, MAY_LACK);
}

static int
walk (struct open_sink *sink, const char *table, struct dcpipe_bytes prefix, dcpipe_walk *walk)
{
  struct callback outer = callback_begin (sink->instance, "walk");
  int result =
      callback_end (outer, plugin_of (sink)->walk (sink->instance->handle, table, prefix, walk), MAY_STORE);

  /* A text that was not taken ends the walk, which is DCPIPE_OK to the plugin. */
  return walk->bad ? DCPIPE_FAIL : result;
}

/* The row's key, or as many leading columns of it as are set. False after fail. */
static bool
make_key (struct open_sink *sink, const struct dcpipe_row *row, struct dcpipe_bytes *key)
{
  size_t size = dcpipe_row_key (row, sink->simple.key, sink->simple.key_capacity);

  /* The size was told by the first attempt, which wrote nothing beyond the buffer. */
  if (size > sink->simple.key_capacity || sink->simple.key == NULL) {
    uint8_t *more = realloc (sink->simple.key, size + DCPIPE_KEY_MAX);

    if (more == NULL) {
      fail ("no memory for a key of table %s", row->table->name);
      return false;
    }
    sink->simple.key = more;
    sink->simple.key_capacity = size + DCPIPE_KEY_MAX;
    dcpipe_row_key (row, sink->simple.key, sink->simple.key_capacity);
  }
  *key = (struct dcpipe_bytes){ sink->simple.key, size };
  return true;
}

/* ---- what is told about tables ------------------------------------------------------------------- */

/* The key of a table's columns, in `text`. */
static struct dcpipe_bytes
table_key (const char *name, char text[TABLE_KEY_MAX])
{
  int size = snprintf (text, TABLE_KEY_MAX, TABLE_KEY, name);

  return (struct dcpipe_bytes){ (const uint8_t *) text, (size_t) size + 1 };
}

/* A text that was found. */
struct found {
  bool any, no_memory;
  char *text;
  size_t size;
};

static bool
take_text (void *context, const void *text, size_t size)
{
  struct found *found = context;

  found->any = true;
  found->text = malloc (size + 1);
  found->no_memory = found->text == NULL;
  if (found->text != NULL)
    memcpy (found->text, text, size);
  found->size = size;
  return false;
}

/* What lies under a key of ABOUT, its text to be freed. */
static int
find_about (struct open_sink *sink, struct dcpipe_bytes key, struct found *found)
{
  dcpipe_walk walking = { take_text, found, false };
  int result = walk (sink, ABOUT, key, &walking);

  if (result == DCPIPE_OK && found->no_memory) {
    fail ("no memory for what the store holds");
    return DCPIPE_FAIL;
  }
  return result;
}

static int
load_checkpoint (struct open_sink *sink, struct dcpipe_checkpoint *checkpoint)
{
  struct found found = { false, false, NULL, 0 };
  int result = find_about (sink, bytes_of (CHECKPOINT_KEY), &found);
  struct callback outer;

  if (result == DCPIPE_OK && found.any)
    dcpipe_checkpoint_set (checkpoint, found.text, found.size);
  free (found.text);
  /* For a writer this is outside of any transaction, so none is left open. */
  if (result != DCPIPE_OK || sink->mode == DCPIPE_READ)
    return result;
  outer = callback_begin (sink->instance, "rollback");
  return callback_end (outer, plugin_of (sink)->rollback (sink->instance->handle), MAY_STORE);
}

/* A table of which nothing is told is new, or somebody removed it; dcpipe_table_missing knows which. Its
 * columns are stored with the first commit, not here, where no transaction is. */
static int
prepare_table (struct open_sink *sink, const struct dcpipe_table *table)
{
  char text[TABLE_KEY_MAX];
  struct found found = { false, false, NULL, 0 };
  int result = find_about (sink, table_key (table->name, text), &found);

  if (result == DCPIPE_OK && found.any)
    result = dcpipe_table_compare (table, (struct dcpipe_bytes){ (const uint8_t *) found.text, found.size },
                                   dcpipe_table_text (table));
  else if (result == DCPIPE_OK && sink->mode != DCPIPE_READ) {
    sink->simple.unknown[table->number] = true;
    result = dcpipe_table_missing (table);
  }
  free (found.text);
  return result;
}

static int
prepare (struct open_sink *sink, const struct dcpipe_tables *tables)
{
  int result = DCPIPE_OK;

  free (sink->simple.unknown);
  sink->simple.tables = tables;
  sink->simple.unknown = calloc (tables->count + 1, sizeof *sink->simple.unknown);
  if (sink->simple.unknown == NULL) {
    fail ("no memory for the tables");
    return DCPIPE_FAIL;
  }
  for (size_t i = 0; i < tables->count && result == DCPIPE_OK; i++)
    result = prepare_table (sink, &tables->items[i]);
  return result;
}

/* A text that the store must be able to hold. */
static int
put_about (struct open_sink *sink, struct dcpipe_bytes key, struct dcpipe_bytes text)
{
  int result = put (sink, ABOUT, key, text);

  return result == DCPIPE_NONE ? DCPIPE_FAIL : result;
}

/* Columns of new tables only once, the checkpoint each time. The checkpoint comes last, but in the same
 * transaction. */
static int
put_pending (struct open_sink *sink, const struct dcpipe_checkpoint *checkpoint)
{
  char text[TABLE_KEY_MAX];
  int result = DCPIPE_OK;

  for (size_t i = 0; sink->simple.tables != NULL && i < sink->simple.tables->count && result == DCPIPE_OK;
       i++)
    if (sink->simple.unknown[i])
      result = put_about (sink, table_key (sink->simple.tables->items[i].name, text),
                          dcpipe_table_text (&sink->simple.tables->items[i]));
  return result == DCPIPE_OK
             ? put_about (sink, bytes_of (CHECKPOINT_KEY), dcpipe_checkpoint_text (checkpoint))
             : result;
}

static void
forget_pending (struct open_sink *sink)
{
  if (sink->simple.tables != NULL)
    memset (sink->simple.unknown, 0, sink->simple.tables->count * sizeof *sink->simple.unknown);
}

/* What is told of the columns goes with the rows, so that the next run may have others. */
static int
reset (struct open_sink *sink, const char *table)
{
  char text[TABLE_KEY_MAX];
  int result = put (sink, table, nothing, nothing);

  return result == DCPIPE_OK ? put (sink, ABOUT, table_key (table, text), nothing) : result;
}

/* ---- rows out ------------------------------------------------------------------------------------ */

/* Where the first row goes that is found. */
struct wanted {
  struct dcpipe_row *row;
  dcpipe_walk *walk;
  bool found;
};

static bool
take_row (void *context, const void *text, size_t size)
{
  struct wanted *wanted = context;

  wanted->found = true;
  wanted->walk->bad = dcpipe_row_from_json (wanted->row, text, size) != DCPIPE_OK;
  return false;
}

/* The row under the key: DCPIPE_OK or DCPIPE_NONE. */
static int
find_row (struct open_sink *sink, struct dcpipe_bytes key, struct dcpipe_row *row)
{
  struct wanted wanted = { .row = row };
  dcpipe_walk walking = { take_row, &wanted, false };
  int result;

  wanted.walk = &walking;
  result = walk (sink, row->table->name, key, &walking);
  return result == DCPIPE_OK && !wanted.found ? DCPIPE_NONE : result;
}

static int
get (struct open_sink *sink, const struct dcpipe_row *key, struct dcpipe_row *row)
{
  struct dcpipe_bytes bytes;

  return make_key (sink, key, &bytes) ? find_row (sink, bytes, row) : DCPIPE_FAIL;
}

struct scanning {
  struct dcpipe_scan *scan;
  dcpipe_walk *walk;
};

static bool
emit_row (void *context, const void *text, size_t size)
{
  const struct scanning *scanning = context;

  if (dcpipe_row_from_json (dcpipe_scan_row (scanning->scan), text, size) == DCPIPE_OK)
    return dcpipe_scan_emit (scanning->scan);
  scanning->walk->bad = true;
  return false;
}

static int
scan (struct open_sink *sink, const struct dcpipe_row *prefix, struct dcpipe_scan *scan)
{
  struct scanning scanning = { .scan = scan };
  dcpipe_walk walking = { emit_row, &scanning, false };
  struct dcpipe_bytes bytes;

  scanning.walk = &walking;
  return make_key (sink, prefix, &bytes) ? walk (sink, prefix->table->name, bytes, &walking) : DCPIPE_FAIL;
}

/* ---- rows in ------------------------------------------------------------------------------------- */

static bool
count_text (void *context, const void *text, size_t size)
{
  (void) text, (void) size;
  ++*(uint64_t *) context;
  return true;
}

static bool
see_text (void *context, const void *text, size_t size)
{
  (void) text, (void) size;
  *(bool *) context = true;
  return false;
}

static int
put_row (struct open_sink *sink, struct dcpipe_bytes key, const struct dcpipe_row *row)
{
  sink->simple.text.size = 0;
  sink->simple.text.no_memory = false;
  row_json_write (&sink->simple.text, row);
  if (sink->simple.text.no_memory) {
    fail ("no memory for a row of table %s", row->table->name);
    return DCPIPE_FAIL;
  }
  return put (sink, row->table->name, key,
              (struct dcpipe_bytes){ (const uint8_t *) sink->simple.text.data, sink->simple.text.size });
}

/* `put` replaces, so an INSERT has to look first. */
static int
insert (struct open_sink *sink, struct dcpipe_bytes key, const struct dcpipe_row *row,
        struct row_effect *effect)
{
  bool there = false;
  dcpipe_walk walking = { see_text, &there, false };
  int result = walk (sink, row->table->name, key, &walking);

  if (result != DCPIPE_OK || there)
    return result;
  effect->added = 1;
  return put_row (sink, key, row);
}

/* Puts what an UPSERT or UPDATE makes of the row that is there, if there is one. */
static int
change (struct open_sink *sink, struct dcpipe_bytes key, const struct dcpipe_row *row,
        struct row_effect *effect)
{
  struct row_scratch scratch = { 0 };
  struct dcpipe_row *old = row_scratch_key (&scratch, row->table);
  int found = find_row (sink, key, old), result = found;
  CLEANUP_FREE struct dcpipe_row *merged = NULL;

  if (found == DCPIPE_NONE && row->operation == DCPIPE_UPDATE)
    result = DCPIPE_OK;
  else if (found == DCPIPE_OK || found == DCPIPE_NONE) {
    merged = row_merge (found == DCPIPE_OK ? old : NULL, row);
    effect->added = found == DCPIPE_NONE;
    effect->changed = found == DCPIPE_OK;
    if (merged == NULL)
      fail ("no memory for a row of table %s", row->table->name);
    else
      merged->operation = DCPIPE_INSERT; /* a whole row */
    result = merged != NULL ? put_row (sink, key, merged) : DCPIPE_FAIL;
  }
  row_scratch_free (&scratch);
  return result;
}

/* A key prefix takes all rows below it, and only walking over them tells how many those are. Nothing is put
 * where there is nothing to take away. */
static int delete (struct open_sink *sink, struct dcpipe_bytes key, const struct dcpipe_row *row,
                   struct row_effect *effect)
{
  dcpipe_walk walking = { count_text, &effect->removed, false };
  int result = walk (sink, row->table->name, key, &walking);

  return result == DCPIPE_OK && effect->removed > 0 ? put (sink, row->table->name, key, nothing) : result;
}

/* An UPDATE may set nothing but its key. */
static bool
sets_nothing (const struct dcpipe_row *row)
{
  if (row->operation != DCPIPE_UPDATE)
    return false;
  for (size_t i = 0; i < row->table->columns_count; i++)
    if (row->table->columns[i].key == 0 && dcpipe_is_set (row, i))
      return false;
  return true;
}

static int
apply_row (struct open_sink *sink, const struct dcpipe_row *row, struct row_effect *effect)
{
  struct dcpipe_bytes key;

  if (sets_nothing (row))
    return DCPIPE_OK;
  if (!make_key (sink, row, &key))
    return DCPIPE_FAIL;
  if (row->operation == DCPIPE_INSERT)
    return insert (sink, key, row, effect);
  return row->operation == DCPIPE_DELETE ? delete (sink, key, row, effect) : change (sink, key, row, effect);
}

/* One by one and in order: a row may change what an earlier one has put. */
static int
apply (struct open_sink *sink, struct dcpipe_rows *rows)
{
  int result = DCPIPE_OK;

  for (size_t i = 0; i < dcpipe_rows_count (rows) && result == DCPIPE_OK; i++) {
    struct row_effect effect = { 0 };

    /* A reason that an earlier, refused row left would be taken for this one's. */
    failure_clear ();
    result = apply_row (sink, dcpipe_rows_at (rows, i), &effect);
    if (result == DCPIPE_NONE) {
      dcpipe_row_refused (rows, i, "%s", failure_reason ());
      result = DCPIPE_OK;
    } else if (result == DCPIPE_OK)
      dcpipe_row_applied (rows, i, effect.added, effect.changed, effect.removed);
  }
  return result;
}

const struct sink_form simple_sink_form = {
  .load = load_checkpoint,
  .prepare = prepare,
  .apply = apply,
  .get = get,
  .scan = scan,
  .reset = reset,
  .before_commit = put_pending,
  .after_commit = forget_pending,
};
