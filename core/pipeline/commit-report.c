/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "pipeline/commit-report.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "pipeline/sink-thread.h"

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
news_init (struct news *news, size_t tables)
{
  *news = (struct news){ .tables = tables };
  pthread_mutex_init (&news->mutex, NULL);
}

void
news_destroy (struct news *news)
{
  failure_notes_clear (&news->failures);
  free (news->changes);
  free (news->text);
  pthread_mutex_destroy (&news->mutex);
}

/* When memory is short the news before stay: the next commit brings newer ones. */
static bool
make_room (struct news *news, size_t size)
{
  char *text = size <= news->size && news->text != NULL ? news->text : realloc (news->text, size + 1);

  if (text == NULL)
    return false;
  news->text = text;
  if (news->changes == NULL && (news->changes = calloc (news->tables + 1, sizeof *news->changes)) == NULL)
    return false;
  return true;
}

void
news_publish (struct news *news, const struct dcpipe_checkpoint *checkpoint, uint64_t time_ns,
              const struct table_changes *changes, struct failure_notes *failures)
{
  LOCK_SCOPE (&news->mutex);
  if (!make_room (news, checkpoint->text_size))
    return;
  memcpy (news->text, checkpoint->text, checkpoint->text_size);
  news->size = checkpoint->text_size;
  memcpy (news->changes, changes, news->tables * sizeof *changes);
  news->time_ns = time_ns;
  news->commits++;
  failure_notes_move (&news->failures, failures);
}
