/* SPDX-License-Identifier: Apache-2.0 */
/* Rows are gathered in a buffer and written in large pieces. How long the file is, is kept here and not
 * asked of the system: what a failed write left behind the end does not count. */
#include "config.h"

#include "table.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BUFFER_SIZE ((size_t) 64 * 1024)

/* An empty table is ascending: its first row decides nothing yet. */
struct table *
table_make (const char *name, json_t *columns)
{
  struct table *table = calloc (1, sizeof *table);
  size_t size = strlen (name) + sizeof ".jsonl";

  if (table == NULL) {
    json_decref (columns);
    return NULL;
  }
  table->columns = columns;
  table->fd = -1;
  table->now.ascending = table->committed.ascending = true;
  table->name = strdup (name);
  table->file = malloc (size);
  if (table->name == NULL || table->file == NULL) {
    table_free (table);
    return NULL;
  }
  snprintf (table->file, size, "%s.jsonl", name);
  return table;
}

void
table_free (struct table *table)
{
  if (table == NULL)
    return;
  if (table->fd >= 0)
    close (table->fd);
  json_decref (table->columns);
  index_free (table->index);
  free (table->buffer);
  free (table->file);
  free (table->name);
  free (table);
}

static bool
write_at (int fd, const uint8_t *data, size_t size, uint64_t offset)
{
  while (size > 0) {
    ssize_t wrote = pwrite (fd, data, size, (off_t) offset);

    if (wrote < 0 && errno == EINTR)
      continue;
    if (wrote <= 0)
      return false;
    data += wrote;
    size -= (size_t) wrote;
    offset += (uint64_t) wrote;
  }
  return true;
}

/* An error stays until the rollback: after a failed write nobody knows what is in the file behind it, so
 * nothing more is written there. */
bool
table_flush (struct table *table)
{
  if (table->error == 0 && table->used > 0) {
    assert (table->used <= table->now.length);
    if (!write_at (table->fd, table->buffer, table->used, table->now.length - table->used))
      table->error = errno ? errno : EIO;
    table->used = 0;
  }
  errno = table->error;
  return table->error == 0;
}

/* Makes room in the buffer, for one byte at the least. False if the table has an error. */
static bool
make_room (struct table *table)
{
  if (table->buffer == NULL) {
    table->buffer = malloc (BUFFER_SIZE);
    if (table->buffer == NULL)
      table->error = ENOMEM;
  }
  if (table->used == BUFFER_SIZE)
    table_flush (table);
  return table->error == 0;
}

/* Errors come out when the buffer is flushed, which is before anything is committed. */
void
table_put (struct table *table, const void *data, size_t size)
{
  const uint8_t *p = data;

  while (size > 0 && make_room (table)) {
    size_t part = BUFFER_SIZE - table->used < size ? BUFFER_SIZE - table->used : size;

    assert (part > 0);
    memcpy (table->buffer + table->used, p, part);
    table->used += part;
    table->now.length += part;
    table->touched = true;
    p += part;
    size -= part;
  }
}

/* An index that knows lines beyond the commit cannot forget them, and is made anew when it is needed. */
bool
table_rollback (struct table *table)
{
  bool changed = table->now.length != table->committed.length;

  if (table->indexed > table->committed.length) {
    index_free (table->index);
    table->index = NULL;
    table->indexed = 0;
  }
  table->used = 0;
  table->error = 0;
  table->removed = false;
  table->touched = false;
  table->now = table->committed;
  return !changed || ftruncate (table->fd, (off_t) table->committed.length) == 0;
}

void
table_committed (struct table *table)
{
  table->committed = table->now;
  table->stored = true;
  table->touched = false;
}
