/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "checks/sink-made.h"

void
add_events (struct store_handle *store, uint64_t from, uint64_t to)
{
  for (uint64_t i = from; i < to; i++) {
    struct dcpipe_row *row = add (store, EVENTS, DCPIPE_INSERT);

    dcpipe_set_u64 (row, EVENTS_OFFSET, i / 10);
    dcpipe_set_u64 (row, EVENTS_INDEX, i % 10);
    dcpipe_set_string (row, EVENTS_LABEL, "label");
    dcpipe_set_blob (row, EVENTS_VALUE, "0123456789", i % 11);
  }
}

void
add_plain (struct store_handle *store, uint64_t id, const char *text)
{
  struct dcpipe_row *row = add (store, PLAIN, DCPIPE_UPSERT);

  dcpipe_set_u64 (row, PLAIN_ID, id);
  dcpipe_set_string (row, PLAIN_TEXT, text);
  dcpipe_set_u64 (row, PLAIN_OFFSET, 0);
  dcpipe_set_u64 (row, PLAIN_INDEX, 0);
}

void
expect_plain (struct store_handle *store, uint64_t id, const char *text)
{
  struct dcpipe_row *row = make_row (store, PLAIN);

  dcpipe_set_u64 (row, PLAIN_ID, id);
  dcpipe_set_string (row, PLAIN_TEXT, text);
  dcpipe_set_u64 (row, PLAIN_OFFSET, 0);
  dcpipe_set_u64 (row, PLAIN_INDEX, 0);
  expect_row (store, row);
}
