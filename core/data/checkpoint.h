/* SPDX-License-Identifier: Apache-2.0 */
/* How far each decoder has been applied to one sink. Kept as JSON text, opaque to the sink
 * (doc/formats.md). */
#ifndef DCPIPE_DATA_CHECKPOINT_H
#define DCPIPE_DATA_CHECKPOINT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/block.h"

/* A block of the ledger and what lies up to and including it. */
struct point {
  bool known;
  uint64_t position;
  struct hash hash;
  uint64_t time_ns;
  uint64_t blocks, entries; /* up to and including it, from the ledger's first */
  char cursor[DCPIPE_CURSOR_MAX];
  size_t cursor_size;
};

void point_set (struct point *point, const struct dcpipe_block *block);

/* Counts of one label: entries that a decoder was applied to, and its rows in failed_entries, of which those
 * that a run of some labels inserted lie ahead of the frontier. */
struct label_count {
  char *label;
  uint64_t entries, failed;
};

/* How far a '*' decoder's rows of one label were inserted ahead of its frontier. */
struct ahead {
  char *label;
  struct point at;
};

struct frontier {
  char *decoder;
  char *fingerprint;
  struct point at;          /* unknown: nothing applied yet */
  uint64_t entries, failed; /* sums of the labels' */
  uint64_t digest[4];
  int trust; /* the least that any block came with */
  struct label_count *labels;
  size_t labels_count;
  struct ahead *ahead;
  size_t ahead_count;
};

/* Runs of a scope that failed. */
struct scope_error {
  char *scope; /* "all", or a label */
  uint64_t count;
  char *last; /* why; NULL after a run that went well */
};

struct dcpipe_checkpoint {
  bool loaded;

  struct hash ledger; /* hash of the first block; size 0 if unknown */
  char *source;       /* plugin that the cursors come from */
  struct frontier *frontiers;
  size_t frontiers_count;
  struct scope_error *errors;
  size_t errors_count;
  uint64_t commits;     /* of the store so far, the one that `text` is made for included */
  uint64_t unconfirmed; /* position + 1 of a last block that nothing confirms; 0 if none */
  char *text;           /* as it was given or made last */
  size_t text_size;
  bool no_memory;
};

void checkpoint_free (struct dcpipe_checkpoint *checkpoint);

/* The frontier of that decoder, or NULL. _add makes it if need be; NULL after fail. */
struct frontier *checkpoint_find (const struct dcpipe_checkpoint *checkpoint, const char *decoder);
struct frontier *checkpoint_add (struct dcpipe_checkpoint *checkpoint, const char *decoder);
void checkpoint_remove (struct dcpipe_checkpoint *checkpoint, const char *decoder);

/* The count of `label`, made if need be. Beyond FRONTIER_LABELS_MAX different ones all go to the label "".
 * NULL if there is no memory. */
#define FRONTIER_LABELS_MAX 256
struct label_count *frontier_label (struct frontier *frontier, struct dcpipe_bytes label);

const struct label_count *frontier_label_find (const struct frontier *frontier, const char *label);

/* The errors of a scope, or NULL. _add makes them if need be; NULL after fail. _set notes one, or with NULL
 * that a run went well; false after fail. */
struct scope_error *checkpoint_error (const struct dcpipe_checkpoint *checkpoint, const char *scope);
struct scope_error *checkpoint_add_error (struct dcpipe_checkpoint *checkpoint, const char *scope);
bool checkpoint_set_error (struct dcpipe_checkpoint *checkpoint, const char *scope, const char *reason);

/* How far `label` was inserted ahead: NULL if not. _set notes it; _drop forgets what the frontier has
 * passed. */
struct ahead *frontier_ahead (const struct frontier *frontier, struct dcpipe_bytes label);
struct ahead *frontier_ahead_add (struct frontier *frontier, const char *label);
void frontier_ahead_drop (struct frontier *frontier);

/* 64 hexadecimal digits and a 0. */
void digest_text (char text[65], const uint64_t digest[4]);

const char *trust_name (int trust);

#endif
