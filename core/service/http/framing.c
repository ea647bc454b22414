/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "service/http/framing.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

/* No head is longer: more does not fit into the memory of a connection. */
#define HEAD_MAX ((size_t) 64 * 1024)

struct head {
  unsigned hosts, lengths, encodings;
  size_t size; /* of what was understood, line ends included */
  const char *fault;
};

/* A token of RFC 9110, 5.6.2. libmicrohttpd takes a name up to the colon, spaces included, and so misses what
 * others find behind "Content-Length :". */
static bool
is_token (const char *text, size_t size)
{
  for (size_t i = 0; i < size; i++)
    if (!isalnum ((unsigned char) text[i])
        && (text[i] == '\0' || strchr ("!#$%&'*+-.^_`|~", text[i]) == NULL))
      return false;
  return size > 0;
}

/* RFC 9110, 5.5: no control characters. A NUL hides from us what comes behind it. */
static bool
is_value (const char *text, size_t size)
{
  for (size_t i = 0; i < size; i++)
    if (text[i] == '\0' || text[i] == '\r' || text[i] == '\n')
      return false;
  return true;
}

static bool
is_digits (const char *text, size_t size)
{
  for (size_t i = 0; i < size; i++)
    if (!isdigit ((unsigned char) text[i]))
      return false;
  return size > 0;
}

/* The bytes of a header's line. The spaces behind the colon are those between its name and its value, where
 * both lie in the line as it came; otherwise there is one. */
static size_t
line_size (const char *name, size_t name_size, const char *value, size_t size)
{
  uintptr_t colon = (uintptr_t) (name + name_size), begin = (uintptr_t) value;
  size_t gap = begin > colon && begin - colon < HEAD_MAX ? begin - colon : strlen (": ");

  return name_size + gap + size + strlen ("\r\n");
}

/* The first fault ends the walk. Two of a kind are refused even if they are equal, for a proxy before us may
 * have taken either; and of codings only the one that the library itself decodes. */
static enum MHD_Result
look_at (void *context, enum MHD_ValueKind kind, const char *name, size_t name_size, const char *value,
         size_t size)
{
  struct head *head = context;

  (void) kind;
  head->size += line_size (name, name_size, value, size);
  if (!is_token (name, name_size))
    head->fault = "a header's name has a character that no name may have";
  else if (!is_value (value, size))
    head->fault = "a header's value has a character that no value may have";
  else if (strcasecmp (name, "Host") == 0 && ++head->hosts > 1)
    head->fault = "there is more than one Host header";
  else if (strcasecmp (name, "Content-Length") == 0) {
    if (++head->lengths > 1)
      head->fault = "there is more than one Content-Length";
    else if (!is_digits (value, size))
      head->fault = "Content-Length is not a number";
  } else if (strcasecmp (name, "Transfer-Encoding") == 0) {
    if (++head->encodings > 1 || strcasecmp (value, "chunked") != 0)
      head->fault = "the only Transfer-Encoding that is understood is chunked, once";
  }
  return head->fault == NULL ? MHD_YES : MHD_NO;
}

/* Before 1.0 libmicrohttpd joins folded lines, and drops what stands behind a NUL, without a word: then the
 * head is longer than all that was understood of it. Later versions refuse such heads themselves. */
static bool
hides_bytes (struct MHD_Connection *connection, size_t understood)
{
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info (connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);

  return MHD_VERSION < 0x01000000 && info != NULL && info->header_size > understood + strlen ("\r\n");
}

const char *
framing_fault (struct MHD_Connection *connection, size_t first_line)
{
  struct head head = { .size = first_line };

  MHD_get_connection_values_n (connection, MHD_HEADER_KIND, look_at, &head);
  if (head.fault == NULL && head.lengths > 0 && head.encodings > 0)
    head.fault = "Content-Length and Transfer-Encoding contradict each other";
  if (head.fault == NULL && hides_bytes (connection, head.size))
    head.fault = "it has a folded line, a NUL, or spaces where none belong";
  return head.fault;
}
