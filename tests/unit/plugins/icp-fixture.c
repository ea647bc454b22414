/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "unit/plugins/icp-fixture.h"

#include <stdio.h>
#include <stdlib.h>

#include "bytes/bytes.h"
#include "bytes/hex.h"
#include "dcledger/block.h"
#include "support/vectors.h"

struct client client;
struct source_host *host;
const char *urls[2];
char root_key[2 * IC_BLS_DER_SIZE + 1];
uint64_t *positions;
size_t blocks;
static uint8_t *file;
static size_t file_size;

static void
index_blocks (const char *ledger)
{
  uint64_t at;

  file = vectors_read (ledger, &file_size);
  at = load_le64 (file + 32);
  positions = calloc (file_size / LEDGER_HEADER_SIZE, sizeof *positions);
  ck_assert_ptr_nonnull (positions);
  for (blocks = 0; at + 16 <= file_size && load_le32 (file + at) == 1 && load_le32 (file + at + 8) > 0;
       blocks++) {
    positions[blocks] = at;
    at += load_le32 (file + at + 8);
  }
  positions[blocks] = at;
}

void
set_option (const char *key, int value)
{
  *(int *) host_option (host, key) = value;
}

void
new_host (void)
{
  host = host_new ("icp");
  *(const char *const **) host_option (host, "url") = urls;
  *(const char **) host_option (host, "canister_id") = REPLICA_DEFAULT_CANISTER;
  *(const char **) host_option (host, "root_key") = root_key;
  *(int64_t *) host_option (host, "prefetch") = 4;
  *(uint64_t *) host_option (host, "timeout") = 5000;
  *(uint64_t *) host_option (host, "max_age") = 300000;
  set_option ("trust", DCPIPE_TRUST_SIGNATURES);
}

void
icp_start (const char *ledger, const struct replica_options *options)
{
  unsetenv ("ENVIRONMENT");
  index_blocks (ledger);
  client_start (&client, ledger, options);
  urls[0] = replica_url (client.replica);
  hex_encode (root_key, replica_root_key (client.replica), IC_BLS_DER_SIZE);
  new_host ();
}

void
icp_stop (void)
{
  host_free (host);
  client_stop (&client);
  free (positions);
  free (file);
}

void
control (const char *command, const char *body)
{
  free (client_control (&client, command, body));
}

void
reveal (size_t count)
{
  char text[32];

  snprintf (text, sizeof text, "%zu", count);
  control ("reveal", text);
}

unsigned
queries (void)
{
  char *stats = client_control (&client, "stats", ""), *line = strstr (stats, "\nquery=");
  unsigned count;

  ck_assert_ptr_nonnull (line);
  count = (unsigned) strtoul (line + 7, NULL, 10);
  free (stats);
  return count;
}

void
begin (size_t block, const char *cursor)
{
  host->cursor = cursor;
  ck_assert_msg (host_open (host, block == 0 ? NULL : &positions[block]) == DCPIPE_OK, "%s", host->error);
}

int
expect_blocks (size_t first, size_t last, unsigned retries)
{
  int result;

  while ((result = host_next (host)) == DCPIPE_OK || (result == DCPIPE_RETRY && retries-- > 0))
    for (size_t i = 0; i < host->count && result == DCPIPE_OK; i++, first++) {
      ck_assert_uint_lt (first, last);
      ck_assert_uint_eq (host->frames[i].position, positions[first]);
      ck_assert_uint_eq (host->frames[i].bytes.size, positions[first + 1] - positions[first]);
      ck_assert_mem_eq (host->frames[i].bytes.data, file + positions[first], host->frames[i].bytes.size);
    }
  ck_assert_msg (first == last, "block %zu instead of %zu is next: %s", first, last, host->error);
  return result;
}

void
expect_error (const char *part)
{
  ck_assert_msg (strstr (host->error, part) != NULL, "\"%s\" does not hold \"%s\"", host->error, part);
}
