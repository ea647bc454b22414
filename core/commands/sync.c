/* SPDX-License-Identifier: Apache-2.0 */
/* A label that nobody knows is refused before a run: it would import nothing, and look as if there were
 * nothing. */
#include "config.h"

#include "commands/sync.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "bytes/cleanup.h"
#include "base/exit-status.h"
#include "commands/arguments.h"
#include "commands/progress.h"
#include "pipeline/pipeline.h"
#include "setup/decoders.h"
#include "sink/sink-calls.h"

/* True if entries of the label are in a sink, where a decoder of all labels put them. A sink that cannot be
 * read counts as well: the run will say why. */
static bool
some_sink_has (const struct setup *setup, const char *label)
{
  bool stored = false;

  for (size_t i = 0; i < setup->sinks_count && !stored; i++) {
    struct dcpipe_checkpoint checkpoint;

    stored = sink_peek (setup->sinks[i], &checkpoint) != STATUS_DONE || label_is_stored (&checkpoint, label);
    checkpoint_free (&checkpoint);
  }
  return stored;
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
  log_error ("no decoder section names the label '%s', and no sink holds entries of it; %s names: %s", label,
             setup->path, list[0] ? list : "none");
}

int
command_sync (const struct setup *setup, const struct arguments *arguments)
{
  CLEANUP_FREE const char **labels = calloc (arguments->labels_count + 1, sizeof *labels);
  struct progress progress;
  struct run_options options = { .scope = { .labels = labels, .count = arguments->labels_count },
                                 .follow = arguments->follow,
                                 .show = progress_show,
                                 .context = &progress };
  int status;

  if (labels == NULL) {
    log_error ("no memory for the labels");
    return STATUS_FAILED;
  }
  for (size_t i = 0; i < arguments->labels_count; i++) {
    labels[i] = setup_label (setup, arguments->labels[i]);
    if (!label_is_named (setup, labels[i]) && !some_sink_has (setup, labels[i])) {
      log_known (setup, arguments->labels[i]);
      return STATUS_USAGE;
    }
  }
  progress_begin (&progress);
  status = run_pipeline (setup, &options);
  /* Also where no run came about, which could not have ended the bar itself. */
  progress_end (&progress);
  return status;
}
