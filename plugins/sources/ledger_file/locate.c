/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "locate.h"

#include <assert.h>
#include <inttypes.h>

#include "dcledger/partition.h"
#include "torn.h"

/* A file that is only being made has no table yet; without --follow nobody waits for it. */
static int
table_fault (struct ledger_file *handle, struct bytes table, const char *reason)
{
  if (dcpipe_following ())
    return torn_or_fault (handle, handle->at, table, reason);
  dcpipe_error ("%s: %s", handle->path, reason);
  return DCPIPE_DIVERGED;
}

/* Learned again for each file that takes the place of another: its blocks may begin elsewhere. */
int
ledger_file_locate (struct ledger_file *handle)
{
  uint8_t table[LEDGER_TABLE_SIZE];
  struct ledger_reason reason;
  size_t got;
  int result = file_read (&handle->file, handle->path, 0, table, sizeof table, &got);

  if (result != DCPIPE_OK)
    return result;
  if (!ledger_data_start ((struct bytes){ table, got }, handle->file.size, &handle->first, &reason))
    return table_fault (handle, (struct bytes){ table, got }, reason.text);
  if (handle->at == 0)
    handle->at = handle->first;
  if (handle->at < handle->first) {
    ledger_refuse (&reason, "the blocks of this ledger start at position %" PRIu64, handle->first);
    return table_fault (handle, (struct bytes){ table, got }, reason.text);
  }
  assert (handle->at >= handle->first);
  handle->located = true;
  return DCPIPE_OK;
}
