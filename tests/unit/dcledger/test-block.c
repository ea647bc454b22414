/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "dcledger/block.h"
#include "dcledger/inflate.h"

#include <pthread.h>
#include <stdlib.h>
#include <zlib.h>

#include "support/run.h"

/* Memory that remembers what was asked of it, and refuses above `most`. */
struct space {
  uint8_t *data;
  size_t largest, most, calls;
};

static void *
grow (void *context, size_t size)
{
  struct space *space = context;

  space->calls++;
  if (size > space->largest)
    space->largest = size;
  if (size > space->most)
    return NULL;
  free (space->data);
  space->data = malloc (size);
  return space->data;
}

static struct bytes
deflate_zeros (size_t size)
{
  uint8_t *plain = calloc (1, size + 1);
  uLongf packed = compressBound (size);
  uint8_t *stream = malloc (packed);

  ck_assert (plain != NULL && stream != NULL);
  ck_assert_int_eq (compress (stream, &packed, plain, size), Z_OK);
  free (plain);
  return (struct bytes){ stream, packed };
}

static void
drop (struct bytes stream)
{
  free ((void *) (uintptr_t) stream.data);
}

START_TEST (the_limit_is_exact)
{
  struct bytes stream = deflate_zeros (100000), content;
  struct space space = { .most = SIZE_MAX };
  const struct ledger_room room = { grow, &space };
  struct ledger_reason reason;

  ck_assert (ledger_inflate (stream, 100000, &room, &content, &reason));
  ck_assert_uint_eq (content.size, 100000);
  ck_assert_uint_le (space.largest, 100000);
  ck_assert (!ledger_inflate (stream, 99999, &room, &content, &reason));
  ck_assert_str_eq (reason.text, "it inflates to more than the limit of 99999 bytes");
  ck_assert_uint_le (space.largest, 100000);
  free (space.data);
  drop (stream);
}
END_TEST

START_TEST (memory_is_asked_for_in_few_steps)
{
  struct bytes stream = deflate_zeros (30 << 20), content;
  struct space space = { .most = SIZE_MAX };
  const struct ledger_room room = { grow, &space };
  struct ledger_reason reason;

  ck_assert (ledger_inflate (stream, 64 << 20, &room, &content, &reason));
  ck_assert_uint_eq (content.size, 30 << 20);
  ck_assert_uint_le (space.calls, 8);
  free (space.data);
  drop (stream);
}
END_TEST

START_TEST (memory_may_be_refused)
{
  struct bytes stream = deflate_zeros (100000), content;
  struct space space = { .most = 10000 };
  const struct ledger_room room = { grow, &space };
  struct ledger_reason reason;

  ck_assert (!ledger_inflate (stream, 1 << 20, &room, &content, &reason));
  ck_assert_msg (strncmp (reason.text, "no memory for ", 14) == 0, "%s", reason.text);
  free (space.data);
  drop (stream);
}
END_TEST

START_TEST (bytes_behind_the_stream_are_ignored)
{
  struct bytes stream = deflate_zeros (50), content;
  uint8_t longer[128] = { 0 };
  struct space space = { .most = SIZE_MAX };
  const struct ledger_room room = { grow, &space };
  struct ledger_reason reason;

  memset (longer, 0xaa, sizeof longer);
  memcpy (longer, stream.data, stream.size);
  ck_assert (ledger_inflate ((struct bytes){ longer, sizeof longer }, 100, &room, &content, &reason));
  ck_assert_uint_eq (content.size, 50);
  free (space.data);
  drop (stream);
}
END_TEST

/* Cut at every byte and damaged in every bit, a stream never inflates to something else unnoticed. */
START_TEST (every_damage_is_noticed)
{
  struct bytes stream = deflate_zeros (3000), content;
  uint8_t copy[256];
  struct space space = { .most = SIZE_MAX };
  const struct ledger_room room = { grow, &space };
  struct ledger_reason reason;

  ck_assert_uint_le (stream.size, sizeof copy);
  memcpy (copy, stream.data, stream.size);
  for (size_t size = 0; size < stream.size; size++) {
    ck_assert (!ledger_inflate ((struct bytes){ copy, size }, 5000, &room, &content, &reason));
    ck_assert_msg (size == 0 || strstr (reason.text, "ends early") != NULL, "%zu bytes: %s", size,
                   reason.text);
  }
  for (size_t bit = 0; bit < 8 * stream.size; bit++) {
    copy[bit / 8] ^= (uint8_t) (1 << bit % 8);
    if (ledger_inflate ((struct bytes){ copy, stream.size }, 5000, &room, &content, &reason)) {
      ck_assert_uint_eq (content.size, 3000);
      for (size_t i = 0; i < content.size; i++)
        if (content.data[i] != 0)
          ck_abort_msg ("bit %zu changes the content", bit);
    }
    copy[bit / 8] ^= (uint8_t) (1 << bit % 8);
  }
  free (space.data);
  drop (stream);
}
END_TEST

static void *
inflate_often (void *context)
{
  const struct bytes *stream = context;
  struct space space = { .most = SIZE_MAX };
  const struct ledger_room room = { grow, &space };
  struct ledger_reason reason;
  struct bytes content;
  size_t good = 0;

  for (int i = 0; i < 200; i++)
    good += ledger_inflate (*stream, 1 << 20, &room, &content, &reason) && content.size == 20000;
  free (space.data);
  return good == 200 ? context : NULL;
}

START_TEST (threads_do_not_meet)
{
  struct bytes stream = deflate_zeros (20000);
  pthread_t threads[4];
  void *result;

  for (size_t i = 0; i < 4; i++)
    ck_assert_int_eq (pthread_create (&threads[i], NULL, inflate_often, &stream), 0);
  for (size_t i = 0; i < 4; i++) {
    ck_assert_int_eq (pthread_join (threads[i], &result), 0);
    ck_assert_ptr_nonnull (result);
  }
  drop (stream);
}
END_TEST

/* ---- headers ------------------------------------------------------------------------------------- */

START_TEST (headers)
{
  uint8_t frame[20] = { 1, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff, 20, 0, 0, 0, 7 };
  struct ledger_header header = ledger_header_load (frame);
  struct ledger_reason reason;
  struct bytes body;

  ck_assert_uint_eq (header.version, 1);
  ck_assert_int_eq (header.jump_prev, -2);
  ck_assert_uint_eq (header.jump_next, 20);
  ck_assert_uint_eq (header.reserved, 7);
  ck_assert (ledger_block_body ((struct bytes){ frame, 20 }, &body, &reason));
  ck_assert_ptr_eq (body.data, frame + 16);
  ck_assert_uint_eq (body.size, 4);
  ck_assert (!ledger_block_body ((struct bytes){ frame, 19 }, &body, &reason));
  ck_assert_str_eq (reason.text, "jump_next is 20, but the block has 19 bytes");
  ck_assert (!ledger_block_body ((struct bytes){ frame, 15 }, &body, &reason));
  frame[8] = 15;
  ck_assert (!ledger_block_body ((struct bytes){ frame, 20 }, &body, &reason));
  ck_assert_str_eq (reason.text, "jump_next is 15, less than the 16-byte header");
  frame[0] = 0;
  ck_assert (!ledger_block_body ((struct bytes){ frame, 20 }, &body, &reason));
  ck_assert_str_eq (reason.text, "block version is 0, expected 1");
}
END_TEST

/* ---- content ------------------------------------------------------------------------------------- */

/* Two entries: a = b: c, upserted; and an empty one, deleted. Time 5, no parent. */
static const uint8_t content_bytes[] = {
  2, 0, 0, 0, 0, 1, 0, 0, 0, 'a', 1, 0, 0, 0, 'b', 1, 0, 0, 0, 'c', 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0,   1, 5, 0, 0, 0,   0, 0, 0, 0, 0,   0, 0, 0,
};

static bool
walk_over (const uint8_t *data, size_t size, struct ledger_block *block, struct ledger_reason *reason)
{
  struct ledger_walk walk;
  struct ledger_entry entry;

  ledger_walk_begin (&walk, (struct bytes){ data, size });
  while (ledger_walk_next (&walk, &entry))
    ck_assert_int_eq (entry.deleted, walk.index == 2);
  return ledger_walk_end (&walk, block, reason);
}

START_TEST (every_cut_of_the_content_is_noticed)
{
  struct ledger_reason reason;
  struct ledger_block block;

  ck_assert (walk_over (content_bytes, sizeof content_bytes, &block, &reason));
  ck_assert_uint_eq (block.entries, 2);
  ck_assert_uint_eq (block.timestamp, 5);
  ck_assert_uint_eq (block.parent_hash.size, 0);
  for (size_t size = 0; size < sizeof content_bytes; size++)
    ck_assert (!walk_over (content_bytes, size, &block, &reason));
  ck_assert_str_eq (reason.text, "the parent hash needs 4 bytes from byte 43 on, but 3 are left");
}
END_TEST

static void
check_change (size_t at, uint8_t byte, const char *expected)
{
  uint8_t copy[sizeof content_bytes + 1] = { 0 };
  struct ledger_reason reason = { "" };
  struct ledger_block block;

  memcpy (copy, content_bytes, sizeof content_bytes);
  if (at < sizeof copy)
    copy[at] = byte;
  ck_assert (!walk_over (copy, sizeof content_bytes + (at >= sizeof content_bytes), &block, &reason));
  ck_assert_str_eq (reason.text, expected);
}

START_TEST (faults_name_entry_and_field)
{
  check_change (3, 1, "the block announces 16777218 entries, more than its 47 bytes can hold");
  check_change (4, 1, "entry 0: variant byte is 1, expected 0 (byte 4)");
  check_change (9, 0xff, "entry 0: label is not UTF-8: 0xff at byte 9");
  check_change (13, 1, "entry 0: key needs 16777217 bytes from byte 14 on, but 33 are left");
  check_change (18, 1, "entry 0: value needs 16777217 bytes from byte 19 on, but 28 are left");
  check_change (20, 2, "entry 0: operation byte is 2, expected 0 or 1 (byte 20)");
  check_change (34, 3, "entry 1: operation byte is 3, expected 0 or 1 (byte 34)");
  check_change (43, 1, "the parent hash needs 1 byte from byte 47 on, but 0 are left");
  check_change (47, 0, "the content ends at byte 47, but 1 more byte follows");
}
END_TEST

START_TEST (a_parent_hash_has_32_bytes_or_none)
{
  uint8_t copy[sizeof content_bytes + 33] = { 0 };
  struct ledger_reason reason;
  struct ledger_block block;

  memcpy (copy, content_bytes, sizeof content_bytes);
  for (uint8_t size = 1; size <= 33; size++) {
    copy[sizeof content_bytes - 4] = size;
    ck_assert (walk_over (copy, sizeof content_bytes + size, &block, &reason) == (size == 32));
  }
  ck_assert_str_eq (reason.text, "the parent hash has 33 bytes, expected 32 or none");
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { the_limit_is_exact,
                                 memory_is_asked_for_in_few_steps,
                                 memory_may_be_refused,
                                 bytes_behind_the_stream_are_ignored,
                                 every_damage_is_noticed,
                                 threads_do_not_meet,
                                 headers,
                                 every_cut_of_the_content_is_noticed,
                                 faults_name_entry_and_field,
                                 a_parent_hash_has_32_bytes_or_none };

  return RUN_TESTS ("block", tests);
}
