/* SPDX-License-Identifier: Apache-2.0 */
/* Every row of ic/candid/leb128.jsonl, read as machine words and written back. */
#include "config.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ic/candid/leb128.h"
#include "support/run.h"
#include "support/vectors.h"

static size_t words, large, refused;

/* Checks a row as a machine word; returns the reader's verdict and, in `text`, the number. */
static enum ic_leb128_result
read_word (bool is_signed, struct bytes *input, char text[32], uint8_t again[IC_LEB128_SIZE],
           size_t *again_size)
{
  enum ic_leb128_result result;
  uint64_t u = 0;
  int64_t i = 0;

  if (is_signed) {
    result = ic_sleb128_read (input, &i);
    snprintf (text, 32, "%lld", (long long) i);
    *again_size = ic_sleb128_write (again, i);
  } else {
    result = ic_uleb128_read (input, &u);
    snprintf (text, 32, "%llu", (unsigned long long) u);
    *again_size = ic_uleb128_write (again, u);
  }
  return result;
}

static void
check_fitting (json_t *row, size_t number, struct bytes data, bool is_signed)
{
  size_t length = (size_t) json_integer_value (json_object_get (row, "len")), again_size;
  uint8_t again[IC_LEB128_SIZE];
  struct bytes rest = data;
  char text[32];

  ck_assert_int_eq (read_word (is_signed, &rest, text, again, &again_size), IC_LEB128_OK);
  ck_assert_str_eq (text, vectors_text (row, "value"));
  ck_assert_msg (rest.data == data.data + length && rest.size == data.size - length, "row %zu", number);
  ck_assert_uint_eq (ic_leb128_length (data), length);
  if (json_is_true (json_object_get (row, "canonical"))) {
    ck_assert_uint_eq (again_size, length);
    ck_assert_msg (memcmp (again, data.data, length) == 0, "row %zu", number);
  }
  words++;
}

static void
check_row (json_t *row, size_t number, void *context)
{
  bool is_signed = strcmp (vectors_text (row, "kind"), "sleb") == 0;
  size_t size, again_size;
  uint8_t *data = vectors_hex (row, "hex", &size), again[IC_LEB128_SIZE];
  struct bytes input = { data, size };
  char text[32];

  (void) context;
  if (!json_is_true (json_object_get (row, "good"))) {
    ck_assert_int_eq (read_word (is_signed, &input, text, again, &again_size), IC_LEB128_TRUNCATED);
    ck_assert_uint_eq (ic_leb128_length (input), 0);
    refused++;
  } else if (json_is_true (json_object_get (row, is_signed ? "fits_i64" : "fits_u64")))
    check_fitting (row, number, input, is_signed);
  else {
    ck_assert_int_eq (read_word (is_signed, &input, text, again, &again_size), IC_LEB128_TOO_LARGE);
    ck_assert_msg (input.data == data && input.size == size, "row %zu: the input moved", number);
    large++;
  }
  free (data);
}

START_TEST (every_row)
{
  vectors_each ("ic/candid/leb128.jsonl", check_row, NULL);
  printf ("leb128.jsonl: %zu words, %zu too large for one, %zu refused\n", words, large, refused);
  if (getenv ("DCPIPE_VECTORS") == NULL)
    ck_assert (words > 100 && large > 50 && refused >= 12);
}
END_TEST

START_TEST (every_power_of_two_survives)
{
  for (int bit = 0; bit < 64; bit++)
    for (int delta = -1; delta <= 1; delta++) {
      uint64_t u = ((uint64_t) 1 << bit) + (uint64_t) (int64_t) delta, u2 = ~u;
      int64_t i2;
      uint8_t data[IC_LEB128_SIZE];
      struct bytes input = { data, ic_uleb128_write (data, u) };

      ck_assert_int_eq (ic_uleb128_read (&input, &u2), IC_LEB128_OK);
      ck_assert_uint_eq (u, u2);
      input = (struct bytes){ data, ic_sleb128_write (data, (int64_t) u) };
      ck_assert_int_eq (ic_sleb128_read (&input, &i2), IC_LEB128_OK);
      ck_assert_int_eq (i2, (int64_t) u);
    }
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { every_row, every_power_of_two_survives };

  return RUN_TESTS ("leb128", tests);
}
