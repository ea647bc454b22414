/* SPDX-License-Identifier: Apache-2.0 */
/* Stands in for the engine towards one source plugin: loads the built module, calls it through the engine's
 * doors on the test's own thread, and keeps what it delivers. A program that uses it is linked with
 * -export-dynamic.
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

struct host_frame {
  uint64_t position;
  struct dcpipe_bytes bytes;
  char cursor[DCPIPE_CURSOR_MAX + 1]; /* as text; "" if none */
};

struct host_block {
  size_t entries, deletes;
  uint64_t time;
  uint8_t hash[DCPIPE_HASH_MAX], parent[DCPIPE_HASH_MAX];
  size_t hash_size, parent_size;
};

struct source_host {
  struct instance *source;
  struct dcpipe_tables *tables;
  struct dcpipe_batch *batch;

  bool configured;
  const char *cursor; /* what dcpipe_resume_cursor gives; NULL for nothing */

  /* Of the last call of next. The bytes of frames live until the call after it. */
  struct host_frame *frames;
  size_t count;
  size_t memory; /* bytes taken with dcpipe_batch_memory */
  size_t rows;   /* of its own tables, as many as were emitted */
  uint64_t first, end;
  int trust;
  uint64_t retry_after; /* ms; 0 if none was named */

  const char *error; /* of the last call that failed; "" if none */
};

/* What dcpipe_following () and dcpipe_max_block_size () say. */
extern bool host_following;
extern size_t host_max_block_size;

struct source_host *host_new (const char *plugin);

/* Where the plugin keeps the option `key`. Its type is the option's. To be set before the first host_open. */
void *host_option (struct source_host *host, const char *key);

/* Calls config_complete, as host_open does unless it was done. */
int host_configure (struct source_host *host);

/* What dcpipe_stop_fd gives can be read from now on, or no more. From any thread. */
void host_set_stop (bool stop);

/* Opens it at the block at `*resume`, or at the first one. A run that was open is closed before. */
int host_open (struct source_host *host, const uint64_t *resume);

int host_next (struct source_host *host);

/* The same with a deadline, in ms from now. */
int host_next_within (struct source_host *host, unsigned ms);

/* Unpacks one of the frames. */
int host_unpack (struct source_host *host, const struct host_frame *frame, struct host_block *block);

void host_free (struct source_host *host);

#endif
