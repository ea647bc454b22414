/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <curl/curl.h>
#include <errno.h>
#include <nettle/base16.h>
#include <stdlib.h>

#include "bytes/cleanup.h"
#include "ic/certificate/root_key.h"
#include "icp.h"

/* No PEM file of one key is longer. */
#define MAX_PEM 65536

static void
cleanup_curl_url (CURLU **url)
{
  curl_url_cleanup (*url);
}

static void
cleanup_curl_text (char **text)
{
  curl_free (*text);
}

/* ---- URLs ----------------------------------------------------------------------------------------- */

static bool
ends_in_localhost (const char *host)
{
  static const char name[] = "localhost";
  size_t size = strlen (host), tail = sizeof name - 1;

  return size >= tail && strcasecmp (host + size - tail, name) == 0
         && (size == tail || host[size - tail - 1] == '.');
}

/* By RFC 6761 names under localhost lead nowhere else. */
static bool
is_loopback_host (const char *host)
{
  struct in_addr address;

  if (inet_pton (AF_INET, host, &address) == 1)
    return ntohl (address.s_addr) >> 24 == 127;
  return strcmp (host, "[::1]") == 0 || ends_in_localhost (host);
}

/* Refuses what is no URL; tells whether its host is this machine. */
static int
look_at_url (const char *text, bool *loopback)
{
  CLEANUP (cleanup_curl_url) CURLU *url = curl_url ();
  CLEANUP (cleanup_curl_text) char *host = NULL, *scheme = NULL;

  if (url == NULL || curl_url_set (url, CURLUPART_URL, text, 0) != CURLUE_OK
      || curl_url_get (url, CURLUPART_HOST, &host, 0) != CURLUE_OK
      || curl_url_get (url, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK
      || (strcmp (scheme, "https") != 0 && strcmp (scheme, "http") != 0)) {
    dcpipe_error ("url: '%s' is not a URL that begins with https:// or http://", text);
    return DCPIPE_FAIL;
  }
  *loopback = is_loopback_host (host);
  return DCPIPE_OK;
}

/* `loopback` tells whether all of them lead to this machine; `remote` is one that does not. */
static int
check_urls (const struct icp *handle, bool *loopback, const char **remote)
{
  bool here = false;

  *loopback = true;
  if (handle->urls == NULL || handle->urls[0] == NULL) {
    dcpipe_error ("url: none is given");
    return DCPIPE_FAIL;
  }
  for (size_t i = 0; handle->urls[i] != NULL; i++) {
    if (look_at_url (handle->urls[i], &here) != DCPIPE_OK)
      return DCPIPE_FAIL;
    if (!here && *loopback) {
      *loopback = false;
      *remote = handle->urls[i];
    }
  }
  return DCPIPE_OK;
}

/* ---- root key ------------------------------------------------------------------------------------- */

static bool
is_development (void)
{
  const char *environment = getenv ("ENVIRONMENT");

  return environment != NULL && strcmp (environment, "development") == 0;
}

static int
read_root_key (struct icp *handle)
{
  struct base16_decode_ctx context;
  const char *text = handle->root_key_text, *reason;

  base16_decode_init (&context);
  handle->root_key_size = sizeof handle->root_key;
  if (strlen (text) != 2 * sizeof handle->root_key || strspn (text, "0123456789abcdefABCDEF") != strlen (text)
      || !base16_decode_update (&context, &handle->root_key_size, handle->root_key, strlen (text), text)
      || memcmp (handle->root_key, ic_bls_der_prefix, IC_BLS_DER_PREFIX_SIZE) != 0) {
    dcpipe_error ("root_key: expected 'fetch', or a BLS public key in DER as %zu hexadecimal digits",
                  2 * sizeof handle->root_key);
    return DCPIPE_FAIL;
  }
  reason = ic_bls_check_key ((struct bytes){ handle->root_key + IC_BLS_DER_PREFIX_SIZE, IC_BLS_KEY_SIZE });
  if (reason != NULL) {
    dcpipe_error ("root_key: this is not the root key of any network: %s", reason);
    return DCPIPE_FAIL;
  }
  return DCPIPE_OK;
}

/* A key that the other side gives out proves nothing, so it is taken from this machine alone. */
static int
choose_root_key (struct icp *handle, bool loopback, const char *remote)
{
  const char *text = handle->root_key_text;

  handle->root_key_size = 0;
  if (text == NULL && loopback && is_development ())
    return DCPIPE_OK;
  if (text == NULL) {
    handle->root_key_size = sizeof handle->root_key;
    memcpy (handle->root_key, ic_mainnet_root_key, sizeof handle->root_key);
    return DCPIPE_OK;
  }
  if (strcmp (text, "fetch") != 0)
    return read_root_key (handle);
  if (loopback || handle->trust == DCPIPE_TRUST_NONE)
    return DCPIPE_OK;
  dcpipe_error ("root_key: 'fetch' is for this machine alone: whoever answers at %s could give out any key",
                remote);
  return DCPIPE_FAIL;
}

/* ---- the rest ------------------------------------------------------------------------------------- */

static int
check_trust (const struct icp *handle, bool loopback, const char *remote)
{
  if (handle->trust != DCPIPE_TRUST_NONE && !ic_bls_available ()) {
    dcpipe_error ("trust: this dcpipe was built without the blst library, so it cannot verify certificates, "
                  "and with them "
                  "the keys behind signatures: build it with blst, or say 'trust = none'");
    return DCPIPE_FAIL;
  }
  if (handle->trust == DCPIPE_TRUST_NONE && !loopback)
    dcpipe_warning ("trust = none: nothing proves that what %s answers comes from the canister", remote);
  return DCPIPE_OK;
}

static int
read_canister (struct icp *handle)
{
  const char *reason =
      ic_principal_parse (&handle->canister, handle->canister_id, strlen (handle->canister_id));

  if (reason == NULL)
    return DCPIPE_OK;
  dcpipe_error ("canister_id: '%s' is not a canister's id: %s", handle->canister_id, reason);
  return DCPIPE_FAIL;
}

/* The key's text is wiped again, wherever it was. */
static int
read_identity (struct icp *handle)
{
  CLEANUP_FCLOSE FILE *file = NULL;
  char pem[MAX_PEM];
  struct ic_error error;
  size_t size;
  bool good;

  ic_identity_anonymous (&handle->identity);
  if (handle->identity_path == NULL)
    return DCPIPE_OK;
  file = fopen (handle->identity_path, "re");
  if (file == NULL) {
    dcpipe_error ("identity: cannot open %s: %s", handle->identity_path, strerror (errno));
    return DCPIPE_FAIL;
  }
  setvbuf (file, NULL, _IONBF, 0);
  size = fread (pem, 1, sizeof pem, file);
  good = ic_identity_from_pem (&handle->identity, pem, size, &error);
  explicit_bzero (pem, sizeof pem);
  if (good)
    return DCPIPE_OK;
  dcpipe_error ("identity: %s: %s", handle->identity_path, error.text);
  return DCPIPE_FAIL;
}

static int
make_words (struct icp *handle)
{
  struct ic_error error;

  if (asprintf (&handle->where, "canister %s at %s", handle->canister_id, handle->urls[0]) < 0) {
    handle->where = NULL;
    dcpipe_error ("out of memory");
    return DCPIPE_FAIL;
  }
  if (data_fetch_types (&handle->types, &error) && block_sync_types (&handle->block_types, &error)
      && listing_types (&handle->listing_types, &error)
      && transactions_types (&handle->transactions_types, &error))
    return DCPIPE_OK;
  dcpipe_error ("%s", error.text);
  return DCPIPE_FAIL;
}

int
icp_config_complete (void *context)
{
  struct icp *handle = context;
  const char *remote = NULL;
  bool loopback = false;
  int result = check_urls (handle, &loopback, &remote);

  if (result == DCPIPE_OK)
    result = read_canister (handle);
  if (result == DCPIPE_OK)
    result = choose_root_key (handle, loopback, remote);
  if (result == DCPIPE_OK)
    result = check_trust (handle, loopback, remote);
  if (result == DCPIPE_OK)
    result = read_identity (handle);
  if (result == DCPIPE_OK)
    result = make_words (handle);
  return result;
}

void
icp_config_free (void *context)
{
  struct icp *handle = context;

  origin_free (handle->origin);
  handle->origin = NULL;
  ic_identity_wipe (&handle->identity);
  ic_arena_free (&handle->types.arena);
  ic_arena_free (&handle->block_types.arena);
  ic_arena_free (&handle->listing_types.arena);
  ic_arena_free (&handle->transactions_types.arena);
  free (handle->where);
  handle->where = NULL;
}
