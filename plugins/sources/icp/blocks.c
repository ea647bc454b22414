/* SPDX-License-Identifier: Apache-2.0 */
/* method = next_block_sync: block after block. Each reply tells where the next block is, so nothing can be
 * asked for ahead. */
#include "config.h"

#include <inttypes.h>

#include "bytes/cleanup.h"
#include "bytes/hex.h"
#include "dcledger/partition.h"
#include "icp.h"

/* What only looks like an answer: with nodes' signatures or a certificate it is the canister that gives it.
 */
static int
nonsense (struct icp *handle, struct fault *fault, const char *reason)
{
  return ahead_fault (handle, fault, handle->trust == DCPIPE_TRUST_NONE ? DCPIPE_RETRY : DCPIPE_FAIL,
                      "a reply that makes no sense: %s", reason);
}

static int
only_uncommitted (struct icp *handle, struct fault *fault)
{
  return ahead_fault (handle, fault, DCPIPE_FAIL,
                      "this canister's method gives no blocks, only entries that are not yet committed: read "
                      "the ledger with method = data_fetch");
}

/* No block: the tip, unless there must be one. A canister that takes no notice of positions tells of its own
 * end, which lies further on. */
static int
check_end (struct icp *handle, const struct synced_block *block, struct fault *fault)
{
  const struct ahead *ahead = &handle->ahead;
  uint64_t wanted = ahead->from_the_start ? LEDGER_DATA_START : ahead->wanted;

  if (block->has_position && block->position > wanted)
    return only_uncommitted (handle, fault);
  if (!ahead->from_the_start && (handle->resuming || handle->end > ahead->wanted))
    return ahead_too_short (handle, fault);
  return DCPIPE_TIP;
}

static int
check_block (struct icp *handle, const struct synced_block *block, struct fault *fault)
{
  const struct ahead *ahead = &handle->ahead;

  if (!block_sync_check (block, &fault->error))
    return nonsense (handle, fault, fault->error.text);
  if (ahead->from_the_start || block->position == ahead->wanted)
    return DCPIPE_OK;
  if (block->position < ahead->wanted)
    return ahead_too_short (handle, fault);
  return ahead_fault (handle, fault, DCPIPE_DIVERGED, "the block given begins at position %" PRIu64 "%s",
                      block->position,
                      handle->resuming ? ", so the last stored block is not in this ledger" : "");
}

static int
read_reply (struct icp *handle, struct bytes reply, struct synced_block *block, struct fault *fault)
{
  struct ic_error error;

  switch (block_sync_read (block, &handle->block_types, reply, &error)) {
  case BLOCK_SYNC_BLOCK:
    return check_block (handle, block, fault);
  case BLOCK_SYNC_END:
    return check_end (handle, block, fault);
  case BLOCK_SYNC_UNCOMMITTED:
    return only_uncommitted (handle, fault);
  case BLOCK_SYNC_REFUSED:
    return ahead_fault (handle, fault, DCPIPE_DIVERGED, "%s%s", error.text,
                        handle->resuming ? ": the last stored block is not in this ledger, which was forked, "
                                           "rolled back or swapped"
                                         : "");
  case BLOCK_SYNC_NONSENSE:
  default:
    return nonsense (handle, fault, error.text);
  }
}

/* What is wrong with the block's content is found, and told, when it is unpacked. */
static int
check_hash (struct icp *handle, struct bytes frame, const struct synced_block *block, struct fault *fault)
{
  char said[2 * LEDGER_HASH_SIZE + 1], is[2 * LEDGER_HASH_SIZE + 1];
  uint8_t hash[LEDGER_HASH_SIZE];
  struct ledger_reason reason;

  if (!frame_hash (frame, hash, &reason) || memcmp (hash, block->hash.data, sizeof hash) == 0)
    return DCPIPE_OK;
  hex_encode (said, block->hash.data, sizeof hash);
  hex_encode (is, hash, sizeof hash);
  return ahead_fault (handle, fault, DCPIPE_DIVERGED,
                      "the block's hash is %s, and the canister says that it is %s", is, said);
}

/* Puts header and data together as they stand in the ledger. */
static int
deliver (struct icp *handle, dcpipe_batch *batch, const struct synced_block *block, struct fault *fault)
{
  struct ledger_frame frame = { .position = block->position };
  size_t size = LEDGER_HEADER_SIZE + block->data.size;
  uint8_t *memory = dcpipe_batch_memory (batch, size);
  int result;

  if (memory == NULL) {
    ic_error_set (&fault->error, "no memory for a block of %zu bytes", size);
    return DCPIPE_FAIL;
  }
  memcpy (memory, block->header.data, LEDGER_HEADER_SIZE);
  memcpy (memory + LEDGER_HEADER_SIZE, block->data.data, block->data.size);
  frame.bytes = (struct bytes){ memory, size };
  result = check_hash (handle, frame.bytes, block, fault);
  if (result != DCPIPE_OK)
    return result;
  icp_note_start (handle, block->position);
  icp_give_frame (handle, batch, &frame);
  handle->fell_short = handle->ahead.from_the_start = false;
  handle->ahead.wanted = block->position + size;
  if (handle->end < handle->ahead.wanted)
    handle->end = handle->ahead.wanted;
  return DCPIPE_OK;
}

static int
ask (struct icp *handle, uint64_t deadline, struct answer **answer, struct fault *fault)
{
  const struct ahead *ahead = &handle->ahead;
  CLEANUP_FREE uint8_t *data = NULL;
  struct ic_candid_buffer buffer = { NULL };
  bool good = block_sync_put (&buffer, &handle->block_types, ahead->from_the_start ? NULL : &ahead->wanted,
                              &fault->error);
  int result;

  data = buffer.data;
  if (!good) {
    ahead_fault (handle, fault, DCPIPE_RETRY, "%s", fault->error.text);
    return DCPIPE_RETRY;
  }
  result = origin_inquire (handle->origin, &handle->question, "next_block_sync",
                           (struct bytes){ buffer.data, buffer.size }, deadline, answer, fault);
  if (result != DCPIPE_OK && result != DCPIPE_WAIT)
    ahead_fault (handle, fault, result, "%s", fault->error.text);
  return result;
}

int
blocks_next (struct icp *handle, uint64_t deadline, dcpipe_batch *batch, struct fault *fault)
{
  struct answer *answer = NULL;
  struct synced_block block;
  int result = ask (handle, deadline, &answer, fault);

  if (result == DCPIPE_OK)
    result = read_reply (handle, answer->reply, &block, fault);
  if (result == DCPIPE_OK)
    result = deliver (handle, batch, &block, fault);
  answer_free (answer);
  return result;
}
