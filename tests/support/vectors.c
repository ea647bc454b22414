/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "support/vectors.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "bytes/hex.h"

char *
vectors_path (const char *name)
{
  const char *root = getenv ("DCPIPE_VECTORS");
  const char *source = getenv ("srcdir");
  char *path;
  int size;

  if (root != NULL && root[0] != '\0')
    size = asprintf (&path, "%s/%s", root, name);
  else
    size = asprintf (&path, "%s/data/vectors/%s", source ? source : ".", name);
  ck_assert_int_gt (size, 0);
  return path;
}

/* A whole line, however long, without its end; NULL at the end of the file. */
static char *
read_line (gzFile file)
{
  size_t capacity = 65536, used = 0;
  char *line = malloc (capacity);

  ck_assert_ptr_nonnull (line);
  while (gzgets (file, line + used, (int) (capacity - used)) != NULL) {
    used += strlen (line + used);
    if (used > 0 && line[used - 1] == '\n') {
      line[used - 1] = '\0';
      return line;
    }
    capacity *= 2;
    line = realloc (line, capacity);
    ck_assert_ptr_nonnull (line);
  }
  if (used > 0)
    return line;
  free (line);
  return NULL;
}

size_t
vectors_each (const char *name, void (*row) (json_t *line, size_t number, void *context), void *context)
{
  char *path = vectors_path (name);
  gzFile file = gzopen (path, "rb");
  size_t number = 0;
  char *line;

  while (file != NULL && (line = read_line (file)) != NULL) {
    json_error_t error;
    json_t *value = json_loads (line, JSON_ALLOW_NUL, &error);

    number++;
    ck_assert_msg (value != NULL, "%s:%zu: %s", path, number, error.text);
    row (value, number, context);
    json_decref (value);
    free (line);
  }
  if (file != NULL)
    gzclose (file);
  free (path);
  return number;
}

uint8_t *
vectors_read (const char *name, size_t *size)
{
  char *path = vectors_path (name);
  FILE *file = fopen (path, "rb");
  uint8_t *data;
  long end;

  ck_assert_msg (file != NULL, "%s cannot be opened", path);
  ck_assert_int_eq (fseek (file, 0, SEEK_END), 0);
  end = ftell (file);
  ck_assert_int_ge (end, 0);
  rewind (file);
  data = malloc ((size_t) end + 1);
  ck_assert_ptr_nonnull (data);
  ck_assert_uint_eq (fread (data, 1, (size_t) end, file), (size_t) end);
  fclose (file);
  free (path);
  *size = (size_t) end;
  return data;
}

uint8_t *
vectors_hex (const json_t *object, const char *member, size_t *size)
{
  const json_t *value = json_object_get (object, member);
  const char *text = json_string_value (value);
  uint8_t *data;

  *size = 0;
  if (text == NULL)
    return NULL;
  *size = json_string_length (value) / 2;
  ck_assert_msg (json_string_length (value) % 2 == 0, "member %s has an odd number of digits", member);
  data = malloc (*size + 1);
  ck_assert_ptr_nonnull (data);
  ck_assert_msg (hex_decode (data, text, *size), "member %s is not hexadecimal", member);
  return data;
}

const char *
vectors_text (const json_t *object, const char *member)
{
  return json_string_value (json_object_get (object, member));
}
