/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/utf8.h"

#include <stdint.h>
#include <string.h>

/* The length of the sequence that begins at `p`, 0 if it is not well-formed. */
static size_t
sequence (const uint8_t *p, size_t size)
{
  size_t length = p[0] < 0x80                   ? 1
                  : p[0] >= 0xc2 && p[0] < 0xe0 ? 2
                  : p[0] >= 0xe0 && p[0] < 0xf0 ? 3
                  : p[0] >= 0xf0 && p[0] < 0xf5 ? 4
                                                : 0;

  if (length > size)
    return 0;
  for (size_t i = 1; i < length; i++)
    if ((p[i] & 0xc0) != 0x80)
      return 0;
  /* Longer than needed, surrogates, beyond U+10FFFF. */
  if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) || (p[0] == 0xf0 && p[1] < 0x90)
      || (p[0] == 0xf4 && p[1] > 0x8f))
    return 0;
  return length;
}

bool
utf8_valid (const void *text, size_t size)
{
  const uint8_t *p = text, *end = size > 0 ? p + size : p;

  while (p < end) {
    uint64_t word;
    size_t length;

    while (end - p >= 8 && (memcpy (&word, p, 8), (word & 0x8080808080808080u) == 0))
      p += 8;
    if (p == end)
      break;
    length = sequence (p, (size_t) (end - p));
    if (length == 0)
      return false;
    p += length;
  }
  return true;
}
