/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

/* When memory is short the row is not added; see `add`. */
#define uthash_nonfatal_oom(element) (added = false)
#include "sink/row-index.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

/* So many rows may share a bucket before there are more buckets. uthash's own ten are too many here: to look
 * at each of them costs a miss of the processor's cache. */
#undef HASH_BKT_CAPACITY_THRESH
#define HASH_BKT_CAPACITY_THRESH 5U

/* ---- keys ---------------------------------------------------------------------------------------- */

bool
row_key_make (struct row_key *key, const struct dcpipe_row *row)
{
  key->size = dcpipe_row_key (row, key->buffer, KEY_ON_STACK);
  key->data = key->buffer;
  if (key->size > KEY_ON_STACK) {
    key->data = malloc (key->size);
    if (key->data == NULL) {
      fail ("no memory for a key of %zu bytes in table %s", key->size, row->table->name);
      return false;
    }
    dcpipe_row_key (row, key->data, key->size);
  }
  return true;
}

void
row_key_free (struct row_key *key)
{
  if (key->data != key->buffer)
    free (key->data);
}

/* Keys are long, so they are taken eight bytes at a time, which uthash's own functions do not do. */
static unsigned
hash_key (const uint8_t *key, size_t size)
{
  uint64_t hash = size, word;

  for (; size > 0; size -= size < sizeof word ? size : sizeof word, key += sizeof word) {
    word = 0;
    memcpy (&word, key, size < sizeof word ? size : sizeof word);
    hash = (hash ^ word) * UINT64_C (0x9e3779b97f4a7c15);
    hash ^= hash >> 32;
  }
  return (unsigned) hash;
}

/* ---- places -------------------------------------------------------------------------------------- */

/* The order is in use while it holds all rows; another one is gathered when it is needed. */
static bool
order_is_whole (const struct row_index *index)
{
  return index->order_count == HASH_COUNT (index->rows);
}

static void
drop_order (struct row_index *index)
{
  free (index->order);
  index->order = NULL;
  index->order_count = index->order_capacity = index->sorted = 0;
}

/* Makes room for so many rows. */
static bool
reserve_order (struct row_index *index, size_t count)
{
  size_t capacity = count < 64 ? 64 : 2 * count;
  struct cached_row **order;

  if (count <= index->order_capacity)
    return true;
  order = realloc (index->order, capacity * sizeof (struct cached_row *));
  if (order == NULL)
    return false;
  index->order = order;
  index->order_capacity = capacity;
  return true;
}

/* The order is kept up only for a table that is scanned here, and without memory for it just dropped: it is
 * gathered again when it is needed. */
static bool
add (struct row_index *index, struct cached_row *cached, unsigned hash)
{
  bool ordered = index->whole == WHOLE && order_is_whole (index);
  bool added = true;

  HASH_ADD_KEYPTR_BYHASHVALUE (hh, index->rows, cached->key, cached->key_size, hash, cached);
  if (!added || !ordered)
    return added;
  if (reserve_order (index, index->order_count + 1))
    index->order[index->order_count++] = cached;
  else
    drop_order (index);
  return true;
}

static struct cached_row *
make (struct row_index *index, const struct dcpipe_table *table, const struct row_key *key, unsigned hash)
{
  struct cached_row *cached = calloc (1, sizeof *cached + key->size);

  if (cached != NULL) {
    cached->table = table;
    cached->key_size = key->size;
    memcpy (cached->key, key->data, key->size);
    if (add (index, cached, hash))
      return cached;
    free (cached);
  }
  fail ("no memory for the row cache");
  return NULL;
}

struct cached_row *
row_index_place (struct row_index *index, const struct dcpipe_table *table, const struct row_key *key,
                 bool *made)
{
  unsigned hash = hash_key (key->data, key->size);
  struct cached_row *cached;

  HASH_FIND_BYHASHVALUE (hh, index->rows, key->data, key->size, hash, cached);
  *made = cached == NULL;
  return *made ? make (index, table, key, hash) : cached;
}

void
row_index_remove (struct row_index *index, struct cached_row *cached)
{
  HASH_DEL (index->rows, cached);
  drop_order (index);
}

void
row_index_free (struct row_index *index)
{
  assert (HASH_COUNT (index->rows) == 0);
  drop_order (index);
  *index = (struct row_index){ 0 };
}

/* ---- order --------------------------------------------------------------------------------------- */

static int
compare_key (const uint8_t *key, size_t size, const struct cached_row *cached)
{
  int order = memcmp (key, cached->key, size < cached->key_size ? size : cached->key_size);

  return order != 0 ? order : (size > cached->key_size) - (size < cached->key_size);
}

static int
compare (const void *left, const void *right)
{
  const struct cached_row *a = *(const struct cached_row *const *) left;

  return compare_key (a->key, a->key_size, *(const struct cached_row *const *) right);
}

/* The number of the first of the sorted rows whose key is not below that one. */
static size_t
seek (const struct row_index *index, const uint8_t *key, size_t size)
{
  size_t first = 0, last = index->sorted;

  while (first < last) {
    size_t middle = first + (last - first) / 2;

    if (compare_key (key, size, index->order[middle]) > 0)
      first = middle + 1;
    else
      last = middle;
  }
  return first;
}

size_t
row_index_seek (const struct row_index *index, const struct row_key *key)
{
  assert (order_is_whole (index) && index->sorted == index->order_count);
  return seek (index, key->data, key->size);
}

static bool
gather_order (struct row_index *index)
{
  if (!reserve_order (index, HASH_COUNT (index->rows))) {
    fail ("no memory for the row cache");
    return false;
  }
  index->order_count = index->sorted = 0;
  for (struct cached_row *cached = index->rows; cached != NULL; cached = cached->hh.next)
    index->order[index->order_count++] = cached;
  return true;
}

/* So many rows that came since the last time are put in their places one by one. */
#define FEW 32

/* Resolvers scan after every few rows, so the few that came since are put into a sorted order instead of
 * sorting it anew. */
bool
row_index_sort (struct row_index *index)
{
  if (!order_is_whole (index) && !gather_order (index))
    return false;
  if (index->order_count - index->sorted > FEW) {
    qsort (index->order, index->order_count, sizeof *index->order, compare);
    index->sorted = index->order_count;
  }
  for (; index->sorted < index->order_count; index->sorted++) {
    struct cached_row *cached = index->order[index->sorted];
    size_t place = seek (index, cached->key, cached->key_size);

    memmove (index->order + place + 1, index->order + place, (index->sorted - place) * sizeof *index->order);
    index->order[place] = cached;
  }
  return true;
}
