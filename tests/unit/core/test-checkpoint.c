/* SPDX-License-Identifier: Apache-2.0 */
/* What a checkpoint's text says is what it said when it was written, and damage is noticed. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "data/checkpoint-json.h"
#include "data/checkpoint.h"
#include "support/run.h"

static void
set_point (struct point *point, uint64_t number)
{
  *point = (struct point){ .known = true,
                           .position = UINT64_MAX - number,
                           .time_ns = UINT64_MAX,
                           .blocks = number,
                           .entries = 7 * number,
                           .cursor_size = 5 };
  memcpy (point->cursor, "a\0\"b\n", 5);
  point->hash.size = (uint8_t) (number % (DCPIPE_HASH_MAX + 1));
  for (size_t i = 0; i < point->hash.size; i++)
    point->hash.data[i] = (uint8_t) (255 - i - number);
}

static struct dcpipe_bytes
text (const char *string)
{
  return (struct dcpipe_bytes){ (const uint8_t *) string, strlen (string) };
}

static void
make (struct dcpipe_checkpoint *checkpoint)
{
  struct frontier *frontier;

  *checkpoint = (struct dcpipe_checkpoint){ .source = strdup ("made"), .unconfirmed = UINT64_MAX };
  checkpoint->ledger.size = 32;
  frontier = checkpoint_add (checkpoint, "fold");
  frontier->fingerprint = strdup ("fold/1 labels=Alpha,\"Beta\" window=3");
  set_point (&frontier->at, 40);
  frontier->entries = UINT64_MAX;
  frontier->failed = 3;
  frontier->trust = DCPIPE_TRUST_SIGNATURES;
  for (int i = 0; i < 4; i++)
    frontier->digest[i] = UINT64_MAX - (uint64_t) i;
  frontier_label (frontier, text ("Alpha"))->entries = 5;
  frontier_label (frontier, text ("B\xc3\xa4ta"))->failed = 6;
  set_point (&frontier_ahead_add (frontier, "Alpha")->at, 20);
  checkpoint_add (checkpoint, "entry")->fingerprint = strdup ("");
  ck_assert (checkpoint_set_error (checkpoint, "all", "it's \"broken\"\n"));
  ck_assert (checkpoint_set_error (checkpoint, "all", "again"));
  ck_assert (checkpoint_set_error (checkpoint, "Alpha", "x"));
  ck_assert (checkpoint_set_error (checkpoint, "Alpha", NULL));
  ck_assert (checkpoint_set_error (checkpoint, "Beta", NULL));
}

static void
expect_same_point (const struct point *a, const struct point *b)
{
  ck_assert (a->known == b->known);
  ck_assert_uint_eq (a->position, b->position);
  ck_assert (hash_equal (&a->hash, &b->hash));
  ck_assert_uint_eq (a->time_ns, b->time_ns);
  ck_assert_uint_eq (a->blocks, b->blocks);
  ck_assert_uint_eq (a->entries, b->entries);
  ck_assert_uint_eq (a->cursor_size, b->cursor_size);
  ck_assert_mem_eq (a->cursor, b->cursor, a->cursor_size);
}

/* What a sink that was given the checkpoint gives back. */
static void
read_back (struct dcpipe_checkpoint *read, const struct dcpipe_checkpoint *written)
{
  struct dcpipe_bytes text = dcpipe_checkpoint_text (written);

  *read = (struct dcpipe_checkpoint){ 0 };
  dcpipe_checkpoint_set (read, text.data, text.size);
  ck_assert (checkpoint_parse (read));
}

START_TEST (reads_what_it_wrote)
{
  struct dcpipe_checkpoint made, read;
  const struct frontier *frontier;

  make (&made);
  ck_assert (checkpoint_format (&made));
  read_back (&read, &made);
  ck_assert_str_eq (read.source, "made");
  ck_assert_uint_eq (read.unconfirmed, UINT64_MAX);
  ck_assert (hash_equal (&read.ledger, &made.ledger));
  frontier = checkpoint_find (&read, "fold");
  ck_assert_ptr_nonnull (frontier);
  expect_same_point (&frontier->at, &checkpoint_find (&made, "fold")->at);
  ck_assert_str_eq (frontier->fingerprint, "fold/1 labels=Alpha,\"Beta\" window=3");
  ck_assert_uint_eq (frontier->entries, UINT64_MAX);
  ck_assert_uint_eq (frontier->failed, 3);
  ck_assert_int_eq (frontier->trust, DCPIPE_TRUST_SIGNATURES);
  ck_assert_mem_eq (frontier->digest, checkpoint_find (&made, "fold")->digest, sizeof frontier->digest);
  ck_assert_uint_eq (frontier_label_find (frontier, "Alpha")->entries, 5);
  ck_assert_uint_eq (frontier_label_find (frontier, "B\xc3\xa4ta")->failed, 6);
  expect_same_point (&frontier_ahead (frontier, text ("Alpha"))->at,
                     &checkpoint_find (&made, "fold")->ahead[0].at);
  ck_assert (!checkpoint_find (&read, "entry")->at.known);
  ck_assert_uint_eq (checkpoint_error (&read, "all")->count, 2);
  ck_assert_str_eq (checkpoint_error (&read, "all")->last, "again");
  ck_assert_uint_eq (checkpoint_error (&read, "Alpha")->count, 1);
  ck_assert_ptr_null (checkpoint_error (&read, "Alpha")->last);
  ck_assert_ptr_null (checkpoint_error (&read, "Beta"));
  /* And is written as the same text again, but for the count of commits: no two are the same. */
  ck_assert (checkpoint_format (&read));
  ck_assert_str_ne (read.text, made.text);
  read.commits -= 2;
  ck_assert (checkpoint_format (&read));
  ck_assert_str_eq (read.text, made.text);
  checkpoint_free (&made);
  checkpoint_free (&read);
}
END_TEST

static bool
is_read (const char *words, size_t size)
{
  struct dcpipe_checkpoint checkpoint = { 0 };
  bool good;

  dcpipe_checkpoint_set (&checkpoint, words, size);
  good = checkpoint_parse (&checkpoint);
  checkpoint_free (&checkpoint);
  return good;
}

START_TEST (notices_damage)
{
  struct dcpipe_checkpoint made;
  char *changed;

  make (&made);
  ck_assert (checkpoint_format (&made));
  ck_assert (is_read (made.text, made.text_size));
  for (size_t size = 0; size < made.text_size; size++)
    ck_assert_msg (!is_read (made.text, size), "%zu bytes of %zu are taken", size, made.text_size);
  /* Any byte may be any other: what comes of it is told or taken, not a crash. */
  changed = strdup (made.text);
  for (size_t i = 0; i < made.text_size; i++) {
    static const char bytes[] = "{}[]\",:0x\\";

    for (size_t j = 0; j < sizeof bytes; j++) {
      changed[i] = bytes[j];
      is_read (changed, made.text_size);
    }
    changed[i] = made.text[i];
  }
  free (changed);
  checkpoint_free (&made);
}
END_TEST

START_TEST (refuses_other_formats_and_wrong_numbers)
{
  static const char *const refused[] = {
    "",
    "null",
    "[]",
    "{}",
    "{\"format\":2,\"ledger\":\"\",\"source\":\"\",\"unconfirmed\":\"0\",\"decoders\":{},\"errors\":{}}",
    "{\"format\":0,\"ledger\":\"\",\"source\":\"\",\"unconfirmed\":\"0\",\"decoders\":{},\"errors\":{}}",
    "{\"format\":1,\"ledger\":\"0\",\"source\":\"\",\"unconfirmed\":\"0\",\"decoders\":{},\"errors\":{}}",
    "{\"format\":1,\"ledger\":\"ABCD\",\"source\":\"\",\"unconfirmed\":\"0\",\"decoders\":{},\"errors\":{}}",
    "{\"format\":1,\"ledger\":\"\",\"source\":\"\",\"unconfirmed\":\"-1\",\"decoders\":{},\"errors\":{}}",
    "{\"format\":1,\"ledger\":\"\",\"source\":\"\",\"unconfirmed\":\"1x\",\"decoders\":{},\"errors\":{}}",
    "{\"format\":1,\"ledger\":\"\",\"source\":\"\",\"unconfirmed\":\"18446744073709551616\",\"decoders\":{},"
    "\"errors\":{}}",
    "{\"format\":1,\"ledger\":\"\",\"source\":\"\",\"unconfirmed\":\"0\",\"decoders\":{\"a\":{}},\"errors\":{"
    "}}",
    "{\"format\":1,\"ledger\":\"\",\"source\":\"\",\"unconfirmed\":\"0\",\"decoders\":{\"a\":1},\"errors\":{}"
    "}",
    "{\"format\":1,\"ledger\":\"\",\"source\":\"\",\"unconfirmed\":\"0\",\"errors\":{}}",
    "{\"format\":1,\"ledger\":\"\",\"source\":\"\",\"unconfirmed\":\"0\",\"decoders\":{}}",
  };

  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
    ck_assert_msg (!is_read (refused[i], strlen (refused[i])), "taken: %s", refused[i]);
}
END_TEST

START_TEST (counts_many_labels_together)
{
  struct dcpipe_checkpoint made = { 0 }, read;
  struct frontier *frontier = checkpoint_add (&made, "entry");
  uint64_t sum = 0;

  frontier->fingerprint = strdup ("x");
  for (int i = 0; i < 1000; i++) {
    char label[16];

    snprintf (label, sizeof label, "L%d", i % 600);
    frontier_label (frontier, text (label))->entries++;
  }
  ck_assert_uint_le (frontier->labels_count, FRONTIER_LABELS_MAX + 1);
  ck_assert (checkpoint_format (&made));
  read_back (&read, &made);
  frontier = checkpoint_find (&read, "entry");
  for (size_t i = 0; i < frontier->labels_count; i++)
    sum += frontier->labels[i].entries;
  ck_assert_uint_eq (sum, 1000);
  read.commits--;
  ck_assert (checkpoint_format (&read));
  ck_assert_str_eq (read.text, made.text);
  checkpoint_free (&made);
  checkpoint_free (&read);
}
END_TEST

START_TEST (forgets_what_the_frontier_has_passed)
{
  struct frontier *frontier;
  struct dcpipe_checkpoint made = { 0 };

  frontier = checkpoint_add (&made, "entry");
  for (uint64_t i = 0; i < 5; i++) {
    char label[2] = { (char) ('a' + i), '\0' };

    frontier_ahead_add (frontier, label)->at = (struct point){ .known = true, .position = 10 * i };
  }
  frontier_ahead_drop (frontier);
  ck_assert_uint_eq (frontier->ahead_count, 5);
  frontier->at = (struct point){ .known = true, .position = 20 };
  frontier_ahead_drop (frontier);
  ck_assert_uint_eq (frontier->ahead_count, 2);
  ck_assert_ptr_null (frontier_ahead (frontier, text ("c")));
  ck_assert_ptr_nonnull (frontier_ahead (frontier, text ("d")));
  checkpoint_free (&made);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { reads_what_it_wrote, notices_damage, refuses_other_formats_and_wrong_numbers,
                                 counts_many_labels_together, forgets_what_the_frontier_has_passed };

  return RUN_TESTS ("checkpoint", tests);
}
