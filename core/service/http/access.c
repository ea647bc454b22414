/* SPDX-License-Identifier: Apache-2.0 */
/* A browser sends what any page tells it to, with the rights of whoever sits there, also to addresses that
 * only this machine reaches. So a request that changes something must come from a page of ours or of an
 * allowed origin, and without a token the name by which we were asked must be one that only we can have. */
#include "config.h"

#include "service/http/access.h"

#include <arpa/inet.h>
#include <nettle/memops.h>
#include <nettle/sha2.h>
#include <string.h>
#include <strings.h>

#include "config/service-settings.h"

/* ---- the token ---------------------------------------------------------------------------------- */

static void
digest (uint8_t out[SHA256_DIGEST_SIZE], const char *text)
{
  struct sha256_ctx context;

  sha256_init (&context);
  sha256_update (&context, strlen (text), (const uint8_t *) text);
  sha256_digest (&context, SHA256_DIGEST_SIZE, out);
}

/* In a time that does not depend on what is given. */
static bool
is_token (const char *token, const char *given)
{
  uint8_t expected[SHA256_DIGEST_SIZE], found[SHA256_DIGEST_SIZE];

  /* Of digests, for how long it takes to compare two texts tells of their lengths. */
  digest (expected, token);
  digest (found, given);
  return memeql_sec (expected, found, sizeof expected) != 0;
}

static bool
has_token (const struct request *request)
{
  const char *header = request_header (request, "Authorization");

  if (header == NULL || strncasecmp (header, "Bearer ", 7) != 0)
    return false;
  header += 7;
  header += strspn (header, " ");
  return is_token (request->service->config->service.token, header);
}

/* ---- browsers ----------------------------------------------------------------------------------- */

static bool
is_allowed_origin (const struct request *request, const char *origin)
{
  for (const char *const *allowed = request->service->config->service.cors_origins; allowed && *allowed;
       allowed++)
    if (strcasecmp (*allowed, origin) == 0)
      return true;
  return false;
}

/* True if the page comes from this service itself, under the name by which it was asked. */
static bool
is_own_origin (const struct request *request, const char *origin)
{
  const char *host = request_header (request, "Host"), *named = strstr (origin, "://");

  return host != NULL && named != NULL && strcasecmp (named + 3, host) == 0;
}

/* A name that somebody else could make point here, so that a page of his would count as our own (DNS
 * rebinding): all with a dot, but for addresses and those below "localhost". */
static bool
is_foreign_name (const char *host)
{
  bool six = host[0] == '[';
  size_t size = strcspn (host + six, six ? "]" : ":");
  struct in6_addr address;
  char name[256];

  /* No name in the DNS is that long. */
  if (size >= sizeof name)
    return true;
  memcpy (name, host + six, size);
  name[size] = '\0';
  if (six)
    return inet_pton (AF_INET6, name, &address) != 1;
  if (strchr (name, '.') == NULL || inet_pton (AF_INET, name, &address) == 1)
    return false;
  return size < 10 || strcasecmp (name + size - 10, ".localhost") != 0;
}

/* Who reads can be refused the answer by the browser itself (Access-Control-Allow-Origin); who changes
 * something has done so by then, and is refused here. Old browsers and programs send neither Origin nor
 * Sec-Fetch-Site: programs are welcome, and need no protection from themselves. */
static bool
check_browser (const struct request *request, bool changes, struct reply *reply)
{
  const char *host = request_header (request, "Host"), *origin = request_header (request, "Origin"),
             *site = request_header (request, "Sec-Fetch-Site");

  if (request->service->config->service.token == NULL && host != NULL && is_foreign_name (host)) {
    reply_error (reply, MHD_HTTP_FORBIDDEN, "forbidden",
                 "without a token this service answers only to addresses and to localhost, not to '%s'",
                 host);
    return false;
  }
  if (!changes)
    return true;
  if (origin != NULL && !is_own_origin (request, origin) && !is_allowed_origin (request, origin)) {
    reply_error (reply, MHD_HTTP_FORBIDDEN, "forbidden",
                 "requests from pages of %s are not allowed; see cors_origins", origin);
    return false;
  }
  if (origin == NULL && site != NULL && strcasecmp (site, "same-origin") != 0
      && strcasecmp (site, "none") != 0) {
    reply_error (reply, MHD_HTTP_FORBIDDEN, "forbidden",
                 "requests from pages of other sites are not allowed; see cors_origins");
    return false;
  }
  return true;
}

bool
access_check (const struct request *request, bool open, bool changes, struct reply *reply)
{
  if (!check_browser (request, changes, reply))
    return false;
  if (open || request->service->config->service.token == NULL || has_token (request))
    return true;
  reply_error (reply, MHD_HTTP_UNAUTHORIZED, "unauthorized",
               "this service wants its token, as Authorization: Bearer TOKEN");
  reply_header (reply, "WWW-Authenticate", "Bearer realm=\"dcpipe\"");
  return false;
}

void
access_allow_origin (const struct request *request, struct reply *reply)
{
  const char *origin = request_header (request, "Origin");

  if (request->service->config->service.cors_origins == NULL)
    return;
  /* Also where the origin is none of ours, or a cache would hand that answer to one that is. */
  reply_header (reply, "Vary", "Origin");
  if (origin == NULL || !is_allowed_origin (request, origin))
    return;
  reply_header (reply, "Access-Control-Allow-Origin", origin);
  reply_header (reply, "Access-Control-Expose-Headers", "Location, Preference-Applied, Retry-After");
  reply_header (reply, "Cross-Origin-Resource-Policy", "cross-origin");
}

bool
access_preflight (const struct request *request, const char *methods, struct reply *reply)
{
  const char *origin = request_header (request, "Origin");

  /* Before the token is asked for: a browser sends none with the question. */
  if (strcmp (request->method, "OPTIONS") != 0 || origin == NULL || !is_allowed_origin (request, origin)
      || request_header (request, "Access-Control-Request-Method") == NULL)
    return false;
  reply_text (reply, MHD_HTTP_NO_CONTENT, NULL, "", 0);
  reply_header (reply, "Access-Control-Allow-Methods", methods);
  reply_header (reply, "Access-Control-Allow-Headers", "Authorization, Content-Type, Prefer, Last-Event-ID");
  reply_header (reply, "Access-Control-Max-Age", "600");
  return true;
}
