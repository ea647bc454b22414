/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DCPIPE_PIPELINE_SCOPE_STATUS_H
#define DCPIPE_PIPELINE_SCOPE_STATUS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "data/checkpoint.h"
#include "setup/setup.h"

/* How far a scope has come in one sink. */
struct scope_status {
  bool known;        /* all its decoders have been applied to something */
  bool stored;       /* one of them has */
  uint64_t position; /* of the last block that all of them were applied to */
  uint64_t blocks;   /* of the ledger up to there */
  uint64_t entries;  /* all: of the ledger up to there; a label: of its own */
  uint64_t failed;
  uint64_t errors;        /* runs that failed */
  const char *last_error; /* belongs to the checkpoint */
  int trust;              /* of what is stored */
  uint64_t digest[4];
  size_t decoders;
};

/* `label`: NULL for everything. */
struct scope_status scope_status (const struct setup *setup, const struct dcpipe_checkpoint *checkpoint,
                                  const char *label);

/* The same as a JSON object with the names of the REST API; "all" for NULL. NULL when memory is short. */
json_t *scope_status_json (const struct setup *setup, const struct dcpipe_checkpoint *checkpoint,
                           const char *label);

#endif
