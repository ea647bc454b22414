/* SPDX-License-Identifier: Apache-2.0 */
/* Tables as `dcpipe dump` and the jsonl sink write them, found again by where their rows come from. */
#ifndef TESTS_GOLDEN_TABLES_H
#define TESTS_GOLDEN_TABLES_H

#include <jansson.h>
#include <stdbool.h>

/* Rows with all their numbers as text, since they may be larger than jansson's. */
struct table {
  char *path;
  json_t *rows; /* all of them, in order */
  json_t *at;   /* "OFFSET/INDEX" -> the rows whose block_offset and entry_index these are */
};

/* DIRECTORY/NAME.jsonl, read once. Deletes in it are passed over. Ends the program if it cannot be read. */
const struct table *table_open (const char *directory, const char *name);

/* The rows of an entry, or NULL if there are none. */
json_t *table_at (const struct table *table, json_t *position, json_t *index);

/* The only row of an entry, or NULL if there is none or more than one. */
json_t *table_one (const struct table *table, json_t *position, json_t *index);

/* The first row whose `column` is this text, or NULL. */
json_t *table_find (const struct table *table, const char *column, const char *text);

/* The next line of a file, without memory of its own after the next call; NULL at the end. */
char *next_line (void *file);

/* What was found wrong, counted; only the first ones are told. */
void complain (const char *format, ...) __attribute__ ((format (printf, 1, 2)));
unsigned complaints (void);

/* True if a value in a table is what the companion says: null and absent are the same, numbers are compared
 * as text or, where the companion has a fraction, as doubles. */
bool same_value (json_t *found, json_t *expected);

#endif
