/* SPDX-License-Identifier: Apache-2.0 */
/* ${NAME} and ${NAME:-default} in values of the INI file. */
#include "config.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "inifile.h"
#include "log.h"

static size_t
name_length (const char *p)
{
  size_t length = 0;

  if (isdigit ((unsigned char) *p))
    return 0;
  while (isalnum ((unsigned char) p[length]) || p[length] == '_')
    length++;
  return length;
}

/* Writes what stands for the ${...} at `p` to `out` and returns where it ends; NULL after fail. `taken`
 * is set to the variable's name if it came from the environment. */
static const char *
expand_one (const char *p, FILE *out, char **taken)
{
  const char *name = p + 2, *close = strchr (name, '}'), *value;
  size_t length = name_length (name);
  bool has_default = name[length] == ':' && name[length + 1] == '-';
  CLEANUP_FREE char *variable = strndup (name, length);

  if (close == NULL || length == 0 || (!has_default && name + length != close)) {
    fail ("'%.40s' is not a variable: expected ${NAME} or ${NAME:-default}", p);
    return NULL;
  }
  if (variable == NULL) {
    fail ("no memory for a variable");
    return NULL;
  }
  value = getenv (variable);
  if (value == NULL && !has_default) {
    fail ("the environment variable %s is not set and has no default (${%s:-default})", variable, variable);
    return NULL;
  }
  if (has_default && (value == NULL || value[0] == '\0')) {
    fwrite (name + length + 2, 1, (size_t) (close - name) - length - 2, out);
    return close + 1;
  }
  fputs (value, out);
  free (*taken);
  *taken = variable;
  variable = NULL;
  return close + 1;
}

static bool
expand_all (const char *text, FILE *out, char **taken)
{
  for (const char *p = text; *p != '\0';) {
    if (strncmp (p, "$${", 3) == 0) {
      fputs ("${", out);
      p += 3;
    } else if (strncmp (p, "${", 2) == 0) {
      p = expand_one (p, out, taken);
      if (p == NULL)
        return false;
    } else
      fputc (*p++, out);
  }
  return true;
}

char *
ini_expand (const char *text, char **variable)
{
  CLEANUP_FREE char *taken = NULL;
  char *result = NULL;
  size_t size = 0;
  FILE *out = open_memstream (&result, &size);
  bool good, written;

  if (variable != NULL)
    *variable = NULL;
  if (out == NULL) {
    fail ("no memory for a value");
    return NULL;
  }
  good = expand_all (text, out, &taken);
  written = !ferror (out);
  if (fclose (out) != 0 || !written || !good) {
    if (good)
      fail ("no memory for a value");
    free (result);
    return NULL;
  }
  if (variable != NULL) {
    *variable = taken;
    taken = NULL;
  }
  return result;
}
