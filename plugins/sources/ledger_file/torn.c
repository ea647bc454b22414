/* SPDX-License-Identifier: Apache-2.0 */
/* Whoever writes the file takes no lock, so a block may be seen half written. It is told from damage by
 * waiting: what is being written changes. */
#include "config.h"

#include "torn.h"

#include <inttypes.h>
#include <nettle/sha2.h>
#include <time.h>

/* A hash and not the bytes: what is compared may be as large as a block. */
void
digest_bytes (uint8_t digest[DIGEST_SIZE], struct bytes bytes)
{
  struct sha256_ctx context;

  sha256_init (&context);
  sha256_update (&context, bytes.size, bytes.data);
  sha256_digest (&context, DIGEST_SIZE, digest);
}

static uint64_t
now_ms (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return (uint64_t) now.tv_sec * 1000 + (uint64_t) now.tv_nsec / 1000000;
}

/* True if the same fault was seen with the same bytes at least settle_time ago. */
static bool
settled (struct ledger_file *handle, uint64_t position, struct bytes bytes)
{
  struct torn seen = {
    .known = true, .position = position, .file_size = handle->file.size, .since = now_ms ()
  };
  struct torn *torn = &handle->torn;

  digest_bytes (seen.digest, bytes);
  if (torn->known && torn->position == seen.position && torn->file_size == seen.file_size
      && memcmp (torn->digest, seen.digest, DIGEST_SIZE) == 0)
    return seen.since - torn->since >= handle->settle_time;
  *torn = seen;
  return handle->settle_time == 0;
}

/* The same sentence for all faults, with what the bytes were expected to be: where a stored block should
 * be, it is another ledger or damage, and never a fault that passes. */
int
torn_or_fault (struct ledger_file *handle, uint64_t position, struct bytes bytes, const char *reason)
{
  const char *stored = handle->resuming ? ", where the last stored block is expected" : "";
  const char *other = handle->resuming ? ": the ledger is damaged, or another one" : "";

  if (dcpipe_following () && !settled (handle, position, bytes)) {
    dcpipe_debug ("%s: block at position %" PRIu64 "%s: %s; waiting for it to settle", handle->path, position,
                  stored, reason);
    return DCPIPE_TIP;
  }
  dcpipe_error ("%s: block at position %" PRIu64 "%s: %s%s", handle->path, position, stored, reason, other);
  return DCPIPE_DIVERGED;
}
