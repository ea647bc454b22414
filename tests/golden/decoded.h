/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the program `decoded` share; see decoded.c. */
#ifndef TESTS_GOLDEN_DECODED_H
#define TESTS_GOLDEN_DECODED_H

#include "golden/tables.h"

enum mode { MODE_FLAG, MODE_REJECT, MODE_OFF };

struct golden {
  enum mode mode;      /* verify_signatures */
  const char *dumps;   /* directory with a dump of each table */
  const char *changes; /* directory of the jsonl sink, for what later entries have replaced */
  json_t *requests;    /* key of a contract -> whether a request for it was not rejected */
  json_t *positions;   /* number of a block as text -> its position */
  size_t entries, compared, failed, valid, invalid;
};

/* One line of NAME.expected.jsonl. */
struct entry {
  json_t *line, *position, *index, *decoded;
  const char *label, *key, *signature;
  const char *name; /* for complaints: "block 3, entry 4 (ProvProfile)" */
};

/* True if nothing can be read of the entry: it must have failed, and left no rows. */
bool entry_unreadable (const struct entry *entry);

/* Compares what is decoded of one entry with the tables. */
void check_entry (struct golden *golden, const struct entry *entry);

/* Compares the tables that the ledger's whole history makes with NAME.state.json. */
void check_state (const struct golden *golden, json_t *state);

#endif
