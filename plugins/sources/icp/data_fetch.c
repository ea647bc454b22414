/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "data_fetch.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bytes/cleanup.h"

/* Of what the canister says in place of bytes, as much goes into an error text. */
#define MAX_WORDS 300

bool
data_fetch_types (struct data_fetch_types *types, struct ic_error *error)
{
  return ic_candid_types_parse (&types->arguments, "(opt text, opt blob)", &types->arena, error)
         && ic_candid_types_parse (&types->reply, "(variant { Ok : record { text; blob }; Err : text })",
                                   &types->arena, error);
}

bool
data_fetch_put (struct ic_candid_buffer *buffer, const struct data_fetch_types *types,
                const uint64_t *position, struct bytes before, struct ic_error *error)
{
  struct ic_candid_value text, blob = ic_candid_blob (before.data, before.size);
  struct ic_candid_value arguments[] = { ic_candid_none (), ic_candid_none () };
  char cursor[64];

  if (position != NULL) {
    int size = snprintf (cursor, sizeof cursor, "position=%" PRIu64, *position);

    text = ic_candid_text (cursor, (size_t) size);
    arguments[0] = ic_candid_some (&text);
  }
  if (before.size > 0)
    arguments[1] = ic_candid_some (&blob);
  return ic_candid_encode (buffer, &types->arguments, arguments, error);
}

/* ---- the cursor of a reply ------------------------------------------------------------------------ */

struct cursor {
  bool has_position, has_size, has_more;
  uint64_t position, size;
  bool more;
};

static bool
read_number (struct bytes text, uint64_t *number)
{
  size_t i = 0;

  if (text.size > 0 && text.data[0] == '+')
    i++;
  if (i == text.size)
    return false;
  for (*number = 0; i < text.size; i++) {
    unsigned digit = (unsigned) text.data[i] - '0';

    if (digit > 9 || *number > (UINT64_MAX - digit) / 10)
      return false;
    *number = 10 * *number + digit;
  }
  return true;
}

static bool
is_text (struct bytes bytes, const char *text)
{
  return bytes_equal (bytes, (struct bytes){ (const uint8_t *) text, strlen (text) });
}

/* Takes one part; those that later canisters may add are passed over. */
static bool
read_part (struct cursor *cursor, struct bytes key, struct bytes value)
{
  if (is_text (key, "position"))
    return cursor->has_position = read_number (value, &cursor->position);
  if (is_text (key, "response_bytes"))
    return cursor->has_size = read_number (value, &cursor->size);
  if (is_text (key, "more")) {
    cursor->more = is_text (value, "true");
    return cursor->has_more = cursor->more || is_text (value, "false");
  }
  return true;
}

/* The bytes of `text` up to the first `end`, which is taken off with them. */
static struct bytes
take_until (struct bytes *text, uint8_t end)
{
  const uint8_t *at = text->size > 0 ? memchr (text->data, end, text->size) : NULL;
  size_t size = at != NULL ? (size_t) (at - text->data) : text->size, taken = size + (at != NULL);
  struct bytes part = { text->data, size };

  text->data += taken;
  text->size -= taken;
  return part;
}

static bool
read_cursor (struct cursor *cursor, struct bytes text)
{
  while (text.size > 0) {
    struct bytes value = take_until (&text, '&'), key = take_until (&value, '=');

    if (!read_part (cursor, key, value))
      return false;
  }
  return cursor->has_position && cursor->has_more;
}

/* ---- replies -------------------------------------------------------------------------------------- */

static bool
says (struct bytes words, const char *part)
{
  size_t size = strlen (part);

  for (size_t i = 0; i + size <= words.size; i++)
    if (memcmp (words.data + i, part, size) == 0)
      return true;
  return false;
}

static enum data_fetch_reply
read_refusal (struct bytes words, struct ic_error *error)
{
  ic_error_set (error, "the canister says: %.*s", (int) (words.size < MAX_WORDS ? words.size : MAX_WORDS),
                (const char *) words.data);
  return says (words, "after the end of the ledger") ? DATA_FETCH_BEYOND_END
         : says (words, "does not match")            ? DATA_FETCH_MISMATCH
                                                     : DATA_FETCH_REFUSED;
}

static enum data_fetch_reply
read_chunk (struct chunk *chunk, const struct ic_candid_value *ok, struct ic_error *error)
{
  struct bytes text = ok->items[0].bytes, bytes = ok->items[1].bytes;
  struct cursor cursor = { .has_position = false };

  if (!read_cursor (&cursor, text)) {
    ic_error_set (error, "its cursor '%.*s' cannot be read",
                  (int) (text.size < MAX_WORDS ? text.size : MAX_WORDS), (const char *) text.data);
    return DATA_FETCH_NONSENSE;
  }
  if (cursor.has_size && cursor.size != bytes.size) {
    ic_error_set (error, "its cursor tells of %" PRIu64 " bytes, and %zu came", cursor.size, bytes.size);
    return DATA_FETCH_NONSENSE;
  }
  if (cursor.position > UINT64_MAX - bytes.size || (cursor.more && bytes.size == 0)) {
    ic_error_set (error, "%zu bytes at position %" PRIu64 " with more to follow make no sense", bytes.size,
                  cursor.position);
    return DATA_FETCH_NONSENSE;
  }
  *chunk = (struct chunk){ cursor.position, bytes, cursor.more };
  return DATA_FETCH_CHUNK;
}

enum data_fetch_reply
data_fetch_read (struct chunk *chunk, const struct data_fetch_types *types, struct bytes reply,
                 struct ic_error *error)
{
  CLEANUP (ic_arena_free) struct ic_arena arena = { NULL };
  const struct ic_candid_value *values, *ok, *refusal;

  if (!ic_candid_decode (&values, reply, &types->reply, &arena, error))
    return DATA_FETCH_NONSENSE;
  ok = ic_candid_case (&values[0], "Ok");
  refusal = ic_candid_case (&values[0], "Err");
  return ok != NULL ? read_chunk (chunk, ok, error) : read_refusal (refusal->bytes, error);
}
