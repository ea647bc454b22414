/* SPDX-License-Identifier: Apache-2.0 */
/* libdeflate is the faster one but says nothing about what is wrong with a stream, so zlib is
 * asked as well, once something is. */
#include "config.h"

#define ZLIB_CONST /* next_in points to const */

#include "dcledger/inflate.h"

#include <assert.h>
#include <limits.h>
#include <zlib.h>
#ifdef HAVE_LIBDEFLATE
#include <libdeflate.h>
#endif

#include "bytes/cleanup.h"

/* Blocks of a ledger inflate to 1.5 times their size, the best of them to 2.5 times. */
#define FIRST_GUESS 3
#define LEAST_GUESS 1024
#define NEXT_GUESS 4

enum outcome { DONE, FULL, BAD };

/* ---- the two libraries --------------------------------------------------------------------------- */

#ifdef HAVE_LIBDEFLATE
typedef struct libdeflate_decompressor decompressor;

static decompressor *
decompressor_new (void)
{
  return libdeflate_alloc_decompressor ();
}

static void
decompressor_free (decompressor *machine)
{
  libdeflate_free_decompressor (machine);
}

static enum outcome
run (decompressor *machine, struct bytes stream, void *room, size_t size, size_t *made)
{
  size_t used;

  switch (libdeflate_zlib_decompress_ex (machine, stream.data, stream.size, room, size, &used, made)) {
  case LIBDEFLATE_SUCCESS:
    return DONE;
  case LIBDEFLATE_INSUFFICIENT_SPACE:
    return FULL;
  default:
    return BAD;
  }
}
#else
typedef z_stream decompressor;

static decompressor *
decompressor_new (void)
{
  z_stream *machine = calloc (1, sizeof *machine);

  if (machine != NULL && inflateInit (machine) == Z_OK)
    return machine;
  free (machine);
  return NULL;
}

static void
decompressor_free (decompressor *machine)
{
  inflateEnd (machine);
  free (machine);
}

static enum outcome
run (decompressor *machine, struct bytes stream, void *room, size_t size, size_t *made)
{
  int status;

  if (stream.size > UINT_MAX || inflateReset (machine) != Z_OK)
    return BAD;
  machine->next_in = stream.data;
  machine->avail_in = (uInt) stream.size;
  machine->next_out = room;
  machine->avail_out = size < UINT_MAX ? (uInt) size : UINT_MAX;
  status = inflate (machine, Z_FINISH);
  *made = machine->total_out;
  if (status == Z_STREAM_END)
    return DONE;
  return status == Z_BUF_ERROR && machine->avail_out == 0 ? FULL : BAD;
}
#endif

/* A fresh one for each stream costs 2% of inflating a block of 3 KB, and leaves no state behind in threads
 * that belong to somebody else. */
static void
cleanup_decompressor (decompressor **machine)
{
  if (*machine != NULL)
    decompressor_free (*machine);
}

/* ---- faults -------------------------------------------------------------------------------------- */

static void
cleanup_inflate (z_stream **machine)
{
  if (*machine != NULL)
    inflateEnd (*machine);
}

/* Runs a bad stream once more, piece by piece and throwing the content away, to learn what is wrong and
 * where. It stops where the first run did, so it is as bounded. */
static bool
refuse_stream (struct bytes stream, size_t limit, struct ledger_reason *reason)
{
  z_stream state = { .next_in = stream.data };
  CLEANUP (cleanup_inflate) z_stream *machine = NULL;
  uint8_t scrap[4096];
  int status;

  if (stream.size == 0)
    return ledger_refuse (reason, "there is no compressed part");
  if (stream.size > UINT_MAX || inflateInit (&state) != Z_OK)
    return ledger_refuse (reason, "the compressed part is not a valid zlib stream");
  machine = &state;
  state.avail_in = (uInt) stream.size;
  do {
    state.next_out = scrap;
    state.avail_out = sizeof scrap;
    status = inflate (machine, Z_NO_FLUSH);
  } while (status == Z_OK && (state.avail_in > 0 || state.avail_out == 0) && state.total_out <= limit);
  if (status == Z_OK || status == Z_BUF_ERROR)
    return ledger_refuse (reason,
                          "the compressed part ends early: %zu bytes inflate to %lu, and more must follow",
                          stream.size, state.total_out);
  return ledger_refuse (reason, "the compressed part is not a valid zlib stream: %s at byte %lu",
                        state.msg != NULL       ? state.msg
                        : status == Z_NEED_DICT ? "it needs a dictionary"
                                                : "damaged",
                        state.total_in);
}

/* ---- inflating ----------------------------------------------------------------------------------- */

/* One that is right costs one pass, one that is too small another; one that is too large costs memory for
 * each block in flight. */
static size_t
first_guess (size_t compressed, size_t limit)
{
  size_t guess = LEAST_GUESS;

  if (compressed > limit / FIRST_GUESS)
    return limit;
  if (compressed > LEAST_GUESS / FIRST_GUESS)
    guess = compressed * FIRST_GUESS;
  return guess < limit ? guess : limit;
}

/* The size is not known before, and a stream that claims one would not be believed: so it is tried with
 * more and more room, up to the limit. Starting over costs less than it seems, for nearly all blocks fit
 * the first time. */
bool
ledger_inflate (struct bytes stream, size_t limit, const struct ledger_room *room, struct bytes *content,
                struct ledger_reason *reason)
{
  CLEANUP (cleanup_decompressor) decompressor *machine = decompressor_new ();
  size_t size = first_guess (stream.size, limit);

  if (machine == NULL)
    return ledger_refuse (reason, "out of memory for the decompressor");
  for (;;) {
    uint8_t *data = room->grow (room->context, size);
    size_t made = 0;

    if (data == NULL)
      return ledger_refuse (reason, "no memory for %zu bytes of inflated content", size);
    switch (run (machine, stream, data, size, &made)) {
    case DONE:
      assert (made <= size);
      *content = (struct bytes){ data, made };
      return true;
    case BAD:
      return refuse_stream (stream, limit, reason);
    case FULL:
      break;
    }
    if (size == limit)
      return ledger_refuse (reason, "it inflates to more than the limit of %zu bytes", limit);
    size = size < limit / NEXT_GUESS ? size * NEXT_GUESS : limit;
  }
}
