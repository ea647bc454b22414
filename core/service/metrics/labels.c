/* SPDX-License-Identifier: Apache-2.0 */
/* Whoever writes into the ledger chooses labels, and each distinct one becomes a series in Prometheus for
 * good: so their number, length and bytes are bounded here, and all that is beyond is added up as one. */
#include "config.h"

#include "service/metrics/labels.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "bytes/utf8.h"

/* Makes a name of a label: what cannot be shown becomes '?', so that different labels may become one. */
static void
make_name (char name[METRICS_NAME_MAX + 1], const char *label)
{
  size_t size = strlen (label);

  if (size > METRICS_NAME_MAX)
    for (size = METRICS_NAME_MAX; size > 0 && ((unsigned char) label[size] & 0xc0) == 0x80;)
      size--;
  memcpy (name, label, size);
  name[size] = '\0';
  for (char *p = name; *p != '\0'; p++)
    if ((unsigned char) *p < ' ' || *p == 127)
      *p = '?';
  if (!utf8_valid (name, size))
    for (char *p = name; *p != '\0'; p++)
      if ((unsigned char) *p >= 0x80)
        *p = '?';
  if (size == 0)
    memcpy (name, METRICS_OTHER, sizeof METRICS_OTHER);
}

/* The place of that name, or of the rest. */
static struct label_metric *
find (struct label_metrics *labels, const char *name)
{
  struct label_metric *item;

  for (size_t i = 0; i < labels->count; i++)
    if (strcmp (labels->items[i].name, name) == 0)
      return &labels->items[i];
  if (labels->count >= METRICS_LABELS_MAX && strcmp (name, METRICS_OTHER) != 0)
    return find (labels, METRICS_OTHER);
  assert (labels->count <= METRICS_LABELS_MAX); /* one place more than that, for the rest */
  item = &labels->items[labels->count++];
  memcpy (item->name, name, strlen (name) + 1);
  item->entries = 0;
  return item;
}

/* Of one decoder. */
static void
add_frontier (struct label_metrics *labels, const struct frontier *frontier)
{
  char name[METRICS_NAME_MAX + 1];

  labels->count = 0;
  for (size_t i = 0; i < frontier->labels_count; i++)
    if (frontier->labels[i].entries > 0) {
      make_name (name, frontier->labels[i].label);
      find (labels, name)->entries += frontier->labels[i].entries;
    }
}

static const struct frontier *
with_most_labels (const struct dcpipe_checkpoint *checkpoint)
{
  const struct frontier *most = NULL;

  for (size_t i = 0; i < checkpoint->frontiers_count; i++)
    if (most == NULL || checkpoint->frontiers[i].labels_count > most->labels_count)
      most = &checkpoint->frontiers[i];
  return most;
}

/* A decoder that takes a label is applied to all its entries, so the one that came farthest counts. That of
 * most labels comes first, lest others use up the names. */
void
label_metrics_make (struct label_metrics *labels, const struct dcpipe_checkpoint *checkpoint)
{
  const struct frontier *most = with_most_labels (checkpoint);
  struct label_metrics own;

  labels->count = 0;
  if (most != NULL)
    add_frontier (labels, most);
  for (size_t i = 0; i < checkpoint->frontiers_count; i++) {
    if (&checkpoint->frontiers[i] == most)
      continue;
    add_frontier (&own, &checkpoint->frontiers[i]);
    for (size_t label = 0; label < own.count; label++) {
      struct label_metric *item = find (labels, own.items[label].name);

      if (own.items[label].entries > item->entries)
        item->entries = own.items[label].entries;
    }
  }
}
