/* SPDX-License-Identifier: Apache-2.0 */
/* inih tells comments, sections and keys apart. It reads through our own reader, one line at a time,
 * because usual builds of it tell no line numbers, cut names at 49 bytes and lines at 197, and take an
 * indented line as the continuation of the one before; the reader therefore knows the line, and the
 * value is taken from it whole. */
#include "config.h"

#include "config/ini.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/log.h"
#include "bytes/cleanup.h"

/* Of a section or key: usual builds of inih cut names at 49 bytes, and two that differ behind that would be
 * one. */
#define NAME_BYTES_MAX 48

struct reader {
  struct ini_file *file;
  char *next, *end; /* what is left of the file's bytes, behind which there is a 0 */
  char *text;       /* the current line, without its end */
  unsigned line;
  bool no_memory;
  bool indented;     /* the current line is a mistake already; what is read of it is a guess */
  bool key_expected; /* the line was given to inih as a key and has not come back yet */
};

void
ini_mistake (struct ini_file *file, unsigned line, const char *format, ...)
{
  struct ini_mistake *mistake = array_room (&file->mistake_list, file->listed, sizeof *mistake);
  char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  if (vasprintf (&text, format, arguments) < 0)
    text = NULL;
  va_end (arguments);
  file->mistakes++;
  if (mistake != NULL && text != NULL) {
    *mistake = (struct ini_mistake){ line, file->listed++, text };
    return;
  }
  log_error ("%s:%u: %s", file->path, line, text ? text : "a mistake, and no memory to name it");
  free (text);
}

static int
compare_mistakes (const void *a, const void *b)
{
  const struct ini_mistake *first = a, *second = b;

  /* Mistakes are told in the order in which a reader mends them, from the top of the file, though some are
   * only found when all of it is known. */
  /* Line 0, the file as a whole, comes last. */
  if (first->line - 1 != second->line - 1)
    return first->line - 1 < second->line - 1 ? -1 : 1;
  return first->number < second->number ? -1 : 1;
}

void
ini_report (struct ini_file *file)
{
  if (file->mistake_list == NULL)
    return;
  qsort (file->mistake_list, file->listed, sizeof *file->mistake_list, compare_mistakes);
  for (unsigned i = 0; i < file->listed; i++) {
    const struct ini_mistake *mistake = &file->mistake_list[i];

    if (mistake->line > 0)
      log_error ("%s:%u: %s", file->path, mistake->line, mistake->text);
    else
      log_error ("%s: %s", file->path, mistake->text);
  }
}

void
ini_check_environment (struct ini_file *file, const struct ini_section *section)
{
  for (size_t i = 0; i < section->count; i++) {
    const struct ini_value *value = &section->values[i];

    if (value->broken && value->variable != NULL)
      ini_mistake (file, value->line,
                   "%s: the environment variable %s is not set and has no default (${%s:-default})",
                   value->key, value->variable, value->variable);
  }
}

const struct ini_value *
ini_find (const struct ini_section *section, const char *key)
{
  for (size_t i = 0; i < section->count; i++)
    if (strcmp (section->values[i].key, key) == 0)
      return &section->values[i];
  return NULL;
}

/* The text between `start` and `end` without white space around it, copied. */
static char *
trimmed (const char *start, const char *end)
{
  while (start < end && isspace ((unsigned char) *start))
    start++;
  while (end > start && isspace ((unsigned char) end[-1]))
    end--;
  return strndup (start, (size_t) (end - start));
}

/* Where a comment begins that stands behind a value: at a ';' behind white space. */
static const char *
comment_start (const char *p)
{
  for (; *p != '\0'; p++)
    if (*p == ';' && isspace ((unsigned char) p[-1]))
      break;
  return p;
}

/* ---- ${NAME} and ${NAME:-default} ---------------------------------------------------------------- */

/* As shells have it: letters, digits and '_', and no digit first. */
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
  /* As in a shell, :- also stands in for a variable that is set and empty, which is how service managers
   * often pass what nobody configured. */
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

/* The variable's name is handed out also on failure: a section that is not needed for this command may lack
 * its variables, and only who needs it makes that a mistake (ini_check_environment). */
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

/* ---- sections ------------------------------------------------------------------------------------ */

static void
clear_value (struct ini_value *value)
{
  free (value->key);
  free (value->text);
  free (value->variable);
}

/* Frees what a section holds. */
static void
clear_section (struct ini_section *section)
{
  for (size_t i = 0; i < section->count; i++)
    clear_value (&section->values[i]);
  free (section->values);
  free (section->title);
  free (section->kind);
  free (section->name);
}

/* A kind and a name are told apart by the first space, so that labels may hold spaces; what is around them is
 * not part of either. */
static bool
make_section (struct ini_section *section, unsigned line, const char *start, const char *end)
{
  CLEANUP_FREE char *text = trimmed (start, end);
  size_t kind = text == NULL ? 0 : strcspn (text, " \t");

  *section = (struct ini_section){ .line = line };
  if (text == NULL)
    return false;
  section->kind = strndup (text, kind);
  if (text[kind] != '\0')
    section->name = trimmed (text + kind, text + strlen (text));
  if (section->kind == NULL || (text[kind] != '\0' && section->name == NULL))
    return false;
  if (asprintf (&section->title, "[%s%s%s]", section->kind, section->name ? " " : "",
                section->name ? section->name : "")
      >= 0)
    return true;
  section->title = NULL;
  return false;
}

static void
add_section (struct reader *reader, const char *end, bool malformed)
{
  struct ini_file *file = reader->file;
  struct ini_section *section = array_room (&file->sections, file->count, sizeof *section);

  if (section == NULL || !make_section (section, reader->line, reader->text + 1, end)) {
    if (section != NULL)
      clear_section (section);
    reader->no_memory = true;
    return;
  }
  section->malformed = malformed;
  file->count++;
}

/* The line begins with '['. */
static void
take_section (struct reader *reader)
{
  const char *end = reader->text + strcspn (reader->text, "]");
  const char *rest = *end == ']' ? end + 1 + strspn (end + 1, " \t") : end;
  unsigned before = reader->file->mistakes;

  if (*end != ']')
    ini_mistake (reader->file, reader->line, "'%.60s': the closing ']' is missing", reader->text);
  else if (*rest != '\0' && *rest != ';' && *rest != '#')
    ini_mistake (reader->file, reader->line, "'%.60s': expected nothing after the ']'", rest);
  else if (end - reader->text - 1 > NAME_BYTES_MAX)
    ini_mistake (reader->file, reader->line, "the name of the section is longer than %d bytes",
                 NAME_BYTES_MAX);
  add_section (reader, end, reader->file->mistakes > before);
}

/* ---- keys ---------------------------------------------------------------------------------------- */

static void
add_value (struct reader *reader, struct ini_section *section, const char *key, const char *text)
{
  struct ini_value *value = array_room (&section->values, section->count, sizeof *value);

  if (value == NULL) {
    reader->no_memory = true;
    return;
  }
  value->line = reader->line;
  value->indented = reader->indented;
  value->text = ini_expand (text, &value->variable);
  if (value->text == NULL) {
    if (value->variable == NULL)
      ini_mistake (reader->file, reader->line, "%s: %s", key, failure ());
    /* Kept as it is written, so that the key does not count as missing. */
    value->broken = true;
    value->text = strdup (text);
  }
  value->key = strdup (key);
  if (value->key != NULL && value->text != NULL) {
    section->count++;
    return;
  }
  reader->no_memory = true;
  clear_value (value);
}

/* Called by inih for the line that the reader gave it last. */
static int
take_key (void *context, const char *section_name, const char *key, const char *cut_value)
{
  struct reader *reader = context;
  struct ini_file *file = reader->file;
  CLEANUP_FREE char *text = NULL;
  struct ini_section *section;
  const struct ini_value *before;
  const char *value = reader->text + strcspn (reader->text, "=:") + 1;

  (void) section_name;
  (void) cut_value;
  reader->key_expected = false;
  if (key[0] == '\0') {
    ini_mistake (file, reader->line, "'%.60s': there is no key before the '%c'", reader->text, value[-1]);
    return 1;
  }
  if (file->count == 0) {
    ini_mistake (file, reader->line, "%s: there is no section before this key", key);
    return 1;
  }
  section = &file->sections[file->count - 1];
  before = ini_find (section, key);
  /* Told once already, as a line that begins with white space. */
  if (before != NULL && reader->indented)
    return 1;
  if (before != NULL) {
    ini_mistake (file, reader->line, "%s is given twice in %s, first on line %u", key, section->title,
                 before->line);
    return 1;
  }
  text = trimmed (value, comment_start (value));
  if (text == NULL)
    reader->no_memory = true;
  else
    add_value (reader, section, key, text);
  return 1;
}

/* ---- lines --------------------------------------------------------------------------------------- */

/* A line that begins with white space. What looks like a key is read all the same, so that it does not count
 * as missing. */
static bool
take_indented (struct reader *reader, const char *first)
{
  size_t name = strspn (first, "abcdefghijklmnopqrstuvwxyz0123456789_");
  size_t spaces = strspn (first + name, " \t");

  ini_mistake (
      reader->file, reader->line,
      "the line begins with a space or tab: begin it with the key (a value cannot go on in the next line)");
  reader->text += first - reader->text;
  reader->indented = true;
  return name > 0 && name <= NAME_BYTES_MAX && first[name + spaces] == '=';
}

/* True if the line is a key's and inih shall have it; sections, blank lines and mistakes are dealt with
 * here. */
static bool
is_key_line (struct reader *reader, size_t length)
{
  const char *text = reader->text, *first = text + strspn (text, " \t\r\f\v");
  size_t name = strcspn (text, "=:");

  reader->indented = false;
  if (strlen (text) != length) {
    ini_mistake (reader->file, reader->line, "the line holds a NUL byte");
    return false;
  }
  if (*first == '\0' || *first == ';' || *first == '#')
    return false;
  if (length > INI_LINE_MAX)
    ini_mistake (reader->file, reader->line, "the line is longer than %d bytes", INI_LINE_MAX);
  else if (first != text)
    return take_indented (reader, first);
  else if (*text == '[')
    take_section (reader);
  else if (text[name] == '\0')
    ini_mistake (reader->file, reader->line, "'%.60s': expected KEY = VALUE", text);
  else if (name > NAME_BYTES_MAX)
    ini_mistake (reader->file, reader->line, "the key is longer than %d bytes", NAME_BYTES_MAX);
  else
    return true;
  return false;
}

/* Makes the next line `text`, without its end. */
static bool
next_line (struct reader *reader, size_t *length)
{
  size_t left = (size_t) (reader->end - reader->next);
  char *text = reader->next, *newline = memchr (text, '\n', left);
  char *stop = newline != NULL ? newline : reader->end;

  if (left == 0)
    return false;
  reader->line++;
  reader->next = newline != NULL ? newline + 1 : reader->end;
  if (stop > text && stop[-1] == '\r')
    stop--;
  *stop = '\0';
  if (reader->line == 1 && stop - text >= 3 && memcmp (text, "\xef\xbb\xbf", 3) == 0)
    text += 3;
  reader->text = text;
  *length = (size_t) (stop - text);
  return true;
}

/* inih's fgets: the next line with a key, cut to its buffer. */
static char *
read_line (char *buffer, int size, void *context)
{
  struct reader *reader = context;
  size_t length;

  if (reader->key_expected) {
    ini_mistake (reader->file, reader->line, "'%.60s': expected KEY = VALUE", reader->text);
    reader->key_expected = false;
  }
  while (!reader->no_memory && next_line (reader, &length)) {
    if (!is_key_line (reader, length))
      continue;
    reader->key_expected = true;
    /* With its end also where it is cut: releases of inih from 59 on would look for that in the lines behind
     * it. */
    snprintf (buffer, (size_t) size, "%.*s\n", size - 2, reader->text);
    return buffer;
  }
  return NULL;
}

/* ---- the file ------------------------------------------------------------------------------------ */

/* Opens what is to be read: a file, or a pipe that somebody writes to. Others may have no end. -1 after
 * fail. */
static int
open_file (const char *path)
{
  int fd = strcmp (path, "-") == 0 ? dup (STDIN_FILENO) : open (path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  struct stat status;

  if (fd < 0 || fstat (fd, &status) < 0) {
    fail ("%s: cannot be read: %s", path, strerror (errno));
    if (fd >= 0)
      close (fd);
    return -1;
  }
  if (strcmp (path, "-") == 0)
    return fd;
  if (!S_ISREG (status.st_mode) && !S_ISFIFO (status.st_mode)) {
    fail ("%s: cannot be read: %s", path,
          S_ISDIR (status.st_mode) ? strerror (EISDIR) : "neither a file nor a pipe");
    close (fd);
    return -1;
  }
  /* Non-blocking only to open it: a pipe that nobody writes to yet would hold us there for ever. */
  fcntl (fd, F_SETFL, fcntl (fd, F_GETFL) & ~O_NONBLOCK);
  return fd;
}

static bool
is_pipe (int fd)
{
  struct stat status;

  return fstat (fd, &status) == 0 && S_ISFIFO (status.st_mode);
}

/* All bytes of the file and a 0, to be freed. NULL after fail. */
static char *
read_all (const char *path, int fd, size_t *size)
{
  /* Room for one byte more than is allowed, which tells a file that is too long from one that just fits. */
  char *bytes = malloc (INI_SIZE_MAX + 2);
  ssize_t got = 1;

  *size = 0;
  if (bytes == NULL) {
    fail ("%s: no memory for what it says", path);
    return NULL;
  }
  while (*size <= INI_SIZE_MAX && got != 0) {
    got = read (fd, bytes + *size, INI_SIZE_MAX + 1 - *size);
    if (got < 0 && errno != EINTR)
      break;
    *size += got > 0 ? (size_t) got : 0;
  }
  bytes[*size] = '\0';
  if (got == 0 && (*size > 0 || !is_pipe (fd)))
    return bytes;
  if (got == 0)
    fail ("%s: nothing came through this pipe: does anybody write to it?", path);
  else if (got < 0)
    fail ("%s: cannot be read: %s", path, strerror (errno));
  else
    fail ("%s: is longer than %d bytes, which is too much for a configuration", path, INI_SIZE_MAX);
  free (bytes);
  return NULL;
}

/* The directory that relative paths are taken from: the file's, or the current one for what comes through a
 * pipe. NULL after fail. */
static char *
directory_of (const char *path, int fd)
{
  char absolute[PATH_MAX];
  struct stat status;
  char *slash, *copy;

  /* The real path, since a configuration is often a link in /etc to one beside its data. */
  if (strcmp (path, "-") == 0 || fstat (fd, &status) < 0 || !S_ISREG (status.st_mode)) {
    copy = getcwd (absolute, sizeof absolute) != NULL ? strdup (absolute) : NULL;
  } else {
    slash = realpath (path, absolute) != NULL ? strrchr (absolute, '/') : NULL;
    copy = slash == NULL       ? NULL
           : slash == absolute ? strdup ("/")
                               : strndup (absolute, (size_t) (slash - absolute));
  }
  if (copy == NULL)
    fail ("%s: the directory of it cannot be found: %s", path, strerror (errno));
  return copy;
}

/* Fills `file` from its bytes. False after fail. */
static bool
parse_bytes (struct ini_file *file, char *bytes, size_t size)
{
  struct reader reader = { .file = file, .next = bytes, .end = bytes + size };

  if (ini_parse_stream (read_line, &reader, take_key, &reader) >= 0 && !reader.no_memory)
    return true;
  fail ("%s: no memory for what it says", file->path);
  return false;
}

/* What is not UTF-8 at all is told once, and not line by line. False after fail. */
static bool
is_text (const char *path, const char *bytes, size_t size)
{
  const char *nul = memchr (bytes, '\0', size), *newline = memchr (bytes, '\n', size);

  if (size >= 2 && (memcmp (bytes, "\xff\xfe", 2) == 0 || memcmp (bytes, "\xfe\xff", 2) == 0)) {
    fail ("%s: is UTF-16 text: save it as UTF-8", path);
    return false;
  }
  if (nul == NULL || (newline != NULL && newline < nul))
    return true;
  fail ("%s: is no text: its first line holds a NUL byte", path);
  return false;
}

/* All is read before anything is parsed: a configuration comes through pipes and /dev/stdin as well, which
 * cannot be read twice, and mistakes quote whole lines. */
struct ini_file *
ini_read (const char *path)
{
  CLEANUP_CLOSE int fd = open_file (path);
  CLEANUP_FREE char *bytes = NULL;
  struct ini_file *file;
  size_t size;

  if (fd < 0 || (bytes = read_all (path, fd, &size)) == NULL || !is_text (path, bytes, size))
    return NULL;
  file = calloc (1, sizeof *file);
  if (file == NULL || (file->path = strdup (path)) == NULL) {
    fail ("%s: no memory for what it says", path);
    free (file);
    return NULL;
  }
  file->directory = directory_of (path, fd);
  if (file->directory != NULL && parse_bytes (file, bytes, size))
    return file;
  ini_free (file);
  return NULL;
}

void
ini_free (struct ini_file *file)
{
  if (file == NULL)
    return;
  for (size_t i = 0; i < file->count; i++)
    clear_section (&file->sections[i]);
  for (unsigned i = 0; i < file->listed; i++)
    free (file->mistake_list[i].text);
  free (file->mistake_list);
  free (file->sections);
  free (file->path);
  free (file->directory);
  free (file);
}
