/* SPDX-License-Identifier: Apache-2.0 */
/* A sink: a text file of changes. Bytes that are no printable ASCII, blanks and '%' are written as %XX.
 *
 *    table NAME COLUMN:TYPE...      a table, before its first row
 *    insert NAME VALUE...           a row: also upsert, update (a column left alone is '='), delete;
 *                                   null is '-'
 *    reset NAME                     the table and its rows are gone
 *    commit CHECKPOINT              all above is stored: what comes behind the last of these is not */
#define _GNU_SOURCE /* asprintf */
#include <dcpipe-plugin.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct journal {
  const char *path;
  char *file; /* `path`, or a file in the scratch directory */
  FILE *stream;
  int lock;
  long committed;              /* bytes up to the end of the last commit */
  char *checkpoint;            /* as it is written in the file, or NULL */
  char *tables;                /* all lines of tables and resets so far */
  const dcpipe_tables *wanted; /* the tables of the run */
  char *changes;               /* lines since the last commit */
  size_t changes_size;
  FILE *buffer; /* that writes them */
};

static const struct dcpipe_option options[] = {
  { .key = "path",
    .type = DCPIPE_OPTION_PATH,
    .flags = DCPIPE_OPTION_REQUIRED,
    .help = "the file",
    .offset = offsetof (struct journal, path) },
};

static int
failed (const struct journal *journal, const char *what)
{
  dcpipe_error ("%s: %s: %s", journal->file, what, strerror (errno));
  return DCPIPE_FAIL;
}

/* ---- lines --------------------------------------------------------------------------------------- */

static void
write_bytes (FILE *to, struct dcpipe_bytes bytes)
{
  for (size_t i = 0; i < bytes.size; i++)
    if (bytes.data[i] > ' ' && bytes.data[i] < 0x7f && bytes.data[i] != '%')
      fputc (bytes.data[i], to);
    else
      fprintf (to, "%%%02X", bytes.data[i]);
}

static void
write_value (FILE *to, const dcpipe_row *row, size_t column)
{
  fputc (' ', to);
  if (!dcpipe_is_set (row, column) || dcpipe_is_null (row, column)) {
    fputc (dcpipe_is_set (row, column) ? '-' : '=', to);
    return;
  }
  switch (dcpipe_column_type (dcpipe_row_table (row), column)) {
  case DCPIPE_BOOL:
    fputs (dcpipe_get_bool (row, column) ? "true" : "false", to);
    break;
  case DCPIPE_I64:
    fprintf (to, "%" PRId64, dcpipe_get_i64 (row, column));
    break;
  case DCPIPE_U64:
  case DCPIPE_TIME:
    fprintf (to, "%" PRIu64, dcpipe_get_u64 (row, column));
    break;
  default:
    fputc ('\'', to);
    write_bytes (to, dcpipe_get_bytes (row, column));
  }
}

/* The line of a table, to be freed; NULL when memory is short. */
static char *
table_line (const dcpipe_table *table)
{
  char *line = NULL;
  size_t size;
  FILE *to = open_memstream (&line, &size);

  if (to == NULL)
    return NULL;
  fprintf (to, "table %s", dcpipe_table_name (table));
  for (size_t i = 0; i < dcpipe_table_columns (table); i++)
    fprintf (to, " %s:%d", dcpipe_column_name (table, i), dcpipe_column_type (table, i));
  fputc ('\n', to);
  return fclose (to) == 0 ? line : NULL;
}

/* The line of the table called `name` that counts, among lines of tables and resets; NULL if there is none.
 */
static const char *
find_table (const char *lines, const char *name)
{
  const char *found = NULL;
  size_t size = strlen (name);

  for (; lines != NULL && *lines != '\0'; lines = strchr (lines, '\n') + 1)
    if (strncmp (lines + 6, name, size) == 0 && strchr (" \n", lines[6 + size]) != NULL)
      found = lines[0] == 't' ? lines : NULL;
  return found;
}

/* ---- open ---------------------------------------------------------------------------------------- */

/* Adds a committed line of a table or a reset to those known. */
static bool
remember (struct journal *journal, const char *lines)
{
  char *more;

  if (asprintf (&more, "%s%s", journal->tables ? journal->tables : "", lines) < 0)
    return false;
  free (journal->tables);
  journal->tables = more;
  return true;
}

/* Reads from the last commit that was seen up to the last one there is. */
static int
read_file (struct journal *journal)
{
  char *line = NULL, *seen = NULL;
  size_t room = 0, size = 0;
  FILE *tables = open_memstream (&seen, &size);
  bool good = tables != NULL && fseek (journal->stream, journal->committed, SEEK_SET) == 0;
  ssize_t got;

  while (good && (got = getline (&line, &room, journal->stream)) > 0 && line[got - 1] == '\n') {
    if (strncmp (line, "table ", 6) == 0 || strncmp (line, "reset ", 6) == 0)
      fputs (line, tables);
    if (strncmp (line, "commit ", 7) != 0)
      continue;
    free (journal->checkpoint);
    journal->checkpoint = strndup (line + 7, (size_t) got - 8);
    journal->committed = ftell (journal->stream);
    fflush (tables);
    good = journal->checkpoint != NULL && remember (journal, seen);
    rewind (tables);
    memset (seen, 0, size);
  }
  good = good && !ferror (journal->stream);
  free (line);
  if (tables != NULL)
    fclose (tables);
  free (seen);
  return good ? DCPIPE_OK : failed (journal, "it cannot be read");
}

static int
journal_open (void *handle, int mode, const char *scratch)
{
  struct journal *journal = handle;
  int result;

  journal->lock = -1;
  if (asprintf (&journal->file, "%s%s", scratch ? scratch : journal->path, scratch ? "/journal" : "") < 0)
    return DCPIPE_FAIL;
  if (mode != DCPIPE_READ && (journal->lock = dcpipe_lock (journal->file)) < 0)
    return DCPIPE_FAIL;
  journal->stream = fopen (journal->file, mode == DCPIPE_READ ? "r" : "a+");
  if (journal->stream == NULL)
    return mode == DCPIPE_READ && errno == ENOENT ? DCPIPE_NONE : failed (journal, "it cannot be opened");
  result = read_file (journal);
  if (result == DCPIPE_OK && mode != DCPIPE_READ
      && ftruncate (fileno (journal->stream), journal->committed) != 0)
    result = failed (journal, "what was not committed cannot be cut off");
  return result;
}

static int
journal_prepare (void *handle, const dcpipe_tables *tables)
{
  struct journal *journal = handle;

  journal->wanted = tables;
  for (size_t i = 0; i < dcpipe_tables_count (tables); i++) {
    const char *stored = find_table (journal->tables, dcpipe_table_name (dcpipe_tables_at (tables, i)));
    char *line = table_line (dcpipe_tables_at (tables, i));
    bool same = stored == NULL || (line != NULL && strncmp (stored, line, strlen (line)) == 0);

    if (!same)
      dcpipe_error ("%s has the %.*s, expected the %.*s", journal->file, (int) strcspn (stored, "\n"), stored,
                    line != NULL ? (int) strcspn (line, "\n") : 0, line);
    free (line);
    if (!same)
      return DCPIPE_FAIL;
  }
  return DCPIPE_OK;
}

static int
journal_load (void *handle, dcpipe_checkpoint *checkpoint)
{
  struct journal *journal = handle;
  char *text;
  size_t size = 0;
  unsigned byte;

  if (journal->stream != NULL && read_file (journal) != DCPIPE_OK) /* a reader sees what was written since */
    return DCPIPE_FAIL;
  text = journal->checkpoint != NULL ? strdup (journal->checkpoint) : NULL;
  for (const char *p = text; p != NULL && *p != '\0'; p++, size++)
    if (*p == '%' && sscanf (p + 1, "%2x", &byte) == 1) {
      text[size] = (char) byte;
      p += 2;
    } else
      text[size] = *p;
  if (text != NULL)
    dcpipe_checkpoint_set (checkpoint, text, size);
  free (text);
  return DCPIPE_OK;
}

/* ---- changes ------------------------------------------------------------------------------------- */

/* Where changes are written until their commit; NULL after dcpipe_error. */
static FILE *
changes (struct journal *journal)
{
  if (journal->buffer == NULL)
    journal->buffer = open_memstream (&journal->changes, &journal->changes_size);
  if (journal->buffer == NULL)
    failed (journal, "changes cannot be kept");
  return journal->buffer;
}

static int
journal_apply (void *handle, dcpipe_rows *rows)
{
  static const char *const operations[] = { "insert", "upsert", "update", "delete" };
  FILE *to = changes (handle);

  for (size_t i = 0; to != NULL && i < dcpipe_rows_count (rows); i++) {
    const dcpipe_row *row = dcpipe_rows_at (rows, i);

    fprintf (to, "%s %s", operations[dcpipe_row_operation (row)], dcpipe_table_name (dcpipe_row_table (row)));
    for (size_t column = 0; column < dcpipe_table_columns (dcpipe_row_table (row)); column++)
      write_value (to, row, column);
    fputc ('\n', to);
    dcpipe_row_applied (rows, i, 1, 0, 0);
  }
  return to != NULL ? DCPIPE_OK : DCPIPE_FAIL;
}

static int
journal_reset (void *handle, const char *table)
{
  FILE *to = changes (handle);

  return to != NULL && fprintf (to, "reset %s\n", table) > 0 ? DCPIPE_OK : DCPIPE_FAIL;
}

static int
journal_rollback (void *handle)
{
  struct journal *journal = handle;

  if (journal->buffer != NULL)
    fclose (journal->buffer);
  free (journal->changes);
  journal->buffer = NULL;
  journal->changes = NULL;
  return DCPIPE_OK;
}

/* The line of each table of the run that the file does not have yet. */
static void
write_tables (struct journal *journal)
{
  for (size_t i = 0; journal->wanted != NULL && i < dcpipe_tables_count (journal->wanted); i++) {
    const dcpipe_table *table = dcpipe_tables_at (journal->wanted, i);
    char *line = table_line (table);

    if (line != NULL && find_table (journal->tables, dcpipe_table_name (table)) == NULL)
      fputs (line, journal->stream);
    free (line);
  }
}

static int
journal_commit (void *handle, const dcpipe_checkpoint *checkpoint)
{
  struct journal *journal = handle;

  write_tables (journal);
  if (journal->buffer != NULL && fflush (journal->buffer) == 0)
    fwrite (journal->changes, 1, journal->changes_size, journal->stream);
  fputs ("commit ", journal->stream);
  write_bytes (journal->stream, dcpipe_checkpoint_text (checkpoint));
  fputc ('\n', journal->stream);
  if (fflush (journal->stream) != 0 || fsync (fileno (journal->stream)) != 0)
    return failed (journal, "it cannot be written");
  journal_rollback (journal);
  return read_file (journal); /* from where the last commit ended */
}

static void
journal_close (void *handle)
{
  struct journal *journal = handle;

  journal_rollback (journal);
  if (journal->stream != NULL)
    fclose (journal->stream);
  if (journal->lock >= 0)
    close (journal->lock);
  free (journal->file);
  free (journal->checkpoint);
  free (journal->tables);
}

static const struct dcpipe_sink journal_sink = {
  .name = "journal",
  .version = "0.1",
  .description = "keeps a text file of all changes",
  .license = "Apache-2.0",
  .options = DCPIPE_ARRAY (options),
  .handle_size = sizeof (struct journal),
  .open = journal_open,
  .prepare = journal_prepare,
  .checkpoint_load = journal_load,
  .apply = journal_apply,
  .commit = journal_commit,
  .rollback = journal_rollback,
  .reset = journal_reset,
  .close = journal_close,
};
DCPIPE_REGISTER_SINK (journal_sink)
