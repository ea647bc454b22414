/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the source ledger_file.
 *
 * A file that is being written is read to its end again and again. What stands behind the last whole block
 * may be a block half written ("torn"), so when following no fault counts before the bytes in question have
 * stayed as they are for settle_time. Otherwise a fault is one at once. */
#ifndef DCPIPE_LEDGER_FILE_H
#define DCPIPE_LEDGER_FILE_H

#include <sys/types.h>

#include "bytes/bytes.h"
#include "dcledger/framer.h"
#include "dcledger/unpack.h"
#include "dcpipe-plugin.h"

#define DIGEST_SIZE 32

struct file {
  int fd; /* -1 when closed */
  dev_t device;
  ino_t inode;
  uint64_t size;
  bool gone; /* its name, which was said */
};

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

/* ---- file.c: each returns DCPIPE_OK, or another result after dcpipe_error ------------------------- */

int file_open (struct file *file, const char *path);
void file_close (struct file *file);

/* Learns the size anew. */
int file_look (struct file *file, const char *path);

/* Opens the file that `path` names now, if it is another one than before; `replaced` tells. */
int file_reopen (struct file *file, const char *path, bool *replaced);

/* Reads up to `size` bytes at `position`; fewer, told by `got`, only at the end of the file. */
int file_read (const struct file *file, const char *path, uint64_t position, void *data, size_t size,
               size_t *got);

/* ---- ledger_file.c -------------------------------------------------------------------------------- */

/* Learns where the blocks begin. DCPIPE_OK, or another result after dcpipe_error. */
int ledger_file_locate (struct ledger_file *handle);

/* ---- tip.c ---------------------------------------------------------------------------------------- */

int ledger_file_tip (void *handle, uint64_t deadline, dcpipe_tip *tip);
int ledger_file_probe (void *handle, uint64_t deadline);

/* ---- torn.c --------------------------------------------------------------------------------------- */

void digest_bytes (uint8_t digest[DIGEST_SIZE], struct bytes bytes);

/* Says that there is a fault at `position`, for `reason`, judged by `bytes` from there on. DCPIPE_DIVERGED
 * after dcpipe_error, or DCPIPE_TIP when following and the bytes may still change. */
int torn_or_fault (struct ledger_file *handle, uint64_t position, struct bytes bytes, const char *reason);

#endif
