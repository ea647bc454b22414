/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "trim.h"

/* Whether the `size` bytes at `p` are one character of white space. */
static bool
is_space (const uint8_t *p, size_t size)
{
  switch (size) {
  case 1:
    return p[0] == ' ' || (p[0] >= '\t' && p[0] <= '\r');
  case 2: /* U+0085, U+00A0 */
    return p[0] == 0xc2 && (p[1] == 0x85 || p[1] == 0xa0);
  case 3:
    if (p[0] == 0xe2 && p[1] == 0x80) /* U+2000 to U+200A, U+2028, U+2029, U+202F */
      return p[2] <= 0x8a || p[2] == 0xa8 || p[2] == 0xa9 || p[2] == 0xaf;
    return (p[0] == 0xe1 && p[1] == 0x9a && p[2] == 0x80)     /* U+1680 */
           || (p[0] == 0xe2 && p[1] == 0x81 && p[2] == 0x9f)  /* U+205F */
           || (p[0] == 0xe3 && p[1] == 0x80 && p[2] == 0x80); /* U+3000 */
  default:
    return false;
  }
}

#define SPACE_MAX 3

static size_t
leading_space (struct bytes text)
{
  for (size_t size = 1; size <= SPACE_MAX && size <= text.size; size++)
    if (is_space (text.data, size))
      return size;
  return 0;
}

static size_t
trailing_space (struct bytes text)
{
  for (size_t size = 1; size <= SPACE_MAX && size <= text.size; size++)
    if (is_space (text.data + text.size - size, size))
      return size;
  return 0;
}

struct bytes
trim (struct bytes text)
{
  size_t size;

  while ((size = leading_space (text)) > 0)
    text = (struct bytes){ text.data + size, text.size - size };
  while ((size = trailing_space (text)) > 0)
    text.size -= size;
  return text;
}

/* Only ASCII letters have cases here: the words are ours. */
bool
is_word (struct bytes text, const char *word)
{
  if (text.size != strlen (word))
    return false;
  for (size_t i = 0; i < text.size; i++) {
    uint8_t c = text.data[i];

    if ((c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) != (uint8_t) word[i])
      return false;
  }
  return true;
}
