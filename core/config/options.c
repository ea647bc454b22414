/* SPDX-License-Identifier: Apache-2.0 */
/* From sections to values: which key is given where, unknown keys, defaults. */
#include "config.h"

#include "config/options.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/suggest.h"
#include "bytes/cleanup.h"

static void
clear_parsed (struct option_value *value)
{
  free (value->string);
  for (char **item = value->list; item != NULL && *item != NULL; item++)
    free (*item);
  free (value->list);
  value->string = NULL;
  value->list = NULL;
}

void
options_free (const struct dcpipe_options *options, struct option_value *values)
{
  if (values == NULL)
    return;
  for (size_t i = 0; i < options->count; i++) {
    clear_parsed (&values[i]);
    free (values[i].text);
    free (values[i].variable);
  }
  free (values);
}

void
option_store (const struct dcpipe_option *option, const struct option_value *value, void *handle)
{
  void *place = (char *) handle + option->offset;
  int index = (int) value->integer;

  assert (option_size (option->type) > 0); /* plugin_check refuses others */
  switch (option->type) {
  case DCPIPE_OPTION_BOOL:
    memcpy (place, &value->boolean, sizeof value->boolean);
    break;
  case DCPIPE_OPTION_INT:
    memcpy (place, &value->integer, sizeof value->integer);
    break;
  case DCPIPE_OPTION_SIZE:
  case DCPIPE_OPTION_DURATION:
    memcpy (place, &value->number, sizeof value->number);
    break;
  case DCPIPE_OPTION_ENUM:
    memcpy (place, &index, sizeof index);
    break;
  case DCPIPE_OPTION_LIST:
    memcpy (place, &value->list, sizeof value->list);
    break;
  default:
    memcpy (place, &value->string, sizeof value->string);
  }
}

/* ---- unknown keys -------------------------------------------------------------------------------- */

static bool
is_known (const struct dcpipe_options *options, const char *const *known, const char *key,
          struct suggestion *suggestion)
{
  for (size_t i = 0; i < options->count; i++) {
    if (strcmp (options->items[i].key, key) == 0)
      return true;
    suggest_offer (suggestion, options->items[i].key);
  }
  for (; *known != NULL; known++) {
    if (strcmp (*known, key) == 0)
      return true;
    suggest_offer (suggestion, *known);
  }
  return false;
}

/* "; its keys are A, B and C", to be freed; NULL when memory is short. */
static char *
list_keys (const struct dcpipe_options *options, const char *const *known)
{
  size_t size = 0, left = options->count;
  char *text = NULL;
  FILE *out = open_memstream (&text, &size);

  if (out == NULL)
    return NULL;
  for (size_t i = 0; known[i] != NULL; i++)
    left++;
  fputs (left == 1 ? "; its key is " : "; its keys are ", out);
  for (; *known != NULL; known++, left--)
    fprintf (out, "%s%s", *known, left > 2 ? ", " : left == 2 ? " and " : "");
  for (size_t i = 0; i < options->count; i++, left--)
    fprintf (out, "%s%s", options->items[i].key, left > 2 ? ", " : left == 2 ? " and " : "");
  fclose (out);
  return text;
}

static void
check_keys (const struct dcpipe_options *options, struct ini_file *file, const struct ini_section *section,
            const char *const *known)
{
  for (size_t i = 0; i < section->count; i++) {
    struct suggestion suggestion = { .word = section->values[i].key };
    CLEANUP_FREE char *hint = NULL;

    if (section->values[i].indented || is_known (options, known, section->values[i].key, &suggestion))
      continue;
    hint = suggestion.best[0] != '\0' ? suggest_hint (&suggestion) : list_keys (options, known);
    ini_mistake (file, section->values[i].line, "%s: unknown key in %s%s", section->values[i].key,
                 section->title, hint ? hint : "");
  }
}

/* ---- values -------------------------------------------------------------------------------------- */

/* The value that the sections give for `option`, or NULL. Sections that contradict each other are a
 * mistake. */
static const struct ini_value *
given_value (const struct dcpipe_option *option, struct ini_file *file,
             const struct ini_section *const *sections, size_t count)
{
  const struct ini_value *found = NULL;

  for (size_t i = 0; i < count; i++) {
    const struct ini_value *value = sections[i] ? ini_find (sections[i], option->key) : NULL;
    bool secret = option->type == DCPIPE_OPTION_SECRET;

    if (value == NULL)
      continue;
    if (found == NULL || value->broken)
      found = value;
    else if (!found->broken && strcmp (found->text, value->text) != 0)
      ini_mistake (file, value->line,
                   "%s = %s contradicts line %u (%s): sections that name the same plugin are one decoder",
                   option->key, secret ? "***" : value->text, found->line, secret ? "***" : found->text);
  }
  return found;
}

/* Where a value came from is kept for --dump-config, and for messages about it that come later than the
 * file's. */
static bool
copy_source (struct option_value *value, const struct ini_value *given, const char *default_value)
{
  const char *text = given ? given->text : default_value;

  value->origin = given == NULL ? ORIGIN_DEFAULT : given->variable ? ORIGIN_ENVIRONMENT : ORIGIN_FILE;
  value->line = given ? given->line : 0;
  if (text != NULL && (value->text = strdup (text)) == NULL)
    return false;
  return given == NULL || given->variable == NULL || (value->variable = strdup (given->variable)) != NULL;
}

/* What an option is for, as words within a sentence: the first clause of its help, which may be written as a
 * sentence itself. To be freed; NULL when memory is short. */
static char *
purpose (const struct dcpipe_option *option)
{
  const char *help = option->help != NULL ? option->help : option_type_name (option->type);
  const char *stop = strstr (help, ". ");
  size_t size = strcspn (help, ";");
  char *text;

  if (stop != NULL && (size_t) (stop - help) < size)
    size = (size_t) (stop - help);
  while (size > 0 && help[size - 1] == '.')
    size--;
  text = strndup (help, size);
  if (text != NULL && isupper ((unsigned char) text[0]) && !isupper ((unsigned char) text[1]))
    text[0] = (char) tolower ((unsigned char) text[0]);
  return text;
}

/* A value that cannot be used is noted once and marked bad, so that nothing that follows from it is told
 * as a mistake of its own. False only when memory is short: a file is read to its end, whatever is wrong
 * with it. */
static bool
set_option (const struct dcpipe_option *option, struct ini_file *file,
            const struct ini_section *const *sections, size_t count, struct option_value *value)
{
  const struct ini_value *given = given_value (option, file, sections, count);
  const struct ini_section *section = count > 0 ? sections[0] : NULL;

  if (!copy_source (value, given, option->default_value))
    return false;
  if (given == NULL && (option->flags & DCPIPE_OPTION_REQUIRED)) {
    CLEANUP_FREE char *text = purpose (option);

    value->bad = true;
    ini_mistake (file, section ? section->line : 0, "%s needs the key '%s': %s",
                 section ? section->title : "the file", option->key, text != NULL ? text : option->key);
    return true;
  }
  if (given != NULL && given->broken) {
    value->bad = true;
    return true;
  }
  value->bad = value->text != NULL && !option_parse (option, value->text, file->directory, value);
  if (value->bad)
    ini_mistake (file, value->line, "%s = %s", option->key, failure ());
  return true;
}

struct option_value *
options_set (const struct dcpipe_options *options, struct ini_file *file,
             const struct ini_section *const *sections, size_t sections_count, const char *const *known,
             void *handle)
{
  struct option_value *values = calloc (options->count ? options->count : 1, sizeof *values);

  if (values == NULL)
    return NULL;
  for (size_t i = 0; i < sections_count; i++)
    if (sections[i] != NULL)
      check_keys (options, file, sections[i], known);
  for (size_t i = 0; i < options->count; i++) {
    if (!set_option (&options->items[i], file, sections, sections_count, &values[i])) {
      options_free (options, values);
      return NULL;
    }
    option_store (&options->items[i], &values[i], handle);
  }
  return values;
}

bool
options_good (const struct dcpipe_options *options, const struct option_value *values)
{
  for (size_t i = 0; i < options->count; i++)
    if (values[i].bad)
      return false;
  return true;
}

/* ---- copies -------------------------------------------------------------------------------------- */

static char **
copy_list (char *const *list)
{
  size_t count = 0;
  char **copy;

  while (list[count] != NULL)
    count++;
  copy = calloc (count + 1, sizeof *copy);
  for (size_t i = 0; copy != NULL && i < count; i++)
    if ((copy[i] = strdup (list[i])) == NULL) {
      for (size_t j = 0; j < i; j++)
        free (copy[j]);
      free (copy);
      return NULL;
    }
  return copy;
}

/* What could not be copied is left NULL. */
static bool
copy_value (struct option_value *to, const struct option_value *from)
{
  *to = *from;
  to->text = from->text ? strdup (from->text) : NULL;
  to->variable = from->variable ? strdup (from->variable) : NULL;
  to->string = from->string ? strdup (from->string) : NULL;
  to->list = from->list ? copy_list (from->list) : NULL;
  return !from->text == !to->text && !from->variable == !to->variable && !from->string == !to->string
         && !from->list == !to->list;
}

/* Handles of one section are opened more than once (readers, verify, one for each job), and each must be able
 * to go before the others. */
struct option_value *
options_copy (const struct dcpipe_options *options, const struct option_value *values, void *handle)
{
  struct option_value *copy = calloc (options->count ? options->count : 1, sizeof *copy);

  for (size_t i = 0; copy != NULL && i < options->count; i++) {
    if (!copy_value (&copy[i], &values[i])) {
      options_free (options, copy);
      return NULL;
    }
    option_store (&options->items[i], &copy[i], handle);
  }
  return copy;
}
