/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "bytes/utf8.h"

#include "support/run.h"

/* All of Unicode is taken, and no surrogate, overlong form or larger number, at any offset of the fast
 * path for ASCII. */
static size_t
encode (uint32_t c, size_t size, uint8_t *p)
{
  static const uint8_t first[] = { 0, 0, 0xc0, 0xe0, 0xf0 };

  if (size == 1)
    p[0] = (uint8_t) c;
  for (size_t i = size; size > 1 && i-- > 1; c >>= 6)
    p[i] = (uint8_t) (0x80 | (c & 0x3f));
  if (size > 1)
    p[0] = (uint8_t) (first[size] | c);
  return size;
}

START_TEST (all_of_unicode)
{
  static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
  static const uint32_t past[] = { 0, 0x80, 0x800, 0x10000, 0x200000 };
  uint8_t text[64];
  size_t wrong = 0;

  memset (text, 'x', sizeof text);
  for (size_t size = 1; size <= 4; size++)
    for (uint32_t c = 0; c < past[size]; c++) {
      bool good = c >= least[size] && c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);
      size_t offset = c % 37;

      encode (c, size, text + offset);
      if (utf8_prefix (text, 48) != (good ? 48 : offset))
        wrong++;
      if (size > 1 && utf8_valid (text, offset + size - 1))
        wrong++;
      memset (text + offset, 'x', size);
    }
  ck_assert_uint_eq (wrong, 0);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { all_of_unicode };

  return RUN_TESTS ("utf8", tests);
}
