/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "pipeline/commit-report.h"

#include <stdlib.h>
#include <string.h>

#include "bytes/cleanup.h"

/* ---- failed entries ----------------------------------------------------------------------------- */

static void
note_free (struct failure_note *note)
{
  free (note->label);
  free (note->decoder);
  free (note->reason);
}

/* The note becomes the list's. */
static void
append (struct failure_notes *notes, struct failure_note *note)
{
  if (notes->items == NULL)
    notes->items = calloc (FAILURE_NOTES_MAX, sizeof *notes->items);
  if (notes->items == NULL) {
    note_free (note);
    return;
  }
  if (notes->count == FAILURE_NOTES_MAX) {
    note_free (&notes->items[0]);
    memmove (notes->items, notes->items + 1, --notes->count * sizeof *notes->items);
  }
  notes->items[notes->count++] = *note;
}

/* NULL for null, or when memory is short. */
static char *
copy_text (const struct dcpipe_row *row, size_t column)
{
  struct dcpipe_bytes text = dcpipe_get_bytes (row, column);

  return dcpipe_is_null (row, column) ? NULL : strndup ((const char *) text.data, text.size);
}

void
failure_notes_add (struct failure_notes *notes, const struct dcpipe_row *row)
{
  struct failure_note note = { .block_offset = dcpipe_get_u64 (row, FAILED_BLOCK_OFFSET),
                               .entry_index = dcpipe_get_u64 (row, FAILED_ENTRY_INDEX),
                               .item = dcpipe_get_u64 (row, FAILED_ITEM),
                               .label = copy_text (row, FAILED_LABEL),
                               .decoder = copy_text (row, FAILED_DECODER),
                               .reason = copy_text (row, FAILED_REASON) };

  append (notes, &note);
}

static char *
copy_string (const char *text)
{
  return text != NULL ? strdup (text) : NULL;
}

void
failure_notes_copy (struct failure_notes *notes, const struct failure_notes *from)
{
  for (size_t i = 0; i < from->count; i++) {
    struct failure_note copy = from->items[i];

    copy.label = copy_string (copy.label);
    copy.decoder = copy_string (copy.decoder);
    copy.reason = copy_string (copy.reason);
    append (notes, &copy);
  }
}

void
failure_notes_move (struct failure_notes *notes, struct failure_notes *from)
{
  for (size_t i = 0; i < from->count; i++)
    append (notes, &from->items[i]);
  from->count = 0;
}

void
failure_notes_clear (struct failure_notes *notes)
{
  for (size_t i = 0; i < notes->count; i++)
    note_free (&notes->items[i]);
  free (notes->items);
  *notes = (struct failure_notes){ 0 };
}

/* ---- commits ------------------------------------------------------------------------------------ */

void
commit_report_init (struct commit_report *report, size_t tables)
{
  *report = (struct commit_report){ .tables = tables };
  pthread_mutex_init (&report->mutex, NULL);
}

void
commit_report_destroy (struct commit_report *report)
{
  failure_notes_clear (&report->failures);
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

void
commit_report_publish (struct commit_report *report, const struct dcpipe_checkpoint *checkpoint,
                       uint64_t time_ns, const struct table_changes *changes, struct failure_notes *failures)
{
  LOCK_SCOPE (&report->mutex);
  if (!make_room (report, checkpoint->text_size))
    return;
  memcpy (report->text, checkpoint->text, checkpoint->text_size);
  report->size = checkpoint->text_size;
  memcpy (report->changes, changes, report->tables * sizeof *changes);
  report->time_ns = time_ns;
  report->commits++;
  failure_notes_move (&report->failures, failures);
}
