/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "bytes/cleanup.h"
#include "icp.h"

/* The slot that is number `i` from the head. */
static struct slot *
slot_at (struct ahead *ahead, size_t i)
{
  return &ahead->slots[(ahead->head + i) % PREFETCH_MAX];
}

void
ahead_clear (struct icp *handle)
{
  struct ahead *ahead = &handle->ahead;

  if (ahead->count > 0)
    origin_cancel (handle->origin);
  for (; ahead->count > 0; ahead->count--)
    question_clear (&slot_at (ahead, ahead->count - 1)->question);
}

void
ahead_begin (struct icp *handle, const uint64_t *position, const struct before *before)
{
  struct ahead *ahead = &handle->ahead;

  ahead_clear (handle);
  ahead->wanted = position != NULL ? *position : 0;
  ahead->from_the_start = position == NULL;
  ahead->before = *before;
  ahead->more = ahead->paused = false;
  ahead->stride = 0;
}

int
ahead_fault (const struct icp *handle, struct fault *fault, int result, const char *format, ...)
{
  char text[sizeof fault->error.text];
  va_list arguments;

  va_start (arguments, format);
  vsnprintf (text, sizeof text, format, arguments);
  va_end (arguments);
  fault->result = result;
  ic_error_set (&fault->error, "%s", text);
  ic_error_prefix (&fault->error, "%s of canister %s at position %" PRIu64,
                   handle->chosen == METHOD_DATA_FETCH ? "data_fetch" : "next_block_sync",
                   handle->canister_id, handle->ahead.wanted);
  return result;
}

/* ---- asking --------------------------------------------------------------------------------------- */

/* The bytes before are known for the head alone. */
static void
ask (struct icp *handle, struct slot *slot, bool is_head)
{
  const struct ahead *ahead = &handle->ahead;
  CLEANUP_FREE uint8_t *data = NULL;
  struct ic_candid_buffer buffer = { NULL };
  struct bytes before = { ahead->before.data, is_head ? ahead->before.size : 0 };
  bool anywhere = ahead->from_the_start && is_head;
  bool good = data_fetch_put (&buffer, &handle->types, anywhere ? NULL : &slot->position, before,
                              &slot->question.fault.error);

  data = buffer.data;
  if (good) {
    origin_ask (handle->origin, &slot->question, "data_fetch", (struct bytes){ buffer.data, buffer.size });
  } else {
    slot->question.fault.result = DCPIPE_RETRY;
    slot->question.state = QUESTION_FAULT;
  }
}

/* Asks again for what failed, once the engine has paused. */
static void
ask_again (struct icp *handle)
{
  struct ahead *ahead = &handle->ahead;

  for (size_t i = 0; i < ahead->count; i++) {
    struct slot *slot = slot_at (ahead, i);

    if (slot->question.state == QUESTION_IDLE || (slot->question.state == QUESTION_FAULT && ahead->paused))
      ask (handle, slot, i == 0);
  }
  ahead->paused = false;
}

/* Nothing is asked for ahead before it is known that there is more, and how much comes at once. */
static void
fill (struct icp *handle)
{
  struct ahead *ahead = &handle->ahead;
  size_t limit = ahead->more && ahead->stride > 0 ? (size_t) handle->prefetch : 1;

  ask_again (handle);
  while (ahead->count < limit) {
    struct slot *slot = slot_at (ahead, ahead->count);

    slot->position = ahead->wanted;
    if (ahead->count > 0 && slot_at (ahead, ahead->count - 1)->position > UINT64_MAX - ahead->stride)
      return;
    if (ahead->count > 0)
      slot->position = slot_at (ahead, ahead->count - 1)->position + ahead->stride;
    ask (handle, slot, ahead->count == 0);
    ahead->count++;
  }
}

/* ---- replies -------------------------------------------------------------------------------------- */

int
ahead_too_short (struct icp *handle, struct fault *fault)
{
  bool may_lag = handle->trust != DCPIPE_TRUST_CERTIFIED && !handle->fell_short;

  handle->fell_short = true;
  return ahead_fault (handle, fault, may_lag ? DCPIPE_RETRY : DCPIPE_DIVERGED, "the ledger ends before %s%s",
                      handle->resuming ? "the end of the last stored block" : "what it held a moment ago",
                      may_lag ? "; perhaps one replica lags behind"
                              : ": it was cut short, rolled back or swapped");
}

/* Whether a chunk is what was asked for. An empty one where the ledger is not known to reach further is the
 * tip. */
static int
check_chunk (struct icp *handle, const struct chunk *chunk, struct fault *fault)
{
  const struct ahead *ahead = &handle->ahead;

  if (ahead->from_the_start || (chunk->position == ahead->wanted && chunk->bytes.size > 0))
    return DCPIPE_OK;
  if (chunk->position == ahead->wanted)
    return handle->resuming || handle->end > ahead->wanted ? ahead_too_short (handle, fault) : DCPIPE_OK;
  if (chunk->position < ahead->wanted)
    return ahead_too_short (handle, fault);
  return ahead_fault (handle, fault, DCPIPE_DIVERGED, "the reply begins at position %" PRIu64 "%s",
                      chunk->position,
                      handle->resuming ? ", so the last stored block is not in this ledger" : "");
}

/* Reads a reply that is believed. */
static int
read_reply (struct icp *handle, struct bytes reply, struct chunk *chunk, struct fault *fault)
{
  struct ic_error error;
  int result;

  switch (data_fetch_read (chunk, &handle->types, reply, &error)) {
  case DATA_FETCH_CHUNK:
    return check_chunk (handle, chunk, fault);
  case DATA_FETCH_BEYOND_END:
    return ahead_too_short (handle, fault);
  case DATA_FETCH_MISMATCH:
    return ahead_fault (
        handle, fault, DCPIPE_DIVERGED,
        "the bytes before it are not those of the block %s: the ledger was forked, rolled back or swapped",
        handle->resuming ? "stored before" : "read before");
  case DATA_FETCH_REFUSED:
    return ahead_fault (handle, fault, DCPIPE_FAIL, "%s", error.text);
  case DATA_FETCH_NONSENSE:
  default:
    result = handle->trust == DCPIPE_TRUST_NONE ? DCPIPE_RETRY : DCPIPE_FAIL;
    return ahead_fault (handle, fault, result, "a reply that makes no sense: %s", error.text);
  }
}

/* A chunk too short to give all the bytes before what follows leaves them unknown: then nothing is compared.
 */
static void
remember_before (struct before *before, struct bytes bytes)
{
  if (bytes.size < DATA_FETCH_BEFORE) {
    before->size = bytes.size > 0 ? 0 : before->size;
    return;
  }
  before->size = DATA_FETCH_BEFORE;
  memcpy (before->data, bytes.data + bytes.size - DATA_FETCH_BEFORE, DATA_FETCH_BEFORE);
}

/* Moves on behind a chunk. What was asked for at positions that turn out wrong, or beyond the end, is
 * dropped. */
static void
advance (struct icp *handle, const struct chunk *chunk)
{
  struct ahead *ahead = &handle->ahead;

  ahead->head = (ahead->head + 1) % PREFETCH_MAX;
  ahead->count--;
  ahead->from_the_start = false;
  ahead->wanted = chunk->position + chunk->bytes.size;
  ahead->more = chunk->more;
  remember_before (&ahead->before, chunk->bytes);
  if (chunk->more)
    ahead->stride = chunk->bytes.size;
  if (ahead->count > 0 && (!chunk->more || slot_at (ahead, 0)->position != ahead->wanted))
    ahead_clear (handle);
  if (handle->end < ahead->wanted)
    handle->end = ahead->wanted;
  if (chunk->more)
    fill (handle);
}

/* Waits until the question at the head has an answer. */
static int
await_head (struct icp *handle, uint64_t deadline, struct fault *fault)
{
  struct question *head = &slot_at (&handle->ahead, 0)->question;
  int result;

  while ((result = origin_settle (handle->origin, head, fault)) == DCPIPE_WAIT)
    if (!origin_wait (handle->origin, head, deadline))
      return DCPIPE_WAIT;
  if (result != DCPIPE_OK)
    ahead_fault (handle, fault, result, "%s", fault->error.text);
  return result;
}

int
ahead_next (struct icp *handle, uint64_t deadline, struct chunk *chunk, struct answer **answer,
            struct fault *fault)
{
  struct ahead *ahead = &handle->ahead;
  struct question *head;
  int result;

  *fault = (struct fault){ .result = DCPIPE_OK };
  fill (handle);
  head = &slot_at (ahead, 0)->question;
  result = await_head (handle, deadline, fault);
  if (result == DCPIPE_OK) {
    *answer = head->answer;
    head->answer = NULL;
    question_clear (head);
    result = read_reply (handle, (*answer)->reply, chunk, fault);
    if (result != DCPIPE_OK)
      answer_free (*answer);
  }
  if (result == DCPIPE_OK) {
    handle->fell_short = false;
    advance (handle, chunk);
  }
  ahead->paused = result == DCPIPE_RETRY;
  return result;
}
