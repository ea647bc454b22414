/* SPDX-License-Identifier: Apache-2.0 */
/* A run as the INI file describes it: pipeline settings, and the instances of plugins. */
#ifndef DCPIPE_SETUP_SETUP_H
#define DCPIPE_SETUP_SETUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/ini.h"
#include "config/options.h"
#include "config/service-settings.h"
#include "plugin/plugin.h"

/* [pipeline] */
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

/* A decoder and the labels that the sections naming it give to it. */
struct decoder {
  struct instance instance;
  char **labels; /* canonical names, sorted; only those of its own sections; empty if `any` */
  size_t labels_count;
  bool any;          /* it has a [decoder *] section and its plugin takes any label; it is a '*' decoder */
  char *fingerprint; /* plugin, row format, labels, options that change rows: "entry/1 labels=* ..." */
};

struct setup {
  char *path;            /* of the INI file */
  struct ini_file *file; /* as it was written */
  struct pipeline_settings pipeline;
  struct option_value *pipeline_values; /* one for each of setup_pipeline_options */
  struct instance *source;
  struct decoder **decoders;
  size_t decoders_count;
  struct instance **sinks;
  size_t sinks_count;
  struct service_config
      *service; /* of the sections that only `serve` reads; NULL if they were not asked for */
};

/* What a setup is read for, beside decoders and sinks. */
enum setup_parts {
  SETUP_SOURCE = 1, /* the source will be asked; otherwise it may be `lacking` */
  SETUP_SERVICE = 2 /* [service], [schedule] and [webhook NAME], which are not looked at otherwise */
};

/* Reads the file, loads the plugins, sets and checks every option. Every mistake is logged (file, line,
 * nearest known name), not only the first; NULL if there was one. `parts`: of enum setup_parts. */
struct setup *setup_read (const char *path, unsigned parts);
void setup_free (struct setup *setup);

/* The canonical name of a label that a user wrote: aliases that the decoders declare, then those of the other
 * decoder plugins found, are followed; otherwise `label` itself. Main thread. */
const char *setup_label (const struct setup *setup, const char *label);

/* Loads all decoder plugins that can be found; NULL at the end, to be freed, or NULL when memory is short.
 * Main thread. _among does the same as setup_label with them, and loads none. Any thread. */
const struct plugin **setup_known_decoders (void);
const char *setup_label_among (const struct setup *setup, const struct plugin *const *plugins,
                               const char *label);

/* Every label that a [decoder LABEL] section names, canonical, sorted, without repeats; NULL at the end.
 * The caller frees the array, not the texts. */
const char **setup_labels (const struct setup *setup);

/* True for the sections that only `serve` reads. */
bool section_is_of_service (const struct ini_section *section);

/* The table of [pipeline]'s keys. */
const struct dcpipe_options *setup_pipeline_options (void);

/* Another handle of the same plugin with the same options (readers and scratch stores of a sink), and
 * its end. NULL after fail. */
struct instance *instance_clone (const struct instance *instance);
void instance_free (struct instance *instance);

/* Gives the instance a fresh handle in place of one that was used. False after fail. */
bool instance_renew (struct instance *instance);

#endif
