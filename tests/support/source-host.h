/* SPDX-License-Identifier: Apache-2.0 */
/* Stands in for the engine towards one source plugin: loads the built module, calls it on the test's own thread
 * and keeps what it delivers. A program that uses it is linked with -export-dynamic.
 *
 *     host = host_new ("ledger_file");
 *     *(const char **) host_option (host, "path") = path;
 *     host_open (host, NULL);
 *     while (host_next (host) == DCPIPE_OK)
 *       look at host->frames;
 *     host_free (host); */
#ifndef TESTS_SUPPORT_SOURCE_HOST_H
#define TESTS_SUPPORT_SOURCE_HOST_H

#include "dcpipe-plugin.h"

struct dcpipe_frame {
  uint64_t position;
  struct dcpipe_bytes bytes;
};

struct dcpipe_block {
  uint8_t *buffer;
  size_t size, entries, deletes;
  uint64_t time;
  uint8_t hash[DCPIPE_HASH_MAX], parent[DCPIPE_HASH_MAX];
  size_t hash_size, parent_size;
};

struct source_host {
  void *module, *handle;
  const struct dcpipe_source *source;

  /* Of the last call of next. The bytes of frames live until the call after it. */
  struct dcpipe_frame *frames;
  size_t count;
  size_t memory; /* bytes taken with dcpipe_batch_memory */
  uint64_t first, end;

  const char *error; /* of the last call that failed; "" if none */
};

/* What dcpipe_following () and dcpipe_max_block_size () say. */
extern bool host_following;
extern size_t host_max_block_size;

struct source_host *host_new (const char *plugin);

/* Where the plugin keeps the option `key`. Its type is the option's. */
void *host_option (struct source_host *host, const char *key);

/* Opens it at the block at `*resume`, or at the first one. A run that was open is closed before. */
int host_open (struct source_host *host, const uint64_t *resume);

int host_next (struct source_host *host);

/* Unpacks a frame. The caller frees `block->buffer`. */
int host_unpack (struct source_host *host, const struct dcpipe_frame *frame, struct dcpipe_block *block);

void host_free (struct source_host *host);

#endif
