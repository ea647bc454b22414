/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of a store and the files behind them, for whoever opens, commits or reads. */
#include "config.h"

#include "files.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- messages ----------------------------------------------------------------------------------- */

/* Faults that pass without anybody changing the configuration. */
static bool
may_pass (int error)
{
  return error == ENOSPC || error == EDQUOT || error == EINTR || error == EAGAIN || error == ESTALE
         || error == EMFILE || error == ENFILE;
}

int
files_failed (const struct files *files, const char *file, const char *what)
{
  int error = errno;

  dcpipe_error ("cannot %s %s%s%s: %s", what, files->path, file ? "/" : "", file ? file : "",
                strerror (error));
  return may_pass (error) ? DCPIPE_RETRY : DCPIPE_FAIL;
}

int
files_no_memory (const struct files *files)
{
  dcpipe_error ("%s: no memory", files->path);
  return DCPIPE_FAIL;
}

/* ---- tables ------------------------------------------------------------------------------------- */

/* Tables are few, and this is asked once for each. */
struct table *
files_find (const struct files *files, const char *name)
{
  for (size_t i = 0; i < files->tables_count; i++)
    if (strcmp (files->tables[i]->name, name) == 0)
      return files->tables[i];
  return NULL;
}

struct table *
files_add (struct files *files, const char *name, json_t *columns)
{
  struct table *table = columns ? table_make (name, columns) : NULL;
  size_t size = (files->tables_count + 1) * sizeof (struct table *);
  struct table **tables = table ? realloc (files->tables, size) : NULL;

  if (tables == NULL) {
    table_free (table);
    files_no_memory (files);
    return NULL;
  }
  files->tables = tables;
  tables[files->tables_count++] = table;
  return table;
}

/* Its place is taken by the last: the order of tables means nothing. */
void
files_remove (struct files *files, struct table *table)
{
  size_t i = 0;

  while (files->tables[i] != table)
    i++;
  assert (i < files->tables_count);
  files->tables[i] = files->tables[--files->tables_count];
  for (i = 0; files->by_number != NULL && i < dcpipe_tables_count (files->declared); i++)
    if (files->by_number[i] == table)
      files->by_number[i] = NULL;
  table_free (table);
}

/* ---- their files --------------------------------------------------------------------------------- */

/* A file that is shorter than what was committed cannot be mended here, and going on would lose rows
 * without a word. */
int
files_open_table (struct files *files, struct table *table, int flags)
{
  struct stat status;

  table->fd = openat (files->fd, table->file, flags | O_CLOEXEC, 0666);
  if (table->fd < 0)
    return files_failed (files, table->file, "open");
  if (fstat (table->fd, &status) < 0)
    return files_failed (files, table->file, "read");
  if ((uint64_t) status.st_size < table->committed.length) {
    dcpipe_error ("%s/%s has %lld bytes, but %llu were committed: it was cut short, so " FILES_DAMAGED,
                  files->path, table->file, (long long) status.st_size,
                  (unsigned long long) table->committed.length);
    return DCPIPE_FAIL;
  }
  if (flags != O_RDONLY && (uint64_t) status.st_size > table->committed.length
      && ftruncate (table->fd, (off_t) table->committed.length) < 0)
    return files_failed (files, table->file, "truncate");
  return DCPIPE_OK;
}

void
files_close_table (struct table *table)
{
  if (table->fd >= 0)
    close (table->fd);
  table->fd = -1;
}

/* What is not committed is cut off, so that the files alone are right, too, for those who read them without
 * the checkpoint. */
void
files_close (struct files *files)
{
  if (!files->opened)
    return;
  for (size_t i = 0; i < files->tables_count; i++) {
    struct table *table = files->tables[i];

    if (files->mode != DCPIPE_READ && table->fd >= 0)
      table_rollback (table);
    table_free (table);
  }
  free (files->tables);
  free (files->by_number);
  free (files->text);
  free (files->key.data);
  free (files->other.data);
  reader_free (&files->reader);
  if (files->fd >= 0)
    close (files->fd);
  files->opened = false;
}
