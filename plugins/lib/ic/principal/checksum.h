/* SPDX-License-Identifier: Apache-2.0 */
/* The two encodings that the text forms of principals and accounts are made of.
 *
 * Both are pure functions, safe from any thread. */
#ifndef IC_PRINCIPAL_CHECKSUM_H
#define IC_PRINCIPAL_CHECKSUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The CRC-32 of IEEE 802.3 (the one of zlib and PNG), continued from `crc`: 0 to begin with. */
uint32_t ic_crc32 (uint32_t crc, const void *data, size_t size);

/* How many characters `size` bytes take in Base32 without padding. */
#define IC_BASE32_SIZE(size) (((size) *8 + 4) / 5)

/* Writes IC_BASE32_SIZE (size) characters of RFC 4648 Base32 in lower case, without padding and
 * without a 0 at the end, and returns how many. */
size_t ic_base32_encode (char *text, const void *data, size_t size);

/* The value, 0 to 31, of a Base32 character in either case, or -1. */
int ic_base32_digit (char c);

#endif
