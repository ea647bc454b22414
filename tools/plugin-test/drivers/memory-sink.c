/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "drivers/memory-sink.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "bytes/cleanup.h"
#include "harness/verdict.h"

/* The id is the table's name, a 0, and the key: so the texts of a table lie together. */
struct kept_text {
  size_t id_size, text_size;
  uint8_t bytes[]; /* the id, and the text behind it */
};

/* What brings a commit back. */
struct change {
  struct change *next;
  struct kept_text *old, *new; /* NULL: there was, or is, none */
};

static struct kept_text *
make_text (const char *table, struct dcpipe_bytes key, struct dcpipe_bytes text)
{
  size_t name_size = strlen (table) + 1;
  struct kept_text *kept = malloc (sizeof *kept + name_size + key.size + text.size);

  EXPECT_MEMORY (kept);
  *kept = (struct kept_text){ .id_size = name_size + key.size, .text_size = text.size };
  memcpy (kept->bytes, table, name_size);
  if (key.size > 0)
    memcpy (kept->bytes + name_size, key.data, key.size);
  if (text.size > 0)
    memcpy (kept->bytes + kept->id_size, text.data, text.size);
  return kept;
}

static int
compare (const struct kept_text *a, const struct kept_text *b)
{
  int order = memcmp (a->bytes, b->bytes, a->id_size < b->id_size ? a->id_size : b->id_size);

  return order != 0 ? order : (a->id_size > b->id_size) - (a->id_size < b->id_size);
}

/* Where the first text is whose id is that one or comes after it. */
static size_t
place_of (const struct memory_store *store, const struct kept_text *id)
{
  size_t from = 0, to = store->count;

  while (from < to) {
    size_t middle = from + (to - from) / 2;

    if (compare (store->texts[middle], id) < 0)
      from = middle + 1;
    else
      to = middle;
  }
  return from;
}

static bool
begins_with (const struct memory_store *store, size_t i, const struct kept_text *prefix)
{
  return i < store->count && store->texts[i]->id_size >= prefix->id_size
         && memcmp (store->texts[i]->bytes, prefix->bytes, prefix->id_size) == 0;
}

static void
move_tail (struct memory_store *store, size_t from, size_t to)
{
  memmove (store->texts + to, store->texts + from, (store->count - from) * sizeof *store->texts);
}

/* Puts `new` in the place of `old`; either may be NULL. */
static void
exchange (struct memory_store *store, const struct kept_text *old, struct kept_text *new)
{
  size_t i = place_of (store, old != NULL ? old : new);

  assert (old == NULL || (i < store->count && store->texts[i] == old));

  if (old == NULL) {
    EXPECT_MEMORY (array_room (&store->texts, store->count, sizeof *store->texts));
    move_tail (store, i, i + 1);
    store->count++;
  }
  if (new != NULL)
    store->texts[i] = new;
  else {
    move_tail (store, i + 1, i);
    store->count--;
  }
}

static void
change (struct memory_store *store, struct kept_text *old, struct kept_text *new)
{
  struct change *change = malloc (sizeof *change);

  EXPECT_MEMORY (change);
  *change = (struct change){ store->changes, old, new };
  store->changes = change;
  exchange (store, old, new);
}

/* Forgets the changes, each with the text of it that is not kept. */
static void
end_transaction (struct memory_store *store, bool commit)
{
  while (store->changes != NULL) {
    struct change *last = store->changes;

    if (!commit)
      exchange (store, last->new, last->old);
    free (commit ? last->old : last->new);
    store->changes = last->next;
    free (last);
  }
}

/* ---- the sink ------------------------------------------------------------------------------------ */

/* True if this call is to lose the transaction: after so many calls, and twice as many each time, so that
 * every transaction comes to its end. */
static bool
loses (struct memory_store *store)
{
  if (store->lose_after == 0 || ++store->calls < store->lose_after << store->lost)
    return false;
  store->lost++;
  store->calls = 0;
  return true;
}

static int
memory_open (void *handle, int mode, const char *scratch)
{
  (void) handle, (void) mode, (void) scratch;
  return DCPIPE_OK;
}

static int
memory_put (void *handle, const char *table, struct dcpipe_bytes key, struct dcpipe_bytes text)
{
  struct memory_store *store = handle;
  struct kept_text *kept = make_text (table, key, text);
  size_t i = place_of (store, kept);

  if (text.data != NULL)
    change (store, begins_with (store, i, kept) ? store->texts[i] : NULL, kept);
  else {
    while (begins_with (store, i, kept))
      change (store, store->texts[i], NULL);
    free (kept);
  }
  return loses (store) ? DCPIPE_AGAIN : DCPIPE_OK;
}

static int
memory_walk (void *handle, const char *table, struct dcpipe_bytes prefix, dcpipe_walk *walk)
{
  const struct memory_store *store = handle;
  CLEANUP_FREE struct kept_text *id = make_text (table, prefix, (struct dcpipe_bytes){ NULL, 0 });

  for (size_t i = place_of (store, id); begins_with (store, i, id); i++)
    if (!dcpipe_walk_text (walk, store->texts[i]->bytes + store->texts[i]->id_size,
                           store->texts[i]->text_size))
      break;
  return DCPIPE_OK;
}

static int
memory_commit (void *handle, const dcpipe_checkpoint *checkpoint)
{
  struct memory_store *store = handle;

  (void) checkpoint; /* it was put, as rows are */
  if (loses (store))
    return DCPIPE_AGAIN;
  store->lost = 0;
  end_transaction (store, true);
  return DCPIPE_OK;
}

static int
memory_rollback (void *handle)
{
  end_transaction (handle, false);
  return DCPIPE_OK;
}

static void
memory_close (void *handle)
{
  end_transaction (handle, false);
}

const struct dcpipe_sink memory_sink = {
  .name = "memory",
  .handle_size = sizeof (struct memory_store),
  .open = memory_open,
  .put = memory_put,
  .walk = memory_walk,
  .commit = memory_commit,
  .rollback = memory_rollback,
  .close = memory_close,
};

void
memory_store_free (struct memory_store *store)
{
  for (size_t i = 0; i < store->count; i++)
    free (store->texts[i]);
  free (store->texts);
  *store = (struct memory_store){ .lose_after = store->lose_after };
}
