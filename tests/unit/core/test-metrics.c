/* SPDX-License-Identifier: Apache-2.0 */
/* Histograms, and labels of the ledger as values of metrics' labels. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/histogram.h"
#include "bytes/utf8.h"
#include "service/metrics/labels.h"
#include "support/run.h"

START_TEST (classes_of_a_histogram)
{
  struct histogram histogram = { 0 };
  struct histogram_counts counts, none = { 0 };
  uint64_t sum = 0, total = 0;

  histogram_add (&histogram, 0);
  histogram_add (&histogram, UINT64_C (1) << 50);
  for (size_t i = 0; i < HISTOGRAM_BOUNDS; i++) {
    ck_assert (i == 0 || histogram_bounds[i - 1] < histogram_bounds[i]);
    histogram_add (&histogram, histogram_bounds[i]);
    histogram_add (&histogram, histogram_bounds[i] + 1);
    sum += 2 * histogram_bounds[i] + 1;
  }
  counts = histogram_read (&histogram, &none);
  for (size_t i = 0; i <= HISTOGRAM_BOUNDS; i++) {
    ck_assert_uint_eq (counts.classes[i], 2);
    total += counts.classes[i];
  }
  ck_assert_uint_eq (total, 2 * HISTOGRAM_BOUNDS + 2);
  ck_assert_uint_eq (counts.sum, sum + (UINT64_C (1) << 50));
  none = counts;
  counts = histogram_read (&histogram, &none);
  ck_assert_uint_eq (counts.classes[3], 4);
  ck_assert_uint_eq (counts.sum, 2 * none.sum);
}
END_TEST

static void
count (struct frontier *frontier, const char *label, uint64_t entries)
{
  frontier_label (frontier, (struct dcpipe_bytes){ (const uint8_t *) label, strlen (label) })->entries =
      entries;
}

static uint64_t
of (const struct label_metrics *labels, const char *name)
{
  for (size_t i = 0; i < labels->count; i++)
    if (strcmp (labels->items[i].name, name) == 0)
      return labels->items[i].entries;
  return 0;
}

/* No two are equal, and all of them can be shown. */
static void
check_names (const struct label_metrics *labels)
{
  ck_assert_uint_le (labels->count, METRICS_LABELS_MAX + 1);
  for (size_t i = 0; i < labels->count; i++) {
    const char *name = labels->items[i].name;

    ck_assert_uint_le (strlen (name), METRICS_NAME_MAX);
    ck_assert (utf8_valid (name, strlen (name)) && name[0] != '\0');
    for (const char *p = name; *p != '\0'; p++)
      ck_assert ((unsigned char) *p >= ' ' && *p != 127);
    for (size_t j = 0; j < i; j++)
      ck_assert_str_ne (labels->items[j].name, name);
  }
}

START_TEST (entries_are_counted_once)
{
  struct dcpipe_checkpoint checkpoint = { 0 };
  struct label_metrics labels;

  count (checkpoint_add (&checkpoint, "profile"), "ProvProfile", 7);
  count (checkpoint_find (&checkpoint, "profile"), "Late", 3);
  count (checkpoint_add (&checkpoint, "entry"), "ProvProfile", 5);
  count (checkpoint_find (&checkpoint, "entry"), "Unknown", 2);
  count (checkpoint_find (&checkpoint, "entry"), "None", 0);
  label_metrics_make (&labels, &checkpoint);
  check_names (&labels);
  ck_assert_uint_eq (labels.count, 3);
  ck_assert_uint_eq (of (&labels, "ProvProfile"), 7);
  ck_assert_uint_eq (of (&labels, "Late"), 3);
  ck_assert_uint_eq (of (&labels, "Unknown"), 2);
  checkpoint_free (&checkpoint);
  label_metrics_make (&labels, &(struct dcpipe_checkpoint){ 0 });
  ck_assert_uint_eq (labels.count, 0);
}
END_TEST

START_TEST (too_many_labels)
{
  struct dcpipe_checkpoint checkpoint = { 0 };
  struct label_metrics labels;
  uint64_t sum = 0;
  char label[24];

  checkpoint_add (&checkpoint, "few");
  checkpoint_add (&checkpoint, "entry");
  for (unsigned i = 0; i < FRONTIER_LABELS_MAX + 20; i++) {
    snprintf (label, sizeof label, "label%u", i);
    frontier_label (checkpoint_find (&checkpoint, "entry"),
                    (struct dcpipe_bytes){ (const uint8_t *) label, strlen (label) })
        ->entries += 10;
  }
  count (checkpoint_find (&checkpoint, "few"), "label5", 10);
  count (checkpoint_find (&checkpoint, "few"), "label200", 10);
  label_metrics_make (&labels, &checkpoint);
  check_names (&labels);
  ck_assert_uint_eq (labels.count, METRICS_LABELS_MAX + 1);
  ck_assert_str_eq (labels.items[METRICS_LABELS_MAX].name, METRICS_OTHER);
  for (size_t i = 0; i < labels.count; i++)
    sum += labels.items[i].entries;
  ck_assert_uint_eq (sum, 10 * (FRONTIER_LABELS_MAX + 20));
  ck_assert_uint_eq (of (&labels, "label5"), 10);
  checkpoint_free (&checkpoint);
}
END_TEST

START_TEST (hostile_labels)
{
  static const char *const rows[][2] = {
    { "a\nb 1\n# TYPE x counter", "a?b 1?# TYPE x counter" },
    { "q\"}\\", "q\"}\\" },
    { "\x1b[31m", "?[31m" },
    { "bad\xff\xc3", "bad??" },
    { "", METRICS_OTHER },
    { "gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f" },
  };
  struct dcpipe_checkpoint checkpoint = { 0 };
  struct frontier *frontier = checkpoint_add (&checkpoint, "entry");
  struct label_metrics labels;
  char label[200];

  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    count (frontier, rows[i][0], i + 1);
  count (frontier, "a\rb 1\r# TYPE x counter", 100); /* becomes one of the above */
  memset (label, 'x', sizeof label);
  label[62] = '\xe4', label[63] = '\xb8', label[64] = '\x96'; /* would be cut in two */
  label[199] = '\0';
  count (frontier, label, 50);
  label[120] = 'y';
  count (frontier, label, 60);
  label_metrics_make (&labels, &checkpoint);
  check_names (&labels);
  ck_assert_uint_eq (labels.count, 7);
  ck_assert_uint_eq (of (&labels, rows[0][1]), 101);
  for (size_t i = 1; i < sizeof rows / sizeof *rows; i++)
    ck_assert_uint_eq (of (&labels, rows[i][1]), i + 1);
  label[62] = '\0';
  ck_assert_uint_eq (of (&labels, label), 110);
  checkpoint_free (&checkpoint);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { classes_of_a_histogram, entries_are_counted_once, too_many_labels,
                                 hostile_labels };

  return RUN_TESTS ("metrics", tests);
}
