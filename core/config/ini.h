/* SPDX-License-Identifier: Apache-2.0 */
/* The INI file as written: sections and keys with their lines, in order, ${NAME} expanded.
 *
 *     ; a comment, also with '#'
 *     [sink main]                 a section is a kind and, for some kinds, a name
 *     path = ${DATA:-.}/x.db      ; a comment behind a space and ';'
 *
 * ${NAME} is the environment variable, ${NAME:-default} has a default for one that is unset or empty,
 * and $${ stands for ${ itself. A line holds at most INI_LINE_MAX bytes and is not continued on the
 * next. */
#ifndef DCPIPE_CONFIG_INI_H
#define DCPIPE_CONFIG_INI_H

#include <stdbool.h>
#include <stddef.h>

#define INI_LINE_MAX 65536
#define INI_SIZE_MAX (4 * 1024 * 1024)

struct ini_value {
  char *key;
  char *text;     /* expanded */
  char *variable; /* the environment variable that went into it last, or NULL */
  unsigned line;
  bool indented; /* its line begins with white space, which is a mistake already: it may be no key at all */
  bool broken;   /* it could not be expanded: `variable` is not set, or NULL: malformed, which is a mistake
                    already */
};

struct ini_section {
  char *title; /* "[sink main]" */
  char *kind;  /* "sink" */
  char *name;  /* "main"; NULL in a section without one */
  unsigned line;
  bool malformed; /* its line is a mistake; what it was meant to be is a guess, so that nothing follows from
                     it */
  struct ini_value *values;
  size_t count;
};

struct ini_file {
  char *path;      /* as it was given */
  char *directory; /* that relative paths are taken from; absolute */
  struct ini_section *sections;
  size_t count;
  unsigned mistakes; /* noted by ini_mistake */
  struct ini_mistake *mistake_list;
  unsigned listed; /* less than `mistakes` only when memory was short */
};

struct ini_mistake {
  unsigned line;
  unsigned number; /* in the order in which they were noted */
  char *text;
};

/* Reads the file, or standard input if `path` is "-". Mistakes in it are noted, and the rest is read all the
 * same. NULL after fail if the file cannot be read at all, is larger than INI_SIZE_MAX, or is neither a
 * file nor a pipe. */
struct ini_file *ini_read (const char *path);
void ini_free (struct ini_file *file);

/* Notes a mistake for each value of the section whose variable is not set: for sections that are needed. */
void ini_check_environment (struct ini_file *file, const struct ini_section *section);

/* Notes one mistake. Line 0: the file as a whole. */
void ini_mistake (struct ini_file *file, unsigned line, const char *format, ...)
    __attribute__ ((__format__ (__printf__, 3, 4)));

/* Logs all mistakes noted so far, "FILE:LINE: ...", in the order of their lines, those of the whole file
 * at the end. */
void ini_report (struct ini_file *file);

/* The value of a key in a section, or NULL. */
const struct ini_value *ini_find (const struct ini_section *section, const char *key);

/* Expands ${...} in `text`. `variable` is set to the name of the last variable taken from the environment (to
 * be freed) or NULL. NULL after fail; then `variable` is the one that is not set, or NULL if something else
 * is amiss. */
char *ini_expand (const char *text, char **variable);

#endif
