/* SPDX-License-Identifier: Apache-2.0 */
/* A run as the INI file describes it: pipeline settings, and the instances of plugins. */
#ifndef DCPIPE_SETUP_SETUP_H
#define DCPIPE_SETUP_SETUP_H

#include <stdbool.h>
#include <stddef.h>

#include "config/ini.h"
#include "config/service-settings.h"
#include "plugin/plugin.h"
#include "setup/pipeline-settings.h"

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
  struct option_value *pipeline_values; /* one for each of pipeline_settings_options */
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

/* True for the sections that only `serve` reads. */
bool section_is_of_service (const struct ini_section *section);

/* The configured sink of that name, or the first for NULL; NULL after fail, which lists the names. */
struct instance *setup_find_sink (const struct setup *setup, const char *name);

#endif
