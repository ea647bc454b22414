/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the source ledger_file share. */
#ifndef DCPIPE_LEDGER_FILE_HANDLE_H
#define DCPIPE_LEDGER_FILE_HANDLE_H

#include "dcledger/framer.h"
#include "dcpipe-plugin.h"
#include "file.h"

#define DIGEST_SIZE 32

/* A block that was delivered: what must still be there after the file was replaced. */
struct anchor {
  uint64_t position, size;
  uint8_t digest[DIGEST_SIZE];
};

/* A fault that may pass. */
struct torn {
  bool known;
  uint64_t position;
  uint64_t file_size;
  uint8_t digest[DIGEST_SIZE]; /* of the bytes from `position` on that were looked at */
  uint64_t since;              /* CLOCK_MONOTONIC, ms */
};

struct ledger_file {
  const char *path;
  uint64_t settle_time; /* ms */

  struct file file;
  struct ledger_framer *framer;
  bool located;         /* `first` is known */
  uint64_t first;       /* position of the first block */
  bool resuming;        /* the block at `at` was stored by an earlier run, so it must be there */
  uint64_t at;          /* position of the block that comes next */
  struct anchor anchor; /* the block before `at`; size 0 for none. Kept when following */
  struct torn torn;
};

#endif
