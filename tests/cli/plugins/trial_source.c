/* SPDX-License-Identifier: Apache-2.0 */
/* A source without blocks, and an option of every type. */
#include "config.h"

#include "dcpipe-plugin.h"

struct trial {
  bool flag;
  int64_t number;
  uint64_t size, duration;
  const char *text, *path, *secret;
  int mode;
  const char *const *list;
};

#define OPTION(key, type, value)                                                                             \
  {                                                                                                          \
#key, type, value, NULL, 0, 0, 0, "the " #key, offsetof(struct trial, key)                               \
  }

static const struct dcpipe_option trial_options[] = {
  OPTION (flag, DCPIPE_OPTION_BOOL, "no"),
  { "number", DCPIPE_OPTION_INT, "7", NULL, -5, 100, 0, "a number", offsetof (struct trial, number) },
  { "size", DCPIPE_OPTION_SIZE, "64k", NULL, 1024, 1 << 30, 0, "a size", offsetof (struct trial, size) },
  { "duration", DCPIPE_OPTION_DURATION, "5s", NULL, 1000, 3600000, 0, "a time",
    offsetof (struct trial, duration) },
  OPTION (text, DCPIPE_OPTION_TEXT, NULL),
  OPTION (path, DCPIPE_OPTION_PATH, NULL),
  OPTION (secret, DCPIPE_OPTION_SECRET, NULL),
  { "mode", DCPIPE_OPTION_ENUM, "slow", "slow|fast|faster", 0, 0, 0, "a mode",
    offsetof (struct trial, mode) },
  OPTION (list, DCPIPE_OPTION_LIST, "a, b"),
};

static int
trial_config_complete (void *handle)
{
  const struct trial *trial = handle;

  if (trial->mode != 2 || trial->flag)
    return DCPIPE_OK;
  dcpipe_error ("mode = faster needs flag = yes");
  return DCPIPE_FAIL;
}

static int
trial_open (void *handle, const dcpipe_resume *resume)
{
  (void) handle;
  (void) resume;
  return DCPIPE_OK;
}

static int
trial_next (void *handle, uint64_t deadline, dcpipe_batch *batch)
{
  (void) handle;
  (void) deadline;
  (void) batch;
  return DCPIPE_TIP;
}

static int
trial_unpack (const void *handle, const dcpipe_frame *frame, dcpipe_block *block)
{
  (void) handle;
  (void) frame;
  (void) block;
  dcpipe_error ("there are no blocks here");
  return DCPIPE_DIVERGED;
}

static const struct dcpipe_source trial_source = {
  .name = "trial_source",
  .version = "1",
  .description = "delivers nothing",
  .license = "Apache-2.0",
  .options = DCPIPE_ARRAY (trial_options),
  .handle_size = sizeof (struct trial),
  .config_complete = trial_config_complete,
  .open = trial_open,
  .next = trial_next,
  .unpack = trial_unpack,
};

DCPIPE_REGISTER_SOURCE (trial_source)
