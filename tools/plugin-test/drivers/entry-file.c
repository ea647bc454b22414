/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "drivers/entry-file.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "bytes/cleanup.h"
#include "bytes/hex.h"
#include "drivers/source-driver.h"
#include "harness/verdict.h"

/* The bytes that hexadecimal digits stand for. */
static bool
from_hex (const json_t *value, struct dcpipe_bytes *bytes)
{
  const char *text = json_string_value (value);
  size_t size = json_string_length (value) / 2;
  uint8_t *data;

  if (text == NULL || json_string_length (value) % 2 != 0)
    return false;
  data = malloc (size + 1);
  EXPECT_MEMORY (data);
  *bytes = (struct dcpipe_bytes){ data, size };
  return hex_decode (data, text, size);
}

static bool
add_line (struct entry_list *list, const char *line)
{
  json_t *object = json_loads (line, JSON_ALLOW_NUL, NULL);
  const json_t *label = json_object_get (object, "label");
  const char *operation = json_string_value (json_object_get (object, "operation"));
  struct dcpipe_bytes key = { NULL, 0 }, value = { NULL, 0 };
  bool good = json_is_string (label) && from_hex (json_object_get (object, "key"), &key)
              && from_hex (json_object_get (object, "value"), &value);

  if (good)
    entries_add (list,
                 (struct dcpipe_bytes){ (const uint8_t *) json_string_value (label),
                                        json_string_length (label) },
                 key, value, operation != NULL && strcmp (operation, "DELETE") == 0);
  free ((void *) (uintptr_t) key.data);
  free ((void *) (uintptr_t) value.data);
  json_decref (object);
  return good;
}

static bool
read_lines (struct entry_list *list, const char *path)
{
  CLEANUP_FCLOSE FILE *file = fopen (path, "r");
  CLEANUP_FREE char *line = NULL;
  size_t room = 0, number = 0;

  if (file == NULL) {
    fail ("%s: %s", path, strerror (errno));
    return false;
  }
  while (getline (&line, &room, file) > 0) {
    number++;
    if (!add_line (list, line)) {
      fail ("%s:%zu: expected a line of `dcpipe dump ledger_entries`: an object with label, and key and "
            "value in hexadecimal",
            path, number);
      return false;
    }
  }
  if (!ferror (file))
    return true;
  fail ("%s: %s", path, strerror (errno));
  return false;
}

/* A ledger's name is taken from the current directory, whatever options of the plugin are taken from. */
static bool
read_ledger (struct entry_list *list, const char *path)
{
  CLEANUP_FREE char *absolute = realpath (path, NULL);

  if (absolute != NULL)
    return source_read_file (list, absolute);
  fail ("%s: %s", path, strerror (errno));
  return false;
}

bool
entries_read (struct entry_list *list, const char *path)
{
  size_t size = strlen (path);
  bool ledger = size > 7 && strcmp (path + size - 7, ".ledger") == 0;

  if (!(ledger ? read_ledger (list, path) : read_lines (list, path)))
    return false;
  if (list->count > 0)
    return true;
  fail ("%s: there are no entries in it", path);
  return false;
}
