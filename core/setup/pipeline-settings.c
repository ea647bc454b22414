/* SPDX-License-Identifier: Apache-2.0 */
/* The table is what the manual page, --dump-section and messages are made from; see config/options.h. */
#include "config.h"

#include "setup/pipeline-settings.h"

#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

#define WORKERS_MAX 256

/* The settings, and `workers` as it is written. */
struct pipeline_handle {
  struct pipeline_settings settings;
  const char *workers;
};

#define SETTING(member) offsetof (struct pipeline_handle, settings.member)

static const struct dcpipe_option pipeline_options[] = {
  { "batch_size", DCPIPE_OPTION_INT, "100", NULL, 1, 10000000, 0,
    "entries per commit at the least; whole blocks are never split", SETTING (batch_size) },
  { "flush_interval", DCPIPE_OPTION_DURATION, "5s", NULL, 1, 86400000, 0,
    "the longest time for which rows wait for their commit", SETTING (flush_interval) },
  { "max_retries", DCPIPE_OPTION_INT, "3", NULL, 0, 1000000, 0,
    "further attempts after a passing fault, before the run ends", SETTING (max_retries) },
  { "retry_delay", DCPIPE_OPTION_DURATION, "500ms", NULL, 1, 60000, 0,
    "the pause before the first of them; it doubles with each that follows", SETTING (retry_delay) },
  { "max_retry_delay", DCPIPE_OPTION_DURATION, "60s", NULL, 1, 86400000, 0,
    "the longest such pause, unless the other side asks for more", SETTING (max_retry_delay) },
  { "poll_interval", DCPIPE_OPTION_DURATION, "10s", NULL, 10, 86400000, 0,
    "how often the source is asked for more at the tip (--follow)", SETTING (poll_interval) },
  { "workers", DCPIPE_OPTION_TEXT, "auto", NULL, 0, 0, 0,
    "threads that unpack and decode, or auto: one for each processor",
    offsetof (struct pipeline_handle, workers) },
  { "max_block_size", DCPIPE_OPTION_SIZE, "64M", NULL, 1024, INT64_C (1) << 32, 0,
    "the largest size to which a block may inflate", SETTING (max_block_size) },
  { "memory", DCPIPE_OPTION_SIZE, "16M", NULL, 1 << 20, INT64_C (1) << 40, 0,
    "bytes in flight between source and sinks", SETTING (memory) },
  { "commit_size", DCPIPE_OPTION_SIZE, "4M", NULL, 4096, INT64_C (1) << 32, 0,
    "bytes of rows after which a commit is made behind the tip", SETTING (commit_size) },
};

static const struct dcpipe_options pipeline_table = DCPIPE_ARRAY (pipeline_options);

const struct dcpipe_options *
pipeline_settings_options (void)
{
  return &pipeline_table;
}

/* No type of option is "a number or a word", so it is a text that is parsed as a number here. */
static bool
parse_workers (const char *text, uint64_t *workers)
{
  static const struct dcpipe_option number = {
    .key = "workers", .type = DCPIPE_OPTION_INT, .min = 1, .max = WORKERS_MAX
  };
  struct option_value value = { 0 };
  long processors = sysconf (_SC_NPROCESSORS_ONLN);

  if (strcmp (text, "auto") == 0) {
    /* sysconf gives -1 where it does not know. */
    *workers = processors < 1 ? 1 : processors > WORKERS_MAX ? WORKERS_MAX : (uint64_t) processors;
    return true;
  }
  if (!option_parse (&number, text, "", &value)) {
    fail ("%s or auto", failure ());
    return false;
  }
  *workers = (uint64_t) value.integer;
  return true;
}

bool
pipeline_settings_read (struct ini_file *file, const struct ini_section *section,
                        struct pipeline_settings *settings, struct option_value **values)
{
  static const char *const none[] = { NULL };
  struct pipeline_handle handle = { 0 };

  *values = options_set (&pipeline_table, file, &section, section != NULL, none, &handle);
  if (*values == NULL)
    return false;
  if (handle.workers != NULL && !parse_workers (handle.workers, &handle.settings.workers)) {
    const struct ini_value *given = section ? ini_find (section, "workers") : NULL;

    ini_mistake (file, given ? given->line : 0, "workers = %s", failure ());
  }
  *settings = handle.settings;
  return true;
}
