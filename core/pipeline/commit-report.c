/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "pipeline/commit-report.h"

#include <stdlib.h>
#include <string.h>

#include "pipeline/lock-order.h"

void
commit_report_init (struct commit_report *report, size_t tables)
{
  *report = (struct commit_report){ .tables = tables };
  pthread_mutex_init (&report->mutex, NULL);
}

void
commit_report_destroy (struct commit_report *report)
{
  failed_entries_clear (&report->failed);
  free (report->changes);
  free (report->text);
  pthread_mutex_destroy (&report->mutex);
}

/* When memory is short the news before stay: the next commit brings newer ones. */
static bool
make_room (struct commit_report *report, size_t size)
{
  char *text = size <= report->size && report->text != NULL ? report->text : realloc (report->text, size + 1);

  if (text == NULL)
    return false;
  report->text = text;
  if (report->changes == NULL
      && (report->changes = calloc (report->tables + 1, sizeof *report->changes)) == NULL)
    return false;
  return true;
}

/* The text is copied, since the thread goes on to change the checkpoint, and the one who reads takes its
 * time. */
void
commit_report_publish (struct commit_report *report, const struct dcpipe_checkpoint *checkpoint,
                       uint64_t time_ns, const struct table_changes *changes, struct failed_entries *failed)
{
  ORDERED_LOCK_SCOPE (&report->mutex, LOCK_INNERMOST);
  if (!make_room (report, checkpoint->text_size))
    return;
  memcpy (report->text, checkpoint->text, checkpoint->text_size);
  report->size = checkpoint->text_size;
  memcpy (report->changes, changes, report->tables * sizeof *changes);
  report->time_ns = time_ns;
  report->commits++;
  failed_entries_move (&report->failed, failed);
}
