/* SPDX-License-Identifier: Apache-2.0 */
/* Messages begin with the value and say what was expected, for whoever reads them has just written it: the
 * caller puts the key and the line before them. The value of a secret is never part of one. */
#include "config.h"

#include "config/option-parse.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/suggest.h"
#include "bytes/cleanup.h"

#define SECRET_MAX 65536

struct unit {
  const char *name;
  uint64_t factor;
};

/* Powers of 1024, as memory is counted; KiB and kB are left out, lest one of them is taken for the other. */
static const struct unit size_units[] = {
  { "", 1 },
  { "k", UINT64_C (1) << 10 },
  { "M", UINT64_C (1) << 20 },
  { "G", UINT64_C (1) << 30 },
  { "T", UINT64_C (1) << 40 },
  { NULL, 0 },
};

/* A bare number is seconds. */
static const struct unit duration_units[] = {
  { "", 1000 },         { "ms", 1 },           { "s", 1000 }, { "m", 60 * 1000 },
  { "h", 3600 * 1000 }, { "d", 86400 * 1000 }, { NULL, 0 },
};

static const struct {
  const char *name;
  size_t size;
} types[] = {
  [DCPIPE_OPTION_BOOL] = { "bool", sizeof (bool) },
  [DCPIPE_OPTION_INT] = { "int", sizeof (int64_t) },
  [DCPIPE_OPTION_SIZE] = { "size", sizeof (uint64_t) },
  [DCPIPE_OPTION_DURATION] = { "duration", sizeof (uint64_t) },
  [DCPIPE_OPTION_TEXT] = { "text", sizeof (char *) },
  [DCPIPE_OPTION_PATH] = { "path", sizeof (char *) },
  [DCPIPE_OPTION_SECRET] = { "secret", sizeof (char *) },
  [DCPIPE_OPTION_ENUM] = { "enum", sizeof (int) },
  [DCPIPE_OPTION_LIST] = { "list", sizeof (char **) },
};

size_t
option_size (int type)
{
  return type < 0 || (size_t) type >= sizeof types / sizeof *types ? 0 : types[type].size;
}

const char *
option_type_name (int type)
{
  return option_size (type) == 0 ? "unknown" : types[type].name;
}

/* ---- numbers ------------------------------------------------------------------------------------- */

/* Writes `number` with the largest unit that divides it, so that a range reads as it would be written. */
static void
format_number (uint64_t number, const struct unit *units, char *text, size_t size)
{
  const struct unit *best = units;

  /* "" stands for seconds there, and ms divides everything. */
  if (units == duration_units)
    best++;
  for (const struct unit *unit = units + 1; unit->name != NULL; unit++)
    if (unit->factor > best->factor && number != 0 && number % unit->factor == 0)
      best = unit;
  snprintf (text, size, "%" PRIu64 "%s", number / best->factor, best->name);
}

/* Reads digits and a unit. */
static bool
read_number (const char *text, const struct unit *units, uint64_t *number)
{
  char *end;
  unsigned long long digits;

  /* strtoull takes a sign and leading white space, and gives a huge number for -1. */
  if (!isdigit ((unsigned char) text[0]))
    return false;
  errno = 0;
  digits = strtoull (text, &end, 10);
  if (errno != 0)
    return false;
  end += strspn (end, " ");
  for (const struct unit *unit = units; unit->name != NULL; unit++)
    if ((units == size_units ? strcasecmp (end, unit->name) : strcmp (end, unit->name)) == 0)
      return !__builtin_mul_overflow (digits, unit->factor, number);
  return false;
}

static bool
parse_units (const struct dcpipe_option *option, const char *text, const struct unit *units, const char *what,
             uint64_t *number)
{
  char low[32], high[32];
  bool bounded = option->min != 0 || option->max != 0;

  if (read_number (text, units, number)
      && (!bounded || (*number >= (uint64_t) option->min && *number <= (uint64_t) option->max)))
    return true;
  if (!bounded) {
    fail ("%s: expected %s", text, what);
    return false;
  }
  format_number ((uint64_t) option->min, units, low, sizeof low);
  format_number ((uint64_t) option->max, units, high, sizeof high);
  fail ("%s: expected %s from %s to %s", text, what, low, high);
  return false;
}

/* strtoll alone would take " 5", "" as 0 and "5x" as 5; all of them are slips that deserve a word. */
static bool
parse_int (const struct dcpipe_option *option, const char *text, int64_t *number)
{
  bool bounded = option->min != 0 || option->max != 0;
  const char *digits = text + (text[0] == '-' || text[0] == '+');
  char *end;
  long long read;

  errno = 0;
  read = strtoll (text, &end, 10);
  if (isdigit ((unsigned char) digits[0]) && *end == '\0' && errno == 0
      && (!bounded || (read >= option->min && read <= option->max))) {
    *number = read;
    return true;
  }
  if (bounded)
    fail ("%s: expected a whole number from %" PRId64 " to %" PRId64, text, option->min, option->max);
  else
    fail ("%s: expected a whole number", text);
  return false;
}

/* ---- words --------------------------------------------------------------------------------------- */

static bool
parse_bool (const char *text, bool *value)
{
  static const char *const words[] = { "no", "yes", "false", "true", "off", "on", "0", "1" };

  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (strcasecmp (text, words[i]) == 0) {
      *value = i % 2 == 1;
      return true;
    }
  fail ("%s: expected yes or no", text);
  return false;
}

/* "a|b|c" as "a, b or c". */
static char *
list_choices (const char *values)
{
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream (&text, &size);

  if (out == NULL)
    return NULL;
  for (const char *p = values; *p != '\0'; p++)
    if (*p == '|')
      fputs (strchr (p + 1, '|') ? ", " : " or ", out);
    else
      fputc (*p, out);
  fclose (out);
  return text;
}

static bool
parse_enum (const struct dcpipe_option *option, const char *text, int64_t *index)
{
  struct suggestion suggestion = { .word = text };
  CLEANUP_FREE char *choices = strdup (option->values), *hint = NULL, *listed = NULL;
  char *rest = choices, *choice;

  for (int64_t i = 0; choices != NULL && (choice = strsep (&rest, "|")) != NULL; i++) {
    if (strcmp (choice, text) == 0) {
      *index = i;
      return true;
    }
    suggest_offer (&suggestion, choice);
  }
  listed = list_choices (option->values);
  hint = suggest_hint (&suggestion);
  fail ("%s: expected %s%s", text, listed ? listed : option->values, hint ? hint : "");
  return false;
}

static bool
parse_list (const char *text, char ***list)
{
  size_t count = 0;
  /* Of n characters at most every other one is an item, and NULL ends them. */
  char **items = calloc (strlen (text) / 2 + 2, sizeof *items);

  if (items == NULL) {
    fail ("no memory for a list");
    return false;
  }
  *list = items;
  while (*(text += strspn (text, ", \t\n")) != '\0') {
    size_t size = strcspn (text, ", \t\n");

    items[count] = strndup (text, size);
    if (items[count++] == NULL) {
      fail ("no memory for a list");
      return false;
    }
    text += size;
  }
  return true;
}

/* ---- paths and secrets --------------------------------------------------------------------------- */

static char *
absolute_path (const char *path, const char *directory)
{
  char *absolute = NULL;

  if (path[0] == '/')
    return strdup (path);
  return asprintf (&absolute, "%s/%s", directory, path) < 0 ? NULL : absolute;
}

/* The contents of a file without the newline at its end. The message names the file, never what is in it. */
static char *
read_secret (const char *path)
{
  CLEANUP_FCLOSE FILE *file = fopen (path, "re");
  char *text = malloc (SECRET_MAX + 1);
  size_t size;

  if (file == NULL || text == NULL) {
    fail ("+%s: cannot be read: %s", path, strerror (errno));
    free (text);
    return NULL;
  }
  size = fread (text, 1, SECRET_MAX + 1, file);
  if (ferror (file) || size > SECRET_MAX) {
    fail ("+%s: %s", path, ferror (file) ? strerror (errno) : "longer than a secret may be");
    free (text);
    return NULL;
  }
  /* Editors and echo end a file with a newline that is not part of the secret. */
  while (size > 0 && (text[size - 1] == '\n' || text[size - 1] == '\r'))
    size--;
  text[size] = '\0';
  if (size == 0 || strlen (text) != size) {
    fail ("+%s: %s", path, size == 0 ? "the file is empty" : "the file holds a NUL byte");
    free (text);
    return NULL;
  }
  return text;
}

static bool
parse_secret (const char *text, const char *directory, char **secret)
{
  CLEANUP_FREE char *path = text[0] == '+' ? absolute_path (text + 1, directory) : NULL;

  *secret = text[0] != '+' ? strdup (text) : path != NULL ? read_secret (path) : NULL;
  if (*secret == NULL && (text[0] != '+' || path == NULL))
    fail ("no memory for a secret");
  return *secret != NULL;
}

/* What a shell would do to a path, nobody does here. */
static bool
is_written_for_a_shell (const char *text)
{
  size_t size = strlen (text);

  if (size >= 2 && (text[0] == '"' || text[0] == '\'') && text[size - 1] == text[0])
    fail ("%s: quotes would be part of the path: leave them out", text);
  else if (strncmp (text, "~/", 2) == 0)
    fail ("%s: ~ stands for nothing here: write ${HOME}%s", text, text + 1);
  else
    return false;
  return true;
}

static bool
parse_path (const struct dcpipe_option *option, const char *text, const char *directory, char **path)
{
  size_t size;

  if (text[0] == '\0') {
    fail ("an empty value: expected a path");
    return false;
  }
  if (is_written_for_a_shell (text))
    return false;
  *path = absolute_path (text, directory);
  if (*path == NULL) {
    fail ("no memory for a path");
    return false;
  }
  /* What lies beside a directory, such as its lock, is not to lie in it. */
  for (size = strlen (*path); (option->flags & DCPIPE_OPTION_STORE) && size > 1 && (*path)[size - 1] == '/';
       size--)
    (*path)[size - 1] = '\0';
  return true;
}

/* One case for each type of the plugin's header. Text is the rest, also for types that are not known: plugins
 * that declare those were refused when they were loaded. */
bool
option_parse (const struct dcpipe_option *option, const char *text, const char *directory,
              struct option_value *value)
{
  switch (option->type) {
  case DCPIPE_OPTION_BOOL:
    return parse_bool (text, &value->boolean);
  case DCPIPE_OPTION_INT:
    return parse_int (option, text, &value->integer);
  case DCPIPE_OPTION_SIZE:
    return parse_units (option, text, size_units, "a size in bytes (like 64k, 16M, 1G)", &value->number);
  case DCPIPE_OPTION_DURATION:
    return parse_units (option, text, duration_units, "a duration (like 500ms, 5s, 2m, 1h)", &value->number);
  case DCPIPE_OPTION_ENUM:
    return parse_enum (option, text, &value->integer);
  case DCPIPE_OPTION_LIST:
    return parse_list (text, &value->list);
  case DCPIPE_OPTION_PATH:
    return parse_path (option, text, directory, &value->string);
  case DCPIPE_OPTION_SECRET:
    return parse_secret (text, directory, &value->string);
  default:
    value->string = strdup (text);
    if (value->string == NULL)
      fail ("no memory for a text");
    return value->string != NULL;
  }
}
