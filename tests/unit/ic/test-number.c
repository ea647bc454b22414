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

static size_t rows;

static void
check_row (json_t *row, size_t number, void *context)
{
  bool is_signed = strcmp (vectors_text (row, "kind"), "sleb") == 0;
  const char *value = vectors_text (row, "value");
  size_t size;
  CLEANUP_FREE uint8_t *data = vectors_hex (row, "hex", &size);
  CLEANUP_FREE char *digits = NULL;
  struct ic_error error = { "" };

  (void) context;
  if (value == NULL)
    return;
  size = (size_t) json_integer_value (json_object_get (row, "len"));
  digits = ic_number_digits ((struct bytes){ data, size }, is_signed, &error);
  ck_assert_msg (digits != NULL && strcmp (digits, value) == 0, "row %zu: %s", number, digits);
  rows++;
}

START_TEST (every_row)
{
  vectors_each ("ic/candid/leb128.jsonl", check_row, NULL);
  printf ("leb128.jsonl: %zu numbers\n", rows);
  if (getenv ("DCPIPE_VECTORS") == NULL)
    ck_assert_uint_ge (rows, 270);
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
  struct bytes most = power (IC_NUMBER_MAX_BITS, true, room);
  char *digits = ic_number_digits (most, false, &error);

  ck_assert_msg (digits != NULL, "%s", error.text);
  ck_assert_uint_eq (strlen (digits), 19729); /* 65536 * log10 (2) */
  ck_assert_mem_eq (digits, "2003529930406846464979072351560255750447825475569751419265016973710894059556",
                    76);
  free (digits);
  ck_assert (ic_number_digits (power (IC_NUMBER_MAX_BITS, false, room), false, &error) == NULL);
  ck_assert_str_eq (error.text, "a number of more than 65536 bits");
}
END_TEST

START_TEST (huge_numbers_are_refused_at_once)
{
  const size_t size = 8 << 20;
  CLEANUP_FREE uint8_t *leb128 = malloc (size);
  struct timespec before, after;
  struct ic_error error;

  ck_assert_ptr_nonnull (leb128);
  memset (leb128, 0xff, size);
  leb128[size - 1] = 1;
  clock_gettime (CLOCK_MONOTONIC, &before);
  ck_assert (ic_number_digits ((struct bytes){ leb128, size }, true, &error) == NULL);
  clock_gettime (CLOCK_MONOTONIC, &after);
  ck_assert_int_lt (after.tv_sec - before.tv_sec, 2);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { every_row, the_limit_is_where_it_is_said_to_be,
                                 huge_numbers_are_refused_at_once };

  return RUN_TESTS ("number", tests);
}
