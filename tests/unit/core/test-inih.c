/* SPDX-License-Identifier: Apache-2.0 */
/* inih is built in many ways: the room for a line differs, and releases from 59 on read past a line that
 * fills that room until they meet its end. This one stands in for all of them, so that what they rely on is
 * kept with whatever inih is installed: each line has its end, and fits. */
#include "config.h"

#include <check.h>
#undef fail /* an old name of ck_abort_msg; ours is in log.h */
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "config/ini.h"

static char path[] = "/tmp/test-inih-XXXXXX";

static const int rooms[] = { 60, 200, 201, 4096, INI_LINE_MAX + 2 };
static int room;
static unsigned lines;

/* In place of the library's. */
int
ini_parse_stream (ini_reader reader, void *stream, ini_handler handler, void *user)
{
  char *line = malloc ((size_t) room);

  ck_assert_ptr_nonnull (line);
  lines = 0;
  while (reader (line, room, stream) != NULL) {
    char *equals = strchr (line, '='), *value = equals + 2;
    size_t length = strnlen (line, (size_t) room);

    lines++;
    ck_assert_int_lt ((int) length, room);
    ck_assert_msg (line[length - 1] == '\n', "room for %d bytes: line %u has no end", room, lines);
    ck_assert_ptr_eq (strchr (line, '\n'), line + length - 1);
    ck_assert_ptr_nonnull (equals);
    equals[-1] = line[length - 1] = '\0';
    ck_assert_int_ne (handler (user, "", line, value), 0);
  }
  free (line);
  return 0;
}

/* Lines of one length, and one of another behind them, the last of which has no end of its own. */
static void
write_lines (size_t size)
{
  FILE *stream = fopen (path, "w");

  ck_assert_ptr_nonnull (stream);
  fputs ("[s]\n", stream);
  for (char key = 'a'; key <= 'c'; key++) {
    fprintf (stream, "%c = ", key);
    for (size_t i = 0; i < size; i++)
      fputc (key, stream);
    fputs (key == 'b' ? "\r\n" : "\n", stream);
  }
  fputs ("last = 1", stream);
  ck_assert_int_eq (fclose (stream), 0);
}

static void
expect_lines (size_t size)
{
  struct ini_file *file = ini_read (path);

  ck_assert_ptr_nonnull (file);
  ck_assert_uint_eq (file->mistakes, 0);
  ck_assert_uint_eq (lines, 4);
  ck_assert_uint_eq (file->sections[0].count, 4);
  for (size_t i = 0; i < 3; i++) {
    const char *text = file->sections[0].values[i].text;

    ck_assert_uint_eq (strlen (text), size);
    ck_assert_uint_eq (strspn (text, (const char[]){ (char) ('a' + (int) i), '\0' }), size);
  }
  ck_assert_str_eq (file->sections[0].values[3].text, "1");
  ini_free (file);
}

/* Lengths about the room, and the longest. */
START_TEST (lines_have_ends)
{
  const size_t most = INI_LINE_MAX - 4;

  room = rooms[_i];
  for (size_t size = (size_t) room - 15; size <= (size_t) room + 15 && size <= most; size++) {
    write_lines (size);
    expect_lines (size);
  }
  write_lines (most);
  expect_lines (most);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("inih");
  TCase *tests = tcase_create ("inih");
  SRunner *runner = srunner_create (suite);
  int fd = mkstemp (path), failed;

  if (fd < 0)
    return 99;
  close (fd);
  tcase_add_loop_test (tests, lines_have_ends, 0, sizeof rooms / sizeof *rooms);
  suite_add_tcase (suite, tests);
  srunner_run_all (runner, CK_NORMAL);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  unlink (path);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
