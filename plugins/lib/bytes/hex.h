/* SPDX-License-Identifier: Apache-2.0 */
/* Hexadecimal. It is written in lower case, and taken in lower case where it must be what was written. */
#ifndef DCPIPE_LIB_HEX_H
#define DCPIPE_LIB_HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The value of a digit, in either case; -1 if it is none. */
static inline int
hex_digit (char digit)
{
  if (digit >= '0' && digit <= '9')
    return digit - '0';
  if (digit >= 'a' && digit <= 'f')
    return digit - 'a' + 10;
  return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

/* Writes 2 * size digits to `text`, and no 0 behind them; returns where they end. */
static inline char *
hex_put (char *text, const void *data, size_t size)
{
  static const char digits[] = "0123456789abcdef";
  const uint8_t *p = data;

  for (size_t i = 0; i < size; i++) {
    *text++ = digits[p[i] >> 4];
    *text++ = digits[p[i] & 15];
  }
  return text;
}

/* Writes 2 * size digits and a 0 to `text`. */
static inline void
hex_encode (char *text, const void *data, size_t size)
{
  *hex_put (text, data, size) = '\0';
}

/* Reads the `size` bytes that 2 * size digits stand for; false if one is no digit, or is in upper case. */
static inline bool
hex_decode (void *data, const void *text, size_t size)
{
  const char *from = text;
  uint8_t *to = data;

  for (size_t i = 0; i < 2 * size; i++) {
    int value = from[i] < 'A' || from[i] > 'F' ? hex_digit (from[i]) : -1;

    if (value < 0)
      return false;
    to[i / 2] = (uint8_t) (i % 2 == 0 ? value << 4 : to[i / 2] | value);
  }
  return true;
}

#endif
