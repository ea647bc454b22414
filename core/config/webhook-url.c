/* SPDX-License-Identifier: Apache-2.0 */
/* The form of a URL, told without libcurl, so that whoever reads a configuration needs none. What libcurl
 * would refuse when a message is to be posted has to be refused here, where it can still be mended: in doubt
 * this is the stricter one. */
#include "config.h"

#include "config/webhook-url.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"

/* A part of the URL. */
struct part {
  const char *text;
  size_t size;
};

/* libcurl refuses spaces and control characters wherever they stand. */
static bool
has_spaces (const char *url)
{
  for (; *url != '\0'; url++)
    if ((unsigned char) *url <= ' ' || *url == 127)
      return true;
  return false;
}

/* SCHEME:// at the start, with one to three slashes, as browsers and libcurl take it; what is behind it. NULL
 * if there is none. */
static const char *
take_scheme (const char *url, struct part *scheme)
{
  const char *end = url;

  if (!isalpha ((unsigned char) *end))
    return NULL;
  while (isalnum ((unsigned char) *end) || (*end != '\0' && strchr ("+-.", *end) != NULL))
    end++;
  *scheme = (struct part){ url, (size_t) (end - url) };
  if (*end++ != ':' || *end != '/')
    return NULL;
  return strspn (end, "/") <= 3 ? end + strspn (end, "/") : NULL;
}

static bool
is_port (const char *text, size_t size)
{
  unsigned long port = 0;

  for (size_t i = 0; i < size && port <= 65535; i++) {
    if (!isdigit ((unsigned char) text[i]))
      return false;
    port = port * 10 + (unsigned long) (text[i] - '0');
  }
  return size == 0 || (port > 0 && port <= 65535);
}

/* An IPv6 address as it stands between brackets, perhaps with the zone of a link-local one: fe80::1%25eth0.
 */
static bool
is_six (const char *text, size_t size)
{
  const char *zone = memchr (text, '%', size);
  size_t length = zone != NULL ? (size_t) (zone - text) : size;
  char address[INET6_ADDRSTRLEN];
  struct in6_addr six;

  if (length >= sizeof address || (zone != NULL && (size - length < 2 || size - length > 16)))
    return false;
  memcpy (address, text, length);
  address[length] = '\0';
  return inet_pton (AF_INET6, address, &six) == 1;
}

/* HOST, HOST:PORT, [ADDRESS] or [ADDRESS]:PORT. */
static bool
is_host (const char *text, size_t size)
{
  const char *end = text + size, *close = memchr (text, ']', size), *colon;

  if (size > 0 && text[0] == '[') {
    if (close == NULL || !is_six (text + 1, (size_t) (close - text) - 1))
      return false;
    return close + 1 == end || (close[1] == ':' && is_port (close + 2, (size_t) (end - close) - 2));
  }
  colon = memchr (text, ':', size);
  if (colon != NULL && !is_port (colon + 1, (size_t) (end - colon) - 1))
    return false;
  size = colon != NULL ? (size_t) (colon - text) : size;
  for (size_t i = 0; i < size; i++)
    if (strchr ("!@{}[]\\$'\"^`*<>=;,+&()%|", text[i]) != NULL)
      return false;
  return size > 0;
}

static bool
is_word (const struct part *part, const char *word)
{
  return part->size == strlen (word) && strncasecmp (part->text, word, part->size) == 0;
}

bool
webhook_url_check (const char *url)
{
  struct part scheme;
  const char *rest = has_spaces (url) ? NULL : take_scheme (url, &scheme), *at;
  size_t size = rest != NULL ? strcspn (rest, "/?#") : 0;

  /* USER:PASSWORD@ */
  at = rest != NULL ? memchr (rest, '@', size) : NULL;
  if (at != NULL) {
    size -= (size_t) (at + 1 - rest);
    rest = at + 1;
  }
  if (rest == NULL || !is_host (rest, size))
    fail ("expected a URL like https://example.org/hook");
  else if (!is_word (&scheme, "http") && !is_word (&scheme, "https"))
    fail ("expected an http or https URL like https://example.org/hook");
  else
    return true;
  return false;
}
