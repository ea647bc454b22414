/* SPDX-License-Identifier: Apache-2.0 */
/* LEB128: numbers of any size, seven bits a byte, the least significant first (DWARF 5, 7.6).
 *
 * Readers accept over-long encodings, as Candid does. All functions are pure, and safe from any thread. */
#ifndef IC_CANDID_LEB128_H
#define IC_CANDID_LEB128_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bytes/bytes.h"

/* The most bytes that a canonical encoding of 64 bits takes. */
#define IC_LEB128_SIZE 10

enum ic_leb128_result {
  IC_LEB128_OK,
  IC_LEB128_TRUNCATED, /* the bytes end within the number */
  IC_LEB128_TOO_LARGE, /* the number does not fit in 64 bits */
};

/* How many bytes the number at the head of `input` takes, or 0 if the bytes end within it. */
size_t ic_leb128_length (struct bytes input);

/* How many bytes of a whole encoding the canonical, shortest one has: the last of them loses its top bit. */
size_t ic_leb128_shortest (struct bytes leb128, bool is_signed);

/* Read a number from the head of `input` and, if that goes well, move `input` past it. */
enum ic_leb128_result ic_uleb128_read (struct bytes *input, uint64_t *value);
enum ic_leb128_result ic_sleb128_read (struct bytes *input, int64_t *value);

/* Write the canonical, shortest encoding, and return its size. */
size_t ic_uleb128_write (uint8_t bytes[IC_LEB128_SIZE], uint64_t value);
size_t ic_sleb128_write (uint8_t bytes[IC_LEB128_SIZE], int64_t value);

#endif
