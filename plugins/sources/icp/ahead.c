/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ahead.h"

#include <inttypes.h>

#include "bytes/cleanup.h"

/* The slot that is number `i` from the head. */
static struct slot *
slot_at (struct ahead *ahead, size_t i)
{
  return &ahead->slots[(ahead->head + i) % PREFETCH_MAX];
}

void
ahead_clear (struct ahead *ahead)
{
  for (; ahead->count > 0; ahead->count--)
    ic_question_clear (&slot_at (ahead, ahead->count - 1)->question);
}

void
ahead_begin (struct ahead *ahead, const uint64_t *position, const struct before *before)
{
  ahead_clear (ahead);
  ahead->wanted = position != NULL ? *position : 0;
  ahead->from_the_start = position == NULL;
  ahead->before = *before;
  ahead->more = ahead->paused = false;
  ahead->stride = 0;
}

/* ---- asking --------------------------------------------------------------------------------------- */

/* The bytes before are known for the head alone, and it alone is asked for as doubts demand. */
static void
ask (const struct ahead *ahead, const struct reading *reading, struct slot *slot, bool is_head)
{
  const struct canister *canister = reading->canister;
  CLEANUP_FREE uint8_t *data = NULL;
  struct ic_candid_buffer buffer = { NULL };
  struct bytes before = { ahead->before.data, is_head ? ahead->before.size : 0 };
  bool anywhere = ahead->from_the_start && is_head;
  struct ic_ask asked = { .method = "data_fetch" };
  struct ic_error error;
  bool good = data_fetch_put (&buffer, &canister->data_fetch_types, anywhere ? NULL : &slot->position, before,
                              &error);

  data = buffer.data;
  if (is_head)
    asked = reading_ask (reading, "data_fetch", asked.arg);
  asked.arg = (struct bytes){ buffer.data, buffer.size };
  if (good)
    ic_origin_ask (canister->origin, &slot->question, &asked);
  else
    ic_origin_fail (canister->origin, &slot->question, &error);
}

/* Asks again for what failed, once the engine has paused. */
static void
ask_again (struct ahead *ahead, const struct reading *reading)
{
  for (size_t i = 0; i < ahead->count; i++) {
    struct slot *slot = slot_at (ahead, i);

    if (slot->question.state == IC_QUESTION_IDLE
        || (slot->question.state == IC_QUESTION_FAULT && ahead->paused))
      ask (ahead, reading, slot, i == 0);
  }
  ahead->paused = false;
}

/* Nothing is asked for ahead before it is known that there is more, and how much comes at once. */
static void
fill (struct ahead *ahead, const struct reading *reading)
{
  size_t limit = ahead->more && ahead->stride > 0 && !reading->doubt.any ? ahead->prefetch : 1;

  ask_again (ahead, reading);
  while (ahead->count < limit) {
    struct slot *slot = slot_at (ahead, ahead->count);

    slot->position = ahead->wanted;
    if (ahead->count > 0 && slot_at (ahead, ahead->count - 1)->position > UINT64_MAX - ahead->stride)
      return;
    if (ahead->count > 0)
      slot->position = slot_at (ahead, ahead->count - 1)->position + ahead->stride;
    ask (ahead, reading, slot, ahead->count == 0);
    ahead->count++;
  }
}

/* ---- replies -------------------------------------------------------------------------------------- */

/* Whether a chunk is what was asked for. An empty one where the ledger is not known to reach further is the
 * tip. */
static int
check_chunk (const struct ahead *ahead, struct reading *reading, const struct ic_answer *answer,
             const struct chunk *chunk, struct fault *fault)
{
  bool reached = chunk->bytes.size > 0 || (!reading->resuming && reading->end <= ahead->wanted);

  if (ahead->from_the_start)
    return reading_check_start (reading, answer, chunk->position, fault);
  if (chunk->position == ahead->wanted && reached)
    return DCPIPE_OK;
  if (chunk->position <= ahead->wanted)
    return reading_too_short (reading, answer, ahead->wanted, fault);
  reading_fault (reading, fault, DCPIPE_RETRY, ahead->wanted, "the reply begins at position %" PRIu64 "%s",
                 chunk->position,
                 reading->resuming ? ", so the last stored block is not in this ledger" : "");
  return reading_doubt (reading, answer, DCPIPE_DIVERGED, "", fault);
}

static int
read_reply (const struct ahead *ahead, struct reading *reading, const struct ic_answer *answer,
            struct chunk *chunk, struct fault *fault)
{
  struct ic_error error;

  switch (data_fetch_read (chunk, &reading->canister->data_fetch_types, answer->reply, &error)) {
  case DATA_FETCH_CHUNK:
    return check_chunk (ahead, reading, answer, chunk, fault);
  case DATA_FETCH_BEYOND_END:
    return reading_too_short (reading, answer, ahead->wanted, fault);
  case DATA_FETCH_MISMATCH:
    reading_fault (reading, fault, DCPIPE_RETRY, ahead->wanted,
                   "the bytes before it are not those of the block %s before",
                   reading->resuming ? "stored" : "read");
    return reading_doubt (reading, answer, DCPIPE_DIVERGED, FORKED, fault);
  case DATA_FETCH_REFUSED:
    reading_fault (reading, fault, DCPIPE_RETRY, ahead->wanted, "%s", error.text);
    return reading_doubt (reading, answer, DCPIPE_FAIL, "", fault);
  case DATA_FETCH_NONSENSE:
  default:
    reading_fault (reading, fault, DCPIPE_RETRY, ahead->wanted, "a reply that makes no sense: %s",
                   error.text);
    return reading_doubt (reading, answer, DCPIPE_FAIL, "", fault);
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
advance (struct ahead *ahead, const struct reading *reading, const struct chunk *chunk)
{
  ahead->head = (ahead->head + 1) % PREFETCH_MAX;
  ahead->count--;
  ahead->from_the_start &= chunk->bytes.size == 0;
  ahead->wanted = chunk->position + chunk->bytes.size;
  ahead->more = chunk->more;
  remember_before (&ahead->before, chunk->bytes);
  if (chunk->more)
    ahead->stride = chunk->bytes.size;
  if (ahead->count > 0 && (!chunk->more || slot_at (ahead, 0)->position != ahead->wanted))
    ahead_clear (ahead);
  if (chunk->more)
    fill (ahead, reading);
}

/* Waits until the question at the head has an answer. */
static int
await_head (struct ahead *ahead, struct reading *reading, uint64_t deadline, struct fault *fault)
{
  struct ic_question *head = &slot_at (ahead, 0)->question;
  int result;

  while ((result = canister_settle (reading->canister, head, fault)) == DCPIPE_WAIT)
    if (!ic_origin_wait (head, deadline))
      return DCPIPE_WAIT;
  if (result != DCPIPE_OK)
    reading_fault (reading, fault, result, ahead->wanted, "%s", fault->error.text);
  return reading_asked (reading, result, fault);
}

/* Takes the answer at the head, if it fits; if not it is forgotten. */
static int
take_head (struct ahead *ahead, struct reading *reading, struct chunk *chunk, struct ic_answer **answer,
           struct fault *fault)
{
  struct ic_question *head = &slot_at (ahead, 0)->question;
  int result = read_reply (ahead, reading, head->answer, chunk, fault);

  if (result == DCPIPE_OK) {
    *answer = head->answer;
    head->answer = NULL;
  }
  ic_question_clear (head);
  return result;
}

int
ahead_next (struct ahead *ahead, struct reading *reading, uint64_t deadline, struct chunk *chunk,
            struct ic_answer **answer, struct fault *fault)
{
  int result;

  do {
    *fault = (struct fault){ .result = DCPIPE_OK };
    fill (ahead, reading);
    result = await_head (ahead, reading, deadline, fault);
    if (result == DCPIPE_OK)
      result = take_head (ahead, reading, chunk, answer, fault);
  } while (result == DCPIPE_NONE && ahead->wanted == reading->place);
  if (result == DCPIPE_OK)
    advance (ahead, reading, chunk);
  ahead->paused = result == DCPIPE_RETRY;
  return result;
}
