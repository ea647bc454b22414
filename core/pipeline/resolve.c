/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "pipeline/resolve.h"

#include <inttypes.h>

#include "base/log.h"
#include "plugin/callback.h"

struct dcpipe_lookup {
  const struct resolver *resolver;
  const struct instance *decoder;
  const struct note *note;
  struct dcpipe_rows *rows;
  size_t folded; /* rows of this entry that are in the cache already */
  bool scanning;
  int result; /* of the first lookup that failed */
};

/* What goes wrong in the cache from here on is the sink's, until the callback goes on. */
static void
name_sink (const struct dcpipe_lookup *lookup)
{
  log_set_instance (lookup->resolver->cache->sink->title);
}

static void
name_decoder (const struct dcpipe_lookup *lookup)
{
  log_set_instance (lookup->decoder->title);
}

/* Brings the cache up to the rows emitted so far. */
static int
fold_emitted (struct dcpipe_lookup *lookup)
{
  size_t from = lookup->folded;

  if (lookup->result != DCPIPE_OK)
    return lookup->result;
  if (!rows_finish (lookup->rows, from))
    lookup->result = DCPIPE_FAIL;
  name_sink (lookup);
  while (lookup->result == DCPIPE_OK && lookup->folded < lookup->rows->list->count)
    lookup->result =
        lookup->resolver->fold (lookup->resolver->context, lookup->rows->list->items[lookup->folded++]);
  name_decoder (lookup);
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

/* A row is looked up by its whole key. False after fail. */
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

/* False, noted for when the scan has come to its end, within one. */
static bool
may_look_up (struct dcpipe_lookup *lookup)
{
  if (lookup->scanning)
    lookup->result = DCPIPE_FAIL;
  return !lookup->scanning;
}

int
dcpipe_lookup_get (dcpipe_lookup *lookup, const dcpipe_row *key, const dcpipe_row **row)
{
  int result;

  *row = NULL;
  if (!may_look_up (lookup) || fold_emitted (lookup) != DCPIPE_OK || !check_key (lookup, key))
    return lookup->result;
  name_sink (lookup);
  result = cache_get (lookup->resolver->cache, key, row);
  name_decoder (lookup);
  if (result != DCPIPE_OK && result != DCPIPE_NONE)
    lookup->result = result;
  return result;
}

int
dcpipe_lookup_scan (dcpipe_lookup *lookup, const dcpipe_row *prefix,
                    bool (*each) (void *context, const dcpipe_row *row), void *context)
{
  int result;

  if (!may_look_up (lookup) || fold_emitted (lookup) != DCPIPE_OK)
    return lookup->result;
  lookup->scanning = true;
  name_sink (lookup);
  result = cache_scan (lookup->resolver->cache, prefix, each, context);
  name_decoder (lookup);
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

int
resolve_entry (const struct resolver *resolver, const struct instance *decoder, size_t number,
               const struct note *note)
{
  const char *title = log_instance ();
  struct row_list list = { 0 };
  struct dcpipe_rows rows;
  struct dcpipe_lookup lookup = { .resolver = resolver, .decoder = decoder, .note = note, .rows = &rows };
  const char *outer;
  int result;

  rows_begin (&rows, resolver->arena, resolver->cache->tables, number, decoder->name,
              decoder->plugin->u.decoder.tables.count);
  rows.entry = note->entry;
  rows.label = note->label;
  rows.list = &list;
  rows.resolves = true;
  log_set_instance (decoder->title);
  outer = callback_begin ("resolve");
  result = decoder->plugin->u.decoder.resolve (decoder->handle, note->entry, &lookup, &rows);
  cache_return (resolver->cache);
  if (lookup.result == DCPIPE_OK && (result == DCPIPE_OK || failure ()[0] == '\0'))
    fold_emitted (&lookup);
  result = callback_end (outer, result, MAY_FAIL);
  log_set_instance (title);
  arena_rewind (resolver->arena);
  if (lookup.result != DCPIPE_OK)
    return lookup.result;
  return result == DCPIPE_OK ? cache_settle (resolver->cache) : DCPIPE_FAIL;
}
