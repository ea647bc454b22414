/* SPDX-License-Identifier: Apache-2.0 */
/* How far each decoder was applied in a sink. It is read once a run and written with every commit, so it is
 * small and lists are searched from their beginning; what could grow without bound, the labels of a ledger,
 * is bounded here. */
#include "config.h"

#include "data/checkpoint.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/log.h"

/* ---- small things ------------------------------------------------------------------------------- */

/* Ordinals begin at 1, so the block's first one tells how many entries came before. */
void
point_set (struct point *point, const struct dcpipe_block *block)
{
  *point = (struct point){ .known = true,
                           .position = block->frame.position,
                           .hash = block->hash,
                           .time_ns = block->time_ns,
                           .blocks = block->number + 1,
                           .entries = block->first_ordinal - 1 + block->entries_count,
                           .cursor_size = block->frame.cursor_size };
  if (block->frame.cursor_size > 0)
    memcpy (point->cursor, block->frame.cursor, block->frame.cursor_size);
}

void
digest_text (char text[65], const uint64_t digest[4])
{
  snprintf (text, 65, "%016" PRIx64 "%016" PRIx64 "%016" PRIx64 "%016" PRIx64, digest[3], digest[2],
            digest[1], digest[0]);
}

const char *
trust_name (int trust)
{
  static const char *const names[] = { "chain", "signatures", "certified" };

  return trust >= 0 && trust < 3 ? names[trust] : "unknown";
}

/* ---- frontiers ---------------------------------------------------------------------------------- */

static void
frontier_free (struct frontier *frontier)
{
  for (size_t i = 0; i < frontier->labels_count; i++)
    free (frontier->labels[i].label);
  for (size_t i = 0; i < frontier->ahead_count; i++)
    free (frontier->ahead[i].label);
  free (frontier->labels);
  free (frontier->ahead);
  free (frontier->decoder);
  free (frontier->fingerprint);
}

void
checkpoint_free (struct dcpipe_checkpoint *checkpoint)
{
  for (size_t i = 0; i < checkpoint->frontiers_count; i++)
    frontier_free (&checkpoint->frontiers[i]);
  for (size_t i = 0; i < checkpoint->errors_count; i++) {
    free (checkpoint->errors[i].scope);
    free (checkpoint->errors[i].last);
  }
  free (checkpoint->errors);
  free (checkpoint->frontiers);
  free (checkpoint->source);
  free (checkpoint->text);
  *checkpoint = (struct dcpipe_checkpoint){ 0 };
}

struct frontier *
checkpoint_find (const struct dcpipe_checkpoint *checkpoint, const char *decoder)
{
  for (size_t i = 0; i < checkpoint->frontiers_count; i++)
    if (strcmp (checkpoint->frontiers[i].decoder, decoder) == 0)
      return &checkpoint->frontiers[i];
  return NULL;
}

/* A decoder of which nothing was applied yet is as trusted as can be: trust only ever falls, with each
 * block. */
struct frontier *
checkpoint_add (struct dcpipe_checkpoint *checkpoint, const char *decoder)
{
  struct frontier *frontier = checkpoint_find (checkpoint, decoder);

  if (frontier != NULL)
    return frontier;
  frontier = array_room (&checkpoint->frontiers, checkpoint->frontiers_count, sizeof *frontier);
  if (frontier == NULL || (frontier->decoder = strdup (decoder)) == NULL) {
    fail ("no memory for the checkpoint");
    return NULL;
  }
  frontier->trust = DCPIPE_TRUST_CERTIFIED;
  checkpoint->frontiers_count++;
  return frontier;
}

void
checkpoint_remove (struct dcpipe_checkpoint *checkpoint, const char *decoder)
{
  struct frontier *frontier = checkpoint_find (checkpoint, decoder);

  if (frontier == NULL)
    return;
  frontier_free (frontier);
  /* Their order means nothing: decoders are found by name. */
  *frontier = checkpoint->frontiers[--checkpoint->frontiers_count];
}

static bool
text_is (const char *text, struct dcpipe_bytes bytes)
{
  return strlen (text) == bytes.size && (bytes.size == 0 || memcmp (text, bytes.data, bytes.size) == 0);
}

struct label_count *
frontier_label (struct frontier *frontier, struct dcpipe_bytes label)
{
  struct label_count *count;

  for (size_t i = 0; i < frontier->labels_count; i++)
    if (text_is (frontier->labels[i].label, label))
      return &frontier->labels[i];
  /* Whoever writes to the ledger chooses labels, and must not make every commit larger. What cannot be told
   * apart by a text in JSON is counted together, too. */
  if (label.size > 0
      && (frontier->labels_count >= FRONTIER_LABELS_MAX || label.size > 256
          || memchr (label.data, 0, label.size) != NULL))
    return frontier_label (frontier, (struct dcpipe_bytes){ NULL, 0 });
  count = array_room (&frontier->labels, frontier->labels_count, sizeof *count);
  if (count == NULL
      || (count->label = strndup (label.size > 0 ? (const char *) label.data : "", label.size)) == NULL) {
    fail ("no memory for the checkpoint");
    return NULL;
  }
  frontier->labels_count++;
  return count;
}

const struct label_count *
frontier_label_find (const struct frontier *frontier, const char *label)
{
  for (size_t i = 0; i < frontier->labels_count; i++)
    if (strcmp (frontier->labels[i].label, label) == 0)
      return &frontier->labels[i];
  return NULL;
}

struct scope_error *
checkpoint_error (const struct dcpipe_checkpoint *checkpoint, const char *scope)
{
  for (size_t i = 0; i < checkpoint->errors_count; i++)
    if (strcmp (checkpoint->errors[i].scope, scope) == 0)
      return &checkpoint->errors[i];
  return NULL;
}

struct scope_error *
checkpoint_add_error (struct dcpipe_checkpoint *checkpoint, const char *scope)
{
  struct scope_error *error = checkpoint_error (checkpoint, scope);

  if (error != NULL)
    return error;
  error = array_room (&checkpoint->errors, checkpoint->errors_count, sizeof *error);
  if (error == NULL || (error->scope = strdup (scope)) == NULL) {
    fail ("no memory for the checkpoint");
    return NULL;
  }
  checkpoint->errors_count++;
  return error;
}

/* A scope that never failed has no entry, and a run that went well makes none: status shows only what went
 * wrong. The count stays when the reason goes, for it is over all runs. */
bool
checkpoint_set_error (struct dcpipe_checkpoint *checkpoint, const char *scope, const char *reason)
{
  struct scope_error *error;
  char *copy = reason != NULL ? strdup (reason) : NULL;

  if (reason == NULL && checkpoint_error (checkpoint, scope) == NULL)
    return true;
  error = checkpoint_add_error (checkpoint, scope);
  if (error == NULL || (reason != NULL && copy == NULL)) {
    free (copy);
    return false;
  }
  free (error->last);
  error->last = copy;
  error->count += reason != NULL;
  return true;
}

struct ahead *
frontier_ahead (const struct frontier *frontier, struct dcpipe_bytes label)
{
  for (size_t i = 0; i < frontier->ahead_count; i++)
    if (text_is (frontier->ahead[i].label, label))
      return &frontier->ahead[i];
  return NULL;
}

struct ahead *
frontier_ahead_add (struct frontier *frontier, const char *label)
{
  struct ahead *ahead =
      frontier_ahead (frontier, (struct dcpipe_bytes){ (const uint8_t *) label, strlen (label) });

  if (ahead != NULL)
    return ahead;
  ahead = array_room (&frontier->ahead, frontier->ahead_count, sizeof *ahead);
  if (ahead == NULL || (ahead->label = strdup (label)) == NULL) {
    fail ("no memory for the checkpoint");
    return NULL;
  }
  frontier->ahead_count++;
  return ahead;
}

/* Once the frontier has passed a label's place, the mark says nothing that the frontier does not. */
void
frontier_ahead_drop (struct frontier *frontier)
{
  for (size_t i = 0; i < frontier->ahead_count;)
    if (frontier->at.known && frontier->ahead[i].at.position <= frontier->at.position) {
      free (frontier->ahead[i].label);
      frontier->ahead[i] = frontier->ahead[--frontier->ahead_count];
    } else
      i++;
}

/* ---- what sinks see ----------------------------------------------------------------------------- */

struct dcpipe_bytes
dcpipe_checkpoint_text (const dcpipe_checkpoint *checkpoint)
{
  return (struct dcpipe_bytes){ (const uint8_t *) checkpoint->text, checkpoint->text_size };
}

void
dcpipe_checkpoint_set (dcpipe_checkpoint *checkpoint, const void *text, size_t size)
{
  free (checkpoint->text);
  checkpoint->text = malloc (size + 1);
  /* The sink cannot be told, for this returns nothing; whoever called it asks. */
  checkpoint->no_memory = checkpoint->text == NULL;
  if (checkpoint->text == NULL)
    return;
  if (size > 0)
    memcpy (checkpoint->text, text, size);
  /* So that it can be quoted in a message; JSON needs no end. */
  checkpoint->text[size] = '\0';
  checkpoint->text_size = size;
}
