/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "bytes/hex.h"

#include <string.h>

#include "support/run.h"

START_TEST (bytes_come_back)
{
  uint8_t all[256], again[256];
  char text[2 * sizeof all + 1];

  for (size_t i = 0; i < sizeof all; i++)
    all[i] = (uint8_t) i;
  hex_encode (text, all, sizeof all);
  ck_assert_uint_eq (strlen (text), 2 * sizeof all);
  ck_assert_mem_eq (text, "000102030405060708090a0b", 24);
  ck_assert_str_eq (text + sizeof text - 1 - 8, "fcfdfeff");
  ck_assert (hex_decode (again, text, sizeof again));
  ck_assert_mem_eq (again, all, sizeof all);
}
END_TEST

START_TEST (nothing_is_no_digits)
{
  char text[2] = "xx";

  ck_assert_ptr_eq (hex_put (text, NULL, 0), text);
  ck_assert_int_eq (text[0], 'x');
  hex_encode (text, NULL, 0);
  ck_assert_str_eq (text, "");
  ck_assert (hex_decode (NULL, text, 0));
}
END_TEST

/* Every character is tried as the first and as the second digit. */
START_TEST (digits_alone_are_taken)
{
  static const char either_case[] = "0123456789abcdefABCDEF";

  for (int c = -128; c < 128; c++) {
    char pairs[2][2] = { { (char) c, '5' }, { '5', (char) c } };
    const char *found = c != 0 ? strchr (either_case, c) : NULL;
    int value = found == NULL ? -1 : (int) (found - either_case);
    bool lower = value >= 0 && value < 16;
    uint8_t byte = 0;

    ck_assert_int_eq (hex_digit ((char) c), value < 16 ? value : value - 6);
    ck_assert_int_eq (hex_decode (&byte, pairs[0], 1), lower);
    ck_assert (!lower || byte == value * 16 + 5);
    ck_assert_int_eq (hex_decode (&byte, pairs[1], 1), lower);
    ck_assert (!lower || byte == 5 * 16 + value);
  }
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { bytes_come_back, nothing_is_no_digits, digits_alone_are_taken };

  return RUN_TESTS ("hex", tests);
}
