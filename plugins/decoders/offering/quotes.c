/* SPDX-License-Identifier: Apache-2.0 */
/* A machine of five states goes over the text twice: to see whether anything has to be changed, and to
 * change it. Both steps take the same way through the states, so they cannot disagree about what a quote
 * means. */
#include "config.h"

#include "quotes.h"

#include <stdlib.h>

/* Where in a field a byte is found. */
enum place {
  PLACE_START, /* at its beginning */
  PLACE_PLAIN, /* not quoted: quotes are like other characters */
  PLACE_QUOTED,
  PLACE_CLOSED, /* behind a quote that closes it, or is the first of two */
  PLACE_LOOSE   /* behind text that follows a closing quote */
};

static enum place
next_place (enum place place, uint8_t c)
{
  bool ends = c == ',' || c == '\r' || c == '\n';

  switch (place) {
  case PLACE_START:
    return c == '"' ? PLACE_QUOTED : ends ? PLACE_START : PLACE_PLAIN;
  case PLACE_QUOTED:
    return c == '"' ? PLACE_CLOSED : PLACE_QUOTED;
  case PLACE_CLOSED:
    return c == '"' ? PLACE_QUOTED : ends ? PLACE_START : PLACE_LOOSE;
  default:
    return ends ? PLACE_START : place;
  }
}

/* Nearly all texts are, and are not copied. */
static bool
is_tight (struct bytes text)
{
  enum place place = PLACE_START;

  for (size_t i = 0; i < text.size; i++) {
    place = next_place (place, text.data[i]);
    if (place == PLACE_LOOSE)
      return false;
  }
  return true;
}

/* At most two bytes for each, and a last quote. A field that goes on behind its closing quote is quoted up
 * to its end instead, with the quotes in its tail doubled: so a reader of RFC 4180 reads what the canister
 * reads. */
static size_t
rewrite (struct bytes text, char *out)
{
  enum place place = PLACE_START;
  size_t size = 0;

  for (size_t i = 0; i < text.size; i++) {
    enum place next = next_place (place, text.data[i]);

    if (place == PLACE_CLOSED && next == PLACE_LOOSE)
      size--; /* the quote closed too early */
    if (place == PLACE_LOOSE && (next == PLACE_START || text.data[i] == '"'))
      out[size++] = '"';
    out[size++] = (char) text.data[i];
    place = next;
  }
  if (place == PLACE_LOOSE)
    out[size++] = '"';
  return size;
}

bool
quotes_tighten (struct bytes *text, char **memory)
{
  *memory = NULL;
  if (is_tight (*text))
    return true;
  if (text->size > (SIZE_MAX - 1) / 2)
    return false;
  *memory = malloc (2 * text->size + 1);
  if (*memory == NULL)
    return false;
  *text = (struct bytes){ (const uint8_t *) *memory, rewrite (*text, *memory) };
  return true;
}
