/* SPDX-License-Identifier: Apache-2.0 */
/* Comma-separated values (RFC 4180), row by row. */
#ifndef DCPIPE_OFFERING_SHEET_H
#define DCPIPE_OFFERING_SHEET_H

#include "bytes/bytes.h"

#define SHEET_FIELDS 35

struct sheet_row {
  uint64_t number; /* 0 for the first after the headings */
  /* Where the row before it ended, which is where it begins, unless blank lines come between or lines end
   * in CR LF (then its line is the next one). */
  uint64_t line, byte;              /* line 1 is the first */
  size_t headings;                  /* fields in the row of headings */
  size_t fields;                    /* fields in this row, of which the first SHEET_FIELDS are in `field` */
  struct bytes field[SHEET_FIELDS]; /* empty if there are fewer */
};

/* Calls `row` for each row but the first, the headings, until it returns false. Blank lines are no rows.
 * False if it returned false, or after dcpipe_error when memory is short. Rows are valid until `row`
 * returns. */
bool sheet_read (struct bytes text, bool (*row) (void *context, const struct sheet_row *row), void *context);

#endif
