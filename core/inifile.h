/* SPDX-License-Identifier: Apache-2.0 */
/* The INI file as written: sections and keys with their lines, in order, ${NAME} expanded.
 *
 *     ; a comment, also with '#'
 *     [sink main]                 a section is a kind and, for some kinds, a name
 *     path = ${DATA:-.}/x.db      ; a comment behind a blank and ';'
 *
 * ${NAME} is the environment variable, ${NAME:-default} has a default for one that is unset or empty, and $${ stands for
 * ${ itself. A line holds at most INIFILE_LINE_MAX bytes and is not continued on the next. */
#ifndef DCPIPE_INIFILE_H
#define DCPIPE_INIFILE_H

#include <stdbool.h>
#include <stddef.h>

#define INIFILE_LINE_MAX 65536

struct ini_value {
  char *key;
  char *text;     /* expanded */
  char *variable; /* the environment variable that went into it last, or NULL */
  unsigned line;
};

struct ini_section {
  char *title; /* "[sink main]" */
  char *kind;  /* "sink" */
  char *name;  /* "main"; NULL in a section without one */
  unsigned line;
  struct ini_value *values;
  size_t count;
};

struct inifile {
  char *path;      /* as it was given */
  char *directory; /* that relative paths are taken from; absolute */
  struct ini_section *sections;
  size_t count;
  unsigned mistakes; /* counted by ini_mistake */
};

/* Reads the file. Mistakes in it are logged and counted, and the rest is read all the same. NULL after fail if
 * the file cannot be read at all. */
struct inifile *inifile_read (const char *path);
void inifile_free (struct inifile *file);

/* Logs one mistake, "FILE:LINE: ...", and counts it. Line 0: the file as a whole. */
void ini_mistake (struct inifile *file, unsigned line, const char *format, ...)
  __attribute__ ((__format__ (__printf__, 3, 4)));

/* The value of a key in a section, or NULL. */
const struct ini_value *ini_find (const struct ini_section *section, const char *key);

/* Expands ${...} in `text`. `variable`, if not NULL, is set to the name of the last variable taken from the environment (to
 * be freed) or NULL. NULL after fail. */
char *ini_expand (const char *text, char **variable);

#endif
