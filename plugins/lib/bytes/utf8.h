/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8 as Unicode defines it (table 3-7), which is what Rust's str::from_utf8 takes: no overlong
 * forms, no surrogates, nothing above U+10FFFF. */
#ifndef DCPIPE_LIB_UTF8_H
#define DCPIPE_LIB_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The length of the well-formed sequence at `p`, of which `left` bytes may be read; 0 if there is none. */
static inline size_t
utf8_sequence (const uint8_t *p, size_t left)
{
  uint8_t low = 0x80, high = 0xbf;
  size_t size;

  if (p[0] < 0x80)
    return 1;
  if (p[0] < 0xc2 || p[0] > 0xf4)
    return 0;
  size = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
  if (left < size)
    return 0;
  /* Only the second byte has narrower limits behind some first bytes. */
  if (p[0] == 0xe0)
    low = 0xa0;
  else if (p[0] == 0xed)
    high = 0x9f;
  else if (p[0] == 0xf0)
    low = 0x90;
  else if (p[0] == 0xf4)
    high = 0x8f;
  if (p[1] < low || p[1] > high)
    return 0;
  for (size_t i = 2; i < size; i++)
    if ((p[i] & 0xc0) != 0x80)
      return 0;
  return size;
}

/* Behind the ASCII that begins at `at`. Most text is nothing else, long or short: so 16 bytes at a time,
 * then 8. */
static inline size_t
utf8_skip_ascii (const uint8_t *p, size_t at, size_t size)
{
  const uint64_t top_bits = UINT64_C (0x8080808080808080);
  uint64_t words[2];

  while (size - at >= sizeof words) {
    memcpy (words, p + at, sizeof words);
    if (((words[0] | words[1]) & top_bits) != 0)
      break;
    at += sizeof words;
  }
  if (size - at >= sizeof words[0]) {
    memcpy (words, p + at, sizeof words[0]);
    if ((words[0] & top_bits) == 0)
      at += sizeof words[0];
  }
  while (at < size && p[at] < 0x80)
    at++;
  return at;
}

/* How many bytes at the start of `data` are well-formed UTF-8: `size` if all are. */
static inline size_t
utf8_prefix (const void *data, size_t size)
{
  const uint8_t *p = data;
  size_t at = 0, step;

  while ((at = utf8_skip_ascii (p, at, size)) < size) {
    step = utf8_sequence (p + at, size - at);
    if (step == 0)
      break;
    at += step;
  }
  return at;
}

static inline bool
utf8_valid (const void *data, size_t size)
{
  return utf8_prefix (data, size) == size;
}

#endif
