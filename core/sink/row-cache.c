/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sink/row-cache.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "data/row-key.h"
#include "data/row-merge.h"
#include "sink/row-index.h"
#include "sink/sink-calls.h"

/* What is known of a key is in its cached_row:
 *
 *    dirty  in_sink_known  row
 *    no     no             NULL: nothing is known yet, only the place was made
 *    no     yes            what the sink has: a row, or none (NULL)
 *    yes    yes            what the next flush makes of it; in_sink tells whether there is one now
 *    yes    no             the same, but nobody looked, since an UPSERT or a DELETE need not know
 *
 * So each changed row is written once for a commit, whatever happened to it in between. */

/* ---- rows held ---------------------------------------------------------------------------------- */

static bool
make_indexes (struct row_cache *cache)
{
  if (cache->indexes == NULL)
    cache->indexes = calloc (cache->tables->count, sizeof *cache->indexes);
  if (cache->indexes == NULL)
    fail ("no memory for the row cache");
  return cache->indexes != NULL;
}

static struct row_index *
row_index_of (const struct row_cache *cache, const struct dcpipe_table *table)
{
  return &cache->indexes[table->number];
}

static size_t
cost (const struct cached_row *cached)
{
  return sizeof *cached + cached->key_size + cached->row_size;
}

/* Reserves slots in the list of retired rows, so that retiring one cannot fail. */
static bool
reserve (struct row_cache *cache, size_t rows)
{
  if (rows > cache->retired_capacity - cache->retired_count) {
    size_t capacity = 2 * cache->retired_capacity + (rows > 64 ? rows : 64);
    struct dcpipe_row **retired = realloc (cache->retired, capacity * sizeof *retired);

    if (retired == NULL) {
      fail ("no memory for the row cache");
      return false;
    }
    cache->retired = retired;
    cache->retired_capacity = capacity;
  }
  return true;
}

/* Replaces what is held, which is retired if it may still be read. Then a slot was reserved. */
static void
hold_row (struct row_cache *cache, struct cached_row *cached, const struct dcpipe_row *row,
          struct dcpipe_row *own)
{
  assert (cache->size >= cost (cached));
  cache->size -= cost (cached);
  if (cached->own != NULL && cache->pinned) {
    assert (cache->retired_count < cache->retired_capacity);
    cache->retired[cache->retired_count++] = cached->own;
  } else
    free (cached->own);
  cached->row = row;
  cached->own = own;
  cached->row_size = own != NULL ? row_copy_size (own) : 0;
  cache->size += cost (cached);
}

static void
drop_row (struct row_cache *cache, struct cached_row *cached)
{
  hold_row (cache, cached, NULL, NULL);
}

static void
free_retired (struct row_cache *cache)
{
  while (cache->retired_count > 0)
    free (cache->retired[--cache->retired_count]);
}

static void
mark_dirty (struct row_cache *cache, struct cached_row *cached)
{
  if (cached->dirty)
    return;
  cached->dirty = true;
  cached->next_dirty = NULL;
  if (cache->dirty == NULL)
    cache->dirty = cached;
  else
    cache->dirty_last->next_dirty = cached;
  cache->dirty_last = cached;
}

static void
forget (struct row_cache *cache, struct cached_row *cached)
{
  row_index_remove (row_index_of (cache, cached->table), cached);
  drop_row (cache, cached);
  cache->size -= cost (cached);
  free (cached);
}

/* The place of that key, made if need be; NULL after fail. */
static struct cached_row *
place (struct row_cache *cache, const struct dcpipe_table *table, const struct row_key *key)
{
  bool made;
  struct cached_row *cached = row_index_place (row_index_of (cache, table), table, key, &made);

  if (cached == NULL)
    return NULL;
  if (made)
    cache->size += cost (cached);
  else
    cached->recent = true;
  return cached;
}

/* Makes known what the sink has under the key, if nothing was known. */
static int
fetch (struct row_cache *cache, struct cached_row *cached, const struct dcpipe_row *key)
{
  struct dcpipe_row *row;
  int result;

  if (cached->dirty || cached->in_sink_known)
    return DCPIPE_OK;
  assert (cached->row == NULL);
  if (row_index_of (cache, cached->table)->whole == WHOLE) {
    cached->in_sink_known = true;
    return DCPIPE_OK;
  }
  result = sink_get (cache->sink, key, &row);
  if (result != DCPIPE_OK && result != DCPIPE_NONE)
    return result;
  cached->in_sink_known = true;
  cached->in_sink = row != NULL;
  hold_row (cache, cached, row, row);
  return DCPIPE_OK;
}

/* ---- folding ------------------------------------------------------------------------------------ */

static bool
has_keep_first (const struct dcpipe_table *table)
{
  for (size_t i = 0; i < table->columns_count; i++)
    if (table->columns[i].flags & DCPIPE_COLUMN_KEEP_FIRST)
      return true;
  return false;
}

/* An UPDATE may set what an UPSERT keeps. */
static bool
sets_kept (const struct dcpipe_row *row)
{
  for (size_t i = 0; i < row->table->columns_count; i++)
    if ((row->table->columns[i].flags & DCPIPE_COLUMN_KEEP_FIRST) && dcpipe_is_set (row, i))
      return true;
  return false;
}

/* Most often the row held may be changed where it is, which costs no allocation; not while it is pinned,
 * since whoever got it may compare it with what he gets next. */
static int
put (struct row_cache *cache, struct cached_row *cached, const struct dcpipe_row *row)
{
  struct dcpipe_row *copy;

  if (!cache->pinned && cached->own != NULL && row_change (cached->own, row)) {
    mark_dirty (cache, cached);
    return DCPIPE_OK;
  }
  copy = row_merge (cached->row, row);
  if (copy == NULL) {
    fail ("no memory for the row cache");
    return DCPIPE_FAIL;
  }
  hold_row (cache, cached, copy, copy);
  mark_dirty (cache, cached);
  return DCPIPE_OK;
}

/* A log's row is new by its nature, and stays where it is if it lasts. */
static int
fold_log (struct row_cache *cache, struct cached_row *cached, const struct dcpipe_row *row, bool lasts)
{
  if (cached->row != NULL)
    return DCPIPE_OK;
  cached->in_sink_known = true;
  if (!lasts)
    return put (cache, cached, row);
  hold_row (cache, cached, row, NULL);
  mark_dirty (cache, cached);
  return DCPIPE_OK;
}

static int
fold_delete (struct row_cache *cache, struct cached_row *cached)
{
  cached->replaced = false;
  drop_row (cache, cached);
  mark_dirty (cache, cached);
  return DCPIPE_OK;
}

/* Removes many rows: through the sink, which alone knows all of them. What is dirty goes to it first, or rows
 * that were added before the DELETE would be written after it. */
static int
fold_delete_prefix (struct row_cache *cache, const struct row_key *prefix, const struct dcpipe_row *row)
{
  const struct dcpipe_row *rows[1] = { row };
  struct row_index *index = row_index_of (cache, row->table);
  struct cached_row *cached, *next;
  int result = reserve (cache, HASH_COUNT (index->rows)) ? cache_flush (cache) : DCPIPE_FAIL;

  if (result == DCPIPE_OK)
    result = cache->apply (cache->context, rows, 1);
  HASH_ITER (hh, index->rows, cached, next)
    if (key_begins (cached, prefix))
      forget (cache, cached);
  return result;
}

/* The rules of operations, as dcpipe-plugin.h has them. The sink is asked for what it has only if that
 * matters: an UPSERT without kept columns, a DELETE and a log's row come out the same whatever was there, and
 * asking is what costs.
 *
 * What became of a row that was deleted or may not be kept is more than an UPSERT can say to the sink, which
 * would keep columns of the old one; so it is `replaced`. A row that is absent and dirty was deleted since
 * the last flush. */
static int
fold (struct row_cache *cache, const struct row_key *key, const struct dcpipe_row *row, bool lasts)
{
  struct cached_row *cached = place (cache, row->table, key);
  bool absent;
  int result = DCPIPE_OK;

  if (cached == NULL)
    return DCPIPE_FAIL;
  if (row->operation == DCPIPE_DELETE)
    return fold_delete (cache, cached);
  if (row->operation == DCPIPE_INSERT && (row->table->flags & DCPIPE_TABLE_LOG))
    return fold_log (cache, cached, row, lasts);
  if (row->operation != DCPIPE_UPSERT || has_keep_first (row->table))
    result = fetch (cache, cached, row);
  if (result != DCPIPE_OK)
    return result;
  absent = cached->row == NULL;
  assert (cached->dirty || cached->in_sink_known || (row->operation == DCPIPE_UPSERT && absent));
  if (row->operation == DCPIPE_INSERT ? !absent : row->operation == DCPIPE_UPDATE && absent)
    return DCPIPE_OK;
  if ((absent && cached->dirty) || (row->operation == DCPIPE_UPDATE && sets_kept (row)))
    cached->replaced = true;
  return put (cache, cached, row);
}

int
cache_fold (struct row_cache *cache, const struct dcpipe_row *row, bool lasts)
{
  size_t last = row->table->keys[row->table->keys_count - 1];
  struct row_key key;
  int result;

  if (!make_indexes (cache) || !reserve (cache, 1) || !row_key_make (&key, row))
    return DCPIPE_FAIL;
  if (row->operation == DCPIPE_DELETE && !dcpipe_is_set (row, last))
    result = fold_delete_prefix (cache, &key, row);
  else
    result = fold (cache, &key, row, lasts);
  row_key_free (&key);
  return result;
}

int
cache_get (struct row_cache *cache, const struct dcpipe_row *key_row, const struct dcpipe_row **row)
{
  struct row_key key;
  struct cached_row *cached;
  int result;

  *row = NULL;
  if (!make_indexes (cache) || !row_key_make (&key, key_row))
    return DCPIPE_FAIL;
  cached = place (cache, key_row->table, &key);
  row_key_free (&key);
  if (cached == NULL)
    return DCPIPE_FAIL;
  result = fetch (cache, cached, key_row);
  if (result != DCPIPE_OK)
    return result;
  *row = cached->row;
  cache->pinned = true;
  return cached->row != NULL ? DCPIPE_OK : DCPIPE_NONE;
}

/* ---- scanning ----------------------------------------------------------------------------------- */

struct load {
  struct row_cache *cache;
  size_t limit; /* of the cache's size */
  int result;
};

/* Takes a row of the sink into the cache, where it is not known better: what is dirty is newer than the
 * sink's. Stops when the table turns out to be too large. */
static bool
load_row (void *context, const struct dcpipe_row *row)
{
  struct load *load = context;
  struct cached_row *cached = NULL;
  struct dcpipe_row *copy;
  struct row_key key;

  load->result = DCPIPE_FAIL;
  if (row_key_make (&key, row)) {
    cached = place (load->cache, row->table, &key);
    row_key_free (&key);
  }
  if (cached == NULL)
    return false;
  load->result = DCPIPE_OK;
  if (!cached->dirty && !cached->in_sink_known) {
    assert (cached->row == NULL);
    copy = row_copy (row);
    if (copy == NULL) {
      fail ("no memory for the row cache");
      load->result = DCPIPE_FAIL;
      return false;
    }
    cached->in_sink_known = cached->in_sink = true;
    hold_row (load->cache, cached, copy, copy);
  }
  return load->cache->size <= load->limit;
}

/* Reads a whole table into the cache, if it is of a size for that. It is tried once: a table that is too
 * large does not become small, and reading it for each scan would cost more than scanning in the sink. */
static int
load_table (struct row_cache *cache, const struct dcpipe_table *table)
{
  struct load load = { .cache = cache, .limit = cache->size + cache->limit };
  struct row_index *index = row_index_of (cache, table);
  struct row_scratch scratch = { 0 };
  int result;

  if (index->whole != WHOLE_UNKNOWN)
    return DCPIPE_OK;
  result = sink_scan (cache->sink, row_scratch_key (&scratch, table), load_row, &load);
  row_scratch_free (&scratch);
  if (result == DCPIPE_OK)
    result = load.result;
  index->whole = cache->size <= load.limit ? WHOLE : WHOLE_TOO_LARGE;
  return result;
}

/* Scans a table that the cache holds all rows of. */
static int
scan_held (const struct row_index *index, const struct row_key *prefix,
           bool (*each) (void *context, const struct dcpipe_row *row), void *context)
{
  for (size_t i = row_index_seek (index, prefix); i < index->order_count; i++) {
    struct cached_row *cached = index->order[i];

    if (!key_begins (cached, prefix))
      break;
    if (cached->row == NULL)
      continue;
    cached->recent = true;
    if (!each (context, cached->row))
      break;
  }
  return DCPIPE_OK;
}

/* A scan in the sink must find what changed, so all that is dirty is flushed before it, even within a
 * resolve. That is what scanning here saves. A log is not read whole: it grows for ever, and its rows are
 * forgotten once written. */
int
cache_scan (struct row_cache *cache, const struct dcpipe_row *prefix,
            bool (*each) (void *context, const struct dcpipe_row *row), void *context)
{
  bool is_log = (prefix->table->flags & DCPIPE_TABLE_LOG) != 0;
  struct row_index *index;
  struct row_key key;
  int result;

  if (!make_indexes (cache))
    return DCPIPE_FAIL;
  index = row_index_of (cache, prefix->table);
  result = is_log ? DCPIPE_OK : load_table (cache, prefix->table);
  if (result != DCPIPE_OK)
    return result;
  if (index->whole != WHOLE) {
    result = cache_flush (cache);
    return result == DCPIPE_OK ? sink_scan (cache->sink, prefix, each, context) : result;
  }
  if (!row_index_sort (index) || !row_key_make (&key, prefix))
    return DCPIPE_FAIL;
  cache->pinned = true;
  result = scan_held (index, &key, each, context);
  row_key_free (&key);
  return result;
}

/* ---- writing ------------------------------------------------------------------------------------ */

#define FLUSH_ROWS 256

struct flush {
  struct row_cache *cache;
  const struct dcpipe_row *rows[FLUSH_ROWS];
  size_t count;
  struct row_scratch scratch; /* keys of rows to be deleted */
};

static int
flush_apply (struct flush *flush)
{
  int result =
      flush->count > 0 ? flush->cache->apply (flush->cache->context, flush->rows, flush->count) : DCPIPE_OK;

  flush->count = 0;
  row_scratch_free (&flush->scratch);
  return result;
}

/* A DELETE of the row that `cached` stands for, whose key is read back from its bytes. */
static struct dcpipe_row *
delete_row (struct flush *flush, const struct cached_row *cached)
{
  struct dcpipe_row *row = row_scratch_key (&flush->scratch, cached->table);

  row->operation = DCPIPE_DELETE;
  row_key_parse (row, cached->key, cached->key_size);
  return flush->scratch.maker.no_memory ? NULL : row;
}

/* Adds what makes the sink's row that of the cache: two operations at the most. A row of a parcel's own is in
 * this list as an INSERT into a log, and is given as it is. */
static int
flush_row (struct flush *flush, struct cached_row *cached)
{
  bool sure_absent = cached->in_sink_known && !cached->in_sink;

  assert (cached->dirty && flush->count + 2 <= FLUSH_ROWS);
  if ((cached->row == NULL || cached->replaced) && !sure_absent) {
    struct dcpipe_row *row = delete_row (flush, cached);

    if (row == NULL) {
      fail ("no memory for the row cache");
      return DCPIPE_FAIL;
    }
    flush->rows[flush->count++] = row;
  }
  if (cached->row != NULL) {
    if (cached->own != NULL)
      cached->own->operation = sure_absent ? DCPIPE_INSERT : DCPIPE_UPSERT;
    flush->rows[flush->count++] = cached->row;
  }
  cached->dirty = cached->replaced = false;
  cached->in_sink_known = true;
  cached->in_sink = cached->row != NULL;
  return flush->count + 2 > FLUSH_ROWS ? flush_apply (flush) : DCPIPE_OK;
}

/* A log's row is not asked for any more once its entry is done with. */
static bool
is_done (const struct row_cache *cache, const struct cached_row *cached)
{
  return cached->row != NULL
         && (cached->own == NULL || (!cache->pinned && (cached->table->flags & DCPIPE_TABLE_LOG)));
}

/* Rows are forgotten in a second pass, since they wait in `flush.rows` until many have gathered. After a
 * fault the places keep their marks though the list is gone: the caller rolls back, and clears the cache. */
int
cache_flush (struct row_cache *cache)
{
  struct flush flush = { .cache = cache };
  struct cached_row *cached = cache->dirty;
  int result = DCPIPE_OK;

  for (; cached != NULL && result == DCPIPE_OK; cached = cached->next_dirty)
    result = flush_row (&flush, cached);
  if (result == DCPIPE_OK)
    result = flush_apply (&flush);
  row_scratch_free (&flush.scratch);
  for (cached = cache->dirty; cached != NULL && result == DCPIPE_OK;) {
    struct cached_row *next = cached->next_dirty;

    if (is_done (cache, cached))
      forget (cache, cached);
    cached = next;
  }
  cache->dirty = cache->dirty_last = NULL;
  return result;
}

/* Lets go of rows that were not used since they were looked at last, until the cache is within its limit: the
 * clock algorithm, with the rows of an index in the order in which they came. */
static void
trim_index (struct row_cache *cache, struct row_index *index)
{
  struct cached_row *cached, *next;

  HASH_ITER (hh, index->rows, cached, next) {
    if (cache->size <= cache->limit)
      return;
    if (cached->recent)
      cached->recent = false;
    else {
      index->whole = index->whole == WHOLE ? WHOLE_UNKNOWN : index->whole;
      forget (cache, cached);
    }
  }
}

/* Lets go of rows beyond the limit, of one table after the other; all are flushed. Twice around, because the
 * first look at a row that was used only takes its mark away. */
static void
trim (struct row_cache *cache)
{
  assert (cache->dirty == NULL && !cache->pinned);
  for (size_t looked = 0; looked < 2 * cache->tables->count && cache->size > cache->limit; looked++) {
    trim_index (cache, &cache->indexes[cache->clock_hand]);
    if (cache->size > cache->limit)
      cache->clock_hand = (cache->clock_hand + 1) % cache->tables->count;
  }
}

void
cache_return (struct row_cache *cache)
{
  free_retired (cache);
  cache->pinned = false;
}

/* Trims to the limit only when there is twice as much, so that this is done seldom and then for many rows. */
int
cache_settle (struct row_cache *cache)
{
  int result;

  cache_return (cache);
  if (cache->size <= 2 * cache->limit)
    return DCPIPE_OK;
  result = cache_flush (cache);
  if (result == DCPIPE_OK)
    trim (cache);
  return result;
}

void
cache_clear (struct row_cache *cache)
{
  cache_return (cache);
  for (size_t i = 0; cache->indexes != NULL && i < cache->tables->count; i++) {
    struct cached_row *cached, *next;

    HASH_ITER (hh, cache->indexes[i].rows, cached, next)
      forget (cache, cached);
    row_index_free (&cache->indexes[i]);
  }
  assert (cache->size == 0);
  free (cache->indexes);
  cache->indexes = NULL;
  free (cache->retired);
  cache->retired = NULL;
  cache->retired_capacity = 0;
  cache->dirty = cache->dirty_last = NULL;
}
