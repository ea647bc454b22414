/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "options.h"

#include <arpa/inet.h>
#include <errno.h>
#include <nettle/base16.h>
#include <stdlib.h>

#include "bytes/cleanup.h"
#include "ic/agent/url.h"
#include "ic/certificate/root_key.h"

/* No PEM file of one key is longer. */
#define MAX_PEM 65536

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

/* Refuses what is no address of a replica; tells whether its host is this machine. */
static int
look_at_url (const char *text, bool *loopback)
{
  CLEANUP (ic_url_free) struct ic_url url;
  struct ic_error error;

  if (!ic_url_read (&url, text, &error)) {
    dcpipe_error ("url: %s", error.text);
    return DCPIPE_FAIL;
  }
  *loopback = is_loopback_host (url.host);
  return DCPIPE_OK;
}

/* `loopback` tells whether all of them lead to this machine; `remote` is one that does not. */
static int
check_urls (const struct canister *canister, bool *loopback, const char **remote)
{
  bool here = false;

  *loopback = true;
  if (canister->urls == NULL || canister->urls[0] == NULL) {
    dcpipe_error ("url: none is given");
    return DCPIPE_FAIL;
  }
  for (size_t i = 0; canister->urls[i] != NULL; i++) {
    if (i == IC_AGENT_URLS) {
      dcpipe_error ("url: more than %d are given", IC_AGENT_URLS);
      return DCPIPE_FAIL;
    }
    if (look_at_url (canister->urls[i], &here) != DCPIPE_OK)
      return DCPIPE_FAIL;
    if (!here && *loopback) {
      *loopback = false;
      *remote = canister->urls[i];
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
read_root_key (struct canister *canister)
{
  struct base16_decode_ctx context;
  const char *text = canister->root_key_text, *reason;

  base16_decode_init (&context);
  canister->root_key_size = sizeof canister->root_key;
  if (strlen (text) != 2 * sizeof canister->root_key
      || strspn (text, "0123456789abcdefABCDEF") != strlen (text)
      || !base16_decode_update (&context, &canister->root_key_size, canister->root_key, strlen (text), text)
      || memcmp (canister->root_key, ic_bls_der_prefix, IC_BLS_DER_PREFIX_SIZE) != 0) {
    dcpipe_error ("root_key: expected 'fetch', or a BLS public key in DER as %zu hexadecimal digits",
                  2 * sizeof canister->root_key);
    return DCPIPE_FAIL;
  }
  reason = ic_bls_check_key ((struct bytes){ canister->root_key + IC_BLS_DER_PREFIX_SIZE, IC_BLS_KEY_SIZE });
  if (reason != NULL) {
    dcpipe_error ("root_key: this is not the root key of any network: %s", reason);
    return DCPIPE_FAIL;
  }
  return DCPIPE_OK;
}

/* A key that the other side gives out proves nothing, so it is taken from this machine alone. */
static int
choose_root_key (struct canister *canister, bool loopback, const char *remote)
{
  const char *text = canister->root_key_text;

  canister->root_key_size = 0;
  if (text == NULL && loopback && is_development ())
    return DCPIPE_OK;
  if (text == NULL) {
    canister->root_key_size = sizeof canister->root_key;
    memcpy (canister->root_key, ic_mainnet_root_key, sizeof canister->root_key);
    return DCPIPE_OK;
  }
  if (strcmp (text, "fetch") != 0)
    return read_root_key (canister);
  if (loopback || canister->trust == DCPIPE_TRUST_NONE)
    return DCPIPE_OK;
  dcpipe_error ("root_key: 'fetch' is for this machine alone: whoever answers at %s could give out any key",
                remote);
  return DCPIPE_FAIL;
}

/* ---- the rest ------------------------------------------------------------------------------------- */

static int
check_trust (const struct canister *canister, bool loopback, const char *remote)
{
  if (canister->trust != DCPIPE_TRUST_NONE && !ic_bls_available ()) {
    dcpipe_error ("trust: this dcpipe was built without the blst library, so it cannot verify certificates, "
                  "and with them "
                  "the keys behind signatures: build it with blst, or say 'trust = none'");
    return DCPIPE_FAIL;
  }
  if (canister->trust == DCPIPE_TRUST_NONE && !loopback)
    dcpipe_warning ("trust = none: nothing proves that what %s answers comes from the canister", remote);
  return DCPIPE_OK;
}

static int
read_canister (struct canister *canister)
{
  const char *reason = ic_principal_parse (&canister->principal, canister->id, strlen (canister->id));

  if (reason == NULL)
    return DCPIPE_OK;
  dcpipe_error ("canister_id: '%s' is not a canister's id: %s", canister->id, reason);
  return DCPIPE_FAIL;
}

/* The key's text is wiped again, wherever it was. */
static int
read_identity (struct canister *canister)
{
  CLEANUP_FCLOSE FILE *file = NULL;
  char pem[MAX_PEM];
  struct ic_error error;
  size_t size;
  bool good;

  ic_identity_anonymous (&canister->identity);
  if (canister->identity_path == NULL)
    return DCPIPE_OK;
  file = fopen (canister->identity_path, "re");
  if (file == NULL) {
    dcpipe_error ("identity: cannot open %s: %s", canister->identity_path, strerror (errno));
    return DCPIPE_FAIL;
  }
  setvbuf (file, NULL, _IONBF, 0);
  size = fread (pem, 1, sizeof pem, file);
  good = ic_identity_from_pem (&canister->identity, pem, size, &error);
  explicit_bzero (pem, sizeof pem);
  if (good)
    return DCPIPE_OK;
  dcpipe_error ("identity: %s: %s", canister->identity_path, error.text);
  return DCPIPE_FAIL;
}

static int
make_words (struct canister *canister)
{
  struct ic_error error;

  if (asprintf (&canister->where, "canister %s at %s", canister->id, canister->urls[0]) < 0) {
    canister->where = NULL;
    dcpipe_error ("out of memory");
    return DCPIPE_FAIL;
  }
  if (data_fetch_types (&canister->data_fetch_types, &error)
      && block_sync_types (&canister->block_sync_types, &error)
      && listing_types (&canister->listing_types, &error)
      && transactions_types (&canister->transactions_types, &error))
    return DCPIPE_OK;
  dcpipe_error ("%s", error.text);
  return DCPIPE_FAIL;
}

int
options_complete (struct canister *canister)
{
  const char *remote = NULL;
  bool loopback = false;
  int result = check_urls (canister, &loopback, &remote);

  if (result == DCPIPE_OK)
    result = read_canister (canister);
  if (result == DCPIPE_OK)
    result = choose_root_key (canister, loopback, remote);
  if (result == DCPIPE_OK)
    result = check_trust (canister, loopback, remote);
  if (result == DCPIPE_OK)
    result = read_identity (canister);
  if (result == DCPIPE_OK)
    result = make_words (canister);
  return result;
}

void
options_free (struct canister *canister)
{
  ic_identity_wipe (&canister->identity);
  ic_arena_free (&canister->data_fetch_types.arena);
  ic_arena_free (&canister->block_sync_types.arena);
  ic_arena_free (&canister->listing_types.arena);
  ic_arena_free (&canister->transactions_types.arena);
  free (canister->where);
  canister->where = NULL;
}
