/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "commands.h"
#include "log.h"
#include "progress.h"
#include "run.h"

/* True if a section of the configuration names the label. */
static bool
label_is_named (const struct setup *setup, const char *label)
{
  for (size_t i = 0; i < setup->decoders_count; i++)
    for (size_t number = 0; number < setup->decoders[i]->labels_count; number++)
      if (strcmp (setup->decoders[i]->labels[number], label) == 0)
        return true;
  return false;
}

static void
log_known (const struct setup *setup, const char *label)
{
  CLEANUP_FREE const char **labels = setup_labels (setup);
  char list[1024] = "";

  for (size_t i = 0; labels != NULL && labels[i] != NULL; i++) {
    strncat (list, list[0] ? ", " : "", sizeof list - strlen (list) - 1);
    strncat (list, labels[i], sizeof list - strlen (list) - 1);
  }
  log_error ("no decoder section names the label '%s'; %s names: %s", label, setup->path, list[0] ? list : "none");
}

int
command_sync (const struct setup *setup, const struct arguments *arguments)
{
  CLEANUP_FREE const char **labels = calloc (arguments->labels_count + 1, sizeof *labels);
  struct progress progress;
  struct run_options options = { .scope = { .labels = labels, .count = arguments->labels_count }, .follow = arguments->follow,
                                 .show = progress_show, .context = &progress };
  int status;

  if (labels == NULL) {
    log_error ("no memory for the labels");
    return STATUS_FAILED;
  }
  for (size_t i = 0; i < arguments->labels_count; i++) {
    labels[i] = setup_label (setup, arguments->labels[i]);
    if (!label_is_named (setup, labels[i])) {
      log_known (setup, arguments->labels[i]);
      return STATUS_USAGE;
    }
  }
  progress_begin (&progress);
  status = run_pipeline (setup, &options);
  progress_end (&progress);
  return status;
}
