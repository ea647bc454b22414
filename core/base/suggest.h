/* SPDX-License-Identifier: Apache-2.0 */
/* The known word nearest to one that a user mistyped. */
#ifndef DCPIPE_BASE_SUGGEST_H
#define DCPIPE_BASE_SUGGEST_H

#include <stddef.h>

#define SUGGESTION_MAX 64

/* Begin with { .word = what was written }, offer every known word, read `best`: empty if none is near
 * enough to be meant. Near is at most a third of the word's letters wrong, missing, added or swapped
 * with their neighbour. */
struct suggestion {
  const char *word;
  char best[SUGGESTION_MAX + 1];
  size_t distance;
};

void suggest_offer (struct suggestion *suggestion, const char *known);

/* "; did you mean NAME?" or "", in memory that the caller frees (NULL when memory is short). */
char *suggest_hint (const struct suggestion *suggestion);

/* Appends a name to a list of those that are known, for a message, as far as there is room. */
void suggest_append (char *list, size_t size, const char *name);

#endif
