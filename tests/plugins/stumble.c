/* SPDX-License-Identifier: Apache-2.0 */
/* A decoder for tests that finds fault with some entries: in decode, in resolve (if STUMBLE_RESOLVES), with
 * the same item in both, with two items, twice with the same one, and with text that is none. */
#include "dcpipe-plugin.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifndef STUMBLE_RESOLVES
#define STUMBLE_RESOLVES 0
#endif

struct stumble {
  int mistake;
  const char *reason;
};

enum mistake { NO_MISTAKE, PART_KEY, SILENT, UNKNOWN, NOTE, NESTED, LEAK, CLOCK };
enum { LABEL, BLOCK_OFFSET, ENTRY_INDEX };
enum { KEY_FIRST, KEY_SECOND, KEY_OFFSET, KEY_INDEX };

#if STUMBLE_RESOLVES
#define NAME "stumble_later"
#else
#define NAME "stumble"
#endif

static const struct dcpipe_option options[] = {
  { "mistake", DCPIPE_OPTION_ENUM, "none", "none|part_key|silent|unknown|note|nested|leak|clock", 0, 0, 0,
    "what resolve does that no plugin may: look a row up by a part of its key, fail without saying why, "
    "give a result of its own, leave a note, look a row up within a scan, keep memory, or store "
    "what the clock says",
    offsetof (struct stumble, mistake) },
  { "reason", DCPIPE_OPTION_TEXT, NULL, NULL, 0, 0, 0, "finds fault with every entry, for this reason",
    offsetof (struct stumble, reason) },
};

static const struct dcpipe_column seen[] = {
  [LABEL] = { "label", DCPIPE_TEXT, 0, 0, 0, "" },
  [BLOCK_OFFSET] = { "block_offset", DCPIPE_U64, 1, DCPIPE_FILL_BLOCK_OFFSET, 0, "" },
  [ENTRY_INDEX] = { "entry_index", DCPIPE_U64, 2, DCPIPE_FILL_ENTRY_INDEX, 0, "" },
};

static const struct dcpipe_column pairs[] = {
  [KEY_FIRST] = { "first", DCPIPE_TEXT, 1, 0, 0, "" },
  [KEY_SECOND] = { "second", DCPIPE_U64, 2, 0, 0, "" },
  [KEY_OFFSET] = { "block_offset", DCPIPE_U64, 0, DCPIPE_FILL_BLOCK_OFFSET, 0, "" },
  [KEY_INDEX] = { "entry_index", DCPIPE_U64, 0, DCPIPE_FILL_ENTRY_INDEX, 0, "" },
};

static const struct dcpipe_table_def tables[] = {
  { .name = NAME "_seen", .columns = DCPIPE_ARRAY (seen), .flags = DCPIPE_TABLE_LOG },
  { .name = NAME "_pairs", .columns = DCPIPE_ARRAY (pairs) },
};

static void
add_seen (dcpipe_rows *rows, const void *label, size_t size)
{
  dcpipe_set_text (dcpipe_row_add (rows, 0, DCPIPE_INSERT), LABEL, label, size);
}

static int
stumble_decode (const void *handle, const dcpipe_entry *entry, dcpipe_rows *rows)
{
  const struct stumble *stumble = handle;
  struct dcpipe_bytes label = dcpipe_entry_label (entry);
  size_t size = dcpipe_entry_value (entry).size;

  if (stumble->reason != NULL)
    dcpipe_fail_entry (rows, 9, "%s", stumble->reason);
  if (STUMBLE_RESOLVES && dcpipe_rows_note (rows, 1) == NULL)
    return DCPIPE_FAIL;
  if (size % 3 == 0)
    dcpipe_fail_entry (rows, 0, "%zu is a multiple of 3", size);
  if (size % 9 == 0) {
    dcpipe_fail_entry (rows, 1, "and of 9");
    dcpipe_fail_entry (rows, 1, "of 9, indeed");
  }
  if (size % 5 == 0)
    add_seen (rows, "\xff", 1);
  else
    add_seen (rows, label.data, label.size);
  return DCPIPE_OK;
}

#if STUMBLE_RESOLVES
static void *volatile forgotten;

static bool
look_up_within (void *context, const dcpipe_row *row)
{
  const dcpipe_row *found;

  dcpipe_lookup_get (context, row, &found);
  return true;
}

static int
stumble_resolve (const void *handle, const dcpipe_entry *entry, dcpipe_lookup *lookup, dcpipe_rows *rows)
{
  const struct stumble *stumble = handle;
  dcpipe_row *key = dcpipe_lookup_key (lookup, 1);
  size_t size = dcpipe_entry_value (entry).size;
  const dcpipe_row *found;
  int result;

  if (stumble->mistake == SILENT)
    return DCPIPE_FAIL;
  if (stumble->mistake == UNKNOWN)
    return 42;
  if (stumble->mistake == LEAK)
    forgotten = malloc (32);
  if (stumble->mistake == CLOCK) {
    dcpipe_row *now = dcpipe_row_add (rows, 1, DCPIPE_UPSERT);

    dcpipe_set_string (now, KEY_FIRST, "now");
    dcpipe_set_u64 (now, KEY_SECOND, (uint64_t) time (NULL));
  }
  if (stumble->mistake == NOTE)
    dcpipe_rows_note (rows, 1);
  if (stumble->mistake == NESTED)
    return dcpipe_lookup_scan (lookup, dcpipe_lookup_key (lookup, 0), look_up_within, lookup);

  dcpipe_set_string (key, KEY_FIRST, "x");
  if (stumble->mistake != PART_KEY)
    dcpipe_set_u64 (key, KEY_SECOND, 1);
  result = dcpipe_lookup_get (lookup, key, &found);
  if (result != DCPIPE_OK && result != DCPIPE_NONE)
    return DCPIPE_FAIL;
  if (size % 6 == 0)
    dcpipe_fail_entry (rows, 0, "resolve finds that, too");
  if (size % 4 == 0)
    dcpipe_fail_entry (rows, 2, "%zu is a multiple of 4", size);
  return DCPIPE_OK;
}
#endif

static const struct dcpipe_decoder stumble_decoder = {
  .name = NAME,
  .version = "1.0",
  .description = "finds fault with entries, for tests",
  .license = "Apache-2.0",
  .options = DCPIPE_ARRAY (options),
  .handle_size = sizeof (struct stumble),
  .tables = DCPIPE_ARRAY (tables),
  .decode = stumble_decode,
#if STUMBLE_RESOLVES
  .resolve = stumble_resolve,
#endif
};
DCPIPE_REGISTER_DECODER (stumble_decoder)
