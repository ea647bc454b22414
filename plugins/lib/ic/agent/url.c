/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ic/agent/url.h"

#include <ctype.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "bytes/cleanup.h"

/* Of a URL that is refused, as much is shown. */
#define MAX_SHOWN 200

static void
cleanup_url (CURLU **url)
{
  curl_url_cleanup (*url);
}

/* The URL between quotes, without what may stand in front of an at sign. */
static bool
refuse (struct ic_error *error, const char *text, const char *reason)
{
  const char *begin = strstr (text, "://"), *at = strrchr (text, '@');
  int scheme = begin != NULL && at != NULL && begin < at ? (int) (begin + 3 - text) : 0;

  ic_error_set (error, "'%.*s%s%.*s' %s", scheme < MAX_SHOWN ? scheme : MAX_SHOWN, text,
                at != NULL ? "(hidden)" : "", MAX_SHOWN, at != NULL ? at : text, reason);
  return false;
}

static bool
has_part (CURLU *url, CURLUPart part)
{
  char *text = NULL;
  bool has = curl_url_get (url, part, &text, 0) == CURLUE_OK && text != NULL;

  curl_free (text);
  return has;
}

/* The interface's own path is added to the URL with each request. */
static bool
ends_in_interface (const char *base)
{
  const char *last = strrchr (base, '/');

  if (last != NULL && strcasecmp (last, "/api") == 0)
    return true;
  return last != NULL && last - base >= 4 && strncasecmp (last - 4, "/api/v", 6) == 0
         && isdigit ((unsigned char) last[2]);
}

static const char no_url[] = "is not a URL that begins with https:// or http://";
static const char has_password[] =
    "has a name or password in it, which replicas do not ask for and which would be "
    "shown wherever the URL is: take it out";

/* The reason why these parts cannot be, or NULL. */
static const char *
judge_parts (CURLU *url)
{
  char *scheme = NULL;
  bool web = curl_url_get (url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK
             && (strcmp (scheme, "https") == 0 || strcmp (scheme, "http") == 0);

  curl_free (scheme);
  if (!web || !has_part (url, CURLUPART_HOST))
    return no_url;
  if (has_part (url, CURLUPART_USER) || has_part (url, CURLUPART_PASSWORD))
    return has_password;
  if (has_part (url, CURLUPART_QUERY) || has_part (url, CURLUPART_FRAGMENT))
    return "has a part behind '?' or '#', which the address of a replica cannot have";
  return NULL;
}

/* Takes the URL in libcurl's form, without the slashes at its end. */
static bool
take (struct ic_url *taken, CURLU *url, const char *text, struct ic_error *error)
{
  char *base = NULL, *host = NULL;
  size_t size;

  if (curl_url_get (url, CURLUPART_URL, &base, 0) == CURLUE_OK
      && curl_url_get (url, CURLUPART_HOST, &host, 0) == CURLUE_OK) {
    for (size = strlen (base); size > 0 && base[size - 1] == '/';)
      size--;
    taken->base = strndup (base, size);
    taken->host = strdup (host);
  }
  curl_free (base);
  curl_free (host);
  if (taken->base == NULL || taken->host == NULL) {
    ic_error_set (error, "out of memory");
    return false;
  }
  if (ends_in_interface (taken->base))
    return refuse (error, text,
                   "ends in the path of the interface, which is added to it: leave out /api and all "
                   "behind it");
  return true;
}

bool
ic_url_read (struct ic_url *url, const char *text, struct ic_error *error)
{
  CLEANUP (cleanup_url) CURLU *parts = curl_url ();
  const char *reason;

  *url = (struct ic_url){ NULL };
  if (parts == NULL) {
    ic_error_set (error, "out of memory");
    return false;
  }
  if (curl_url_set (parts, CURLUPART_URL, text, 0) != CURLUE_OK)
    return refuse (error, text, strchr (text, '@') != NULL ? has_password : no_url);
  reason = judge_parts (parts);
  if (reason != NULL)
    return refuse (error, text, reason);
  if (take (url, parts, text, error))
    return true;
  ic_url_free (url);
  return false;
}

void
ic_url_free (struct ic_url *url)
{
  free (url->base);
  free (url->host);
  *url = (struct ic_url){ NULL };
}
