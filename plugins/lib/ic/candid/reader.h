/* SPDX-License-Identifier: Apache-2.0 */
/* Internal to the Candid modules: bytes taken one after another, and what went wrong with them.
 *
 * Nothing is formatted until a fault is final, since the decoder recovers from many. */
#ifndef IC_CANDID_READER_H
#define IC_CANDID_READER_H

#include <stdbool.h>

#include "bytes/bytes.h"

struct ic_candid_reader {
  struct bytes message; /* from its beginning */
  size_t at;            /* how much of it was read */
  const char *fault;    /* what is wrong, or NULL */
  size_t fault_at;
};

/* Notes what is wrong at the current position, unless something was before. Returns false. */
bool ic_candid_fail (struct ic_candid_reader *reader, const char *fault);

/* Each takes one thing, or fails. Numbers that do not fit are refused, lengths also if the message ends
 * before. */
bool ic_candid_read_byte (struct ic_candid_reader *reader, uint8_t *byte);
bool ic_candid_read_uleb (struct ic_candid_reader *reader, uint64_t *value);
bool ic_candid_read_sleb (struct ic_candid_reader *reader, int64_t *value);
bool ic_candid_read_bytes (struct ic_candid_reader *reader, uint64_t size, struct bytes *bytes);
bool ic_candid_read_blob (struct ic_candid_reader *reader, struct bytes *bytes); /* a length, and as many */
bool ic_candid_read_text (struct ic_candid_reader *reader, struct bytes *text);  /* the same, in UTF-8 */

static inline size_t
ic_candid_left (const struct ic_candid_reader *reader)
{
  return reader->message.size - reader->at;
}

#endif
