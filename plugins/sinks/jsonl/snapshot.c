/* SPDX-License-Identifier: Apache-2.0 */
/* Readers take no lock, and need none: files only grow, a removal changes the generation, and the
 * checkpoint is read whole. So a reader looks again until two looks agree. */
#include "config.h"

#include "snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "checkpoint.h"

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
      files_close_table (table);
      index_free (table->index);
      table->index = NULL;
      table->indexed = 0;
    }
    table->lost = false;
    if (!table->stored || table->fd >= 0)
      continue;
    result = files_open_table (files, table, O_RDONLY);
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

/* Read twice, since nothing locks a reader out: if the generation is the same before and after opening, the
 * files are those of that checkpoint. They may have grown, but only by what lies beyond the committed
 * length. */
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
