/* SPDX-License-Identifier: Apache-2.0 */
/* Compares decoded tables with NAME.expected.jsonl and NAME.state.json.
 *
 *     decoded flag|reject|off EXPECTED STATE DUMPS CHANGES
 *
 * EXPECTED may be gzipped. DUMPS holds TABLE.jsonl as `dcpipe dump` prints it. CHANGES is the directory of
 * the jsonl sink, which tells also what later entries have replaced. With flag everything is compared; with
 * reject and off, which change what follows, only the entries. What differs is told on stderr, and the status
 * is 1. */
#include "config.h"

#include "golden/decoded.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static bool
read_mode (const char *text, enum mode *mode)
{
  static const char *const names[] = { [MODE_FLAG] = "flag", [MODE_REJECT] = "reject", [MODE_OFF] = "off" };

  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (strcmp (text, names[i]) == 0) {
      *mode = (enum mode) i;
      return true;
    }
  return false;
}

/* Names of labels are members there, which jansson takes without NUL only: NUL becomes U+2400, as in
 * check_counts. */
static json_t *
load_state (const char *path)
{
  FILE *file = fopen (path, "r");
  char *text = NULL;
  size_t capacity = 0;
  ssize_t size = file != NULL ? getdelim (&text, &capacity, '\0', file) : -1;
  json_t *state;

  for (char *at = text; size > 0 && (at = strstr (at, "\\u0000")) != NULL;)
    memcpy (at, "\\u2400", 6);
  state = size > 0 ? json_loads (text, 0, NULL) : NULL;
  if (file != NULL)
    fclose (file);
  free (text);
  return state;
}

static void
check_line (struct golden *golden, json_t *line)
{
  struct entry entry = { .line = line,
                         .position = json_object_get (line, "block_position"),
                         .index = json_object_get (line, "entry"),
                         .decoded = json_object_get (line, "decoded"),
                         .label = json_string_value (json_object_get (line, "label")),
                         .key = json_string_value (json_object_get (line, "key")),
                         .signature = json_string_value (json_object_get (line, "signature")) };
  json_int_t block = json_integer_value (json_object_get (line, "block"));
  char name[128], number[32];

  snprintf (name, sizeof name, "block %" JSON_INTEGER_FORMAT ", entry %" JSON_INTEGER_FORMAT " (%.40s)",
            block, json_integer_value (entry.index), entry.label);
  entry.name = name;
  snprintf (number, sizeof number, "%" JSON_INTEGER_FORMAT, block);
  json_object_set (golden->positions, number, entry.position);
  check_entry (golden, &entry);
}

static bool
check_lines (struct golden *golden, const char *path)
{
  gzFile file = gzopen (path, "rb");
  char *line;

  if (file == NULL)
    return false;
  while ((line = next_line (file)) != NULL) {
    json_t *parsed = json_loads (line, JSON_ALLOW_NUL, NULL);

    if (parsed == NULL)
      complain ("a line of %s is no JSON", path);
    else
      check_line (golden, parsed);
    json_decref (parsed);
  }
  gzclose (file);
  return true;
}

int
main (int argc, char **argv)
{
  struct golden golden = { .requests = json_object (), .positions = json_object () };
  json_t *state = argc == 6 ? load_state (argv[3]) : NULL;

  if (argc != 6 || state == NULL || !read_mode (argv[1], &golden.mode)) {
    fprintf (stderr, "decoded: usage, or no state file\n");
    return 99;
  }
  golden.dumps = argv[4];
  golden.changes = argv[5];
  if (!check_lines (&golden, argv[2]))
    complain ("cannot read %s", argv[2]);
  if (json_array_size (table_open (golden.dumps, "failed_entries")->rows) != golden.failed)
    complain ("%zu failed entries, expected %zu",
              json_array_size (table_open (golden.dumps, "failed_entries")->rows), golden.failed);
  if (golden.mode == MODE_FLAG)
    check_state (&golden, state);
  printf ("%zu entries: %zu decoded and compared, %zu failed, %zu signatures valid, %zu invalid\n",
          golden.entries, golden.compared, golden.failed, golden.valid, golden.invalid);
  json_decref (state);
  json_decref (golden.requests);
  json_decref (golden.positions);
  return complaints () > 0;
}
