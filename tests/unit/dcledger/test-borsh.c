/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "dcledger/borsh.h"

#include "support/run.h"

#define OVER(...)                                                                                            \
  borsh_over ((struct bytes){ (const uint8_t[]){ __VA_ARGS__ }, sizeof ((const uint8_t[]){ __VA_ARGS__ }) })

static void
check_text (const struct borsh *in, const char *expected)
{
  char text[160];

  borsh_explain (in, "thing", text, sizeof text);
  ck_assert_str_eq (text, expected);
}

START_TEST (values_of_every_kind)
{
  struct borsh in = OVER (7, 1, 2, 3, 0x80, 1, 2, 3, 4, 5, 6, 7, 0xff, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff,
                          0xff, 0xff, 1, 0, 1, 2, 2, 0, 0, 0, 'h', 'i', 1, 0, 0, 0, 0xff, 2, 0, 0, 0, 9, 8);
  struct bytes text, raw;

  ck_assert_uint_eq (borsh_variant (&in, 8), 7);
  ck_assert_uint_eq (borsh_u32 (&in), 0x80030201);
  ck_assert_uint_eq (borsh_u64 (&in), UINT64_C (0xff07060504030201));
  ck_assert_int_eq (borsh_i64 (&in), -2);
  ck_assert (borsh_bool (&in));
  ck_assert (!borsh_bool (&in));
  ck_assert (borsh_option (&in));
  ck_assert_uint_eq (borsh_variant (&in, 3), 2);
  text = borsh_string (&in);
  ck_assert_uint_eq (text.size, 2);
  ck_assert_mem_eq (text.data, "hi", 2);
  raw = borsh_bytes (&in);
  ck_assert_uint_eq (raw.size, 1);
  ck_assert_uint_eq (raw.data[0], 0xff);
  ck_assert_uint_eq (borsh_u32 (&in), 2);
  ck_assert_uint_eq (borsh_left (&in), 2);
  ck_assert_uint_eq (borsh_variant (&in, UINT8_MAX), 9);
  ck_assert_uint_eq (borsh_variant (&in, UINT8_MAX), 8);
  ck_assert (borsh_finish (&in));
  check_text (&in, "");
}
END_TEST

START_TEST (every_reader_notices_truncation)
{
  static const size_t sizes[] = { 4, 8, 8, 1, 1, 1, 4, 4 };
  const uint8_t zeros[8] = { 0 };

  for (size_t kind = 0; kind < 8; kind++)
    for (size_t left = 0; left < sizes[kind]; left++) {
      struct borsh in = borsh_over ((struct bytes){ zeros, left });

      switch (kind) {
      case 0:
        borsh_u32 (&in);
        break;
      case 1:
        borsh_u64 (&in);
        break;
      case 2:
        borsh_i64 (&in);
        break;
      case 3:
        borsh_bool (&in);
        break;
      case 4:
        borsh_option (&in);
        break;
      case 5:
        borsh_variant (&in, 1);
        break;
      case 6:
        borsh_bytes (&in);
        break;
      default:
        borsh_string (&in);
        break;
      }
      ck_assert_int_eq (in.error, BORSH_TRUNCATED);
      ck_assert_uint_eq (in.wanted, left);
      ck_assert_uint_eq (in.found, sizes[kind]);
      ck_assert (!borsh_finish (&in));
    }
}
END_TEST

START_TEST (lengths_may_not_pass_the_end)
{
  struct borsh in = OVER (3, 0, 0, 0, 'a', 'b');

  ck_assert_uint_eq (borsh_string (&in).size, 0);
  check_text (&in, "thing needs 3 bytes from byte 4 on, but 2 are left");
  in = OVER (0xff, 0xff, 0xff, 0xff, 1);
  ck_assert_uint_eq (borsh_bytes (&in).size, 0);
  check_text (&in, "thing needs 4294967295 bytes from byte 4 on, but 1 is left");
}
END_TEST

START_TEST (tags_out_of_range)
{
  struct borsh in = OVER (2);

  ck_assert (!borsh_bool (&in));
  ck_assert_int_eq (in.error, BORSH_INVALID_BOOL);
  check_text (&in, "thing byte is 2, expected 0 or 1 (byte 0)");
  in = OVER (255);
  ck_assert (!borsh_option (&in));
  ck_assert_int_eq (in.error, BORSH_INVALID_OPTION);
  in = OVER (0, 1);
  ck_assert_uint_eq (borsh_variant (&in, 1), 0);
  ck_assert_uint_eq (borsh_variant (&in, 1), 0);
  ck_assert_int_eq (in.error, BORSH_UNKNOWN_VARIANT);
  check_text (&in, "thing byte is 1, expected 0 (byte 1)");
  in = OVER (9);
  borsh_variant (&in, 5);
  check_text (&in, "thing byte is 9, expected 0 to 4 (byte 0)");
}
END_TEST

START_TEST (trailing_bytes)
{
  struct borsh in = OVER (0, 0, 0);

  borsh_bool (&in);
  ck_assert (!borsh_finish (&in));
  ck_assert_int_eq (in.error, BORSH_TRAILING_BYTES);
  check_text (&in, "thing ends at byte 1, but 2 more bytes follow");
}
END_TEST

START_TEST (the_first_error_sticks)
{
  struct borsh in = OVER (5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

  borsh_bool (&in);
  borsh_fail (&in, BORSH_BAD_LENGTH, 0, 0);
  ck_assert_uint_eq (borsh_u32 (&in), 0);
  ck_assert_uint_eq (borsh_u64 (&in), 0);
  ck_assert_uint_eq (borsh_bytes (&in).size, 0);
  ck_assert_uint_eq (borsh_left (&in), 0);
  ck_assert (!borsh_finish (&in));
  ck_assert_int_eq (in.error, BORSH_INVALID_BOOL);
  ck_assert_str_eq (borsh_error_name (in.error), "invalid_bool");
}
END_TEST

START_TEST (errors_of_decoders)
{
  struct borsh in = OVER (0);

  borsh_fail (&in, BORSH_INVALID_PRINCIPAL, 0, 30);
  check_text (&in, "thing is not a principal: 30 bytes, expected at most 29 (byte 0)");
  in = OVER (0);
  borsh_fail (&in, BORSH_INVALID_PUBKEY, 0, 31);
  check_text (&in, "thing is not a public key: 31 bytes, expected 32 (byte 0)");
  in = OVER (0);
  borsh_fail (&in, BORSH_BAD_LENGTH, 0, 31);
  check_text (&in, "thing has an unexpected length of 31 bytes (byte 0)");
}
END_TEST

START_TEST (text_that_is_not_utf8)
{
  struct borsh in = OVER (4, 0, 0, 0, 'a', 0xc3, 0xa9, 0xff);

  ck_assert_uint_eq (borsh_string (&in).size, 0);
  ck_assert_int_eq (in.error, BORSH_INVALID_UTF8);
  check_text (&in, "thing is not UTF-8: 0xff at byte 7");
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    values_of_every_kind, every_reader_notices_truncation, lengths_may_not_pass_the_end, tags_out_of_range,
    trailing_bytes,       the_first_error_sticks,          errors_of_decoders,           text_that_is_not_utf8
  };

  return RUN_TESTS ("borsh", tests);
}
