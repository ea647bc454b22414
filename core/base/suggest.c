/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/suggest.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static size_t
least (size_t a, size_t b)
{
  return a < b ? a : b;
}

static int
lower (char c)
{
  return tolower ((unsigned char) c);
}

/* The optimal string alignment distance, letter case aside; SIZE_MAX for long words. */
static size_t
distance (const char *a, const char *b)
{
  size_t rows[3][SUGGESTION_MAX + 1];
  size_t *before = rows[0], *last = rows[1], *row = rows[2];
  size_t a_size = strlen (a), b_size = strlen (b);

  if (a_size > SUGGESTION_MAX || b_size > SUGGESTION_MAX)
    return SIZE_MAX;
  for (size_t j = 0; j <= b_size; j++)
    row[j] = j;
  for (size_t i = 1; i <= a_size; i++) {
    size_t *spare = before;

    before = last;
    last = row;
    row = spare;
    row[0] = i;
    for (size_t j = 1; j <= b_size; j++) {
      row[j] = least (least (last[j], row[j - 1]) + 1, last[j - 1] + (lower (a[i - 1]) != lower (b[j - 1])));
      if (i > 1 && j > 1 && lower (a[i - 1]) == lower (b[j - 2]) && lower (a[i - 2]) == lower (b[j - 1]))
        row[j] = least (row[j], before[j - 2] + 1);
    }
  }
  return row[b_size];
}

void
suggest_offer (struct suggestion *suggestion, const char *known)
{
  /* Short words have near neighbours that mean something else: of three letters one may be wrong, of four or
   * five two. */
  size_t limit =
      strlen (suggestion->word) < 6 ? 1 + (strlen (suggestion->word) > 3) : strlen (suggestion->word) / 3;
  size_t found = distance (suggestion->word, known);

  if (found <= limit && (suggestion->best[0] == '\0' || found < suggestion->distance)) {
    memcpy (suggestion->best, known,
            strlen (known) + 1); /* at most SUGGESTION_MAX bytes, or it would not be near */
    suggestion->distance = found;
  }
}

char *
suggest_hint (const struct suggestion *suggestion)
{
  char *hint = NULL;

  if (suggestion->best[0] == '\0')
    return strdup ("");
  return asprintf (&hint, "; did you mean '%s'?", suggestion->best) < 0 ? NULL : hint;
}

void
suggest_append (char *list, size_t size, const char *name)
{
  size_t used = strlen (list), more = strlen (name);

  /* A name that does not fit is left out, for half of it would be none; 3 bytes are for the comma, the space
   * and the 0. */
  if (used + more + 3 > size)
    return;
  memcpy (list + used, used > 0 ? ", " : "", used > 0 ? 2 : 0);
  memcpy (list + used + (used > 0 ? 2 : 0), name, more + 1);
}
