/* SPDX-License-Identifier: Apache-2.0 */
/* In limbs of 32 bits, with schoolbook division: numbers of a few dozen digits are what occurs, and the
 * limit on bits is what bounds the rest. */
#include "config.h"

#include "ic/candid/number.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIMBS (IC_NUMBER_MAX_BITS / 32 + 1)

/* Nine digits at a time: the most that a limb holds. */
#define GROUP 9
#define GROUP_VALUE 1000000000u

/* A magnitude in limbs, the least significant first, without zeros on top. */
struct magnitude {
  size_t count;
  uint32_t limbs[LIMBS];
};

static void
trim (struct magnitude *m)
{
  while (m->count > 0 && m->limbs[m->count - 1] == 0)
    m->count--;
}

/* m = m * factor + term. False if that is too large. */
static bool
multiply_add (struct magnitude *m, uint32_t factor, uint32_t term)
{
  uint64_t carry = term;

  for (size_t i = 0; i < m->count; i++) {
    carry += (uint64_t) m->limbs[i] * factor;
    m->limbs[i] = (uint32_t) carry;
    carry >>= 32;
  }
  if (carry == 0)
    return true;
  if (m->count == LIMBS)
    return false;
  m->limbs[m->count++] = (uint32_t) carry;
  return true;
}

/* Divides and returns the remainder. */
static uint32_t
divide (struct magnitude *m, uint32_t divisor)
{
  uint64_t rest = 0;

  for (size_t i = m->count; i-- > 0;) {
    rest = rest << 32 | m->limbs[i];
    m->limbs[i] = (uint32_t) (rest / divisor);
    rest %= divisor;
  }
  trim (m);
  return (uint32_t) rest;
}

/* The magnitude behind a LEB128 encoding. For a negative number, its bits are the complement of the
 * magnitude less one. */
static bool
decode (struct magnitude *m, struct bytes leb128, bool negative)
{
  uint8_t flip = negative ? 0x7f : 0;

  *m = (struct magnitude){ 0 };
  for (size_t i = 0; i < leb128.size; i++) {
    uint64_t bits = (uint64_t) ((leb128.data[i] & 0x7f) ^ flip);
    size_t limb = i * 7 / 32, shift = i * 7 % 32;

    if (bits == 0)
      continue;
    if (limb >= LIMBS || (limb + 1 == LIMBS && bits << shift >> 32 != 0))
      return false;
    bits <<= shift;
    m->limbs[limb] |= (uint32_t) bits;
    if (bits >> 32 != 0)
      m->limbs[limb + 1] |= (uint32_t) (bits >> 32);
  }
  m->count = LIMBS;
  trim (m);
  return m->count < LIMBS && (!negative || multiply_add (m, 1, 1) || m->count < LIMBS);
}

static char *
no_memory (struct ic_error *error)
{
  ic_error_set (error, "there is not enough memory for a number");
  return NULL;
}

char *
ic_number_digits (struct bytes leb128, bool is_signed, struct ic_error *error)
{
  bool negative = is_signed && leb128.size > 0 && (leb128.data[leb128.size - 1] & 0x40) != 0;
  struct magnitude m;
  size_t room, at;
  char *text;

  if (!decode (&m, leb128, negative)) {
    ic_error_set (error, "a number of more than %d bits", IC_NUMBER_MAX_BITS);
    return NULL;
  }
  room = (m.count * 32 / 29 + 2) * GROUP + 2; /* 29 bits are fewer than nine digits */
  text = malloc (room);
  if (text == NULL)
    return no_memory (error);
  text[at = room - 1] = '\0';
  while (m.count > 0) {
    uint32_t group = divide (&m, GROUP_VALUE);

    for (int i = 0; i < GROUP && (group > 0 || m.count > 0); i++, group /= 10)
      text[--at] = (char) ('0' + group % 10);
  }
  if (text[at] == '\0')
    text[--at] = '0';
  if (negative)
    text[--at] = '-';
  assert (at < room);
  memmove (text, text + at, room - at);
  return text;
}
