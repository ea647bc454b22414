/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "bytes/grow.h"

#include <string.h>

#include "support/run.h"

START_TEST (what_is_there_stays)
{
  uint8_t *data = NULL;
  size_t size = 0, capacity = 0, moves = 0;

  for (unsigned i = 0; i < 100000; i++) {
    const uint8_t *before = data;

    ck_assert (bytes_reserve (&data, size, &capacity, 1));
    ck_assert_uint_gt (capacity, size);
    moves += data != before;
    data[size++] = (uint8_t) (i * 7);
  }
  for (unsigned i = 0; i < size; i++)
    if (data[i] != (uint8_t) (i * 7))
      ck_abort_msg ("byte %u is another one", i);
  ck_assert_uint_le (moves, 20);
  free (data);
}
END_TEST

START_TEST (room_for_nothing_is_somewhere)
{
  uint8_t *data = NULL;
  size_t capacity = 0;

  ck_assert (bytes_reserve (&data, 0, &capacity, 0));
  ck_assert_ptr_nonnull (data);
  free (data);
}
END_TEST

START_TEST (too_much_changes_nothing)
{
  uint8_t *data = NULL, *before;
  size_t capacity = 0, had;

  ck_assert (bytes_reserve (&data, 0, &capacity, 1000));
  before = data;
  had = capacity;
  ck_assert (!bytes_reserve (&data, 1000, &capacity, SIZE_MAX));
  ck_assert (!bytes_reserve (&data, 1000, &capacity, SIZE_MAX - 1000));
  ck_assert (!bytes_reserve (&data, 1000, &capacity, SIZE_MAX / 2 - 999));
  ck_assert_ptr_eq (data, before);
  ck_assert_uint_eq (capacity, had);
  free (data);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { what_is_there_stays, room_for_nothing_is_somewhere,
                                 too_much_changes_nothing };

  return RUN_TESTS ("grow", tests);
}
