/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "blocks.h"

#include <inttypes.h>

#include "bytes/cleanup.h"
#include "bytes/hex.h"
#include "dcledger/partition.h"
#include "dcledger/unpack.h"

void
blocks_open (struct blocks *blocks, const uint64_t *position)
{
  blocks->wanted = position != NULL ? *position : 0;
  blocks->from_the_start = position == NULL;
}

/* ---- replies -------------------------------------------------------------------------------------- */

/* A reply, and what it is measured by. */
struct look {
  const struct blocks *blocks;
  struct reading *reading;
  const struct ic_answer *answer;
  struct synced_block block;
};

static int
only_uncommitted (const struct look *look, struct fault *fault)
{
  reading_fault (look->reading, fault, DCPIPE_RETRY, look->blocks->wanted,
                 "this canister's method gives no blocks, only entries that are not yet committed: read the "
                 "ledger with method = data_fetch");
  return reading_doubt (look->reading, look->answer, DCPIPE_FAIL, "", fault);
}

static int
nonsense (const struct look *look, struct fault *fault, const char *reason)
{
  reading_fault (look->reading, fault, DCPIPE_RETRY, look->blocks->wanted, "a reply that makes no sense: %s",
                 reason);
  return reading_doubt (look->reading, look->answer, DCPIPE_FAIL, "", fault);
}

/* No block: the tip, unless there must be one. A canister that takes no notice of positions tells of its own
 * end, which lies further on. */
static int
check_end (const struct look *look, struct fault *fault)
{
  const struct blocks *blocks = look->blocks;
  const struct reading *reading = look->reading;
  uint64_t wanted = blocks->from_the_start ? LEDGER_DATA_START : blocks->wanted;

  if (look->block.has_position && look->block.position > wanted)
    return only_uncommitted (look, fault);
  if (!blocks->from_the_start && (reading->resuming || reading->end > blocks->wanted))
    return reading_too_short (look->reading, look->answer, blocks->wanted, fault);
  return DCPIPE_TIP;
}

static int
check_block (const struct look *look, struct fault *fault)
{
  const struct blocks *blocks = look->blocks;
  const struct synced_block *block = &look->block;

  if (!block_sync_check (block, &fault->error))
    return nonsense (look, fault, fault->error.text);
  if (blocks->from_the_start)
    return reading_check_start (look->reading, look->answer, block->position, fault);
  if (block->position == blocks->wanted)
    return DCPIPE_OK;
  if (block->position < blocks->wanted)
    return reading_too_short (look->reading, look->answer, blocks->wanted, fault);
  reading_fault (look->reading, fault, DCPIPE_RETRY, blocks->wanted,
                 "the block given begins at position %" PRIu64 "%s", block->position,
                 look->reading->resuming ? ", so the last stored block is not in this ledger" : "");
  return reading_doubt (look->reading, look->answer, DCPIPE_DIVERGED, "", fault);
}

static int
read_reply (struct look *look, struct fault *fault)
{
  struct ic_error error;

  switch (block_sync_read (&look->block, &look->reading->canister->block_sync_types, look->answer->reply,
                           &error)) {
  case BLOCK_SYNC_BLOCK:
    return check_block (look, fault);
  case BLOCK_SYNC_END:
    return check_end (look, fault);
  case BLOCK_SYNC_UNCOMMITTED:
    return only_uncommitted (look, fault);
  case BLOCK_SYNC_REFUSED:
    reading_fault (look->reading, fault, DCPIPE_RETRY, look->blocks->wanted, "%s%s", error.text,
                   look->reading->resuming ? ": the last stored block is not there" : "");
    return reading_doubt (look->reading, look->answer, DCPIPE_DIVERGED, FORKED, fault);
  case BLOCK_SYNC_NONSENSE:
  default:
    return nonsense (look, fault, error.text);
  }
}

/* ---- blocks --------------------------------------------------------------------------------------- */

/* What is wrong with the block's content is found, and told, when it is unpacked. */
static bool
check_hash (struct bytes frame, const struct synced_block *block, struct ic_error *error)
{
  char said[2 * LEDGER_HASH_SIZE + 1], is[2 * LEDGER_HASH_SIZE + 1];
  uint8_t hash[LEDGER_HASH_SIZE];
  struct ledger_reason reason;

  if (!frame_hash (frame, hash, &reason) || memcmp (hash, block->hash.data, sizeof hash) == 0)
    return true;
  hex_encode (said, block->hash.data, sizeof hash);
  hex_encode (is, hash, sizeof hash);
  ic_error_set (error, "the block's hash is %s, and the canister says that it is %s", is, said);
  return false;
}

/* Puts header and data together as they stand in the ledger. */
static int
deliver (struct blocks *blocks, const struct look *look, dcpipe_batch *batch, struct fault *fault)
{
  const struct synced_block *block = &look->block;
  struct ledger_frame frame = { .position = block->position };
  size_t size = LEDGER_HEADER_SIZE + block->data.size;
  uint8_t *memory = dcpipe_batch_memory (batch, size);
  struct ic_error error;
  struct link link;

  if (memory == NULL) {
    ic_error_set (&fault->error, "no memory for a block of %zu bytes", size);
    return DCPIPE_FAIL;
  }
  memcpy (memory, block->header.data, LEDGER_HEADER_SIZE);
  memcpy (memory + LEDGER_HEADER_SIZE, block->data.data, block->data.size);
  frame.bytes = (struct bytes){ memory, size };
  if (!reading_fits (look->reading, &frame, &link, &error) || !check_hash (frame.bytes, block, &error)) {
    reading_fault (look->reading, fault, DCPIPE_RETRY, block->position, "%s", error.text);
    return reading_doubt (look->reading, look->answer, DCPIPE_DIVERGED, FORKED, fault);
  }
  reading_note_start (look->reading, block->position);
  reading_give (look->reading, batch, &frame, &link);
  blocks->from_the_start = false;
  blocks->wanted = block->position + size;
  return DCPIPE_OK;
}

/* ---- next ----------------------------------------------------------------------------------------- */

static int
ask (const struct blocks *blocks, struct reading *reading, uint64_t deadline, struct ic_answer **answer,
     struct fault *fault)
{
  struct canister *canister = reading->canister;
  CLEANUP_FREE uint8_t *data = NULL;
  struct ic_candid_buffer buffer = { NULL };
  bool good = block_sync_put (&buffer, &canister->block_sync_types,
                              blocks->from_the_start ? NULL : &blocks->wanted, &fault->error);
  struct ic_ask asked = reading_ask (reading, "next_block_sync", (struct bytes){ buffer.data, buffer.size });
  int result = DCPIPE_RETRY;

  data = buffer.data;
  if (good)
    result = canister_inquire (canister, &asked, deadline, answer, fault);
  if (result == DCPIPE_RETRY || result == DCPIPE_FAIL)
    reading_fault (reading, fault, result, blocks->wanted, "%s", fault->error.text);
  return reading_asked (reading, result, fault);
}

int
blocks_next (struct blocks *blocks, struct reading *reading, uint64_t deadline, dcpipe_batch *batch,
             struct fault *fault)
{
  int result;

  do {
    struct ic_answer *answer = NULL;
    struct look look = { .blocks = blocks, .reading = reading };

    *fault = (struct fault){ .result = DCPIPE_OK };
    result = ask (blocks, reading, deadline, &answer, fault);
    look.answer = answer;
    if (result == DCPIPE_OK)
      result = read_reply (&look, fault);
    if (result == DCPIPE_OK)
      result = deliver (blocks, &look, batch, fault);
    ic_answer_free (answer);
  } while (result == DCPIPE_NONE);
  if (result == DCPIPE_TIP)
    reading_believe (reading);
  return result;
}
