/* SPDX-License-Identifier: Apache-2.0 */
/* Items, and rows that are none. */
#ifndef DCPIPE_OFFERING_ITEM_H
#define DCPIPE_OFFERING_ITEM_H

#include "bytes/bytes.h"
#include "dcpipe-plugin.h"
#include "sheet.h"

/* Reads rows into items and row errors. */
struct item_reader {
  dcpipe_rows *rows;
  struct bytes pubkey;
  bool in_wrapper;
  uint64_t items, errors;
};

/* Reads one row: sheet_read's callback, with an item_reader as context. False after dcpipe_error. */
bool item_read (void *context, const struct sheet_row *row);

#endif
