/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "dcledger/borsh.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "bytes/utf8.h"

void
borsh_fail (struct borsh *in, enum borsh_error error, size_t where, uint64_t found)
{
  if (in->error != BORSH_OK)
    return;
  in->error = error;
  in->where = where;
  in->found = found;
  in->wanted = borsh_left (in);
  /* Nothing is left from now on, so every later read fails by its one check of the length. */
  in->at = in->end;
}

/* The next `size` bytes, or NULL. */
static const uint8_t *
take (struct borsh *in, size_t size)
{
  const uint8_t *p = in->at;

  assert (in->at <= in->end);
  if (borsh_left (in) < size) {
    borsh_fail (in, BORSH_TRUNCATED, borsh_offset (in), size);
    return NULL;
  }
  in->at += size;
  return p;
}

uint32_t
borsh_u32 (struct borsh *in)
{
  const uint8_t *p = take (in, 4);

  return p != NULL ? load_le32 (p) : 0;
}

uint64_t
borsh_u64 (struct borsh *in)
{
  const uint8_t *p = take (in, 8);

  return p != NULL ? load_le64 (p) : 0;
}

/* Through memory: a cast of what does not fit would be the compiler's to define. */
int64_t
borsh_i64 (struct borsh *in)
{
  uint64_t bits = borsh_u64 (in);
  int64_t value;

  memcpy (&value, &bits, sizeof value);
  return value;
}

/* A byte below `count`, or else `error`. */
static uint8_t
tag (struct borsh *in, uint8_t count, enum borsh_error error)
{
  size_t where = borsh_offset (in);
  const uint8_t *p = take (in, 1);
  uint8_t value = p != NULL ? *p : 0;

  if (value < count)
    return value;
  borsh_fail (in, error, where, value);
  in->wanted = count;
  return 0;
}

bool
borsh_bool (struct borsh *in)
{
  return tag (in, 2, BORSH_INVALID_BOOL) == 1;
}

bool
borsh_option (struct borsh *in)
{
  return tag (in, 2, BORSH_INVALID_OPTION) == 1;
}

uint8_t
borsh_variant (struct borsh *in, uint8_t count)
{
  return tag (in, count, BORSH_UNKNOWN_VARIANT);
}

struct bytes
borsh_bytes (struct borsh *in)
{
  size_t size = borsh_u32 (in);
  const uint8_t *p = take (in, size);

  return p != NULL ? (struct bytes){ p, size } : (struct bytes){ NULL, 0 };
}

/* Rust refuses such a payload, so this does, too, and tells the first bad byte. */
struct bytes
borsh_string (struct borsh *in)
{
  struct bytes text = borsh_bytes (in);
  size_t good = utf8_prefix (text.data, text.size);

  if (good >= text.size)
    return text;
  borsh_fail (in, BORSH_INVALID_UTF8, (size_t) (text.data - in->start) + good, text.data[good]);
  return (struct bytes){ NULL, 0 };
}

/* What is left over is an error, as it is to the canister: a payload of another version would otherwise be
 * half read. */
bool
borsh_finish (struct borsh *in)
{
  if (borsh_left (in) > 0)
    borsh_fail (in, BORSH_TRAILING_BYTES, borsh_offset (in), borsh_left (in));
  return in->error == BORSH_OK;
}

const char *
borsh_error_name (enum borsh_error error)
{
  static const char *const names[] = {
#define BORSH_NAME(code, name) name,
    BORSH_ERRORS (BORSH_NAME)
#undef BORSH_NAME
  };

  return names[error];
}

/* The values that a tag byte may have, as text. */
static const char *
choices (uint64_t count, char *text, size_t size)
{
  if (count == 1)
    snprintf (text, size, "0");
  else
    snprintf (text, size, count == 2 ? "0 or %" PRIu64 : "0 to %" PRIu64, count - 1);
  return text;
}

/* One line, which may stand behind the label of an entry: so it says only what is wrong, and where. */
void
borsh_explain (const struct borsh *in, const char *what, char *text, size_t size)
{
  char expected[16];

  switch (in->error) {
  case BORSH_OK:
    if (size > 0)
      text[0] = '\0';
    break;
  case BORSH_TRUNCATED:
    snprintf (text, size, "%s needs %" PRIu64 " byte%s from byte %zu on, but %" PRIu64 " %s left", what,
              in->found, plural_s (in->found), in->where, in->wanted, in->wanted == 1 ? "is" : "are");
    break;
  case BORSH_TRAILING_BYTES:
    snprintf (text, size, "%s ends at byte %zu, but %" PRIu64 " more byte%s", what, in->where, in->found,
              in->found == 1 ? " follows" : "s follow");
    break;
  case BORSH_UNKNOWN_VARIANT:
  case BORSH_INVALID_BOOL:
  case BORSH_INVALID_OPTION:
    snprintf (text, size, "%s byte is %" PRIu64 ", expected %s (byte %zu)", what, in->found,
              choices (in->wanted, expected, sizeof expected), in->where);
    break;
  case BORSH_INVALID_UTF8:
    snprintf (text, size, "%s is not UTF-8: 0x%02" PRIx64 " at byte %zu", what, in->found, in->where);
    break;
  case BORSH_INVALID_PRINCIPAL:
    snprintf (text, size, "%s is not a principal: %" PRIu64 " byte%s, expected at most 29 (byte %zu)", what,
              in->found, plural_s (in->found), in->where);
    break;
  case BORSH_INVALID_PUBKEY:
    snprintf (text, size, "%s is not a public key: %" PRIu64 " byte%s, expected 32 (byte %zu)", what,
              in->found, plural_s (in->found), in->where);
    break;
  case BORSH_BAD_LENGTH:
    snprintf (text, size, "%s has an unexpected length of %" PRIu64 " byte%s (byte %zu)", what, in->found,
              plural_s (in->found), in->where);
    break;
  }
}
