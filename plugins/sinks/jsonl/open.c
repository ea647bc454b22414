/* SPDX-License-Identifier: Apache-2.0 */
/* Opening is where a killed writer's traces are removed. A directory is ours only if its checkpoint says
 * so: until that is known, nothing in it is touched. */
#include "config.h"

#include "open.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "checkpoint.h"

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
      dcpipe_error ("%s holds %s but no " CHECKPOINT_FILE
                    ": if it is a store that lost this file, restore the "
                    "directory, or remove it to import anew; otherwise name another directory",
                    files->path, entry->d_name);
      result = DCPIPE_FAIL;
    } else if ((unknown || strcmp (entry->d_name, CHECKPOINT_NEW) == 0)
               && unlinkat (files->fd, entry->d_name, 0) < 0)
      result = files_failed (files, entry->d_name, "remove");
  }
  closedir (directory);
  return result;
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
      result = files_open_table (files, files->tables[i], O_RDWR);
    files_close_table (files->tables[i]);
  }
  return result;
}

static int
open_directory (struct files *files)
{
  if (files->mode != DCPIPE_READ && mkdir (files->path, 0777) < 0 && errno != EEXIST)
    return files_failed (files, NULL, "create the directory");
  files->fd = open (files->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (files->fd < 0)
    return files_failed (files, NULL, "open the directory");
  /* Found out now, and not when the first commit makes a file. */
  if (files->mode != DCPIPE_READ && faccessat (files->fd, ".", W_OK | X_OK, AT_EACCESS) < 0)
    return files_failed (files, NULL, "write to the directory");
  return DCPIPE_OK;
}

/* A writer recovers at once; a reader waits for its first snapshot, since until then the writer goes on. */
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
  return files_open_table (files, table, O_RDWR | O_CREAT);
}

/* By the engine's numbers, so that no row costs a search by name. */
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
