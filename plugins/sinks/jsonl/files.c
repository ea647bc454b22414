/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bytes/cleanup.h"
#include "checkpoint.h"

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

static void
remove_table (struct files *files, struct table *table)
{
  size_t i = 0;

  while (files->tables[i] != table)
    i++;
  files->tables[i] = files->tables[--files->tables_count];
  for (i = 0; files->by_number != NULL && i < dcpipe_tables_count (files->declared); i++)
    if (files->by_number[i] == table)
      files->by_number[i] = NULL;
  table_free (table);
}

/* ---- opening ------------------------------------------------------------------------------------ */

/* NAME.jsonl, with a table's name. */
static bool
is_table_file (const char *file)
{
  size_t name = strspn (file, "abcdefghijklmnopqrstuvwxyz0123456789_");

  return name > 0 && file[0] >= 'a' && file[0] <= 'z' && strcmp (file + name, ".jsonl") == 0;
}

static bool
is_known (const struct files *files, const char *file)
{
  for (size_t i = 0; i < files->tables_count; i++)
    if (strcmp (files->tables[i]->file, file) == 0)
      return true;
  return false;
}

/* Removes what a killed process left: files that no commit knows. A directory with such files and without a
 * checkpoint was never ours, and nothing is removed. */
static int
sweep (struct files *files, bool ours)
{
  int fd = dup (files->fd);
  DIR *directory = fd >= 0 ? fdopendir (fd) : NULL;
  const struct dirent *entry;
  int result = DCPIPE_OK;

  if (directory == NULL) {
    result = files_failed (files, NULL, "list");
    if (fd >= 0)
      close (fd);
    return result;
  }
  rewinddir (directory);
  while (result == DCPIPE_OK && (entry = readdir (directory)) != NULL) {
    bool unknown = is_table_file (entry->d_name) && !is_known (files, entry->d_name);

    if (unknown && !ours) {
      dcpipe_error ("%s holds %s but no " CHECKPOINT_FILE ": not a store of dcpipe's; name another directory",
                    files->path, entry->d_name);
      result = DCPIPE_FAIL;
    } else if ((unknown || strcmp (entry->d_name, CHECKPOINT_NEW) == 0)
               && unlinkat (files->fd, entry->d_name, 0) < 0)
      result = files_failed (files, entry->d_name, "remove");
  }
  closedir (directory);
  return result;
}

/* Opens the table's file and checks that all that is committed is there. With `flags` for writing, cuts off
 * the rest. */
static int
open_table (struct files *files, struct table *table, int flags)
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

static void
close_table (struct table *table)
{
  if (table->fd >= 0)
    close (table->fd);
  table->fd = -1;
}

/* Goes back to the last commit on disk. */
static int
recover (struct files *files)
{
  struct dcpipe_bytes none = { NULL, 0 };
  bool replaced;
  int result = checkpoint_read (files);
  bool ours = result == DCPIPE_OK;

  if (result != DCPIPE_OK && result != DCPIPE_NONE)
    return result;
  result = sweep (files, ours);
  if (result != DCPIPE_OK)
    return result;
  /* From here on the directory is ours, and what lies in it may be removed. */
  if (!ours)
    return checkpoint_write (files, none, 1, &replaced);
  for (size_t i = 0; i < files->tables_count && result == DCPIPE_OK; i++) {
    files->tables[i]->lost = faccessat (files->fd, files->tables[i]->file, F_OK, 0) < 0 && errno == ENOENT;
    if (!files->tables[i]->lost)
      result = open_table (files, files->tables[i], O_RDWR);
    close_table (files->tables[i]);
  }
  return result;
}

static int
open_directory (struct files *files)
{
  if (files->mode != DCPIPE_READ && mkdir (files->path, 0777) < 0 && errno != EEXIST)
    return files_failed (files, NULL, "create the directory");
  files->fd = open (files->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return files->fd < 0 ? files_failed (files, NULL, "open the directory") : DCPIPE_OK;
}

int
files_open (struct files *files)
{
  int result;

  files->fd = files->reader.fd = -1;
  files->opened = true;
  result = open_directory (files);
  if (result != DCPIPE_OK)
    return result;
  if (files->mode != DCPIPE_READ)
    return recover (files);
  if (faccessat (files->fd, CHECKPOINT_FILE, F_OK, 0) == 0)
    return DCPIPE_OK;
  return errno == ENOENT ? DCPIPE_NONE : files_failed (files, CHECKPOINT_FILE, "open");
}

/* Makes a stored or new table ready for the run. */
static int
prepare_table (struct files *files, const dcpipe_table *declared, size_t number)
{
  const char *name = dcpipe_table_name (declared);
  struct table *table = files_find (files, name);
  int result = DCPIPE_OK;

  if (table == NULL)
    table = files_add (files, name, schema_describe (declared));
  else if (table->stored && files->mode != DCPIPE_READ)
    result = schema_compare (declared, table->columns);
  if (table == NULL || result != DCPIPE_OK)
    return DCPIPE_FAIL;
  schema_make (&table->schema, declared);
  files->by_number[number] = table;
  if (files->mode == DCPIPE_READ || table->fd >= 0)
    return DCPIPE_OK;
  if ((table->lost || !table->stored) && dcpipe_table_missing (declared) != DCPIPE_OK)
    return DCPIPE_FAIL;
  files->created = files->created || !table->stored;
  return open_table (files, table, O_RDWR | O_CREAT);
}

int
files_prepare (struct files *files)
{
  size_t count = dcpipe_tables_count (files->declared);
  int result = DCPIPE_OK;

  files->by_number = calloc (count ? count : 1, sizeof *files->by_number);
  if (files->by_number == NULL)
    return files_no_memory (files);
  for (size_t i = 0; i < count && result == DCPIPE_OK; i++)
    result = prepare_table (files, dcpipe_tables_at (files->declared, i), i);
  return result;
}

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

/* ---- transactions ------------------------------------------------------------------------------- */

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
      remove_table (files, table);
  }
  return DCPIPE_OK;
}

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

int
files_reset (struct files *files, const char *name)
{
  struct table *table = files_find (files, name);

  if (table != NULL)
    table->removed = true;
  return DCPIPE_OK;
}

/* ---- snapshots ---------------------------------------------------------------------------------- */

/* Opens the files of the checkpoint just read. A file that is still the one that was open has only grown,
 * and its index with it. One that is gone is marked as lost. */
static int
open_files (struct files *files)
{
  for (size_t i = 0; i < files->tables_count; i++) {
    struct table *table = files->tables[i];
    struct stat named, opened;
    int result;

    if (table->fd >= 0
        && (!table->stored || fstatat (files->fd, table->file, &named, 0) < 0
            || fstat (table->fd, &opened) < 0 || named.st_ino != opened.st_ino
            || named.st_dev != opened.st_dev)) {
      close_table (table);
      index_free (table->index);
      table->index = NULL;
      table->indexed = 0;
    }
    table->lost = false;
    if (!table->stored || table->fd >= 0)
      continue;
    result = open_table (files, table, O_RDONLY);
    table->lost = table->fd < 0 && errno == ENOENT;
    if (result != DCPIPE_OK && !table->lost)
      return result;
  }
  return DCPIPE_OK;
}

/* True if every file that the checkpoint has is open. Those that somebody removed behind the writer's back
 * are taken as empty. */
static bool
all_open (const struct files *files)
{
  for (size_t i = 0; i < files->tables_count; i++) {
    struct table *table = files->tables[i];

    if (table->lost)
      table->now = table->committed = (struct extent){ .ascending = true };
    else if (table->stored && table->fd < 0)
      return false;
  }
  return true;
}

int
files_snapshot (struct files *files)
{
  if (files->mode != DCPIPE_READ || files->snapshot)
    return DCPIPE_OK;
  /* A reset may remove files between reading the checkpoint and opening them; then there is a later
   * checkpoint. */
  for (int attempt = 0; attempt < 10; attempt++) {
    int result = checkpoint_read (files);
    uint64_t generation = files->generation;

    if (result == DCPIPE_NONE)
      return files_failed (files, CHECKPOINT_FILE, "read");
    if (result == DCPIPE_OK)
      result = open_files (files);
    if (result != DCPIPE_OK)
      return result;
    result = checkpoint_read (files);
    if (result == DCPIPE_OK && files->generation == generation && all_open (files)) {
      files->snapshot = true;
      return DCPIPE_OK;
    }
  }
  dcpipe_error ("%s: its files change while they are being read", files->path);
  return DCPIPE_RETRY;
}
