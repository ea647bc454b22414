/* SPDX-License-Identifier: Apache-2.0 */
/* dcpipe status --online and --check --online: how far the file reaches. */
#include "config.h"

#include "tip.h"

#include <inttypes.h>

#include "dcledger/unpack.h"
#include "locate.h"

/* Steps from header to header, up to the end of the ledger or to what is no whole block. Headers alone: a
 * ledger of gigabytes is measured in a moment. */
static int
walk (const struct ledger_file *handle, uint64_t *at, uint64_t *blocks)
{
  for (;;) {
    uint8_t bytes[LEDGER_HEADER_SIZE];
    struct ledger_header header;
    struct ledger_reason reason;
    size_t got;
    int result = file_read (&handle->file, handle->path, *at, bytes, sizeof bytes, &got);

    if (result != DCPIPE_OK || got < sizeof bytes)
      return result;
    header = ledger_header_load (bytes);
    if (!ledger_header_check (&header, frame_limit (), &reason) || header.jump_next > handle->file.size - *at)
      return DCPIPE_OK;
    *at += header.jump_next;
    *blocks += 1;
  }
}

/* Where the last whole block ends, and how many there are up to there. */
static int
reach (struct ledger_file *handle, uint64_t *at, uint64_t *blocks)
{
  int result = file_open (&handle->file, handle->path);

  *blocks = 0;
  handle->at = 0;
  if (result == DCPIPE_OK)
    result = ledger_file_locate (handle);
  *at = handle->first;
  if (result == DCPIPE_OK)
    result = walk (handle, at, blocks);
  file_close (&handle->file);
  return result;
}

int
ledger_file_tip (void *context, uint64_t deadline, dcpipe_tip *tip)
{
  uint64_t at, blocks;
  int result = reach (context, &at, &blocks);

  (void) deadline; /* reading a file takes no longer than it takes */
  if (result != DCPIPE_OK)
    return result;
  dcpipe_tip_end (tip, at);
  dcpipe_tip_blocks (tip, blocks);
  return DCPIPE_OK;
}

int
ledger_file_probe (void *context, uint64_t deadline)
{
  const struct ledger_file *handle = context;
  uint64_t at, blocks;
  int result = reach (context, &at, &blocks);

  (void) deadline;
  if (result == DCPIPE_OK)
    dcpipe_info ("%s has %" PRIu64 " block%s, the last ends at position %" PRIu64, handle->path, blocks,
                 plural_s (blocks), at);
  return result;
}
