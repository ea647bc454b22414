/* SPDX-License-Identifier: Apache-2.0 */
/* One small file decides what of all others counts: it is replaced as a whole, so there is no moment at
 * which some tables are committed and others are not. */
#include "config.h"

#include "checkpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bytes/cleanup.h"
#include "bytes/hex.h"

#define FORMAT 1

/* ---- reading ------------------------------------------------------------------------------------ */

/* The file's bytes, or NULL with errno. The file is replaced by rename and never written to, so what fstat
 * says is all of it. */
static char *
read_file (int directory, size_t *size)
{
  CLEANUP_CLOSE int fd = openat (directory, CHECKPOINT_FILE, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat status;
  char *text;
  size_t used = 0;

  if (fd < 0 || fstat (fd, &status) < 0)
    return NULL;
  text = malloc ((size_t) status.st_size + 1);
  while (text != NULL && used < (size_t) status.st_size) {
    ssize_t got = read (fd, text + used, (size_t) status.st_size - used);

    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0) {
      free (text);
      return NULL;
    }
    used += (size_t) got;
  }
  *size = used;
  return text;
}

static bool
parse_last (struct extent *extent, const char *hex, size_t size)
{
  if (hex == NULL || size % 2 != 0 || size / 2 > LAST_KEY_MAX)
    return false;
  extent->last_size = size / 2;
  return hex_decode (extent->last, hex, extent->last_size);
}

/* `ascending` is believed only with the last key: without it the next run would not know what is higher. */
static bool
parse_table (struct table *table, const json_t *item)
{
  const json_t *length = json_object_get (item, "length");
  const json_t *last = json_object_get (item, "last");
  struct extent *extent = &table->committed;

  *extent = (struct extent){ .ascending = json_is_true (json_object_get (item, "ascending")) };
  if (!json_is_integer (length) || json_integer_value (length) < 0)
    return false;
  extent->length = (uint64_t) json_integer_value (length);
  if (extent->ascending && extent->length > 0
      && !parse_last (extent, json_string_value (last), json_string_length (last)))
    return false;
  table->now = *extent;
  table->stored = true;
  return json_is_array (table->columns);
}

/* Names become names of files, so nothing else is taken from a file that somebody may have edited. */
static bool
valid_name (const char *name)
{
  size_t size = strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789_");

  return size > 0 && size < 64 && name[size] == '\0';
}

/* Tables that are there already keep their index and their open file: readers come here for each snapshot. */
static int
parse_tables (struct files *files, json_t *items)
{
  const char *name;
  json_t *item;

  json_object_foreach (items, name, item) {
    struct table *table = files_find (files, name);
    json_t *columns = json_object_get (item, "columns");

    if (!valid_name (name))
      return DCPIPE_NONE;
    if (table == NULL)
      table = files_add (files, name, json_incref (columns));
    else {
      json_decref (table->columns);
      table->columns = json_incref (columns);
    }
    if (table == NULL)
      return DCPIPE_FAIL;
    if (!parse_table (table, item))
      return DCPIPE_NONE;
  }
  return DCPIPE_OK;
}

/* DCPIPE_NONE stands for a file that is not ours in some way, and the caller says so once for all of them;
 * a format of another number is told apart, for then the file is not damaged. */
static int
parse_root (struct files *files, json_t *root)
{
  const json_t *text = json_object_get (root, "checkpoint");
  const json_t *generation = json_object_get (root, "generation");

  if (json_integer_value (json_object_get (root, "dcpipe_jsonl")) != FORMAT) {
    dcpipe_error ("%s/" CHECKPOINT_FILE ": not a change log of dcpipe's of format %d", files->path, FORMAT);
    return DCPIPE_FAIL;
  }
  if (!json_is_integer (generation) || !json_is_object (json_object_get (root, "tables"))
      || !(json_is_null (text) || json_is_string (text)))
    return DCPIPE_NONE;
  files->generation = (uint64_t) json_integer_value (generation);
  free (files->text);
  files->text = NULL;
  files->text_size = json_string_length (text);
  if (json_is_string (text)) {
    files->text = malloc (files->text_size + 1);
    if (files->text == NULL)
      return files_no_memory (files);
    memcpy (files->text, json_string_value (text), files->text_size + 1);
  }
  return parse_tables (files, json_object_get (root, "tables"));
}

/* Tables are cleared only when a file was read: a reader that finds none goes on with what it has. */
int
checkpoint_read (struct files *files)
{
  size_t size = 0;
  CLEANUP_FREE char *text = read_file (files->fd, &size);
  json_error_t error;
  json_t *root;
  int result;

  if (text == NULL && errno == ENOENT)
    return DCPIPE_NONE;
  if (text == NULL)
    return files_failed (files, CHECKPOINT_FILE, "read");
  for (size_t i = 0; i < files->tables_count; i++) {
    struct table *table = files->tables[i];

    table->now = table->committed = (struct extent){ .ascending = true };
    table->stored = false;
  }
  root = json_loadb (text, size, JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, &error);
  if (root == NULL) {
    dcpipe_error ("%s/" CHECKPOINT_FILE ":%d: %s: " FILES_DAMAGED, files->path, error.line, error.text);
    return DCPIPE_FAIL;
  }
  result = parse_root (files, root);
  json_decref (root);
  if (result == DCPIPE_NONE) {
    dcpipe_error ("%s/" CHECKPOINT_FILE ": its members are not those that dcpipe writes: " FILES_DAMAGED,
                  files->path);
    return DCPIPE_FAIL;
  }
  return result;
}

/* ---- writing ------------------------------------------------------------------------------------ */

/* Lengths are what makes rows committed; the rest saves the next run from reading the file. */
static json_t *
describe_table (const struct table *table)
{
  char last[2 * LAST_KEY_MAX + 1] = "";

  if (table->now.ascending)
    hex_encode (last, table->now.last, table->now.last_size);
  return json_pack ("{s:O, s:I, s:b, s:s}", "columns", table->columns, "length",
                    (json_int_t) table->now.length, "ascending", table->now.ascending, "last", last);
}

/* The file's text, or NULL if there is no memory. Indented, since it is for people as well, and small
 * beside the tables. */
static char *
describe (const struct files *files, struct dcpipe_bytes text, uint64_t generation)
{
  json_t *tables = json_object ();
  json_t *checkpoint = text.data ? json_stringn ((const char *) text.data, text.size) : json_null ();
  json_t *root;
  char *described;
  bool good = tables != NULL;

  for (size_t i = 0; good && i < files->tables_count; i++)
    if (!files->tables[i]->removed && (files->tables[i]->stored || files->tables[i]->fd >= 0))
      good = json_object_set_new (tables, files->tables[i]->name, describe_table (files->tables[i])) == 0;
  root = json_pack ("{s:i, s:I, s:o, s:o}", "dcpipe_jsonl", FORMAT, "generation", (json_int_t) generation,
                    "checkpoint", checkpoint, "tables", tables);
  described = good && root != NULL ? json_dumps (root, JSON_INDENT (1)) : NULL;
  json_decref (root);
  return described;
}

/* The old file of that name, left by a killed process, is overwritten: nobody reads it. */
static bool
write_file (const struct files *files, const char *text)
{
  CLEANUP_CLOSE int fd = -1;
  size_t left = strlen (text);

  unlinkat (files->fd, CHECKPOINT_NEW, 0); /* left by a kill, or a link to another file */
  fd = openat (files->fd, CHECKPOINT_NEW, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (fd < 0)
    return false;
  while (left > 0) {
    ssize_t wrote = write (fd, text, left);

    if (wrote < 0 && errno == EINTR)
      continue;
    if (wrote <= 0)
      return false;
    text += wrote;
    left -= (size_t) wrote;
  }
  return !files->durable || fsync (fd) == 0;
}

/* The order makes the commit: tables are synced before (by the caller), the new file is synced, then
 * renamed over the old one, then the directory is synced. Whatever cuts this off leaves either file whole. */
int
checkpoint_write (struct files *files, struct dcpipe_bytes text, uint64_t generation, bool *replaced)
{
  CLEANUP_FREE char *described = describe (files, text, generation);

  *replaced = false;
  if (described == NULL)
    return files_no_memory (files);
  if (!write_file (files, described))
    return files_failed (files, CHECKPOINT_NEW, "write");
  /* A table's file has its name on disk before a checkpoint counts on it. */
  if (files->durable && files->created && fsync (files->fd) < 0)
    return files_failed (files, NULL, "sync");
  if (renameat (files->fd, CHECKPOINT_NEW, files->fd, CHECKPOINT_FILE) < 0)
    return files_failed (files, CHECKPOINT_NEW, "rename");
  *replaced = true;
  if (files->durable && fsync (files->fd) < 0)
    return files_failed (files, NULL, "sync");
  files->created = false;
  return DCPIPE_OK;
}
