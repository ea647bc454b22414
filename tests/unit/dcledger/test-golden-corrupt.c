/* SPDX-License-Identifier: Apache-2.0 */
/* Every damaged ledger of the golden data against what its manifest says. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "support/ledger-reader.h"
#include "support/run.h"
#include "support/vectors.h"

static void
check_file (json_t *row)
{
  const char *name = vectors_text (row, "file");
  json_t *at_block = json_object_get (row, "at_block");
  bool fault = json_is_true (json_object_get (row, "fault")), whole;
  struct reader reader = { 0 };
  char path[256];
  size_t size;
  uint8_t *file;

  snprintf (path, sizeof path, "ledger/corrupt/%s", name);
  file = vectors_read (path, &size);
  whole = reader_run (&reader, (struct bytes){ file, size });
  printf ("%-36s %s %zu blocks, %zu entries", name, whole ? "whole," : "fault,", reader.blocks,
          reader.entries);
  if (!whole)
    printf (", position %" PRIu64 ": %s", reader.position, reader.reason.text);
  printf ("\n");
  ck_assert_msg (whole == !fault, "%s: %s", name, whole ? "read as whole" : reader.reason.text);
  ck_assert_uint_eq (reader.entries, (size_t) json_integer_value (json_object_get (row, "entries_before")));
  if (json_is_integer (at_block))
    ck_assert_uint_eq (reader.blocks, (size_t) json_integer_value (at_block));
  ck_assert_msg (!fault || strlen (reader.reason.text) > 20, "%s: the reason is too short", name);
  ck_assert_uint_le (reader.most_room, READER_MAX_BLOCK);
  free (file);
}

START_TEST (every_row_of_the_manifest)
{
  char *path = vectors_path ("ledger/corrupt/manifest.json");
  json_error_t error;
  json_t *manifest = json_load_file (path, 0, &error), *row;
  size_t index;

  if (manifest == NULL) {
    ck_assert_msg (getenv ("DCPIPE_VECTORS") != NULL, "%s: %s", path, error.text);
    printf ("%s: not there, nothing run\n", path);
  } else {
    json_array_foreach (json_object_get (manifest, "files"), index, row)
      check_file (row);
    printf ("%zu files\n", json_array_size (json_object_get (manifest, "files")));
    ck_assert_uint_gt (json_array_size (json_object_get (manifest, "files")), 0);
  }
  json_decref (manifest);
  free (path);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { every_row_of_the_manifest };

  return RUN_TESTS ("golden-corrupt", tests);
}
