/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the lines that this sink wrote (format.h), and nothing else: columns in declared order, no
 * blanks. */
#ifndef JSONL_LINE_H
#define JSONL_LINE_H

#include "schema.h"

struct value {
  bool set, null;
  union {
    bool b;
    int64_t i;
    uint64_t u; /* U64, TIME */
    struct dcpipe_bytes bytes;
  };
};

struct line {
  int operation;
  struct value values[COLUMNS_MAX];
  struct mask columns; /* those that are set; of an UPDATE without the key */
};

/* Reads the line at `text` (without its newline), in place: values point into it. False if it is none of
 * ours. */
bool line_parse (struct line *line, const struct schema *schema, char *text, size_t size);

/* The primary key, or as many leading columns of it as are set, in the form of dcpipe_row_key, into
 * `buffer`, which is grown with realloc. False if there is no memory. */
struct key {
  uint8_t *data;
  size_t size, capacity;
};
bool line_key (const struct line *line, const struct schema *schema, struct key *key);
bool key_reserve (struct key *key, size_t size);

/* The end of the JSON value that begins at `p`, or NULL if there is none before `end`: strict JSON, blanks
 * between tokens allowed, line breaks not, nested at most 512 deep. */
const char *json_value_end (const char *p, const char *end);

#endif
