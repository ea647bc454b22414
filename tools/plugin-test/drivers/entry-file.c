/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "drivers/entry-file.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "bytes/cleanup.h"
#include "bytes/hex.h"
#include "data/batch.h"
#include "data/checkpoint.h"
#include "harness/options-file.h"
#include "harness/verdict.h"
#include "pipeline/parcel.h"
#include "pipeline/source-thread.h"
#include "plugin/instance.h"
#include "plugin/plugin-load.h"
#include "plugin/plugin-path.h"
#include "plugin/source-calls.h"
#include "setup/setup.h"
#include "setup/tables.h"

/* How long one call of a source may take. */
#define NEXT_NS UINT64_C (5000000000)

/* The bytes that hexadecimal digits stand for. */
static bool
from_hex (const json_t *value, struct dcpipe_bytes *bytes)
{
  const char *text = json_string_value (value);
  size_t size = json_string_length (value) / 2;
  uint8_t *data;

  if (text == NULL || json_string_length (value) % 2 != 0)
    return false;
  data = malloc (size + 1);
  EXPECT_MEMORY (data);
  *bytes = (struct dcpipe_bytes){ data, size };
  return hex_decode (data, text, size);
}

static bool
add_line (struct entry_list *list, const char *line)
{
  json_t *object = json_loads (line, JSON_ALLOW_NUL, NULL);
  const json_t *label = json_object_get (object, "label");
  const char *operation = json_string_value (json_object_get (object, "operation"));
  struct dcpipe_bytes key = { NULL, 0 }, value = { NULL, 0 };
  bool good = json_is_string (label) && from_hex (json_object_get (object, "key"), &key)
              && from_hex (json_object_get (object, "value"), &value);

  if (good)
    entries_add (list,
                 (struct dcpipe_bytes){ (const uint8_t *) json_string_value (label),
                                        json_string_length (label) },
                 key, value, operation != NULL && strcmp (operation, "DELETE") == 0);
  free ((void *) (uintptr_t) key.data);
  free ((void *) (uintptr_t) value.data);
  json_decref (object);
  return good;
}

static bool
read_lines (struct entry_list *list, const char *path)
{
  CLEANUP_FCLOSE FILE *file = fopen (path, "r");
  CLEANUP_FREE char *line = NULL;
  size_t room = 0, number = 0;

  if (file == NULL) {
    fail ("%s: %s", path, strerror (errno));
    return false;
  }
  while (getline (&line, &room, file) > 0) {
    number++;
    if (!add_line (list, line)) {
      fail ("%s:%zu: expected a line of `dcpipe dump ledger_entries`: an object with label, and key and "
            "value in hexadecimal",
            path, number);
      return false;
    }
  }
  if (!ferror (file))
    return true;
  fail ("%s: %s", path, strerror (errno));
  return false;
}

/* ---- sources ------------------------------------------------------------------------------------- */

/* What a source gives, block by block, until it has no more. */
static int
add_block (struct entry_list *list, const struct instance *source, const struct dcpipe_batch *batch, size_t i)
{
  struct parcel *parcel = parcel_make (batch, i, 1);
  struct dcpipe_block *block;
  int result;

  EXPECT_MEMORY (parcel);
  block = &parcel->blocks[0];
  result = source_call_unpack (source, block);
  for (size_t j = 0; result == DCPIPE_OK && j < block->entries_count; j++)
    entries_add (list, block->entries[j].label, block->entries[j].key, block->entries[j].value,
                 block->entries[j].deleted);
  parcel_release (parcel);
  return result;
}

static int
add_blocks (struct entry_list *list, const struct instance *source, const struct dcpipe_tables *tables)
{
  const struct point first = { .known = false };
  const struct dcpipe_resume resume = { .point = &first };
  struct dcpipe_batch batch = { 0 };
  int result = source_call_open (source, &resume);

  while (result == DCPIPE_OK || result == DCPIPE_WAIT) {
    batch_begin (&batch, tables, source->plugin->u.source.tables.count);
    result = source_call_next (source, monotonic_ns () + NEXT_NS, &batch);
    for (size_t i = 0; result == DCPIPE_OK && i < batch.frames_count; i++)
      result = add_block (list, source, &batch, i);
  }
  batch_clear (&batch);
  source_call_close (source);
  return result;
}

/* The one option that is needed, if it is a path, or NULL. */
static const struct dcpipe_option *
path_needed (const struct plugin *plugin)
{
  const struct dcpipe_options *options = plugin_options (plugin);
  const struct dcpipe_option *needed = NULL;

  for (size_t i = 0; i < options->count; i++)
    if (options->items[i].flags & DCPIPE_OPTION_REQUIRED) {
      if (needed != NULL || options->items[i].type != DCPIPE_OPTION_PATH)
        return NULL;
      needed = &options->items[i];
    }
  return needed;
}

/* A file that is to be read by some source, and why those that were tried do not. */
struct wanted {
  struct entry_list *list;
  const char *path; /* absolute */
  FILE *reasons;
  bool read;
};

static bool
read_through (const struct wanted *wanted, struct plugin *plugin, const struct dcpipe_option *option)
{
  struct ini_file *file = options_file_make ("/");
  struct setup setup = { .sinks_count = 0 };
  struct dcpipe_tables *tables;
  int result = DCPIPE_FAIL;

  options_file_set (file, option->key, wanted->path);
  setup.source = options_file_instance (file, plugin);
  tables = setup.source != NULL ? tables_make (&setup) : NULL;
  if (tables != NULL)
    result = add_blocks (wanted->list, setup.source, tables);
  if (result != DCPIPE_TIP) {
    fprintf (wanted->reasons, "; %s: %s", plugin_name (plugin), options_file_reason (file));
    entries_free (wanted->list);
  }
  tables_free (tables);
  instance_free (setup.source);
  ini_free (file);
  return result == DCPIPE_TIP;
}

static void
try_source (void *context, const char *name, const char *path)
{
  struct wanted *wanted = context;
  struct plugin *plugin = wanted->read ? NULL : plugin_load (DCPIPE_KIND_SOURCE, path);
  const struct dcpipe_option *option = plugin != NULL ? path_needed (plugin) : NULL;

  (void) name;
  if (option != NULL)
    wanted->read = read_through (wanted, plugin, option);
}

/* The file's name is taken from the current directory, whatever options of the plugin under test are taken
 * from. */
static bool
read_ledger (struct entry_list *list, const char *path)
{
  CLEANUP_FREE char *absolute = realpath (path, NULL), *reasons = NULL;
  struct wanted wanted = { .list = list, .path = absolute };
  size_t size;

  EXPECT_MEMORY (absolute);
  wanted.reasons = open_memstream (&reasons, &size);
  EXPECT_MEMORY (wanted.reasons);
  plugins_list (DCPIPE_KIND_SOURCE, try_source, &wanted);
  fclose (wanted.reasons);
  if (!wanted.read)
    fail ("%s: expected lines of `dcpipe dump ledger_entries`, or what a source reads that needs no more "
          "than a "
          "path%s",
          path, reasons);
  return wanted.read;
}

/* ---- files --------------------------------------------------------------------------------------- */

/* What the file begins with, or EOF. False after fail. */
static bool
first_byte (const char *path, int *byte)
{
  CLEANUP_FCLOSE FILE *file = fopen (path, "r");

  *byte = file != NULL ? getc (file) : EOF;
  if (file != NULL && !ferror (file))
    return true;
  fail ("%s: %s", path, strerror (errno));
  return false;
}

bool
entry_file_read (struct entry_list *list, const char *path)
{
  int byte;

  if (!first_byte (path, &byte))
    return false;
  if (!(byte == '{' || byte == EOF ? read_lines (list, path) : read_ledger (list, path)))
    return false;
  if (list->count > 0)
    return true;
  fail ("%s: there are no entries in it", path);
  return false;
}
