/* SPDX-License-Identifier: Apache-2.0 */
/* ${NAME} and ${NAME:-default} in values of the INI file. */
#include "config.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "bytes/cleanup.h"
#include "config/ini.h"

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

struct expansion {
  FILE *out;
  char *variable; /* the last one that came from the environment, or should have */
  bool unset;     /* it should have: that is why it failed */
};

/* Writes what stands for the ${...} at `p` and returns where it ends; NULL after fail. */
static const char *
expand_one (struct expansion *expansion, const char *p)
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
  if (has_default && (value == NULL || value[0] == '\0')) {
    fwrite (name + length + 2, 1, (size_t) (close - name) - length - 2, expansion->out);
    return close + 1;
  }
  free (expansion->variable);
  expansion->variable = variable;
  variable = NULL;
  expansion->unset = value == NULL;
  if (expansion->unset) {
    fail ("the environment variable %s is not set", expansion->variable);
    return NULL;
  }
  fputs (value, expansion->out);
  return close + 1;
}

static bool
expand_all (struct expansion *expansion, const char *text)
{
  for (const char *p = text; *p != '\0';) {
    if (strncmp (p, "$${", 3) == 0) {
      fputs ("${", expansion->out);
      p += 3;
    } else if (strncmp (p, "${", 2) == 0) {
      p = expand_one (expansion, p);
      if (p == NULL)
        return false;
    } else
      fputc (*p++, expansion->out);
  }
  return true;
}

char *
ini_expand (const char *text, char **variable)
{
  char *result = NULL;
  size_t size = 0;
  struct expansion expansion = { .out = open_memstream (&result, &size) };
  bool good, written;

  *variable = NULL;
  if (expansion.out == NULL) {
    fail ("no memory for a value");
    return NULL;
  }
  good = expand_all (&expansion, text);
  written = !ferror (expansion.out);
  if (fclose (expansion.out) != 0 || !written || !good) {
    if (good)
      fail ("no memory for a value");
    free (result);
    result = NULL;
  }
  if (result != NULL || expansion.unset)
    *variable = expansion.variable;
  else
    free (expansion.variable);
  return result;
}
