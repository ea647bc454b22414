/* SPDX-License-Identifier: Apache-2.0 */
/* A sink that is another one (the module that BROKEN_INNER names, with its options) but for the rule of the
 * contract that the environment variable BROKEN says it breaks. */
#include "dcpipe-plugin.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct dcpipe_sink inner, outer;
static size_t own_offset;
static void *volatile forgotten;

/* Behind the inner handle. */
struct own {
  int mode;
  unsigned calls;
};

static struct own *
own (void *handle)
{
  return (struct own *) (void *) ((char *) handle + own_offset);
}

static bool
breaks (const char *rule)
{
  const char *broken = getenv ("BROKEN");

  return broken != NULL && strcmp (broken, rule) == 0;
}

/* What a callback gives in the end. "says NAME": that one complains, and gives DCPIPE_OK; "silent NAME": it
 * fails without a word. */
static int
give (const char *callback, int result)
{
  const char *broken = getenv ("BROKEN");
  const char *name = broken != NULL ? strchr (broken, ' ') : NULL;

  if (name == NULL || strcmp (name + 1, callback) != 0)
    return result;
  if (strncmp (broken, "silent", 6) == 0)
    return DCPIPE_FAIL;
  dcpipe_error ("the moon is full");
  return DCPIPE_OK;
}

static int
broken_complete (void *handle)
{
  return give ("config_complete", inner.config_complete != NULL ? inner.config_complete (handle) : DCPIPE_OK);
}

static int
broken_load (void *handle, dcpipe_checkpoint *checkpoint)
{
  return give ("checkpoint_load", inner.checkpoint_load (handle, checkpoint));
}

static int
broken_open (void *handle, int mode, const char *scratch)
{
  own (handle)->mode = mode;
  if (breaks ("descriptor"))
    (void) !dup (2);
  return give ("open", inner.open (handle, mode, scratch));
}

/* The options, of which none says where the store is: so nobody locks it, looks whether it is there, or
 * leads it elsewhere for DCPIPE_SCRATCH. */
static void
hide_store (struct dcpipe_options *options)
{
  static struct dcpipe_option items[16];

  if (options->count > sizeof items / sizeof *items)
    abort ();
  memcpy (items, options->items, options->count * sizeof *items);
  for (size_t i = 0; i < options->count; i++)
    items[i].flags &= ~(unsigned) DCPIPE_OPTION_STORE;
  options->items = items;
}

static int
broken_prepare (void *handle, const dcpipe_tables *tables)
{
  int result = inner.prepare (handle, tables);

  if ((breaks ("columns") || breaks ("creates")) && result == DCPIPE_FAIL)
    return DCPIPE_OK;
  return give ("prepare", result);
}

/* Handles on several threads share what they must not. */
static void
count_calls (void)
{
  static unsigned calls;

  if (breaks ("static") && ++calls == 0)
    abort ();
}

static int
broken_apply (void *handle, dcpipe_rows *rows)
{
  int result;

  count_calls ();
  if (breaks ("leak"))
    forgotten = malloc (64);
  if (breaks ("crash"))
    abort ();
  if (breaks ("again"))
    return DCPIPE_AGAIN;
  if (breaks ("skips") && ++own (handle)->calls % 2 == 0)
    return DCPIPE_OK;
  result = inner.apply (handle, rows);
  for (size_t i = 0; i < dcpipe_rows_count (rows); i++)
    if (breaks ("effects"))
      dcpipe_row_applied (rows, i, 1, 0, 0);
    else if (breaks ("upserts") && dcpipe_row_operation (dcpipe_rows_at (rows, i)) == DCPIPE_UPSERT)
      dcpipe_row_applied (rows, i, 0, 1, 0);
  return give ("apply", result);
}

static int
broken_commit (void *handle, const dcpipe_checkpoint *checkpoint)
{
  if (breaks ("lazy") && ++own (handle)->calls % 2 == 0)
    return DCPIPE_OK;
  return give ("commit", inner.commit (handle, checkpoint));
}

static int
broken_rollback (void *handle)
{
  if (breaks ("rollback") && own (handle)->mode == DCPIPE_WRITE)
    return DCPIPE_OK;
  return give ("rollback", inner.rollback (handle));
}

/* A reader that looks at the newest commit each time. */
static void
refresh (void *handle)
{
  if (breaks ("snapshot") && own (handle)->mode == DCPIPE_READ)
    inner.rollback (handle);
}

/* Values that many databases cannot hold. */
static void
spoil (dcpipe_row *row)
{
  const dcpipe_table *table = dcpipe_row_table (row);

  for (size_t i = 0; i < dcpipe_table_columns (table); i++) {
    int type = dcpipe_column_type (table, i);

    if (dcpipe_is_null (row, i)) {
      if (breaks ("null") && type == DCPIPE_TEXT)
        dcpipe_set_string (row, i, "");
    } else if (breaks ("signed") && type == DCPIPE_U64)
      dcpipe_set_u64 (row, i, dcpipe_get_u64 (row, i) & INT64_MAX);
    else if (breaks ("large") && type == DCPIPE_BLOB && dcpipe_get_bytes (row, i).size > 1 << 20)
      dcpipe_set_blob (row, i, dcpipe_get_bytes (row, i).data, 1 << 20);
  }
}

static int
broken_get (void *handle, const dcpipe_row *key, dcpipe_row *row)
{
  int result;

  refresh (handle);
  if (breaks ("long") && dcpipe_row_key (key, NULL, 0) > DCPIPE_KEY_MAX)
    return DCPIPE_NONE;
  result = inner.get (handle, key, row);
  if (result == DCPIPE_OK)
    spoil (row);
  return give ("get", result);
}

static int
broken_scan (void *handle, const dcpipe_row *prefix, dcpipe_scan *scan)
{
  int result;

  count_calls ();
  refresh (handle);
  result = inner.scan (handle, prefix, scan);
  return give ("scan", breaks ("order") && result == DCPIPE_OK ? inner.scan (handle, prefix, scan) : result);
}

static int
broken_reset (void *handle, const char *table)
{
  return give ("reset", breaks ("reset") ? DCPIPE_OK : inner.reset (handle, table));
}

static int
broken_tip (void *handle)
{
  if (breaks ("nothing"))
    return DCPIPE_RETRY;
  if (breaks ("tip") && ++own (handle)->calls > 1) {
    dcpipe_error ("the tip was reached before");
    return DCPIPE_FAIL;
  }
  return give ("tip_reached", inner.tip_reached != NULL ? inner.tip_reached (handle) : DCPIPE_OK);
}

static int
broken_put (void *handle, const char *table, struct dcpipe_bytes key, struct dcpipe_bytes text)
{
  return give ("put", inner.put (handle, table, key, text));
}

static int
broken_walk (void *handle, const char *table, struct dcpipe_bytes prefix, dcpipe_walk *walk)
{
  return give ("walk", inner.walk (handle, table, prefix, walk));
}

/* What the inner one's form has. */
static void
break_form (void)
{
  if (inner.put != NULL) {
    outer.put = broken_put;
    outer.walk = broken_walk;
    return;
  }
  outer.prepare = broken_prepare;
  outer.checkpoint_load = broken_load;
  outer.apply = broken_apply;
  outer.get = broken_get;
  outer.scan = broken_scan;
  outer.reset = broken_reset;
}

const struct dcpipe_registration *
dcpipe_plugin (void)
{
  static struct dcpipe_registration registration = { DCPIPE_MAGIC,     DCPIPE_API_MAJOR, DCPIPE_API_MINOR,
                                                     DCPIPE_KIND_SINK, sizeof outer,     &outer };
  const char *path = getenv ("BROKEN_INNER");
  void *library = path != NULL ? dlopen (path, RTLD_NOW | RTLD_LOCAL) : NULL;
  const struct dcpipe_registration *(*get) (void) = NULL;

  if (library == NULL)
    return NULL;
  *(void **) &get = dlsym (library, "dcpipe_plugin");
  if (get == NULL || get ()->size != sizeof inner)
    return NULL;
  inner = outer = *(const struct dcpipe_sink *) get ()->plugin;
  own_offset = (inner.handle_size + 63) / 64 * 64;
  outer.name = "broken_sink";
  outer.handle_size = own_offset + sizeof (struct own);
  outer.config_complete = broken_complete;
  outer.open = broken_open;
  outer.commit = broken_commit;
  outer.rollback = broken_rollback;
  outer.tip_reached = broken_tip;
  break_form ();
  if (breaks ("missing") || breaks ("lock") || breaks ("scratch"))
    hide_store (&outer.options);
  return &registration;
}
