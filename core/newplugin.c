/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "newplugin.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "log.h"
#include "status.h"

#define NAME_BYTES_MAX 40

/* The examples, and what they are called: the word that becomes the new plugin's name wherever it stands. */
static const struct template {
  const char *kind, *word;
} templates[] = { { "decoder", "novelty" }, { "source", "csvledger" }, { "sink", "rack" } };

static const struct template *
find_template (const char *kind)
{
  for (size_t i = 0; i < sizeof templates / sizeof *templates; i++)
    if (strcmp (templates[i].kind, kind) == 0)
      return &templates[i];
  fail ("--new-plugin %s: expected decoder, source or sink", kind);
  return NULL;
}

static bool
check_name (const char *name)
{
  size_t size = strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789_");

  if (size > 0 && size <= NAME_BYTES_MAX && name[size] == '\0' && name[0] >= 'a')
    return true;
  fail (
      "a plugin cannot be called '%s': expected a small letter, then small letters, digits and '_', at most "
      "%d bytes",
      name, NAME_BYTES_MAX);
  return false;
}

/* `text` with `name` in place of `word`, to be freed; NULL after fail. */
static char *
rename_in (const char *text, const char *word, const char *name)
{
  char *renamed = NULL;
  size_t size;
  FILE *stream = open_memstream (&renamed, &size);
  const char *at;
  bool good;

  for (; stream != NULL && (at = strstr (text, word)) != NULL; text = at + strlen (word))
    fprintf (stream, "%.*s%s", (int) (at - text), text, name);
  good = stream != NULL && fputs (text, stream) >= 0 && !ferror (stream);
  if (stream != NULL && fclose (stream) == 0 && good)
    return renamed;
  free (renamed);
  fail ("no memory for a file of the new plugin");
  return NULL;
}

/* DIRECTORY/FILE, to be freed; NULL after fail. */
static char *
join (const char *directory, const char *file)
{
  char *path;

  if (asprintf (&path, "%s/%s", directory, file) >= 0)
    return path;
  fail ("no memory for a path");
  return NULL;
}

static char *
read_text (const char *path)
{
  CLEANUP_FCLOSE FILE *file = fopen (path, "r");
  char *text = NULL;
  size_t room = 0;

  if (file != NULL && (getdelim (&text, &room, '\0', file) > 0 || !ferror (file)))
    return text != NULL ? text : strdup ("");
  fail ("%s: %s", path, strerror (errno));
  free (text);
  return NULL;
}

static bool
write_text (const char *path, const char *text)
{
  FILE *file = fopen (path, "wxe");
  bool good = file != NULL && fputs (text, file) >= 0;

  if (file != NULL && fclose (file) == 0 && good)
    return true;
  fail ("%s: %s", path, strerror (errno));
  return false;
}

/* Copies one file of the example into the directory `name`. */
static bool
copy_file (const char *directory, const char *file, const struct template *template, const char *name)
{
  CLEANUP_FREE char *text = NULL, *renamed = NULL, *from = join (directory, file), *to = NULL;
  CLEANUP_FREE char *called = rename_in (file, template->word, name);

  if (called == NULL || from == NULL || (to = join (name, called)) == NULL)
    return false;
  text = read_text (from);
  renamed = text != NULL ? rename_in (text, template->word, name) : NULL;
  return renamed != NULL && write_text (to, renamed);
}

/* What belongs to the example, and was not built in its directory. */
static bool
is_source (const char *directory, const char *file)
{
  const char *dot = strrchr (file, '.');
  CLEANUP_FREE char *path = join (directory, file);
  struct stat status;

  return path != NULL && file[0] != '.' && (dot == NULL || strcmp (dot, ".so") != 0)
         && stat (path, &status) == 0 && S_ISREG (status.st_mode);
}

static bool
copy_example (const char *directory, const struct template *template, const char *name)
{
  DIR *stream = opendir (directory);
  const struct dirent *entry;
  bool good = stream != NULL;

  if (stream == NULL)
    fail ("%s: %s: the examples that new plugins begin with are not installed", directory, strerror (errno));
  else if (mkdir (name, 0777) != 0) {
    fail ("%s: %s: nothing was written", name, strerror (errno));
    good = false;
  }
  while (good && (entry = readdir (stream)) != NULL)
    if (is_source (directory, entry->d_name))
      good = copy_file (directory, entry->d_name, template, name);
  if (stream != NULL)
    closedir (stream);
  return good;
}

int
new_plugin (const char *kind, const char *name)
{
  const struct template *template = find_template (kind);
  const char *templates_from = getenv ("DCPIPE_TEMPLATES");
  CLEANUP_FREE char *directory = NULL;

  if (template == NULL || !check_name (name)) {
    log_failure ();
    return STATUS_USAGE;
  }
  directory = join (templates_from ? templates_from : TEMPLATE_DIRECTORY, kind);
  if (directory == NULL || !copy_example (directory, template, name)) {
    log_failure ();
    return STATUS_FAILED;
  }
  printf ("%s/ holds a %s that works: cd %s && make && make check\n", name, kind, name);
  return STATUS_DONE;
}
