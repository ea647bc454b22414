/* SPDX-License-Identifier: Apache-2.0 */
/* The directory: table files, and the file checkpoint.json that says how much of each is committed.
 *
 *     DIR.lock                 the writer's lock, beside the directory
 *     DIR/checkpoint.json      replaced as a whole by rename; the commit happens there
 *     DIR/checkpoint.json.new  on its way; no reader looks at it
 *     DIR/TABLE.jsonl          only ever appended to; what lies beyond the committed length does not count
 */
#ifndef JSONL_FILES_H
#define JSONL_FILES_H

#include "reader.h"
#include "table.h"

/* A row's key, in memory that is used again and again. */
struct key {
  uint8_t *data;
  size_t size, capacity;
};

struct files {
  const char *path; /* option: the directory */
  bool fsync;       /* option */

  int mode; /* enum dcpipe_mode */
  int fd;   /* of the directory, -1 if it is not open */
  bool opened;
  bool durable;  /* fsync before and after the rename */
  bool created;  /* a file whose name may not be on disk yet */
  bool snapshot; /* READ: taken */
  const dcpipe_tables *declared;
  struct table **tables; /* those of the checkpoint, and those of the run */
  size_t tables_count;
  struct table **by_number; /* of the declared tables */
  uint64_t generation;      /* changes when files are removed */
  char *text;               /* of the engine's checkpoint; NULL if there is none */
  size_t text_size;
  struct reader reader;
  struct key key, other;
};

#define CHECKPOINT_FILE "checkpoint.json"

/* What to do about a store that something else spoiled. */
#define FILES_DAMAGED "the store is damaged; restore its directory, or remove it to import anew"
#define CHECKPOINT_NEW "checkpoint.json.new"

/* DCPIPE_RETRY or DCPIPE_FAIL after dcpipe_error: says that `what` could not be done with the file (NULL: the
 * directory), and why, by errno. A full disk may have room later. */
int files_failed (const struct files *files, const char *file, const char *what);

/* DCPIPE_FAIL after dcpipe_error. */
int files_no_memory (const struct files *files);

/* The table of that name, or NULL. */
struct table *files_find (const struct files *files, const char *name);

/* Adds an empty table. NULL after dcpipe_error. Takes over the reference to `columns`. */
struct table *files_add (struct files *files, const char *name, json_t *columns);
void files_remove (struct files *files, struct table *table);

/* Opens the table's file and checks that all that is committed is there. With `flags` for writing, cuts off
 * the rest. Returns an enum dcpipe_result. */
int files_open_table (struct files *files, struct table *table, int flags);
void files_close_table (struct table *table);

void files_close (struct files *files);

#endif
