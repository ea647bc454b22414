/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "pipeline/resolve.h"

#include <inttypes.h>

#include "base/log.h"
#include "data/row-emit.h"
#include "plugin/decoder-calls.h"

struct dcpipe_lookup {
  const struct resolver *resolver;
  const struct instance *decoder;
  const struct note *note;
  struct dcpipe_rows *rows;
  size_t folded; /* rows of this entry that are in the cache already */
  bool scanning;
  int result; /* of the first lookup that failed */
};

/* What goes wrong in the cache is the sink's, although the decoder's callback is under way. */
static void
fold_rows (struct dcpipe_lookup *lookup)
{
  const struct resolver *resolver = lookup->resolver;

  LOG_INSTANCE_SCOPE (resolver->cache->sink->title);
  while (lookup->result == DCPIPE_OK && lookup->folded < lookup->rows->list->count)
    lookup->result = resolver->fold (resolver->context, lookup->rows->list->items[lookup->folded++]);
}

/* Brings the cache up to the rows emitted so far: before each lookup, which must find them, and after the
 * callback. */
static int
fold_emitted (struct dcpipe_lookup *lookup)
{
  if (lookup->result == DCPIPE_OK && !rows_finish (lookup->rows, lookup->folded))
    lookup->result = DCPIPE_FAIL;
  fold_rows (lookup);
  return lookup->result;
}

dcpipe_row *
dcpipe_lookup_key (dcpipe_lookup *lookup, size_t table)
{
  const struct dcpipe_tables *tables = lookup->rows->tables;

  if (table >= lookup->rows->decoder_tables) {
    fail ("a lookup in table number %zu of %zu (a mistake in the plugin)", table,
          lookup->rows->decoder_tables);
    lookup->result = DCPIPE_FAIL;
    table = 0;
  }
  return row_make (lookup->rows, &tables->items[tables->first[lookup->rows->decoder] + table], DCPIPE_INSERT);
}

/* A row is looked up by its whole key: with a part of it the cache would find nothing, and the decoder take
 * that for an answer. False after fail. */
static bool
check_key (dcpipe_lookup *lookup, const dcpipe_row *key)
{
  const struct dcpipe_table *table = key->table;

  for (size_t i = 0; i < table->keys_count; i++)
    if (!dcpipe_is_set (key, table->keys[i])) {
      fail ("a row of table %s was looked up without its key column %s (a mistake in the plugin)",
            table->name, table->columns[table->keys[i]].name);
      lookup->result = DCPIPE_FAIL;
      return false;
    }
  return true;
}

/* False, noted for when the scan has come to its end, within one: a lookup might change the order of the rows
 * that the scan goes through. */
static bool
may_look_up (struct dcpipe_lookup *lookup)
{
  if (lookup->scanning)
    lookup->result = DCPIPE_FAIL;
  return !lookup->scanning;
}

static int
look_up (const struct dcpipe_lookup *lookup, const dcpipe_row *key, const dcpipe_row **row)
{
  LOG_INSTANCE_SCOPE (lookup->resolver->cache->sink->title);
  return cache_get (lookup->resolver->cache, key, row);
}

int
dcpipe_lookup_get (dcpipe_lookup *lookup, const dcpipe_row *key, const dcpipe_row **row)
{
  int result;

  *row = NULL;
  if (!may_look_up (lookup) || fold_emitted (lookup) != DCPIPE_OK || !check_key (lookup, key))
    return lookup->result;
  result = look_up (lookup, key, row);
  if (result != DCPIPE_OK && result != DCPIPE_NONE)
    lookup->result = result;
  return result;
}

/* Where the rows of a scan go. */
struct scan_target {
  const struct instance *decoder;
  bool (*each) (void *context, const dcpipe_row *row);
  void *context;
};

static bool
give_row (void *context, const dcpipe_row *row)
{
  const struct scan_target *target = context;

  return decoder_call_each (target->decoder, target->each, target->context, row);
}

static int
scan_cache (const struct dcpipe_lookup *lookup, const dcpipe_row *prefix, struct scan_target *target)
{
  LOG_INSTANCE_SCOPE (lookup->resolver->cache->sink->title);
  return cache_scan (lookup->resolver->cache, prefix, give_row, target);
}

int
dcpipe_lookup_scan (dcpipe_lookup *lookup, const dcpipe_row *prefix,
                    bool (*each) (void *context, const dcpipe_row *row), void *context)
{
  struct scan_target target = { .decoder = lookup->decoder, .each = each, .context = context };
  int result;

  if (!may_look_up (lookup) || fold_emitted (lookup) != DCPIPE_OK)
    return lookup->result;
  lookup->scanning = true;
  result = scan_cache (lookup, prefix, &target);
  lookup->scanning = false;
  if (lookup->result != DCPIPE_OK) /* of a lookup by `each` */
    fail ("a lookup within a scan (a mistake in the plugin)");
  else
    lookup->result = result;
  return lookup->result;
}

const void *
dcpipe_lookup_note (const dcpipe_lookup *lookup, size_t *size)
{
  if (size != NULL)
    *size = lookup->note->size;
  return lookup->note->data;
}

/* After the callback: nobody reads the rows any more that it looked up. */
static void
finish (struct dcpipe_lookup *lookup)
{
  cache_return (lookup->resolver->cache);
  fold_emitted (lookup);
}

/* The memory of the rows is used again for the next entry, so whoever folds them copies. A lookup that failed
 * counts more than what the callback returned, which may not have noticed. */
int
resolve_entry (const struct resolver *resolver, const struct instance *decoder, size_t number,
               const struct note *note)
{
  struct row_list list = { 0 };
  struct dcpipe_rows rows;
  struct dcpipe_lookup lookup = { .resolver = resolver, .decoder = decoder, .note = note, .rows = &rows };
  int result;

  rows_begin (&rows, resolver->arena, resolver->cache->tables, number, decoder->name,
              plugin_tables (decoder->plugin)->count);
  rows.entry = note->entry;
  rows.label = note->label;
  rows.list = &list;
  rows.resolves = true;
  result = decoder_call_resolve (decoder, &lookup, &rows, finish);
  arena_rewind (resolver->arena);
  if (lookup.result != DCPIPE_OK)
    return lookup.result;
  return result == DCPIPE_OK ? cache_settle (resolver->cache) : DCPIPE_FAIL;
}
