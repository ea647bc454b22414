/* SPDX-License-Identifier: Apache-2.0 */
/* A commit is: the tables' bytes, then the checkpoint that counts them. Files of removed tables go last,
 * when no checkpoint names them any more. */
#include "config.h"

#include "transaction.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "checkpoint.h"

/* What is written to a directory or file without its name is lost when that is closed. */
static int
check_directory (const struct files *files)
{
  struct stat named, opened;

  if (files->mode != DCPIPE_WRITE
      || (fstat (files->fd, &opened) == 0 && stat (files->path, &named) == 0 && named.st_ino == opened.st_ino
          && named.st_dev == opened.st_dev))
    return DCPIPE_OK;
  dcpipe_error ("%s was removed or replaced while it was being written", files->path);
  return DCPIPE_FAIL;
}

static int
check_place (const struct files *files, const struct table *table)
{
  struct stat named, opened;

  if (fstat (table->fd, &opened) == 0 && fstatat (files->fd, table->file, &named, 0) == 0
      && named.st_ino == opened.st_ino && named.st_dev == opened.st_dev)
    return DCPIPE_OK;
  dcpipe_error ("%s/%s was removed or replaced while it was being written", files->path, table->file);
  return DCPIPE_FAIL;
}

/* Untouched tables are neither synced nor looked at: most commits change few of them. */
static int
sync_tables (struct files *files)
{
  if (check_directory (files) != DCPIPE_OK)
    return DCPIPE_FAIL;
  for (size_t i = 0; i < files->tables_count; i++) {
    struct table *table = files->tables[i];

    if (!table->touched || table->removed)
      continue;
    if (check_place (files, table) != DCPIPE_OK)
      return DCPIPE_FAIL;
    if (!table_flush (table))
      return files_failed (files, table->file, "write");
    if (files->durable && fsync (table->fd) < 0)
      return files_failed (files, table->file, "sync");
  }
  return DCPIPE_OK;
}

static bool
any_removed (const struct files *files)
{
  for (size_t i = 0; i < files->tables_count; i++)
    if (files->tables[i]->removed)
      return true;
  return false;
}

/* After the commit: the files of removed tables. What a kill leaves is swept at the next start. */
static int
remove_files (struct files *files)
{
  for (size_t i = 0; i < files->tables_count;) {
    struct table *table = files->tables[i];

    if (!table->removed)
      i++;
    else if (unlinkat (files->fd, table->file, 0) < 0 && errno != ENOENT)
      return files_failed (files, table->file, "remove");
    else
      files_remove (files, table);
  }
  return DCPIPE_OK;
}

/* The copy of the text is made before anything is written, so that what fails afterwards is the disk alone.
 * If the rename happened, the commit did, even if the sync of the directory failed: then the tables are
 * taken as committed, and the failure is reported all the same. */
int
files_commit (struct files *files, struct dcpipe_bytes text)
{
  bool removed = any_removed (files), replaced = false;
  char *copy = malloc (text.size + 1);
  int result = copy ? sync_tables (files) : files_no_memory (files);

  if (result == DCPIPE_OK) {
    if (text.size > 0)
      memcpy (copy, text.data, text.size);
    copy[text.size] = '\0';
    text.data = (const uint8_t *) copy;
    result = checkpoint_write (files, text, files->generation + removed, &replaced);
  }
  if (!replaced) {
    free (copy);
    return result;
  }
  free (files->text);
  files->text = copy;
  files->text_size = text.size;
  files->generation += removed;
  for (size_t i = 0; i < files->tables_count; i++)
    if (!files->tables[i]->removed && (files->tables[i]->stored || files->tables[i]->fd >= 0))
      table_committed (files->tables[i]);
  return result == DCPIPE_OK ? remove_files (files) : result;
}

/* What was written beyond the last commit is cut off at once: it would otherwise stand before the next
 * rows. */
int
files_rollback (struct files *files)
{
  files->snapshot = false;
  if (files->mode == DCPIPE_READ)
    return DCPIPE_OK;
  for (size_t i = 0; i < files->tables_count; i++)
    if (!table_rollback (files->tables[i]))
      return files_failed (files, files->tables[i]->file, "truncate");
  return DCPIPE_OK;
}

/* Only marked: a rollback must be able to bring it back. */
int
files_reset (struct files *files, const char *name)
{
  struct table *table = files_find (files, name);

  if (table != NULL)
    table->removed = true;
  return DCPIPE_OK;
}
