/* SPDX-License-Identifier: Apache-2.0 */
/* The same bytes, cut in two ways, must give the same blocks and the same end. */
#include "config.h"

#include "dcledger/framer.h"

#include <string.h>

#include "fuzz/fuzz.h"

#define START 1000

struct outcome {
  size_t frames;
  uint64_t sum; /* of what the frames were */
  uint64_t end;
  enum ledger_framing ended;
};

static void
note (struct outcome *outcome, const struct ledger_frame *frame, struct bytes input)
{
  const uint8_t *expected = input.data + (frame->position - START);

  require (frame->bytes.size == frame->header.jump_next);
  require (frame->position - START + frame->bytes.size <= input.size);
  require (memcmp (expected, frame->bytes.data, frame->bytes.size) == 0);
  outcome->frames++;
  outcome->sum = outcome->sum * 31 + frame->position;
}

/* Gives the bytes in pieces of `piece`, each in memory of its own that is gone afterwards. */
static struct outcome
run (struct bytes input, size_t piece)
{
  struct ledger_framer *framer = ledger_framer_new (START, 50000);
  struct ledger_reason reason = { "" };
  struct outcome outcome = { 0 };
  struct ledger_frame frame;
  uint8_t *chunk = NULL;
  size_t given = 0, size;

  for (;;) {
    while ((outcome.ended = ledger_framer_next (framer, &frame, &reason)) == LEDGER_FRAME)
      note (&outcome, &frame, input);
    if (outcome.ended != LEDGER_MORE || given == input.size)
      break;
    size = input.size - given < piece ? input.size - given : piece;
    free (chunk);
    chunk = malloc (size);
    memcpy (chunk, input.data + given, size);
    require (ledger_framer_give (framer, START + given, (struct bytes){ chunk, size }, &reason));
    given += size;
  }
  if (outcome.ended == LEDGER_MORE)
    outcome.ended = ledger_framer_finish (framer, &reason);
  require (outcome.ended == LEDGER_END || reason.text[0] != '\0');
  outcome.end = ledger_framer_position (framer);
  ledger_framer_free (framer);
  free (chunk);
  return outcome;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  struct outcome whole, cut;

  if (size < 2)
    return 0;
  whole = run ((struct bytes){ data + 1, size - 1 }, SIZE_MAX);
  cut = run ((struct bytes){ data + 1, size - 1 }, 1 + data[0] % 64);
  require (whole.frames == cut.frames && whole.sum == cut.sum && whole.end == cut.end
           && whole.ended == cut.ended);
  return 0;
}
