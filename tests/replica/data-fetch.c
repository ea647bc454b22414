/* SPDX-License-Identifier: Apache-2.0 */
/* data_fetch: the raw bytes of the ledger, as tests/data/vectors/ledger/README.md describes it. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <strings.h>

#include "replica/canister.h"

#define BYTES_BEFORE 16

/* Of the keys of a cursor only the position counts. All are read, since a bad value is an error. */
static const struct {
  const char *key, *complaint;
  enum { NUMBER, DIRECTION, TRUTH } kind;
} cursor_keys[] = {
  { "data_begin_position", "Invalid begin_position value", NUMBER },
  { "position", "Invalid position value", NUMBER },
  { "data_end_position", "Invalid end_position value", NUMBER },
  { "response_bytes", "Invalid response_bytes value", NUMBER },
  { "direction", "Invalid direction value", DIRECTION },
  { "more", "Invalid more value", TRUTH },
};

#define CURSOR_KEYS (sizeof cursor_keys / sizeof cursor_keys[0])

static bool
text_is (struct bytes text, const char *expected)
{
  return text.size == strlen (expected) && memcmp (text.data, expected, text.size) == 0;
}

/* Decimal digits, with a plus sign before them or not, and nothing else. */
static bool
read_number (struct bytes text, uint64_t *number)
{
  if (text.size > 0 && text.data[0] == '+') {
    text.data++;
    text.size--;
  }
  *number = 0;
  for (size_t i = 0; i < text.size; i++) {
    const uint64_t digit = (uint64_t) text.data[i] - '0';

    if (text.data[i] < '0' || digit > 9 || *number > (UINT64_MAX - digit) / 10)
      return false;
    *number = *number * 10 + digit;
  }
  return text.size > 0;
}

static bool
is_direction (struct bytes text)
{
  return (text.size == 7 && strncasecmp ((const char *) text.data, "forward", 7) == 0)
         || (text.size == 8 && strncasecmp ((const char *) text.data, "backward", 8) == 0);
}

/* Takes one `key=value`. Returns NULL or the complaint. */
static const char *
read_pair (struct bytes key, struct bytes value, uint64_t *position, char *unknown, size_t size)
{
  uint64_t number = 0;
  bool good = false;

  for (size_t i = 0; i < CURSOR_KEYS; i++)
    if (text_is (key, cursor_keys[i].key)) {
      if (cursor_keys[i].kind == NUMBER)
        good = read_number (value, &number);
      else if (cursor_keys[i].kind == DIRECTION)
        good = is_direction (value);
      else
        good = text_is (value, "true") || text_is (value, "false");
      if (good && strcmp (cursor_keys[i].key, "position") == 0)
        *position = number;
      return good ? NULL : cursor_keys[i].complaint;
    }
  snprintf (unknown, size, "Unexpected key: %.*s", (int) (key.size < 64 ? key.size : 64),
            (const char *) key.data);
  return unknown;
}

/* Parts without an equals sign are passed over. A value that has one in it is the part behind the first. */
static const char *
read_cursor (struct bytes cursor, uint64_t *position, char *unknown, size_t size)
{
  const uint8_t *at = cursor.data, *end = at + cursor.size;
  const char *complaint = NULL;

  while (complaint == NULL && at < end) {
    const uint8_t *stop = memchr (at, '&', (size_t) (end - at)), *equals;

    if (stop == NULL)
      stop = end;
    equals = memchr (at, '=', (size_t) (stop - at));
    if (equals != NULL)
      complaint =
          read_pair ((struct bytes){ at, (size_t) (equals - at) },
                     (struct bytes){ equals + 1, (size_t) (stop - equals - 1) }, position, unknown, size);
    at = stop < end ? stop + 1 : end;
  }
  return complaint;
}

static void
reply_error (struct run *run, const char *types, const char *text)
{
  const struct ic_candid_value payload = ic_candid_text (text, strlen (text));
  const struct ic_candid_value result = ic_candid_variant ("Err", &payload);

  run_reply (run, types, &result);
}

/* What is `size` bytes before a position: zeros where no block has been. */
static bool
matches_before (const struct store *store, uint64_t position, struct bytes expected)
{
  return expected.size == BYTES_BEFORE
         && memcmp (store->file + position - BYTES_BEFORE, expected.data, BYTES_BEFORE) == 0;
}

void
method_data_fetch (struct run *run)
{
  static const char types[] = "(variant { Ok : record { text; blob }; Err : text })";
  const struct ic_candid_value *args = run_args (run, "(opt text, opt blob)");
  const struct store *store = run->view.store;
  struct ic_candid_value parts[2], tuple, result;
  const uint64_t chunk = run->canister->chunk;
  uint64_t asked = 0, start, end;
  const char *complaint = NULL;
  char text[160];

  if (args == NULL)
    return;
  if (args[0].some != NULL)
    complaint = read_cursor (args[0].some->bytes, &asked, text, sizeof text);
  if (complaint != NULL) {
    run_trap (run, "Failed to parse cursor: %s", complaint);
    return;
  }
  start = asked > store->start ? asked : store->start;
  end = start < run->view.end && run->view.end - start > chunk ? start + chunk : run->view.end;
  if (start >= end)
    start = end = run->view.end;
  if (asked > start) {
    reply_error (run, types, "Provided position start is after the end of the ledger");
    return;
  }
  if (end > start && args[1].some != NULL && !matches_before (store, start, args[1].some->bytes)) {
    snprintf (text, sizeof text, "%d bytes before position %" PRIu64 " does not match", BYTES_BEFORE, start);
    reply_error (run, types, text);
    return;
  }
  snprintf (text, sizeof text, "position=%" PRIu64 "&response_bytes=%" PRIu64 "&direction=forward&more=%s",
            start, end - start, end < run->view.end ? "true" : "false");
  parts[0] = ic_candid_text (text, strlen (text));
  parts[1] = ic_candid_blob (store->file + start, (size_t) (end - start));
  tuple = ic_candid_tuple (parts, 2);
  result = ic_candid_variant ("Ok", &tuple);
  run_reply (run, types, &result);
}
