/* SPDX-License-Identifier: Apache-2.0 */
/* Small and plain rather than fast: names are short, and made once for each account or key. */
#include "config.h"

#include "ic/principal/checksum.h"

#include "bytes/bytes.h"

uint32_t
ic_crc32 (uint32_t crc, const void *data, size_t size)
{
  /* Four bits at a time: the inputs are 60 bytes at most, and a table of 64 bytes stays in the cache. */
  static const uint32_t table[16] = {
    0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
    0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
  };
  const uint8_t *p = data;

  crc = ~crc;
  for (size_t i = 0; i < size; i++) {
    crc = table[(crc ^ p[i]) & 15] ^ crc >> 4;
    crc = table[(crc ^ p[i] >> 4) & 15] ^ crc >> 4;
  }
  return ~crc;
}

static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567";

/* Five bytes are eight digits. */
static void
encode_five (char text[8], const uint8_t p[5])
{
  uint64_t bits = (uint64_t) p[0] << 32 | load_be32 (p + 1);

  for (int i = 7; i >= 0; i--, bits >>= 5)
    text[i] = digits[bits & 31];
}

/* Five bytes at a time, which all but the last few of any principal are. */
size_t
ic_base32_encode (char *text, const void *data, size_t size)
{
  const uint8_t *p = data;
  unsigned pending = 0, bits = 0;
  size_t written = 0;

  for (; size >= 5; size -= 5, p += 5, written += 8)
    encode_five (text + written, p);
  for (size_t i = 0; i < size; i++) {
    pending = pending << 8 | p[i];
    for (bits += 8; bits >= 5; bits -= 5)
      text[written++] = digits[pending >> (bits - 5) & 31];
  }
  if (bits > 0)
    text[written++] = digits[pending << (5 - bits) & 31];
  return written;
}

/* Upper case is read as well, as by other readers of principals; it is never written. */
int
ic_base32_digit (char c)
{
  if (c >= 'a' && c <= 'z')
    return c - 'a';
  if (c >= 'A' && c <= 'Z')
    return c - 'A';
  return c >= '2' && c <= '7' ? c - '2' + 26 : -1;
}
