/* SPDX-License-Identifier: Apache-2.0 */
/* By pread into one buffer, so that a line may be read anywhere, and no other reader of the file is
 * disturbed. */
#include "config.h"

#include "reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void
reader_begin (struct reader *reader, int fd, uint64_t from, uint64_t end, size_t chunk)
{
  reader->fd = fd;
  reader->at = from;
  reader->end = end;
  reader->chunk = chunk;
  reader->start = reader->used = 0;
}

void
reader_free (struct reader *reader)
{
  free (reader->buffer);
  *reader = (struct reader){ .fd = -1 };
}

/* Makes room for a chunk behind what is there. What is left of the last chunk is the beginning of a line:
 * it moves to the front. The buffer grows only for a line that is longer than all of it. */
static bool
make_room (struct reader *reader)
{
  size_t capacity;
  char *buffer;

  if (reader->start > 0) {
    memmove (reader->buffer, reader->buffer + reader->start, reader->used);
    reader->start = 0;
  }
  if (reader->capacity - reader->used >= reader->chunk)
    return true;
  if (reader->capacity > SIZE_MAX / 2 - reader->chunk) {
    errno = ENOMEM;
    return false;
  }
  capacity = 2 * reader->capacity + 2 * reader->chunk;
  buffer = realloc (reader->buffer, capacity);
  if (buffer == NULL)
    return false;
  reader->buffer = buffer;
  reader->capacity = capacity;
  return true;
}

/* Reads some more; false with errno. */
static bool
fill (struct reader *reader)
{
  size_t room;
  ssize_t got;

  if (reader->at >= reader->end) {
    errno = EILSEQ;
    return false;
  }
  if (!make_room (reader))
    return false;
  room = reader->capacity - reader->used;
  if (room > reader->end - reader->at)
    room = (size_t) (reader->end - reader->at);
  do
    got = pread (reader->fd, reader->buffer + reader->used, room, (off_t) reader->at);
  while (got < 0 && errno == EINTR);
  if (got == 0)
    errno = EILSEQ;
  if (got <= 0)
    return false;
  reader->used += (size_t) got;
  reader->at += (uint64_t) got;
  return true;
}

/* A file without a newline at its end was cut off within a line: what was committed always ends with one. */
enum reader_result
reader_next (struct reader *reader, char **line, size_t *size, uint64_t *offset)
{
  size_t searched = 0;

  *offset = reader->at - reader->used;
  if (reader->used == 0 && reader->at >= reader->end)
    return READER_END;
  for (;;) {
    char *start, *found;

    if (searched == reader->used && !fill (reader))
      return READER_FAILED;
    start = reader->buffer + reader->start;
    found = memchr (start + searched, '\n', reader->used - searched);

    if (found != NULL) {
      *line = start;
      *size = (size_t) (found - start);
      reader->start += *size + 1;
      reader->used -= *size + 1;
      return READER_LINE;
    }
    searched = reader->used;
  }
}
