/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ic/candid/leb128.h"

#define MORE 0x80
#define PAYLOAD 0x7f
#define SIGN 0x40

/* Bounded by the input alone: over-long encodings are legal, and may be as long as a message. */
size_t
ic_leb128_length (struct bytes input)
{
  for (size_t i = 0; i < input.size; i++)
    if ((input.data[i] & MORE) == 0)
      return i + 1;
  return 0;
}

size_t
ic_leb128_shortest (struct bytes leb128, bool is_signed)
{
  size_t size = leb128.size;

  for (; size > 1; size--) {
    uint8_t last = leb128.data[size - 1] & PAYLOAD;
    bool was_negative = is_signed && (leb128.data[size - 2] & SIGN) != 0;

    /* The last byte says nothing if the one before already ends in the same sign. */
    if (last != (was_negative ? PAYLOAD : 0))
      break;
  }
  return size;
}

enum ic_leb128_result
ic_uleb128_read (struct bytes *input, uint64_t *value)
{
  size_t length = ic_leb128_length (*input);
  uint64_t number = 0;

  if (length == 0)
    return IC_LEB128_TRUNCATED;
  for (size_t i = 0; i < length; i++) {
    uint64_t bits = input->data[i] & PAYLOAD;

    /* The tenth byte has room for one bit; all further ones may only lengthen. */
    if ((i == 9 && bits > 1) || (i > 9 && bits > 0))
      return IC_LEB128_TOO_LARGE;
    if (i <= 9)
      number |= bits << (7 * i);
  }
  *input = (struct bytes){ input->data + length, input->size - length };
  *value = number;
  return IC_LEB128_OK;
}

enum ic_leb128_result
ic_sleb128_read (struct bytes *input, int64_t *value)
{
  size_t length = ic_leb128_length (*input);
  uint64_t number = 0, filler;

  if (length == 0)
    return IC_LEB128_TRUNCATED;
  filler = (input->data[length - 1] & SIGN) != 0 ? PAYLOAD : 0;
  for (size_t i = 0; i < length; i++) {
    uint64_t bits = input->data[i] & PAYLOAD;

    /* From the 64th bit on, all must equal the sign: the tenth byte holds that bit and six more. */
    if (i >= 9 && bits != filler)
      return IC_LEB128_TOO_LARGE;
    if (i <= 9)
      number |= bits << (7 * i);
  }
  if (filler != 0 && length < 10)
    number |= UINT64_MAX << (7 * length);
  *input = (struct bytes){ input->data + length, input->size - length };
  *value = (int64_t) number;
  return IC_LEB128_OK;
}

size_t
ic_uleb128_write (uint8_t bytes[IC_LEB128_SIZE], uint64_t value)
{
  size_t size = 0;

  for (; value >= MORE; value >>= 7)
    bytes[size++] = (uint8_t) (value | MORE);
  bytes[size++] = (uint8_t) value;
  return size;
}

size_t
ic_sleb128_write (uint8_t bytes[IC_LEB128_SIZE], int64_t value)
{
  uint64_t rest = value < 0 ? ~(uint64_t) value : (uint64_t) value;
  uint8_t flip = value < 0 ? PAYLOAD : 0;
  size_t size = 0;

  /* A negative number's complement has the same length and the bits the other way round. */
  for (; rest >= SIGN; rest >>= 7)
    bytes[size++] = (uint8_t) (((rest & PAYLOAD) ^ flip) | MORE);
  bytes[size++] = (uint8_t) (rest ^ flip);
  return size;
}
