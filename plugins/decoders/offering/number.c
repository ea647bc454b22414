/* SPDX-License-Identifier: Apache-2.0 */
/* Decimal text to decimal text, digit by digit: a double is only what decides whether a number is finite,
 * for the canister parses one. */
#include "config.h"

#include "number.h"

#include <assert.h>
#include <stdlib.h>

#include "bytes/cleanup.h"
#include "trim.h"

static bool
is_digit (struct bytes text)
{
  return text.size > 0 && text.data[0] >= '0' && text.data[0] <= '9';
}

static void
skip (struct bytes *text)
{
  text->data++;
  text->size--;
}

static bool
skip_char (struct bytes *text, char c)
{
  if (text->size == 0 || text->data[0] != (uint8_t) c)
    return false;
  skip (text);
  return true;
}

/* Rust takes both signs. */
static bool
read_sign (struct bytes *text)
{
  bool negative = skip_char (text, '-');

  if (!negative)
    skip_char (text, '+');
  return negative;
}

/* Appends digits to `digits`, which has room for all of the text, and counts them. */
static size_t
read_digits (struct bytes *text, char *digits, size_t *size)
{
  size_t count = 0;

  for (; is_digit (*text); skip (text), count++)
    digits[(*size)++] = (char) text->data[0];
  return count;
}

/* Far beyond what a double can hold, and far from overflowing when lengths are added. */
#define EXPONENT_MOST 1000000000

/* An exponent of any length is read: only whether it is beyond all doubles matters, and that is settled
 * long before it overflows. */
static bool
read_exponent (struct bytes *text, int64_t *exponent)
{
  bool negative;

  *exponent = 0;
  if (!skip_char (text, 'e') && !skip_char (text, 'E'))
    return true;
  negative = read_sign (text);
  if (!is_digit (*text))
    return false;
  for (; is_digit (*text); skip (text))
    if (*exponent < EXPONENT_MOST)
      *exponent = 10 * *exponent + (text->data[0] - '0');
  if (negative)
    *exponent = -*exponent;
  return true;
}

/* 0.DIGITS x 10^point, the first and last digit not 0; no digits for 0. */
struct digits {
  const char *text;
  size_t size;
  int64_t point;
};

static struct digits
strip_zeros (const char *text, size_t size, int64_t point)
{
  struct digits digits = { text, size, point };

  while (digits.size > 0 && digits.text[0] == '0') {
    digits.text++;
    digits.size--;
    digits.point--;
  }
  while (digits.size > 0 && digits.text[digits.size - 1] == '0')
    digits.size--;
  return digits;
}

/* The least number that no double holds any more begins with these digits, and has 309 before the point. */
static const char most[] =
    "17976931348623158079372897140530341507993413271003782693617377898044496829276475094";

static bool
is_too_large (const struct digits *digits)
{
  size_t size = digits->size < sizeof most - 1 ? digits->size : sizeof most - 1;

  return digits->size > 0
         && (digits->point > 309 || (digits->point == 309 && memcmp (digits->text, most, size) > 0));
}

/* Below half of the least double, 4.9e-324. */
#define POINT_LEAST (-324)

/* Written out, because columns of decimals have no exponents; the limits on `point` bound how long that may
 * get. */
static char *
write_decimal (bool negative, struct digits digits)
{
  size_t zeros, whole, size = 0;
  char *text;

  if (digits.size == 0 || digits.point <= POINT_LEAST)
    return strdup ("0");
  zeros = (size_t) (digits.point < 0 ? -digits.point : digits.point);
  text = malloc (digits.size + zeros + sizeof "-0.");
  if (text == NULL)
    return NULL;
  if (negative)
    text[size++] = '-';
  whole = digits.point <= 0 ? 0 : zeros < digits.size ? zeros : digits.size;
  memcpy (text + size, digits.text, whole);
  size += whole;
  if (digits.point > 0)
    for (size_t i = whole; i < zeros; i++)
      text[size++] = '0';
  else
    text[size++] = '0';
  if (whole < digits.size) {
    text[size++] = '.';
    if (digits.point < 0)
      for (size_t i = 0; i < zeros; i++)
        text[size++] = '0';
    memcpy (text + size, digits.text + whole, digits.size - whole);
    size += digits.size - whole;
  }
  assert (size < digits.size + zeros + sizeof "-0.");
  text[size] = '\0';
  return text;
}

/* Not strtod: it follows the locale, and would lose digits that the provider wrote. */
enum number
number_decimal (struct bytes text, char **decimal)
{
  CLEANUP_FREE char *buffer = NULL;
  struct digits digits;
  size_t size = 0, whole, fraction = 0;
  int64_t exponent;
  bool negative;

  *decimal = NULL;
  negative = read_sign (&text);
  if (is_word (text, "inf") || is_word (text, "infinity") || is_word (text, "nan"))
    return NUMBER_NOT_FINITE;
  buffer = malloc (text.size + 1);
  if (buffer == NULL)
    return NUMBER_NO_MEMORY;
  whole = read_digits (&text, buffer, &size);
  if (skip_char (&text, '.'))
    fraction = read_digits (&text, buffer, &size);
  if (whole + fraction == 0 || !read_exponent (&text, &exponent) || text.size > 0)
    return NUMBER_BAD;
  digits = strip_zeros (buffer, size, (int64_t) whole + exponent);
  if (is_too_large (&digits))
    return NUMBER_NOT_FINITE;
  *decimal = write_decimal (negative, digits);
  return *decimal != NULL ? NUMBER_FINITE : NUMBER_NO_MEMORY;
}

/* Digits alone: Rust takes no spaces and no fractions here, but a plus. */
bool
number_u32 (struct bytes text, uint32_t *number)
{
  uint64_t value = 0;

  skip_char (&text, '+');
  if (text.size == 0)
    return false;
  for (; is_digit (text) && value <= UINT32_MAX; skip (&text))
    value = 10 * value + (uint64_t) (text.data[0] - '0');
  *number = (uint32_t) value;
  return text.size == 0 && value <= UINT32_MAX;
}
