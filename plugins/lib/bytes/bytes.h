/* SPDX-License-Identifier: Apache-2.0 */
/* Views of bytes that somebody else owns, and little- and big-endian loads. */
#ifndef DCPIPE_LIB_BYTES_H
#define DCPIPE_LIB_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Bytes that somebody else owns. Never 0-terminated; `data` may be NULL when `size` is 0. */
struct bytes {
  const uint8_t *data;
  size_t size;
};

/* The end of a word that is counted: "%zu byte%s". */
static inline const char *
plural_s (uint64_t count)
{
  return count == 1 ? "" : "s";
}

static inline bool
bytes_equal (struct bytes a, struct bytes b)
{
  return a.size == b.size && (a.size == 0 || memcmp (a.data, b.data, a.size) == 0);
}

/* Whether they are the text, which ends in a 0 that they do not have. */
static inline bool
bytes_are (struct bytes bytes, const char *text)
{
  return bytes.size == strlen (text) && (bytes.size == 0 || memcmp (bytes.data, text, bytes.size) == 0);
}

static inline uint32_t
load_le32 (const uint8_t *p)
{
  return (uint32_t) p[0] | (uint32_t) p[1] << 8 | (uint32_t) p[2] << 16 | (uint32_t) p[3] << 24;
}

static inline uint64_t
load_le64 (const uint8_t *p)
{
  return (uint64_t) load_le32 (p) | (uint64_t) load_le32 (p + 4) << 32;
}

static inline uint32_t
load_be32 (const uint8_t *p)
{
  return (uint32_t) p[0] << 24 | (uint32_t) p[1] << 16 | (uint32_t) p[2] << 8 | (uint32_t) p[3];
}

static inline uint64_t
load_be64 (const uint8_t *p)
{
  return (uint64_t) load_be32 (p) << 32 | load_be32 (p + 4);
}

static inline void
store_le64 (uint8_t *p, uint64_t value)
{
  for (int i = 0; i < 8; i++)
    p[i] = (uint8_t) (value >> (8 * i));
}

static inline void
store_be32 (uint8_t *p, uint32_t value)
{
  for (int i = 0; i < 4; i++)
    p[i] = (uint8_t) (value >> (24 - 8 * i));
}

static inline void
store_be64 (uint8_t *p, uint64_t value)
{
  for (int i = 0; i < 8; i++)
    p[i] = (uint8_t) (value >> (56 - 8 * i));
}

#endif
