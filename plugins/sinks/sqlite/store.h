/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the sqlite sink share. The form on disk is described in sqlite.c. */
#ifndef DCPIPE_SINK_SQLITE_STORE_H
#define DCPIPE_SINK_SQLITE_STORE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dcpipe-plugin.h"

/* In the header of every database that this sink made. */
#define APPLICATION_ID 0x64637031 /* "dcp1" */
#define SCHEMA_VERSION 1
#define CHECKPOINT_TABLE "dcpipe_checkpoint"

#define NUMBER_SIZE 32 /* the text of a time or of a 64-bit number, with its ending 0 */

/* A column, and room for the text that stands for its value while a statement runs. */
struct column {
  const char *name;
  int type; /* enum dcpipe_type */
  bool key;
  bool keep_first;
  bool text_is_time; /* `text` holds the time `text_ns`, which neighbouring rows often share */
  uint64_t text_ns;
  char text[NUMBER_SIZE];
};

enum statement_kind {
  STATEMENT_INSERT, /* add the row, if there is none with its key */
  STATEMENT_UPSERT, /* add or replace; only for tables whose UPSERTs replace something */
  STATEMENT_GET,
  STATEMENT_KINDS_FIXED,
  STATEMENT_UPDATE = STATEMENT_KINDS_FIXED, /* its shape: for each column 1 if it is set */
  STATEMENT_DELETE,                         /* its shape: the number of key columns given */
  STATEMENT_SCAN                            /* its shape: the same, and an enum scan_range */
};

/* SQLite sorts integers before texts and texts by their first digit, so a U64 that goes to text from 2^63
 * on is scanned in three ranges. */
enum scan_range {
  SCAN_WHOLE,   /* the column is no U64 */
  SCAN_INTEGER, /* below 2^63 */
  SCAN_19,      /* texts of 19 digits, which begin with 9 */
  SCAN_20       /* texts of 20 digits, which begin with 1 */
};

/* A statement that depends on what a row sets. */
struct shaped_statement {
  struct shaped_statement *next;
  sqlite3_stmt *statement;
  int kind;
  size_t size;
  uint8_t shape[];
};

/* A table of the run. In all statements parameter number N + 1 is column number N. */
struct table {
  const dcpipe_table *declared;
  const char *name;
  struct column *columns;
  size_t columns_count;
  size_t *keys; /* column numbers in the order of the key */
  size_t keys_count;
  bool in_key_order;                               /* rows lie in the key's own tree: WITHOUT ROWID */
  bool replaces;                                   /* an UPSERT has something to replace */
  uint8_t *shape;                                  /* room for one */
  sqlite3_stmt *statements[STATEMENT_KINDS_FIXED]; /* made when first needed */
  struct shaped_statement *shaped;                 /* the same, the latest first */
  size_t shaped_count;
};

struct store {
  /* options */
  const char *path; /* of the database */
  int synchronous;
  uint64_t cache_size, wal_size, busy_timeout;

  int mode; /* enum dcpipe_mode */
  sqlite3 *db;
  sqlite3_stmt *checkpoint; /* stores one */
  struct table *tables;     /* by dcpipe_table_number */
  size_t tables_count;
  bool indexes_built; /* nothing is left for tip_reached */
  bool replaced;      /* the UPSERT that ran last found its row */
};

enum synchronous { SYNCHRONOUS_FULL, SYNCHRONOUS_NORMAL };

/* The SQL function, true always, by which an UPSERT tells that it found its row. */
#define REPLACES_FUNCTION "dcpipe_replaces"

#endif
