/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "dcledger/framer.h"
#include "dcledger/partition.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "support/run.h"
#include "support/vectors.h"

#define MOST_FRAMES 2000

/* What came out of a run: frames, and how and where it ended. */
struct result {
  size_t count;
  uint64_t positions[MOST_FRAMES];
  size_t sizes[MOST_FRAMES];
  enum ledger_framing ended;
  uint64_t end;
};

static uint64_t random_state;

static size_t
random_below (size_t limit)
{
  random_state = random_state * UINT64_C (6364136223846793005) + 1442695040888963407;
  return (size_t) (random_state >> 33) % limit;
}

/* Most chunks are small, some hold many blocks. */
static size_t
chunk_size (size_t left, size_t style)
{
  size_t size = style == 0 ? 1 : style % 3 == 1 ? 1 + random_below (60) : 1 + random_below (20000);

  return size < left ? size : left;
}

static void
note_frame (struct result *result, const struct ledger_frame *frame, struct bytes file)
{
  ck_assert_uint_lt (result->count, MOST_FRAMES);
  result->positions[result->count] = frame->position;
  result->sizes[result->count++] = frame->bytes.size;
  if (!bytes_equal (frame->bytes, (struct bytes){ file.data + frame->position, frame->bytes.size }))
    ck_abort_msg ("the block at %" PRIu64 " has other bytes than the file", frame->position);
}

/* Reads everything from `start` in chunks that are gone after each step. */
static void
run (struct bytes file, uint64_t start, size_t style, struct result *result)
{
  struct ledger_framer *framer = ledger_framer_new (start, 16 << 20);
  struct ledger_reason reason;
  struct ledger_frame frame;
  uint8_t *chunk = NULL;
  uint64_t at = start;

  result->count = 0;
  for (;;) {
    size_t left, size;

    while ((result->ended = ledger_framer_next (framer, &frame, &reason)) == LEDGER_FRAME)
      note_frame (result, &frame, file);
    if (result->ended != LEDGER_MORE)
      break;
    left = file.size - at;
    if (left == 0) {
      result->ended = ledger_framer_finish (framer, &reason);
      break;
    }
    size = chunk_size (left, style);
    free (chunk);
    chunk = malloc (size);
    memcpy (chunk, file.data + at, size);
    ck_assert (ledger_framer_give (framer, at, (struct bytes){ chunk, size }, &reason));
    at += size;
  }
  result->end = ledger_framer_position (framer);
  ledger_framer_free (framer);
  free (chunk);
}

static void
check_same (const char *name, const struct result *one, const struct result *other)
{
  ck_assert_msg (one->count == other->count, "%s: %zu and %zu blocks", name, one->count, other->count);
  ck_assert_int_eq (one->ended, other->ended);
  ck_assert_uint_eq (one->end, other->end);
  ck_assert_mem_eq (one->positions, other->positions, one->count * sizeof one->positions[0]);
  ck_assert_mem_eq (one->sizes, other->sizes, one->count * sizeof one->sizes[0]);
}

static void
check_chunkings (const char *name, size_t styles)
{
  static struct result whole, chunked;
  struct ledger_reason reason;
  uint64_t start;
  struct bytes file;

  file.data = vectors_read (name, &file.size);
  if (ledger_data_start ((struct bytes){ file.data,
                                         file.size < LEDGER_TABLE_SIZE ? file.size : LEDGER_TABLE_SIZE },
                         file.size, &start, &reason)) {
    run (file, start, 1 << 20, &whole);
    for (size_t style = 0; style < styles; style++) {
      run (file, start, style, &chunked);
      check_same (name, &whole, &chunked);
    }
    printf ("%s: %zu blocks in %zu chunkings\n", name, whole.count, styles);
  }
  free ((void *) (uintptr_t) file.data);
}

START_TEST (chunks_of_any_size_give_the_same_blocks)
{
  char *path = vectors_path ("ledger/corrupt"), name[256];
  DIR *directory = opendir (path);
  struct dirent *found;
  size_t files = 0;

  random_state = 20240801;
  while (directory != NULL && (found = readdir (directory)) != NULL) {
    const char *dot = strrchr (found->d_name, '.');

    if (dot == NULL || strcmp (dot, ".ledger") != 0 || strlen (found->d_name) > 200)
      continue;
    snprintf (name, sizeof name, "ledger/corrupt/%.200s", found->d_name);
    check_chunkings (name, 24);
    files++;
  }
  if (directory != NULL)
    closedir (directory);
  free (path);
  printf ("%zu files\n", files);
  ck_assert_msg (files > 0 || getenv ("DCPIPE_VECTORS") != NULL, "no ledger was found");
}
END_TEST

/* ---- by hand ------------------------------------------------------------------------------------- */

/* Three blocks of 20, 17 and 40 bytes. */
#define SMALL 77
static const uint8_t small[SMALL + 16] = {
  [0] = 1, [8] = 20, [20] = 1, [28] = 17, [37] = 1, [45] = 40,
};

static struct bytes
part (size_t from, size_t to)
{
  return (struct bytes){ small + from, to - from };
}

START_TEST (whole_blocks_are_not_copied)
{
  struct ledger_framer *framer = ledger_framer_new (1000, 100);
  struct ledger_reason reason;
  struct ledger_frame frame;

  ck_assert (ledger_framer_give (framer, 1000, part (0, sizeof small), &reason));
  ck_assert_int_eq (ledger_framer_next (framer, &frame, &reason), LEDGER_FRAME);
  ck_assert_ptr_eq (frame.bytes.data, small);
  ck_assert_int_eq (ledger_framer_next (framer, &frame, &reason), LEDGER_FRAME);
  ck_assert_ptr_eq (frame.bytes.data, small + 20);
  ck_assert_uint_eq (frame.position, 1020);
  ck_assert_int_eq (ledger_framer_next (framer, &frame, &reason), LEDGER_FRAME);
  ck_assert_ptr_eq (frame.bytes.data, small + 37);
  ck_assert_uint_eq (frame.bytes.size, 40);
  ck_assert_int_eq (ledger_framer_next (framer, &frame, &reason), LEDGER_END);
  ck_assert_uint_eq (ledger_framer_position (framer), 1000 + SMALL);
  ck_assert_int_eq (ledger_framer_next (framer, &frame, &reason), LEDGER_END);
  ledger_framer_free (framer);
}
END_TEST

START_TEST (a_joined_block_stays_while_its_followers_come)
{
  struct ledger_framer *framer = ledger_framer_new (0, 100);
  struct ledger_reason reason;
  struct ledger_frame first, second;

  ck_assert (ledger_framer_give (framer, 0, part (0, 18), &reason));
  ck_assert_int_eq (ledger_framer_next (framer, &first, &reason), LEDGER_MORE);
  ck_assert (ledger_framer_give (framer, 18, part (18, 50), &reason));
  ck_assert_int_eq (ledger_framer_next (framer, &first, &reason), LEDGER_FRAME);
  ck_assert_int_eq (ledger_framer_next (framer, &second, &reason), LEDGER_FRAME);
  ck_assert_mem_eq (first.bytes.data, small, 20);
  ck_assert_ptr_eq (second.bytes.data, small + 20);
  ck_assert_int_eq (ledger_framer_next (framer, &first, &reason), LEDGER_MORE);
  ck_assert_uint_eq (ledger_framer_position (framer), 37);
  ledger_framer_free (framer);
}
END_TEST

START_TEST (a_begun_block_may_be_read_again_as_a_whole)
{
  struct ledger_framer *framer = ledger_framer_new (0, 100);
  struct ledger_reason reason;
  struct ledger_frame frame;

  ck_assert (ledger_framer_give (framer, 0, part (0, 30), &reason));
  ck_assert_int_eq (ledger_framer_next (framer, &frame, &reason), LEDGER_FRAME);
  ck_assert_int_eq (ledger_framer_next (framer, &frame, &reason), LEDGER_MORE);
  ck_assert (!ledger_framer_give (framer, 29, part (29, 50), &reason));
  ck_assert_str_eq (reason.text, "bytes came for position 29, expected 30 or 20");
  ck_assert (!ledger_framer_give (framer, 31, part (31, 50), &reason));
  ck_assert (ledger_framer_give (framer, 20, part (20, SMALL), &reason));
  ck_assert_int_eq (ledger_framer_next (framer, &frame, &reason), LEDGER_FRAME);
  ck_assert_ptr_eq (frame.bytes.data, small + 20);
  ledger_framer_free (framer);
}
END_TEST

START_TEST (a_ledger_may_grow_behind_its_end)
{
  struct ledger_framer *framer = ledger_framer_new (0, 100);
  struct ledger_reason reason;
  struct ledger_frame frame;

  ck_assert_int_eq (ledger_framer_next (framer, &frame, &reason), LEDGER_MORE);
  ck_assert_int_eq (ledger_framer_finish (framer, &reason), LEDGER_END);
  ck_assert (ledger_framer_give (framer, 0, part (0, 20), &reason));
  ck_assert_int_eq (ledger_framer_next (framer, &frame, &reason), LEDGER_FRAME);
  ck_assert_int_eq (ledger_framer_next (framer, &frame, &reason), LEDGER_MORE);
  ck_assert_int_eq (ledger_framer_finish (framer, &reason), LEDGER_END);
  ck_assert (ledger_framer_give (framer, 20, part (20, 36), &reason));
  ck_assert_int_eq (ledger_framer_next (framer, &frame, &reason), LEDGER_MORE);
  ck_assert_int_eq (ledger_framer_finish (framer, &reason), LEDGER_FAULT);
  ck_assert_str_eq (reason.text, "the ledger ends inside the block: 16 of its 17 bytes are there");
  ledger_framer_seek (framer, 0);
  ck_assert (ledger_framer_give (framer, 0, part (0, SMALL), &reason));
  ck_assert_int_eq (ledger_framer_next (framer, &frame, &reason), LEDGER_FRAME);
  ck_assert_uint_eq (frame.position, 0);
  ledger_framer_free (framer);
}
END_TEST

START_TEST (lengths_are_limited)
{
  static const uint8_t huge[16] = { [0] = 1, [8] = 0xff, [9] = 0xff, [10] = 0xff, [11] = 0xff };
  struct ledger_framer *framer = ledger_framer_new (0, 1000);
  struct ledger_reason reason;
  struct ledger_frame frame;

  ck_assert (ledger_framer_give (framer, 0, (struct bytes){ huge, sizeof huge }, &reason));
  ck_assert_int_eq (ledger_framer_next (framer, &frame, &reason), LEDGER_FAULT);
  ck_assert_str_eq (reason.text, "jump_next is 4294967295, more than the limit of 1000 bytes");
  ledger_framer_free (framer);
  framer = ledger_framer_new (UINT64_MAX - 100, UINT32_MAX);
  ck_assert (ledger_framer_give (framer, UINT64_MAX - 100, (struct bytes){ huge, sizeof huge }, &reason));
  ck_assert_int_eq (ledger_framer_next (framer, &frame, &reason), LEDGER_FAULT);
  ck_assert_str_eq (reason.text, "jump_next leads past the largest position");
  ledger_framer_free (framer);
}
END_TEST

/* ---- partition table ----------------------------------------------------------------------------- */

static bool
data_start (uint64_t first, uint64_t second, uint64_t *start, struct ledger_reason *reason)
{
  uint8_t table[LEDGER_TABLE_SIZE] = "LedgPart";

  store_le64 (table + 16, first);
  store_le64 (table + 32, second);
  return ledger_data_start ((struct bytes){ table, sizeof table }, 100000, start, reason);
}

START_TEST (the_start_is_taken_by_index)
{
  struct ledger_reason reason;
  uint64_t start = 0;

  ck_assert (data_start (8, 70000, &start, &reason));
  ck_assert_uint_eq (start, 70000);
  ck_assert (data_start (8, 100000, &start, &reason));
  ck_assert_uint_eq (start, 100000);
  ck_assert (!data_start (8, 100001, &start, &reason));
  ck_assert_str_eq (reason.text, "the blocks start at 100001, past the end of the file at 100000");
  ck_assert (!data_start (8, 2055, &start, &reason));
  ck_assert (!data_start (0, 70000, &start, &reason));
  ck_assert (!data_start (8, 0, &start, &reason));
  ck_assert_str_eq (reason.text, "the partition table has no entry 1, where the blocks' start is expected");
  ck_assert_uint_eq (start, 100000);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { chunks_of_any_size_give_the_same_blocks,
                                 whole_blocks_are_not_copied,
                                 a_joined_block_stays_while_its_followers_come,
                                 a_begun_block_may_be_read_again_as_a_whole,
                                 a_ledger_may_grow_behind_its_end,
                                 lengths_are_limited,
                                 the_start_is_taken_by_index };

  return RUN_TESTS ("framer", tests);
}
