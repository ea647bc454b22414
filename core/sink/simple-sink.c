/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sink/simple-sink.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "bytes/cleanup.h"
#include "plugin/callback.h"

#define ABOUT "dcpipe_about"
#define CHECKPOINT_KEY "checkpoint"

/* The key of a table's columns: no such key is the beginning of another one, thanks to the 0 at its end. */
#define TABLE_KEY "table %s"
#define TABLE_KEY_MAX 80

static const struct dcpipe_bytes nothing;

void
simple_sink_begin (struct simple_sink *simple, const struct instance *sink, int mode)
{
  *simple = (struct simple_sink){ .sink = sink, .reads = mode == DCPIPE_READ };
}

void
simple_sink_end (struct simple_sink *simple)
{
  free (simple->unknown);
  free (simple->text.data);
  free (simple->key);
}

static const struct dcpipe_sink *
plugin_of (const struct simple_sink *simple)
{
  return &simple->sink->plugin->u.sink;
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
put (struct simple_sink *simple, const char *table, struct dcpipe_bytes key, struct dcpipe_bytes text)
{
  struct callback outer = callback_begin (simple->sink, "put");
  int result = plugin_of (simple)->put (simple->sink->handle, table, key, text);

  if (result == DCPIPE_NONE && failure ()[0] == '\0')
    fail ("its callback put gave DCPIPE_NONE and does not say why");
  return callback_end (outer, result, MAY_LACK);
}

static int
walk (struct simple_sink *simple, const char *table, struct dcpipe_bytes prefix, dcpipe_walk *walk)
{
  struct callback outer = callback_begin (simple->sink, "walk");
  int result =
      callback_end (outer, plugin_of (simple)->walk (simple->sink->handle, table, prefix, walk), MAY_STORE);

  return walk->bad ? DCPIPE_FAIL : result;
}

/* The row's key, or as many leading columns of it as are set. False after fail. */
static bool
make_key (struct simple_sink *simple, const struct dcpipe_row *row, struct dcpipe_bytes *key)
{
  size_t size = dcpipe_row_key (row, simple->key, simple->key_capacity);

  if (size > simple->key_capacity || simple->key == NULL) {
    uint8_t *more = realloc (simple->key, size + DCPIPE_KEY_MAX);

    if (more == NULL) {
      fail ("no memory for a key of table %s", row->table->name);
      return false;
    }
    simple->key = more;
    simple->key_capacity = size + DCPIPE_KEY_MAX;
    dcpipe_row_key (row, simple->key, simple->key_capacity);
  }
  *key = (struct dcpipe_bytes){ simple->key, size };
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
find_about (struct simple_sink *simple, struct dcpipe_bytes key, struct found *found)
{
  dcpipe_walk walking = { take_text, found, false };
  int result = walk (simple, ABOUT, key, &walking);

  if (result == DCPIPE_OK && found->no_memory) {
    fail ("no memory for what the store holds");
    return DCPIPE_FAIL;
  }
  return result;
}

int
simple_sink_load (struct simple_sink *simple, struct dcpipe_checkpoint *checkpoint)
{
  struct found found = { false, false, NULL, 0 };
  int result = find_about (simple, bytes_of (CHECKPOINT_KEY), &found);
  struct callback outer;

  if (result == DCPIPE_OK && found.any)
    dcpipe_checkpoint_set (checkpoint, found.text, found.size);
  free (found.text);
  /* For a writer this is outside of any transaction, so none is left open. */
  if (result != DCPIPE_OK || simple->reads)
    return result;
  outer = callback_begin (simple->sink, "rollback");
  return callback_end (outer, plugin_of (simple)->rollback (simple->sink->handle), MAY_STORE);
}

static int
prepare_table (struct simple_sink *simple, const struct dcpipe_table *table)
{
  char text[TABLE_KEY_MAX];
  struct found found = { false, false, NULL, 0 };
  int result = find_about (simple, table_key (table->name, text), &found);

  if (result == DCPIPE_OK && found.any)
    result = dcpipe_table_compare (table, (struct dcpipe_bytes){ (const uint8_t *) found.text, found.size },
                                   dcpipe_table_text (table));
  else if (result == DCPIPE_OK && !simple->reads) {
    simple->unknown[table->number] = true;
    result = dcpipe_table_missing (table);
  }
  free (found.text);
  return result;
}

int
simple_sink_prepare (struct simple_sink *simple, const struct dcpipe_tables *tables)
{
  int result = DCPIPE_OK;

  free (simple->unknown);
  simple->tables = tables;
  simple->unknown = calloc (tables->count + 1, sizeof *simple->unknown);
  if (simple->unknown == NULL) {
    fail ("no memory for the tables");
    return DCPIPE_FAIL;
  }
  for (size_t i = 0; i < tables->count && result == DCPIPE_OK; i++)
    result = prepare_table (simple, &tables->items[i]);
  return result;
}

/* A text that the store must be able to hold. */
static int
put_about (struct simple_sink *simple, struct dcpipe_bytes key, struct dcpipe_bytes text)
{
  int result = put (simple, ABOUT, key, text);

  return result == DCPIPE_NONE ? DCPIPE_FAIL : result;
}

int
simple_sink_put_all (struct simple_sink *simple, const struct dcpipe_checkpoint *checkpoint)
{
  char text[TABLE_KEY_MAX];
  int result = DCPIPE_OK;

  for (size_t i = 0; simple->tables != NULL && i < simple->tables->count && result == DCPIPE_OK; i++)
    if (simple->unknown[i])
      result = put_about (simple, table_key (simple->tables->items[i].name, text),
                          dcpipe_table_text (&simple->tables->items[i]));
  return result == DCPIPE_OK
             ? put_about (simple, bytes_of (CHECKPOINT_KEY), dcpipe_checkpoint_text (checkpoint))
             : result;
}

void
simple_sink_committed (struct simple_sink *simple)
{
  if (simple->tables != NULL)
    memset (simple->unknown, 0, simple->tables->count * sizeof *simple->unknown);
}

int
simple_sink_reset (struct simple_sink *simple, const char *table)
{
  char text[TABLE_KEY_MAX];
  int result = put (simple, table, nothing, nothing);

  return result == DCPIPE_OK ? put (simple, ABOUT, table_key (table, text), nothing) : result;
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
find_row (struct simple_sink *simple, struct dcpipe_bytes key, struct dcpipe_row *row)
{
  struct wanted wanted = { .row = row };
  dcpipe_walk walking = { take_row, &wanted, false };
  int result;

  wanted.walk = &walking;
  result = walk (simple, row->table->name, key, &walking);
  return result == DCPIPE_OK && !wanted.found ? DCPIPE_NONE : result;
}

int
simple_sink_get (struct simple_sink *simple, const struct dcpipe_row *key, struct dcpipe_row *row)
{
  struct dcpipe_bytes bytes;

  return make_key (simple, key, &bytes) ? find_row (simple, bytes, row) : DCPIPE_FAIL;
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

int
simple_sink_scan (struct simple_sink *simple, const struct dcpipe_row *prefix, struct dcpipe_scan *scan)
{
  struct scanning scanning = { .scan = scan };
  dcpipe_walk walking = { emit_row, &scanning, false };
  struct dcpipe_bytes bytes;

  scanning.walk = &walking;
  return make_key (simple, prefix, &bytes) ? walk (simple, prefix->table->name, bytes, &walking)
                                           : DCPIPE_FAIL;
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
put_row (struct simple_sink *simple, struct dcpipe_bytes key, const struct dcpipe_row *row)
{
  simple->text.size = 0;
  simple->text.no_memory = false;
  row_json_write (&simple->text, row);
  if (simple->text.no_memory) {
    fail ("no memory for a row of table %s", row->table->name);
    return DCPIPE_FAIL;
  }
  return put (simple, row->table->name, key,
              (struct dcpipe_bytes){ (const uint8_t *) simple->text.data, simple->text.size });
}

static int
insert (struct simple_sink *simple, struct dcpipe_bytes key, const struct dcpipe_row *row,
        struct row_effect *effect)
{
  bool there = false;
  dcpipe_walk walking = { see_text, &there, false };
  int result = walk (simple, row->table->name, key, &walking);

  if (result != DCPIPE_OK || there)
    return result;
  effect->added = 1;
  return put_row (simple, key, row);
}

/* Puts what an UPSERT or UPDATE makes of the row that is there, if there is one. */
static int
change (struct simple_sink *simple, struct dcpipe_bytes key, const struct dcpipe_row *row,
        struct row_effect *effect)
{
  struct row_scratch scratch = { 0 };
  struct dcpipe_row *old = row_scratch_key (&scratch, row->table);
  int found = find_row (simple, key, old), result = found;
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
    result = merged != NULL ? put_row (simple, key, merged) : DCPIPE_FAIL;
  }
  row_scratch_free (&scratch);
  return result;
}

static int delete (struct simple_sink *simple, struct dcpipe_bytes key, const struct dcpipe_row *row,
                   struct row_effect *effect)
{
  dcpipe_walk walking = { count_text, &effect->removed, false };
  int result = walk (simple, row->table->name, key, &walking);

  return result == DCPIPE_OK && effect->removed > 0 ? put (simple, row->table->name, key, nothing) : result;
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
apply_row (struct simple_sink *simple, const struct dcpipe_row *row, struct row_effect *effect)
{
  struct dcpipe_bytes key;

  if (sets_nothing (row))
    return DCPIPE_OK;
  if (!make_key (simple, row, &key))
    return DCPIPE_FAIL;
  if (row->operation == DCPIPE_INSERT)
    return insert (simple, key, row, effect);
  return row->operation == DCPIPE_DELETE ? delete (simple, key, row, effect)
                                         : change (simple, key, row, effect);
}

int
simple_sink_apply (struct simple_sink *simple, struct dcpipe_rows *rows)
{
  int result = DCPIPE_OK;

  for (size_t i = 0; i < dcpipe_rows_count (rows) && result == DCPIPE_OK; i++) {
    struct row_effect effect = { 0 };

    failure_clear ();
    result = apply_row (simple, dcpipe_rows_at (rows, i), &effect);
    if (result == DCPIPE_NONE) {
      dcpipe_row_refused (rows, i, "%s", failure_reason ());
      result = DCPIPE_OK;
    } else if (result == DCPIPE_OK)
      dcpipe_row_applied (rows, i, effect.added, effect.changed, effect.removed);
  }
  return result;
}
