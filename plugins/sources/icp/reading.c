/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "reading.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "bytes/hex.h"
#include "dcledger/partition.h"
#include "dcledger/unpack.h"

static uint64_t
clock_ms (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return (uint64_t) now.tv_sec * 1000 + (uint64_t) now.tv_nsec / 1000000;
}

/* ---- cursors: start=N&before=HEX&hash=HEX&time=N, of which the first part alone is always there ------ */

static size_t
put_hex (char *text, const char *key, const uint8_t *data, size_t size)
{
  size_t length = strlen (key);

  memcpy (text, key, length);
  hex_encode (text + length, data, size);
  return length + 2 * size;
}

static void
give_cursor (const struct reading *reading, dcpipe_batch *batch, const struct link *link)
{
  char text[DCPIPE_CURSOR_MAX];
  size_t size = (size_t) snprintf (text, sizeof text, "start=%" PRIu64, reading->first);

  if (reading->before.size > 0)
    size += put_hex (text + size, "&before=", reading->before.data, reading->before.size);
  if (link->known) {
    size += put_hex (text + size, "&hash=", link->hash, sizeof link->hash);
    size += (size_t) snprintf (text + size, sizeof text - size, "&time=%" PRIu64, link->time);
  }
  dcpipe_batch_cursor (batch, text, size);
}

static bool
take_hex (const char *text, uint8_t *data, size_t size)
{
  return strlen (text) == 2 * size && hex_decode (data, text, size);
}

static void
take_part (struct reading *reading, const char *key, const char *value)
{
  if (strcmp (key, "start") == 0)
    reading->first = strtoull (value, NULL, 10);
  else if (strcmp (key, "before") == 0 && take_hex (value, reading->before.data, DATA_FETCH_BEFORE))
    reading->before.size = DATA_FETCH_BEFORE;
  else if (strcmp (key, "hash") == 0)
    reading->stored.known = take_hex (value, reading->stored.hash, LEDGER_HASH_SIZE);
  else if (strcmp (key, "time") == 0)
    reading->stored.time = strtoull (value, NULL, 10);
}

/* What cannot be read is done without: it only makes a fork be noticed sooner, and progress right. */
static void
take_cursor (struct reading *reading, struct dcpipe_bytes cursor)
{
  char text[DCPIPE_CURSOR_MAX + 1], *part = text, *next, *value;

  reading->first = LEDGER_DATA_START;
  if (cursor.size == 0 || cursor.size > DCPIPE_CURSOR_MAX)
    return;
  memcpy (text, cursor.data, cursor.size);
  text[cursor.size] = '\0';
  for (; part != NULL; part = next) {
    next = strchr (part, '&');
    if (next != NULL)
      *next++ = '\0';
    value = strchr (part, '=');
    if (value == NULL)
      continue;
    *value++ = '\0';
    take_part (reading, part, value);
  }
}

/* ---- beginning ------------------------------------------------------------------------------------ */

void
reading_begin (struct reading *reading, struct canister *canister, const char *method,
               const dcpipe_resume *resume)
{
  *reading = (struct reading){ .canister = canister, .method = method, .carried = IC_PROOF_CERTIFICATE };
  reading->resuming = reading->first_known = dcpipe_resume_at_block (resume);
  if (!reading->resuming)
    return;
  reading->place = dcpipe_resume_position (resume);
  take_cursor (reading, dcpipe_resume_cursor (resume));
}

bool
reading_note_start (struct reading *reading, uint64_t position)
{
  if (reading->first_known)
    return false;
  reading->first_known = true;
  reading->first = reading->place = position;
  return true;
}

/* ---- doubt ---------------------------------------------------------------------------------------- */

int
reading_fault (const struct reading *reading, struct fault *fault, int result, uint64_t position,
               const char *format, ...)
{
  char text[sizeof fault->error.text];
  va_list arguments;

  va_start (arguments, format);
  vsnprintf (text, sizeof text, format, arguments);
  va_end (arguments);
  fault->result = result;
  ic_error_set (&fault->error, "%s", text);
  ic_error_prefix (&fault->error, "%s of canister %s at position %" PRIu64, reading->method,
                   reading->canister->id, position);
  return result;
}

static int
conclude (struct fault *fault, int result, const char *conclusion)
{
  struct ic_error words = fault->error;

  ic_error_set (&fault->error, "%s%s", words.text, conclusion);
  return fault->result = result;
}

/* Whether the answer can know of the last block. */
static bool
is_stale (const struct reading *reading, const struct ic_answer *answer)
{
  const struct link *last = reading->last.known ? &reading->last : &reading->stored;

  return answer->signed_ns != 0 && last->known && answer->signed_ns < last->time;
}

/* Whether there have been so many answers over so long that they are believed. */
static bool
has_lasted (struct doubt *doubt, uint64_t max_age)
{
  uint64_t now = clock_ms ();

  if (doubt->answers++ == 0)
    doubt->since_ms = now;
  return doubt->answers >= DOUBTS_LEAST && now - doubt->since_ms > max_age;
}

int
reading_doubt (struct reading *reading, const struct ic_answer *answer, int lasting, const char *conclusion,
               struct fault *fault)
{
  const struct canister *canister = reading->canister;
  struct doubt *doubt = &reading->doubt;
  enum ic_proof proof = answer->proof < reading->carried ? answer->proof : reading->carried;
  bool stale = is_stale (reading, answer);

  doubt->any = true;
  if (!stale && proof == IC_PROOF_CERTIFICATE)
    return conclude (fault, lasting, conclusion);
  if (!stale && lasting == DCPIPE_DIVERGED && has_lasted (doubt, canister->max_age))
    return conclude (fault, lasting, conclusion);
  doubt->certify = proof == IC_PROOF_SIGNATURE;
  if (doubt->certify)
    return DCPIPE_NONE;
  ic_agent_blame (canister->agent, answer->host);
  doubt->avoid |= UINT64_C (1) << answer->host;
  if (ic_agent_can_ask (canister->agent, doubt->avoid))
    return DCPIPE_NONE;
  doubt->avoid = 0;
  return conclude (fault, DCPIPE_RETRY, "; perhaps the node that answered lags behind, or is wrong");
}

int
reading_too_short (struct reading *reading, const struct ic_answer *answer, uint64_t position,
                   struct fault *fault)
{
  reading_fault (reading, fault, DCPIPE_RETRY, position, "the ledger ends before %s",
                 reading->resuming ? "the end of the last stored block" : "what it held a moment ago");
  return reading_doubt (reading, answer, DCPIPE_DIVERGED, CUT_SHORT, fault);
}

int
reading_check_start (struct reading *reading, const struct ic_answer *answer, uint64_t position,
                     struct fault *fault)
{
  if (answer->proof != IC_PROOF_SIGNATURE || position == LEDGER_DATA_START)
    return DCPIPE_OK;
  reading_fault (reading, fault, DCPIPE_RETRY, position, "the ledger is said to begin here, not at %" PRIu64,
                 LEDGER_DATA_START);
  return reading_doubt (reading, answer, DCPIPE_DIVERGED, "", fault);
}

struct ic_ask
reading_ask (const struct reading *reading, const char *method, struct bytes arg)
{
  return (struct ic_ask){
    .method = method, .arg = arg, .certified = reading->doubt.certify, .avoid = reading->doubt.avoid
  };
}

int
reading_asked (struct reading *reading, int result, struct fault *fault)
{
  if (result != DCPIPE_RETRY && result != DCPIPE_FAIL)
    return result;
  if (reading->doubt.certify)
    result = fault->result = DCPIPE_RETRY;
  reading->doubt.certify = false;
  return result;
}

void
reading_believe (struct reading *reading)
{
  reading->doubt = (struct doubt){ .any = false };
}

void
reading_restart (struct reading *reading)
{
  reading->first_known &= reading->resuming || reading->end > 0;
  reading->carried = IC_PROOF_CERTIFICATE;
}

void
reading_carry (struct reading *reading, const struct ic_answer *answer)
{
  if (answer->proof < reading->carried)
    reading->carried = answer->proof;
}

/* ---- blocks --------------------------------------------------------------------------------------- */

bool
reading_fits (const struct reading *reading, const struct ledger_frame *frame, struct link *link,
              struct ic_error *error)
{
  struct ledger_reason reason;
  struct frame_facts facts;

  *link = (struct link){ .known = false };
  if (reading->canister->trust == DCPIPE_TRUST_CERTIFIED)
    return true;
  if (!frame_look (frame->bytes, &facts, &reason)) {
    ic_error_set (error, "%s", reason.text);
    return false;
  }
  *link = (struct link){ .known = true, .time = facts.timestamp };
  memcpy (link->hash, facts.hash, sizeof link->hash);
  if (reading->resuming && reading->stored.known
      && memcmp (facts.hash, reading->stored.hash, sizeof facts.hash) != 0) {
    ic_error_set (error, "it is not the block that was stored");
    return false;
  }
  if (reading->last.known
      && (!facts.has_parent || memcmp (facts.parent, reading->last.hash, sizeof facts.parent) != 0)) {
    ic_error_set (error, "it does not follow the block before it");
    return false;
  }
  return true;
}

void
reading_give (struct reading *reading, dcpipe_batch *batch, const struct ledger_frame *frame,
              const struct link *link)
{
  struct bytes bytes = frame->bytes;

  dcpipe_batch_frame (batch, frame->position, bytes.data, bytes.size);
  give_cursor (reading, batch, link);
  reading->before.size = DATA_FETCH_BEFORE;
  memcpy (reading->before.data, bytes.data + bytes.size - DATA_FETCH_BEFORE, DATA_FETCH_BEFORE);
  reading->last = *link;
  reading->resuming = false;
  reading->place = frame->position + bytes.size;
  reading->carried = IC_PROOF_CERTIFICATE;
  if (reading->end < reading->place)
    reading->end = reading->place;
  reading_believe (reading);
}
