/* SPDX-License-Identifier: Apache-2.0 */
/* Every row of ic/candid/leb128.jsonl as a number of any size, and where the limit lies. */
#include "config.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bytes/cleanup.h"
#include "ic/candid/number.h"
#include "support/run.h"
#include "support/vectors.h"

static size_t rows, canonical_rows;

static void
check_row (json_t *row, size_t number, void *context)
{
  bool is_signed = strcmp (vectors_text (row, "kind"), "sleb") == 0;
  const char *value = vectors_text (row, "value");
  size_t size;
  CLEANUP_FREE uint8_t *data = vectors_hex (row, "hex", &size);
  CLEANUP_FREE char *digits = NULL;
  struct ic_error error = { "" };
  struct bytes again;

  (void) context;
  if (value == NULL)
    return;
  size = (size_t) json_integer_value (json_object_get (row, "len"));
  digits = ic_number_digits ((struct bytes){ data, size }, is_signed, &error);
  ck_assert_msg (digits != NULL && strcmp (digits, value) == 0, "row %zu: %s", number, digits);
  again = ic_number_leb128 (value, is_signed, &error);
  ck_assert_msg (again.data != NULL, "row %zu: %s", number, error.text);
  if (json_is_true (json_object_get (row, "canonical"))) {
    ck_assert_msg (bytes_equal (again, (struct bytes){ data, size }), "row %zu: another encoding", number);
    canonical_rows++;
  } else
    ck_assert_msg (again.size < size, "row %zu: not shorter", number);
  free ((void *) (uintptr_t) again.data);
  rows++;
}

START_TEST (every_row)
{
  vectors_each ("ic/candid/leb128.jsonl", check_row, NULL);
  printf ("leb128.jsonl: %zu numbers, %zu canonical\n", rows, canonical_rows);
  if (getenv ("DCPIPE_VECTORS") == NULL)
    ck_assert (rows >= 270 && canonical_rows >= 130);
}
END_TEST

/* 2^bits, less one if `less`, as an unsigned LEB128. */
static struct bytes
power (unsigned bits, bool less, uint8_t *room)
{
  size_t size = 0;

  for (unsigned left = bits; left > 6; left -= 7)
    room[size++] = less ? 0xff : 0x80;
  room[size++] = (uint8_t) ((1u << bits % 7) - less);
  return (struct bytes){ room, size };
}

START_TEST (the_limit_is_where_it_is_said_to_be)
{
  uint8_t room[IC_NUMBER_MAX_BITS / 7 + 10];
  struct ic_error error = { "" };
  struct bytes most = power (IC_NUMBER_MAX_BITS, true, room), again;
  char *digits = ic_number_digits (most, false, &error);

  ck_assert_msg (digits != NULL, "%s", error.text);
  ck_assert_uint_eq (strlen (digits), 19729); /* 65536 * log10 (2) */
  ck_assert_mem_eq (digits, "2003529930406846464979072351560255750447825475569751419265016973710894059556",
                    76);
  again = ic_number_leb128 (digits, false, &error);
  ck_assert (bytes_equal (again, most));
  free (digits);
  free ((void *) (uintptr_t) again.data);
  ck_assert (ic_number_digits (power (IC_NUMBER_MAX_BITS, false, room), false, &error) == NULL);
  ck_assert_str_eq (error.text, "a number of more than 65536 bits");
}
END_TEST

START_TEST (huge_numbers_are_refused_at_once)
{
  const size_t size = 8 << 20;
  CLEANUP_FREE char *digits = malloc (size + 1);
  struct timespec before, after;
  struct ic_error error;

  ck_assert_ptr_nonnull (digits);
  memset (digits, '7', size);
  digits[size] = '\0';
  clock_gettime (CLOCK_MONOTONIC, &before);
  ck_assert (ic_number_leb128 (digits, false, &error).data == NULL);
  memset (digits, 0xff, size);
  digits[size - 1] = 1;
  ck_assert (ic_number_digits ((struct bytes){ (uint8_t *) digits, size }, true, &error) == NULL);
  clock_gettime (CLOCK_MONOTONIC, &after);
  ck_assert_int_lt (after.tv_sec - before.tv_sec, 2);
}
END_TEST

START_TEST (only_digits_are_numbers)
{
  static const char *const texts[] = { "", "-", "+1", " 1", "1 ", "1_000", "0x1", "--1", "1-", "-1" };
  struct ic_error error;

  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    ck_assert_msg (ic_number_leb128 (texts[i], false, &error).data == NULL, "\"%s\" was taken", texts[i]);
}
END_TEST

START_TEST (zeros_in_front_and_minus_zero_are_nothing)
{
  static const char *const texts[] = { "0", "-0", "000", "-000" };
  struct ic_error error;

  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    struct bytes bytes = ic_number_leb128 (texts[i], true, &error);

    ck_assert_uint_eq (bytes.size, 1);
    ck_assert_uint_eq (bytes.data[0], 0);
    free ((void *) (uintptr_t) bytes.data);
  }
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { every_row, the_limit_is_where_it_is_said_to_be,
                                 huge_numbers_are_refused_at_once, only_digits_are_numbers,
                                 zeros_in_front_and_minus_zero_are_nothing };

  return RUN_TESTS ("number", tests);
}
