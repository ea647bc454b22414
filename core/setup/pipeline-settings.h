/* SPDX-License-Identifier: Apache-2.0 */
/* What stands in [pipeline]. */
#ifndef DCPIPE_SETUP_PIPELINE_SETTINGS_H
#define DCPIPE_SETUP_PIPELINE_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "config/ini.h"
#include "config/options.h"

struct pipeline_settings {
  uint64_t batch_size;     /* entries per commit at the least */
  uint64_t flush_interval; /* ms */
  uint64_t max_retries;
  uint64_t retry_delay;     /* ms */
  uint64_t max_retry_delay; /* ms */
  uint64_t poll_interval;   /* ms */
  uint64_t workers;         /* threads; 0 in the file's "auto" is resolved to the number of processors */
  uint64_t max_block_size;  /* bytes that a block may inflate to */
  uint64_t memory;          /* bytes in flight between source and sinks */
  uint64_t commit_size;     /* bytes of rows after which a commit is made behind the tip */
};

/* The table of its keys. */
const struct dcpipe_options *pipeline_settings_options (void);

/* Reads the section, which may be NULL: all defaults. `values`: one for each option, to be freed with
 * options_free. False when memory is short. */
bool pipeline_settings_read (struct ini_file *file, const struct ini_section *section,
                             struct pipeline_settings *settings, struct option_value **values);

#endif
