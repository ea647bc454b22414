/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "cache.h"

#include <stdlib.h>
#include <string.h>

#include "log.h"

/* When memory is short the row is not added, and the flag says so. */
#define HASH_NONFATAL_OOM 1
#define uthash_nonfatal_oom(element) (cache->no_memory = true)
#include <uthash.h>

struct cached_row {
  UT_hash_handle hh;
  const struct dcpipe_row *row; /* NULL: there is no such row */
  struct dcpipe_row *own;       /* the same if it is ours, NULL if it belongs to a parcel */
  bool dirty;
  bool in_sink_known, in_sink; /* is there such a row in the sink */
  bool replaced; /* deleted and added again, or a kept value was set: the sink deletes, then adds */
  bool recent;   /* used since the last trim looked at it */
  struct cached_row *next_dirty;
  size_t row_size; /* of `own` */
  size_t key_size;
  uint8_t key[]; /* table number, then dcpipe_row_key */
};

#define KEY_ON_STACK 768

/* The hash key of a row, in `buffer` or, if it is longer, in memory to be freed. */
struct row_key {
  uint8_t buffer[KEY_ON_STACK];
  uint8_t *data;
  size_t size;
};

static bool
make_key (struct row_key *key, const struct dcpipe_row *row)
{
  uint32_t table = (uint32_t) row->table->number;
  size_t size = dcpipe_row_key (row, key->buffer + sizeof table, KEY_ON_STACK - sizeof table);

  key->data = key->buffer;
  key->size = sizeof table + size;
  if (key->size > KEY_ON_STACK) {
    key->data = malloc (key->size);
    if (key->data == NULL) {
      fail ("no memory for a key of %zu bytes in table %s", size, row->table->name);
      return false;
    }
    dcpipe_row_key (row, key->data + sizeof table, size);
  }
  memcpy (key->data, &table, sizeof table);
  return true;
}

static void
free_key (struct row_key *key)
{
  if (key->data != key->buffer)
    free (key->data);
}

/* ---- rows held ---------------------------------------------------------------------------------- */

static size_t
cost (const struct cached_row *cached)
{
  return sizeof *cached + cached->key_size + cached->row_size;
}

/* Makes room for so many more rows to be buried, so that burying cannot fail. */
static bool
dig (struct row_cache *cache, size_t rows)
{
  if (rows > cache->grave_capacity - cache->grave_count) {
    size_t capacity = 2 * cache->grave_capacity + (rows > 64 ? rows : 64);
    struct dcpipe_row **grave = realloc (cache->grave, capacity * sizeof *grave);

    if (grave == NULL) {
      fail ("no memory for the row cache");
      return false;
    }
    cache->grave = grave;
    cache->grave_capacity = capacity;
  }
  return true;
}

/* Replaces what is held, which is buried (or freed if no grave was dug). */
static void
hold_row (struct row_cache *cache, struct cached_row *cached, const struct dcpipe_row *row,
          struct dcpipe_row *own)
{
  cache->size -= cost (cached);
  if (cached->own != NULL && cache->grave_count < cache->grave_capacity)
    cache->grave[cache->grave_count++] = cached->own;
  else
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
bury (struct row_cache *cache)
{
  while (cache->grave_count > 0)
    free (cache->grave[--cache->grave_count]);
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
  HASH_DEL (cache->rows, cached);
  drop_row (cache, cached);
  cache->size -= cost (cached);
  free (cached);
}

/* The place of that key, made if need be; NULL after fail. */
static struct cached_row *
place (struct row_cache *cache, const struct row_key *key)
{
  struct cached_row *cached;

  HASH_FIND (hh, cache->rows, key->data, key->size, cached);
  if (cached != NULL) {
    cached->recent = true;
    return cached;
  }
  cached = calloc (1, sizeof *cached + key->size);
  if (cached != NULL) {
    memcpy (cached->key, key->data, key->size);
    cached->key_size = key->size;
    HASH_ADD_KEYPTR (hh, cache->rows, cached->key, cached->key_size, cached);
  }
  if (cached == NULL || cache->no_memory) {
    free (cached);
    cache->no_memory = false;
    fail ("no memory for the row cache");
    return NULL;
  }
  cache->size += cost (cached);
  return cached;
}

/* Does the cache hold all rows of a table? */
enum whole {
  WHOLE_UNKNOWN,  /* not (any more) */
  WHOLE,          /* yes: there are no others */
  WHOLE_TOO_LARGE /* no, and trying again is no use */
};

static uint32_t
table_of (const struct cached_row *cached)
{
  uint32_t table;

  memcpy (&table, cached->key, sizeof table);
  return table;
}

static bool
is_whole (const struct row_cache *cache, const struct dcpipe_table *table)
{
  return cache->wholes != NULL && cache->wholes[table->number] == WHOLE;
}

/* Makes known what the sink has under the key, if nothing was known. */
static int
fetch (struct row_cache *cache, struct cached_row *cached, const struct dcpipe_row *key)
{
  struct dcpipe_row *row;
  int result;

  if (cached->dirty || cached->in_sink_known)
    return DCPIPE_OK;
  if (is_whole (cache, key->table)) {
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

static int
put (struct row_cache *cache, struct cached_row *cached, const struct dcpipe_row *row)
{
  struct dcpipe_row *copy = row_merge (cached->row, row);

  if (copy == NULL) {
    fail ("no memory for the row cache");
    return DCPIPE_FAIL;
  }
  hold_row (cache, cached, copy, copy);
  mark_dirty (cache, cached);
  return DCPIPE_OK;
}

/* A log's row is new by its nature, and stays where it is. */
static int
fold_log (struct row_cache *cache, struct cached_row *cached, const struct dcpipe_row *row)
{
  if (cached->row != NULL)
    return DCPIPE_OK;
  cached->in_sink_known = true;
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

/* Removes many rows: through the sink, which alone knows all of them. */
static int
fold_delete_prefix (struct row_cache *cache, const struct row_key *prefix, const struct dcpipe_row *row)
{
  const struct dcpipe_row *rows[1] = { row };
  struct cached_row *cached, *next;
  int result = dig (cache, HASH_COUNT (cache->rows)) ? cache_flush (cache) : DCPIPE_FAIL;

  if (result == DCPIPE_OK)
    result = cache->apply (cache->context, rows, 1);
  HASH_ITER (hh, cache->rows, cached, next)
  if (cached->key_size >= prefix->size && memcmp (cached->key, prefix->data, prefix->size) == 0)
    forget (cache, cached);
  return result;
}

static int
fold (struct row_cache *cache, const struct row_key *key, const struct dcpipe_row *row)
{
  struct cached_row *cached = place (cache, key);
  bool absent;
  int result = DCPIPE_OK;

  if (cached == NULL)
    return DCPIPE_FAIL;
  if (row->operation == DCPIPE_DELETE)
    return fold_delete (cache, cached);
  if (row->operation == DCPIPE_INSERT && (row->table->flags & DCPIPE_TABLE_LOG))
    return fold_log (cache, cached, row);
  if (row->operation != DCPIPE_UPSERT || has_keep_first (row->table))
    result = fetch (cache, cached, row);
  if (result != DCPIPE_OK)
    return result;
  absent = cached->row == NULL;
  if (row->operation == DCPIPE_INSERT ? !absent : row->operation == DCPIPE_UPDATE && absent)
    return DCPIPE_OK;
  if ((absent && cached->dirty) || (row->operation == DCPIPE_UPDATE && sets_kept (row)))
    cached->replaced = true;
  return put (cache, cached, row);
}

int
cache_fold (struct row_cache *cache, const struct dcpipe_row *row)
{
  size_t last = row->table->keys[row->table->keys_count - 1];
  struct row_key key;
  int result;

  if (!dig (cache, 1) || !make_key (&key, row))
    return DCPIPE_FAIL;
  if (row->operation == DCPIPE_DELETE && !dcpipe_is_set (row, last))
    result = fold_delete_prefix (cache, &key, row);
  else
    result = fold (cache, &key, row);
  free_key (&key);
  return result;
}

int
cache_get (struct row_cache *cache, const struct dcpipe_row *key_row, const struct dcpipe_row **row)
{
  struct row_key key;
  struct cached_row *cached;
  int result;

  *row = NULL;
  if (!make_key (&key, key_row))
    return DCPIPE_FAIL;
  cached = place (cache, &key);
  free_key (&key);
  if (cached == NULL)
    return DCPIPE_FAIL;
  result = fetch (cache, cached, key_row);
  if (result != DCPIPE_OK)
    return result;
  *row = cached->row;
  return cached->row != NULL ? DCPIPE_OK : DCPIPE_NONE;
}

/* ---- scanning ----------------------------------------------------------------------------------- */

struct load {
  struct row_cache *cache;
  size_t limit; /* of the cache's size */
  int result;
};

/* Takes a row of the sink into the cache, where it is not known better. */
static bool
load_row (void *context, const struct dcpipe_row *row)
{
  struct load *load = context;
  struct cached_row *cached = NULL;
  struct dcpipe_row *copy;
  struct row_key key;

  load->result = DCPIPE_FAIL;
  if (make_key (&key, row)) {
    cached = place (load->cache, &key);
    free_key (&key);
  }
  if (cached == NULL)
    return false;
  load->result = DCPIPE_OK;
  if (!cached->dirty && !cached->in_sink_known) {
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

/* Reads a whole table into the cache, if it is of a size for that. */
static int
load_table (struct row_cache *cache, const struct dcpipe_table *table)
{
  struct load load = { .cache = cache, .limit = cache->size + cache->limit };
  struct row_scratch scratch = { 0 };
  int result;

  if (cache->wholes == NULL)
    cache->wholes = calloc (cache->tables->count, sizeof *cache->wholes);
  if (cache->wholes == NULL) {
    fail ("no memory for the row cache");
    return DCPIPE_FAIL;
  }
  if (cache->wholes[table->number] != WHOLE_UNKNOWN)
    return DCPIPE_OK;
  result = sink_scan (cache->sink, row_scratch_key (&scratch, table), load_row, &load);
  row_scratch_free (&scratch);
  if (result == DCPIPE_OK)
    result = load.result;
  cache->wholes[table->number] = cache->size <= load.limit ? WHOLE : WHOLE_TOO_LARGE;
  return result;
}

static int
compare_keys (const void *left, const void *right)
{
  const struct cached_row *a = *(const struct cached_row *const *) left;
  const struct cached_row *b = *(const struct cached_row *const *) right;
  size_t common = a->key_size < b->key_size ? a->key_size : b->key_size;
  int order = memcmp (a->key, b->key, common);

  return order != 0 ? order : (a->key_size > b->key_size) - (a->key_size < b->key_size);
}

/* Scans a table that the cache holds all rows of. */
static int
scan_held (struct row_cache *cache, const struct row_key *prefix,
           bool (*each) (void *context, const struct dcpipe_row *row), void *context)
{
  const struct cached_row **found = calloc (HASH_COUNT (cache->rows) + 1, sizeof *found);
  size_t count = 0;

  if (found == NULL) {
    fail ("no memory for the row cache");
    return DCPIPE_FAIL;
  }
  for (struct cached_row *cached = cache->rows; cached != NULL; cached = cached->hh.next)
    if (cached->row != NULL && cached->key_size >= prefix->size
        && memcmp (cached->key, prefix->data, prefix->size) == 0) {
      cached->recent = true;
      found[count++] = cached;
    }
  qsort (found, count, sizeof *found, compare_keys);
  for (size_t i = 0; i < count; i++)
    if (!each (context, found[i]->row))
      break;
  free (found);
  return DCPIPE_OK;
}

int
cache_scan (struct row_cache *cache, const struct dcpipe_row *prefix,
            bool (*each) (void *context, const struct dcpipe_row *row), void *context)
{
  bool is_log = (prefix->table->flags & DCPIPE_TABLE_LOG) != 0;
  int result = is_log ? DCPIPE_OK : load_table (cache, prefix->table);
  struct row_key key;

  if (result != DCPIPE_OK)
    return result;
  if (!is_whole (cache, prefix->table)) {
    result = cache_flush (cache);
    return result == DCPIPE_OK ? sink_scan (cache->sink, prefix, each, context) : result;
  }
  if (!make_key (&key, prefix))
    return DCPIPE_FAIL;
  result = scan_held (cache, &key, each, context);
  free_key (&key);
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
  struct dcpipe_row *row = row_scratch_key (&flush->scratch, &flush->cache->tables->items[table_of (cached)]);

  row->operation = DCPIPE_DELETE;
  row_key_parse (row, cached->key + sizeof (uint32_t), cached->key_size - sizeof (uint32_t));
  return flush->scratch.maker.no_memory ? NULL : row;
}

static int
flush_row (struct flush *flush, struct cached_row *cached)
{
  bool sure_absent = cached->in_sink_known && !cached->in_sink;

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

    if (cached->row != NULL && cached->own == NULL)
      forget (cache, cached);
    cached = next;
  }
  cache->dirty = cache->dirty_last = NULL;
  return result;
}

/* Lets go of rows beyond the limit; all are flushed. */
static void
trim (struct row_cache *cache)
{
  size_t looked = 0, count = HASH_COUNT (cache->rows);

  for (struct cached_row *cached = cache->rows;
       cached != NULL && cache->size > cache->limit && looked < 2 * count; looked++) {
    struct cached_row *next = cached->hh.next;

    if (cached->recent)
      cached->recent = false;
    else {
      if (cache->wholes != NULL && cache->wholes[table_of (cached)] == WHOLE)
        cache->wholes[table_of (cached)] = WHOLE_UNKNOWN;
      forget (cache, cached);
    }
    cached = next != NULL ? next : cache->rows;
  }
}

int
cache_settle (struct row_cache *cache)
{
  int result;

  bury (cache);
  if (cache->size <= 2 * cache->limit)
    return DCPIPE_OK;
  result = cache_flush (cache);
  if (result == DCPIPE_OK)
    trim (cache);
  bury (cache);
  return result;
}

void
cache_clear (struct row_cache *cache)
{
  struct cached_row *cached, *next;

  HASH_ITER (hh, cache->rows, cached, next)
  forget (cache, cached);
  bury (cache);
  free (cache->wholes);
  cache->wholes = NULL;
  free (cache->grave);
  cache->grave = NULL;
  cache->grave_capacity = 0;
  cache->dirty = cache->dirty_last = NULL;
  cache->size = 0;
}
