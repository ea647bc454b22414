/* SPDX-License-Identifier: Apache-2.0 */
/* Writes Borsh into memory that grows. Running out of memory ends the program: this is for tests. */
#ifndef TESTS_SUPPORT_BORSH_WRITER_H
#define TESTS_SUPPORT_BORSH_WRITER_H

#include "bytes/bytes.h"

/* Starts as all zeros; free `data` in the end. Set `size` to 0 to use the memory again. */
struct borsh_out {
  uint8_t *data;
  size_t size, capacity;
};

/* Room for `size` more bytes, which count as written. */
uint8_t *put_room (struct borsh_out *out, size_t size);

void put_raw (struct borsh_out *out, const void *data, size_t size);
void put_u8 (struct borsh_out *out, uint8_t value);
void put_u32 (struct borsh_out *out, uint32_t value);
void put_u64 (struct borsh_out *out, uint64_t value);

/* A length and the bytes. */
void put_bytes (struct borsh_out *out, const void *data, size_t size);

/* A length and the text without its 0. */
void put_text (struct borsh_out *out, const char *text);

/* An optional text, absent if `text` is NULL. */
void put_option_text (struct borsh_out *out, const char *text);

#endif
