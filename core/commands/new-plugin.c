/* SPDX-License-Identifier: Apache-2.0 */
/* A new plugin begins as one of the examples that the tests build and run, under another name; so it works
 * before its author has written a line, and no template can fall behind the header. */
#include "config.h"

#include "commands/new-plugin.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/exit-status.h"
#include "base/log.h"
#include "bytes/cleanup.h"
#include "plugin/plugin-path.h"

/* The name is that of a file, of a directory and of functions in C: this fits all of them. */
#define NAME_BYTES_MAX 40

/* The examples, and what they are called: the word that becomes the new plugin's name wherever it stands. */
static const struct template
{
  const char *kind, *word;
  enum dcpipe_kind number;
}
templates[] = { { "decoder", "novelty", DCPIPE_KIND_DECODER },
                { "source", "csvledger", DCPIPE_KIND_SOURCE },
                { "sink", "rack", DCPIPE_KIND_SINK } };

static const struct template *
find_template (const char *kind)
{
  for (size_t i = 0; i < sizeof templates / sizeof *templates; i++)
    if (strcmp (templates[i].kind, kind) == 0)
      return &templates[i];
  fail ("--new-plugin %s: expected decoder, source or sink", kind);
  return NULL;
}

/* Words of C, macros that compilers and the C library define in small letters, and beginnings of names that
 * others use: what is called so could not be built, or not be loaded. */
static bool
is_taken (const char *name)
{
  static const char *const words[] = {
    "alignas",   "alignof",  "auto",         "bool",   "break",   "case",    "char",          "const",
    "constexpr", "continue", "default",      "do",     "double",  "else",    "enum",          "extern",
    "false",     "float",    "for",          "goto",   "if",      "inline",  "int",           "long",
    "nullptr",   "register", "restrict",     "return", "short",   "signed",  "sizeof",        "static",
    "struct",    "switch",   "thread_local", "true",   "typedef", "typeof",  "typeof_unqual", "union",
    "unsigned",  "void",     "volatile",     "while",  "asm",     "sqlite3", "linux",         "unix",
    "i386",      "mips",     "sparc",        "sun",    "m68k",    "hppa",    "errno",         "assert",
    "offsetof",  "stdin",    "stdout",       "stderr", "major",   "minor",   "makedev",       "alloca",
    "setjmp",
  };

  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (strcmp (name, words[i]) == 0)
      return true;
  return strncmp (name, "dcpipe", 6) == 0;
}

static bool
check_name (const char *name)
{
  size_t size = strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789_");

  if (size == 0 || size > NAME_BYTES_MAX || name[size] != '\0' || name[0] < 'a')
    fail ("a plugin cannot be called '%s': expected a small letter, then small letters, digits and '_', at "
          "most %d bytes",
          name, NAME_BYTES_MAX);
  else if (is_taken (name))
    fail ("a plugin cannot be called '%s': that is a word of C's, dcpipe's or a library's", name);
  else
    return true;
  return false;
}

/* True after fail if there is a plugin of that name: `make install` of another one would take its place. */
static bool
is_there (const struct template *template, const char *name)
{
  CLEANUP_FREE char *path = plugin_path_find (template->number, name);

  if (path != NULL)
    fail ("there is a %s '%s' already (%s), and the new one would be installed in its place", template->kind,
          name, path);
  return path != NULL;
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

  /* Text has no NUL, so this reads all of it. */
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

/* What a file of the example is called in the directory `name`, to be freed; NULL after fail. */
static char *
path_of_copy (const char *file, const struct template *template, const char *name)
{
  CLEANUP_FREE char *called = rename_in (file, template->word, name);

  return called != NULL ? join (name, called) : NULL;
}

static bool
copy_file (const char *directory, const char *file, const struct template *template, const char *name)
{
  CLEANUP_FREE char *text = NULL, *renamed = NULL, *from = join (directory, file);
  CLEANUP_FREE char *to = path_of_copy (file, template, name);

  text = from != NULL && to != NULL ? read_text (from) : NULL;
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

/* Copies all files of the example; their number. False after fail. */
static bool
copy_files (DIR *stream, const char *directory, const struct template *template, const char *name,
            unsigned *count)
{
  const struct dirent *entry;

  for (*count = 0; (entry = readdir (stream)) != NULL; ++*count) {
    if (!is_source (directory, entry->d_name))
      --*count;
    else if (!copy_file (directory, entry->d_name, template, name))
      return false;
  }
  if (*count == 0)
    fail ("%s: the example that new plugins begin with is not there", directory);
  return *count > 0;
}

/* Takes back what was written to the directory `name`, which was made for it. */
static void
take_back (DIR *stream, const struct template *template, const char *name)
{
  const struct dirent *entry;

  rewinddir (stream);
  while ((entry = readdir (stream)) != NULL) {
    CLEANUP_FREE char *path = path_of_copy (entry->d_name, template, name);

    /* Only names that the example has. Should there be others, they stay, and rmdir leaves the directory. */
    if (path != NULL && entry->d_name[0] != '.')
      unlink (path);
  }
  rmdir (name);
}

/* Nothing is overwritten, and what was begun is taken back: half a plugin that does not build would be worse
 * than none. */
static bool
copy_example (const char *directory, const struct template *template, const char *name)
{
  DIR *stream = opendir (directory);
  unsigned count;
  bool good = false;

  if (stream == NULL)
    fail ("%s: %s: the examples that new plugins begin with are not installed", directory, strerror (errno));
  else if (mkdir (name, 0777) != 0)
    fail ("%s: %s: nothing was written", name, strerror (errno));
  else {
    good = copy_files (stream, directory, template, name, &count);
    if (!good) {
      /* A copy, since taking back may fail for a reason of its own. */
      CLEANUP_FREE char *reason = strdup (failure ());

      take_back (stream, template, name);
      fail ("%s: %s was taken back", reason != NULL ? reason : "no memory", name);
    }
  }
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

  if (template == NULL || !check_name (name) || is_there (template, name)) {
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
