/* SPDX-License-Identifier: Apache-2.0 */
/* Offerings as providers write them: CSV, numbers, white space. */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "../plugins/decoders/offering/number.h"
#include "../plugins/decoders/offering/quotes.h"
#include "../plugins/decoders/offering/sheet.h"
#include "../plugins/decoders/offering/trim.h"
#include "bytes/cleanup.h"
#include "dcpipe-plugin.h"
#include "support/run.h"

void
dcpipe_error (const char *format, ...)
{
  (void) format;
}

static struct bytes
bytes_of (const char *text)
{
  return (struct bytes){ (const uint8_t *) text, strlen (text) };
}

/* ---- sheets ---------------------------------------------------------------------------------------- */

/* Rows as "LINE:[FIELD][FIELD]… ", written one after the other. */
struct told {
  char text[4096];
  size_t size;
  size_t stop_after;
};

static void __attribute__ ((format (printf, 2, 3))) tell (struct told *told, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  told->size +=
      (size_t) vsnprintf (told->text + told->size, sizeof told->text - told->size, format, arguments);
  va_end (arguments);
  ck_assert_uint_lt (told->size, sizeof told->text);
}

static bool
take (void *context, const struct sheet_row *row)
{
  struct told *told = context;

  tell (told, "%s%d/%d:", told->size > 0 ? " " : "", (int) row->number, (int) row->line);
  for (size_t i = 0; i < row->fields && i < SHEET_FIELDS; i++)
    tell (told, "[%.*s]", (int) row->field[i].size, (const char *) row->field[i].data);
  if (row->fields != row->headings)
    tell (told, "%zu!=%zu", row->fields, row->headings);
  return told->stop_after == 0 || row->number + 1 < told->stop_after;
}

static void
expect_rows (const char *text, const char *rows)
{
  struct told told = { .size = 0 };

  ck_assert (sheet_read (bytes_of (text), take, &told));
  ck_assert_str_eq (told.text, rows);
}

START_TEST (test_rows)
{
  expect_rows ("", "");
  expect_rows ("a,b\n", "");
  expect_rows ("a,b", "");
  expect_rows ("a,b\n1,2\n", "0/2:[1][2]");
  expect_rows ("a,b\n1,2", "0/2:[1][2]");
  expect_rows ("a,b\n1,\n,2\n,\n", "0/2:[1][] 1/3:[][2] 2/4:[][]");
  expect_rows ("a,b\n1\n1,2,3\n", "0/2:[1]1!=2 1/3:[1][2][3]3!=2");
  expect_rows ("\xef\xbb\xbf\"a,b\",c\n1,2\n", "0/2:[1][2]");
}
END_TEST

START_TEST (test_quotes)
{
  expect_rows ("a,b\n\"1,\n2\",\"\"\"\"\n3,4\n", "0/2:[1,\n2][\"] 1/4:[3][4]");
  expect_rows ("a,b\n 1 , \"2\"\n", "0/2:[ 1 ][ \"2\"]");
  expect_rows ("a,b\n3.5\" disk,x\ny,z\n", "0/2:[3.5\" disk][x] 1/3:[y][z]");
  expect_rows ("a,b\n\"1,2\n3,4\n", "0/2:[1,2\n3,4\n]1!=2");
}
END_TEST

START_TEST (test_text_behind_quotes)
{
  expect_rows ("a,b\n\"New York\"NY,2\n3,4\n", "0/2:[New YorkNY][2] 1/3:[3][4]");
  expect_rows ("a,b\n\"x, y\" \"z\",2\n3,4\n", "0/2:[x, y \"z\"][2] 1/3:[3][4]");
  expect_rows ("a,b\n1,\"x\"y", "0/2:[1][xy]");
}
END_TEST

/* Blank lines are no rows; the line that is told is the one on which the row before ended. */
START_TEST (test_lines)
{
  expect_rows ("a\n\n\n1\n\n2\n", "0/2:[1] 1/5:[2]");
  expect_rows ("a\r\n1\r\n2\r\n", "0/1:[1] 1/2:[2]");
  expect_rows ("a\r1\r2", "0/1:[1] 1/1:[2]");
}
END_TEST

START_TEST (test_stop)
{
  struct told told = { .stop_after = 1 };

  ck_assert (!sheet_read (bytes_of ("a\n1\n2\n"), take, &told));
  ck_assert_str_eq (told.text, "0/2:[1]");
}
END_TEST

/* Fields beyond the known ones are counted, and not kept. */
START_TEST (test_many_fields)
{
  char text[400];
  struct told told = { .size = 0 };

  memset (text, ',', 200);
  text[99] = '\n';
  text[199] = '\0';
  ck_assert (sheet_read (bytes_of (text), take, &told));
  ck_assert_uint_eq (told.size, strlen ("0/2:") + 2 * SHEET_FIELDS);
}
END_TEST

/* ---- numbers --------------------------------------------------------------------------------------- */

static void
expect_number (const char *text, enum number kind, const char *decimal)
{
  CLEANUP_FREE char *found = NULL;

  ck_assert_msg (number_decimal (bytes_of (text), &found) == kind, "%s: %s", text, found ? found : "none");
  if (decimal == NULL)
    ck_assert_ptr_null (found);
  else
    ck_assert_str_eq (found, decimal);
}

START_TEST (test_decimals)
{
  static const char *const pairs[][2] = {
    { "0", "0" },
    { "-0", "0" },
    { "000", "0" },
    { "0.0e5", "0" },
    { "1", "1" },
    { "+1", "1" },
    { "-1.50", "-1.5" },
    { "1.", "1" },
    { ".5", "0.5" },
    { "007.5", "7.5" },
    { "1e2", "100" },
    { "1.25e1", "12.5" },
    { "1.25E+3", "1250" },
    { "12e-1", "1.2" },
    { "1e-3", "0.001" },
    { "-120e-3", "-0.12" },
    { "99.99", "99.99" },
    { "1e-400", "0" },
    { "1e-99999999999", "0" },
    { "0e99999999999", "0" },
  };

  for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
    expect_number (pairs[i][0], NUMBER_FINITE, pairs[i][1]);
}
END_TEST

START_TEST (test_not_finite)
{
  static const char *const texts[] = { "inf",   "-Inf",          "+INFINITY",
                                       "NaN",   "-nan",          "1e309",
                                       "2e308", "1e99999999999", "1.7976931348623159e308" };

  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
    expect_number (texts[i], NUMBER_NOT_FINITE, NULL);
}
END_TEST

/* Every decimal is the same double as the text that it was made from. */
START_TEST (test_doubles)
{
  static const char *const texts[] = { "1.7976931348623157e308",
                                       "4.9e-324",
                                       "2.2250738585072014e-308",
                                       "0.1",
                                       "123456.789e3",
                                       "9007199254740993",
                                       "1e22",
                                       "3.14159e-10" };

  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    CLEANUP_FREE char *decimal = NULL;

    ck_assert_int_eq (number_decimal (bytes_of (texts[i]), &decimal), NUMBER_FINITE);
    ck_assert_ptr_null (strpbrk (decimal, "eE"));
    ck_assert_double_eq (strtod (decimal, NULL), strtod (texts[i], NULL));
  }
}
END_TEST

START_TEST (test_no_numbers)
{
  static const char *const texts[] = { "",   "+",   ".",    "-.",    "e5",    "1e",  "1e+",     "1 ",
                                       " 1", "1,5", "0x10", "1_000", "1.2.3", "--1", "infinit", "free" };

  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
    expect_number (texts[i], NUMBER_BAD, NULL);
}
END_TEST

START_TEST (test_u32)
{
  uint32_t number;

  ck_assert (number_u32 (bytes_of ("0"), &number) && number == 0);
  ck_assert (number_u32 (bytes_of ("+42"), &number) && number == 42);
  ck_assert (number_u32 (bytes_of ("00004294967295"), &number) && number == UINT32_MAX);
  ck_assert (!number_u32 (bytes_of ("4294967296"), &number));
  ck_assert (!number_u32 (bytes_of ("99999999999999999999999999"), &number));
  ck_assert (!number_u32 (bytes_of ("-1"), &number));
  ck_assert (!number_u32 (bytes_of (""), &number));
  ck_assert (!number_u32 (bytes_of ("+"), &number));
  ck_assert (!number_u32 (bytes_of ("1.0"), &number));
}
END_TEST

/* ---- white space ----------------------------------------------------------------------------------- */

static void
expect_trimmed (const char *text, const char *trimmed)
{
  struct bytes found = trim (bytes_of (text));

  ck_assert_msg (bytes_equal (found, bytes_of (trimmed)), "'%s' became '%.*s'", text, (int) found.size,
                 (const char *) found.data);
}

START_TEST (test_trim)
{
  expect_trimmed ("", "");
  expect_trimmed (" \t\r\n\v\f ", "");
  expect_trimmed (" a b ", "a b");
  expect_trimmed ("\xc2\xa0"
                  "a"
                  "\xc2\x85",
                  "a"); /* U+00A0, U+0085 */
  expect_trimmed ("\xe2\x80\x89\xe3\x80\x80"
                  "a"
                  "\xe1\x9a\x80\xe2\x81\x9f",
                  "a"); /* U+2009 U+3000, U+1680 U+205F */
  expect_trimmed ("\xe2\x80\xa8"
                  "a"
                  "\xe2\x80\xaf",
                  "a"); /* U+2028, U+202F */
  expect_trimmed ("\xe2\x80\x8b"
                  "a",
                  "\xe2\x80\x8b"
                  "a");                    /* U+200B is no white space */
  expect_trimmed ("\xc3\xa0", "\xc3\xa0"); /* ends in A0, is a letter */
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { test_rows,       test_quotes,     test_text_behind_quotes,
                                 test_lines,      test_stop,       test_many_fields,
                                 test_decimals,   test_not_finite, test_doubles,
                                 test_no_numbers, test_u32,        test_trim };

  return RUN_TESTS ("sheet", tests);
}
