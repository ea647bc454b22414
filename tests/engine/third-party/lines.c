/* SPDX-License-Identifier: Apache-2.0 */
/* A sink as somebody else would write it: one text file that is written anew at every commit, the checkpoint
 * in its first line, a line for each row with its texts after that. It cannot look rows up. */
#include <dcpipe-plugin.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct lines {
  const char *path, *refuse;
  int lock;
  char *checkpoint;
  char *stored, *pending; /* lines */
  size_t stored_size, pending_size;
  FILE *stream; /* into `pending` */
};

static const struct dcpipe_option options[] = {
  { "path", DCPIPE_OPTION_PATH, NULL, NULL, 0, 0, DCPIPE_OPTION_REQUIRED, "the file",
    offsetof (struct lines, path) },
  { "refuse", DCPIPE_OPTION_TEXT, NULL, NULL, 0, 0, 0, "a text that no row may hold",
    offsetof (struct lines, refuse) },
};

static int
fail (const struct lines *lines, const char *what)
{
  dcpipe_error ("%s cannot be %s: %s", lines->path, what, strerror (errno));
  return DCPIPE_FAIL;
}

static int
read_all (struct lines *lines)
{
  FILE *file = fopen (lines->path, "r");
  size_t capacity = 0;

  if (file == NULL)
    return errno == ENOENT ? DCPIPE_NONE : fail (lines, "read");
  if (getline (&lines->checkpoint, &capacity, file) < 0
      || getdelim (&lines->stored, &capacity, 0, file) < -1) {
    fclose (file);
    return fail (lines, "read");
  }
  lines->checkpoint[strcspn (lines->checkpoint, "\n")] = '\0';
  lines->stored_size = lines->stored != NULL ? strlen (lines->stored) : 0;
  fclose (file);
  return DCPIPE_OK;
}

static int
lines_open (void *handle, int mode, const char *scratch)
{
  struct lines *lines = handle;
  int result;

  lines->lock = -1;
  if (scratch != NULL) {
    dcpipe_error ("it has no scratch mode");
    return DCPIPE_FAIL;
  }
  if (mode == DCPIPE_WRITE && (lines->lock = dcpipe_lock (lines->path)) < 0)
    return DCPIPE_FAIL;
  result = read_all (lines);
  return result == DCPIPE_NONE && mode == DCPIPE_WRITE ? DCPIPE_OK : result;
}

static int
lines_prepare (void *handle, const dcpipe_tables *tables)
{
  (void) handle;
  (void) tables;
  return DCPIPE_OK;
}

static int
lines_load (void *handle, dcpipe_checkpoint *checkpoint)
{
  const struct lines *lines = handle;

  if (lines->checkpoint != NULL)
    dcpipe_checkpoint_set (checkpoint, lines->checkpoint, strlen (lines->checkpoint));
  return DCPIPE_OK;
}

static bool
is_refused (const struct lines *lines, struct dcpipe_bytes text)
{
  return lines->refuse != NULL && strlen (lines->refuse) == text.size
         && memcmp (lines->refuse, text.data, text.size) == 0;
}

static void
add_line (struct lines *lines, dcpipe_rows *rows, size_t number)
{
  const dcpipe_row *row = dcpipe_rows_at (rows, number);
  const dcpipe_table *table = dcpipe_row_table (row);
  bool failed = strcmp (dcpipe_table_name (table), "failed_entries") == 0;

  for (size_t i = 0; i < dcpipe_table_columns (table); i++)
    if (dcpipe_column_type (table, i) == DCPIPE_TEXT && !dcpipe_is_null (row, i) && !failed
        && is_refused (lines, dcpipe_get_bytes (row, i))) {
      dcpipe_row_refused (rows, number, "nobody wants %s", lines->refuse);
      return;
    }
  fprintf (lines->stream, "%s", dcpipe_table_name (table));
  for (size_t i = 0; i < dcpipe_table_columns (table); i++)
    if (dcpipe_column_type (table, i) == DCPIPE_TEXT && !dcpipe_is_null (row, i))
      fprintf (lines->stream, " %.*s", (int) dcpipe_get_bytes (row, i).size,
               (const char *) dcpipe_get_bytes (row, i).data);
  fputc ('\n', lines->stream);
  dcpipe_row_applied (rows, number, 1, 0, 0);
}

static int
lines_apply (void *handle, dcpipe_rows *rows)
{
  struct lines *lines = handle;

  if (lines->stream == NULL)
    lines->stream = open_memstream (&lines->pending, &lines->pending_size);
  if (lines->stream == NULL)
    return fail (lines, "kept in memory");
  for (size_t i = 0; i < dcpipe_rows_count (rows); i++)
    if (strcmp (dcpipe_table_name (dcpipe_row_table (dcpipe_rows_at (rows, i))), "sync_status") != 0)
      add_line (lines, rows, i);
  return DCPIPE_OK;
}

static int
lines_rollback (void *handle)
{
  struct lines *lines = handle;

  if (lines->stream != NULL)
    fclose (lines->stream);
  free (lines->pending);
  lines->stream = NULL;
  lines->pending = NULL;
  lines->pending_size = 0;
  return DCPIPE_OK;
}

static int
write_all (const struct lines *lines, struct dcpipe_bytes checkpoint, const char *path)
{
  FILE *file = fopen (path, "w");
  bool good;

  if (file == NULL)
    return fail (lines, "written");
  fprintf (file, "%.*s\n", (int) checkpoint.size, (const char *) checkpoint.data);
  if (lines->stored_size > 0)
    fwrite (lines->stored, 1, lines->stored_size, file);
  good = fflush (file) == 0 && fsync (fileno (file)) == 0;
  if (fclose (file) != 0 || !good || rename (path, lines->path) != 0)
    return fail (lines, "written");
  return DCPIPE_OK;
}

static int
lines_commit (void *handle, const dcpipe_checkpoint *checkpoint)
{
  struct lines *lines = handle;
  struct dcpipe_bytes text = dcpipe_checkpoint_text (checkpoint);
  char path[4096];

  if (lines->stream != NULL)
    fflush (lines->stream);
  lines->stored = realloc (lines->stored, lines->stored_size + lines->pending_size + 1);
  if (lines->stored == NULL)
    return fail (lines, "kept in memory");
  if (lines->pending_size > 0)
    memcpy (lines->stored + lines->stored_size, lines->pending, lines->pending_size);
  lines->stored_size += lines->pending_size;
  lines_rollback (lines);
  free (lines->checkpoint);
  lines->checkpoint = strndup ((const char *) text.data, text.size);
  snprintf (path, sizeof path, "%s.new", lines->path);
  return write_all (lines, text, path);
}

static int
lines_reset (void *handle, const char *table)
{
  (void) handle;
  dcpipe_error ("the table %s cannot be emptied: remove the file", table);
  return DCPIPE_FAIL;
}

static void
lines_close (void *handle)
{
  struct lines *lines = handle;

  lines_rollback (lines);
  free (lines->stored);
  free (lines->checkpoint);
  lines->stored = lines->checkpoint = NULL;
  lines->stored_size = 0;
  if (lines->lock >= 0)
    close (lines->lock);
  lines->lock = -1;
}

static const struct dcpipe_sink lines_sink = {
  .name = "lines",
  .version = "0.1",
  .description = "rows as lines of text",
  .license = "MIT",
  .options = DCPIPE_ARRAY (options),
  .handle_size = sizeof (struct lines),
  .open = lines_open,
  .prepare = lines_prepare,
  .checkpoint_load = lines_load,
  .apply = lines_apply,
  .commit = lines_commit,
  .rollback = lines_rollback,
  .reset = lines_reset,
  .close = lines_close,
};
DCPIPE_REGISTER_SINK (lines_sink)
