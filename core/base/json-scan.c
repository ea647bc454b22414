/* SPDX-License-Identifier: Apache-2.0 */
/* A column of JSON is stored as it was written, since a reader that converted numbers to doubles would lose
 * digits of token amounts. So this only finds where values end, by the grammar of RFC 8259, and keeps
 * nothing. */
#include "config.h"

#include "base/json-scan.h"

#include <string.h>

#include "bytes/hex.h"

/* The scanner calls itself for each level, and what it reads is anybody's. */
#define DEPTH_MAX 512

const char *
json_scan_skip (const char *p, const char *end)
{
  while (p < end && (*p == ' ' || *p == '\t'))
    p++;
  return p;
}

static bool
is_digit (const char *p, const char *end)
{
  return p < end && *p >= '0' && *p <= '9';
}

static const char *
digits_end (const char *p, const char *end)
{
  if (!is_digit (p, end))
    return NULL;
  while (is_digit (p, end))
    p++;
  return p;
}

/* -0, 0.5 and 1e9, but neither 01 nor 1. nor +1: what some readers take, others refuse, and it would be
 * stored for all of them. */
static const char *
number_end (const char *p, const char *end)
{
  if (p < end && *p == '-')
    p++;
  if (p < end && *p == '0')
    p++;
  else
    p = digits_end (p, end);
  if (p != NULL && p < end && *p == '.')
    p = digits_end (p + 1, end);
  if (p != NULL && p < end && (*p == 'e' || *p == 'E')) {
    p++;
    if (p < end && (*p == '+' || *p == '-'))
      p++;
    p = digits_end (p, end);
  }
  return p;
}

/* `p` is behind the opening quote. */
static const char *
string_end (const char *p, const char *end)
{
  for (; p < end && *p != '"'; p++) {
    /* A row is one line in a JSONL file, so a line break in a string would be two rows. */
    if ((unsigned char) *p < 0x20)
      return NULL;
    if (*p != '\\')
      continue;
    if (++p == end || *p == '\0' || strchr ("\"\\/bfnrtu", *p) == NULL)
      return NULL;
    if (*p == 'u')
      for (int i = 0; i < 4; i++)
        if (++p == end || hex_digit (*p) < 0)
          return NULL;
  }
  return p < end ? p + 1 : NULL;
}

static const char *
literal_end (const char *p, const char *end)
{
  static const char *const literals[] = { "true", "false", "null" };

  for (size_t i = 0; i < 3; i++)
    if ((size_t) (end - p) >= strlen (literals[i]) && memcmp (p, literals[i], strlen (literals[i])) == 0)
      return p + strlen (literals[i]);
  return NULL;
}

static const char *value_end (const char *p, const char *end, int depth);

/* `p` is behind the opening bracket. */
static const char *
items_end (const char *p, const char *end, char close, int depth)
{
  p = json_scan_skip (p, end);
  if (p < end && *p == close)
    return p + 1;
  for (;;) {
    if (close == '}') {
      p = p < end && *p == '"' ? string_end (p + 1, end) : NULL;
      p = p ? json_scan_skip (p, end) : NULL;
      if (p == NULL || p == end || *p++ != ':')
        return NULL;
    }
    p = value_end (json_scan_skip (p, end), end, depth + 1);
    p = p ? json_scan_skip (p, end) : NULL;
    if (p == NULL || p == end)
      return NULL;
    if (*p == close)
      return p + 1;
    if (*p != ',')
      return NULL;
    p = json_scan_skip (p + 1, end);
  }
}

/* The first byte tells the kind. Whatever is none of these has to be a number, which checks its own first
 * byte. */
static const char *
value_end (const char *p, const char *end, int depth)
{
  if (p == end || depth > DEPTH_MAX)
    return NULL;
  switch (*p) {
  case '"':
    return string_end (p + 1, end);
  case '{':
    return items_end (p + 1, end, '}', depth);
  case '[':
    return items_end (p + 1, end, ']', depth);
  case 't':
  case 'f':
  case 'n':
    return literal_end (p, end);
  default:
    return number_end (p, end);
  }
}

const char *
json_scan_end (const char *p, const char *end)
{
  return value_end (p, end, 0);
}

bool
json_scan_valid (const void *text, size_t size)
{
  const char *p = text;

  return size > 0 && json_scan_end (p, p + size) == p + size;
}
