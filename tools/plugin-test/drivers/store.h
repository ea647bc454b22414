/* SPDX-License-Identifier: Apache-2.0 */
/* A sink driven by hand: tables, rows and the order of calls that the engine keeps to. */
#ifndef PLUGIN_TEST_DRIVERS_STORE_H
#define PLUGIN_TEST_DRIVERS_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/row.h"
#include "plugin/plugin.h"

/* Tables 0 and 1 are core's. */
enum {
  EVENTS = CORE_TABLES, /* a log with wide rows: block_offset, entry_index | label, value, at */
  PEOPLE,               /* folded, a column of every type: name, part | ... */
  PLAIN,                /* folded, nothing kept: id | text */
  SORTED,               /* a key of all types that a key may have */
  NAMES,                /* nothing but key and what is kept */
  ENTRIES,              /* a log of the shape of ledger_entries, to measure with */
  TABLES
};

enum { EVENTS_OFFSET, EVENTS_INDEX, EVENTS_LABEL, EVENTS_VALUE, EVENTS_AT, EVENTS_COLUMNS };
enum {
  PEOPLE_NAME,
  PEOPLE_PART,
  PEOPLE_BOOL,
  PEOPLE_I64,
  PEOPLE_U64,
  PEOPLE_TEXT,
  PEOPLE_BLOB,
  PEOPLE_TIME,
  PEOPLE_DECIMAL,
  PEOPLE_JSON,
  PEOPLE_CREATED,
  PEOPLE_OFFSET,
  PEOPLE_INDEX,
  PEOPLE_COLUMNS
};
enum { PLAIN_ID, PLAIN_TEXT, PLAIN_OFFSET, PLAIN_INDEX, PLAIN_COLUMNS };
enum {
  SORTED_BOOL,
  SORTED_I64,
  SORTED_U64,
  SORTED_TEXT,
  SORTED_BLOB,
  SORTED_TIME,
  SORTED_U64_LAST,
  SORTED_OFFSET,
  SORTED_INDEX,
  SORTED_COLUMNS
};
enum { NAMES_NAME, NAMES_OFFSET, NAMES_INDEX, NAMES_COLUMNS };
enum {
  ENTRIES_ID,
  ENTRIES_LABEL,
  ENTRIES_KEY,
  ENTRIES_VALUE,
  ENTRIES_OFFSET,
  ENTRIES_OPERATION,
  ENTRIES_IMPORTED,
  ENTRIES_TIME,
  ENTRIES_INDEX,
  ENTRIES_HASH,
  ENTRIES_COLUMNS
};

struct sink_under_test {
  struct plugin *plugin;
  const char *path;            /* value of its option "path", within the test's directory, or NULL */
  const char *const *settings; /* further options: key, value, ..., NULL; or NULL. Others have defaults */
};

/* The sink being tested, a directory of its own, and the tables. */
struct bench {
  const struct sink_under_test *sink;
  char directory[512];
  struct dcpipe_tables *tables;
};

/* An open handle and the rows gathered for the next apply. */
struct store_handle {
  const struct bench *bench;
  struct instance *sink;
  struct arena arena;
  struct dcpipe_rows rows;
  struct row_list list;
  struct row_list *lists; /* given to the sink since the last commit */
  size_t lists_count;
  struct row_effect *effects; /* of the last apply */
  size_t applied;
};

/* Makes and removes the directory and tables. `other` declares PLAIN with another column. */
void bench_begin (struct bench *bench, const struct sink_under_test *sink);
void bench_end (struct bench *bench);
struct dcpipe_tables *bench_tables (bool other);

/* The sink has `get` and `scan`. Of others what is stored cannot be seen: all expect_... but that of the
 * checkpoint are then taken to hold. */
bool bench_can_read (const struct bench *bench);

/* Calls of the sink. try_... make one attempt and give its result; the others must succeed, and do after
 * DCPIPE_AGAIN what the engine does. */
int try_open (struct store_handle *store, const struct bench *bench, int mode);
void store_open_prepared (struct store_handle *store, const struct bench *bench, int mode);
void store_end (struct store_handle *store);
int try_commit (struct store_handle *store, const char *checkpoint);
void store_commit (struct store_handle *store, const char *checkpoint);
void store_rollback (struct store_handle *store);

/* The stored checkpoint, to be freed; NULL if there is none. */
char *store_checkpoint (struct store_handle *store);

/* Fails unless the stored checkpoint is that text (NULL: there is none). */
void expect_checkpoint (struct store_handle *store, const char *text);

/* A row to fill in, given to the sink by the next store_apply, in the order of the calls. */
struct dcpipe_row *add (struct store_handle *store, size_t table, int operation);

/* Applies the rows. The effect of row `i` is then store->effects[i]. */
int try_apply (struct store_handle *store);
void store_apply (struct store_handle *store);
void expect_effect (struct store_handle *store, size_t i, uint64_t added, uint64_t changed, uint64_t removed);

/* An empty row outside of those to apply: a key, or what is expected. Lives until store_end. */
struct dcpipe_row *make_row (struct store_handle *store, size_t table);

/* Fails unless get finds that row by its key, equal in all columns, or (absent) finds none. */
void expect_row (struct store_handle *store, const struct dcpipe_row *row);
void expect_absent (struct store_handle *store, const struct dcpipe_row *key);

/* Fails unless a scan gives rows in strictly rising order of dcpipe_row_key; the number of rows. */
size_t count_rows (struct store_handle *store, const struct dcpipe_row *prefix);
size_t count_table (struct store_handle *store, size_t table);
void expect_rows (struct store_handle *store, const struct dcpipe_row *prefix, size_t count);
void expect_count (struct store_handle *store, size_t table, size_t count);

#endif
