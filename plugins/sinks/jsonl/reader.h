/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of a file, from an offset up to another. */
#ifndef JSONL_READER_H
#define JSONL_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reader {
  int fd;
  uint64_t at, end; /* the next byte to be read, and the first that is not there for us */
  size_t chunk;     /* bytes a read */
  char *buffer;     /* as long as the longest line, or two chunks */
  size_t start, used, capacity;
};

/* Begins anew; the buffer is kept. */
void reader_begin (struct reader *reader, int fd, uint64_t from, uint64_t end, size_t chunk);
void reader_free (struct reader *reader);

/* What reader_next found. READER_FAILED: errno; EILSEQ is a line without an end, or a short file. */
enum reader_result { READER_LINE, READER_END, READER_FAILED };

/* The next line, without its newline, valid and writable until the next call. `offset` is where it begins. */
enum reader_result reader_next (struct reader *reader, char **line, size_t *size, uint64_t *offset);

#endif
