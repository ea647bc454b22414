/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "checks/decoder.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "bytes/cleanup.h"
#include "bytes/hex.h"
#include "checks/replay.h"
#include "drivers/decode.h"
#include "harness/preempt.h"
#include "harness/resources.h"
#include "harness/runner.h"
#include "harness/verdict.h"
#include "plugin/plugin.h"

#define THREADS 4
#define ENTRIES_MAX 3000
#define DECODES_MIN 3000 /* by each thread */

/* The entries of most checks: those given, up to a number, and those made up. */
static void
gather (struct entry_list *list, const struct bench_decoder *bench, const struct subject *subject, bool huge)
{
  size_t step = subject->entries.count / ENTRIES_MAX + 1;

  for (size_t i = 0; i < subject->entries.count; i += step) {
    const struct test_entry *entry = &subject->entries.items[i];

    entries_add (list, entry->label, entry->key, entry->value, entry->deleted);
  }
  for (size_t i = 0; decode_label (bench, i) != NULL; i++)
    entries_make (list, decode_label (bench, i), huge);
}

/* Says which entry is decoded, should it crash. */
static void
at_entry (const char *how, size_t number, const struct test_entry *entry)
{
  char hex[2 * 64 + 1];

  hex_encode (hex, entry->value.data, entry->value.size < 64 ? entry->value.size : 64);
  runner_at ("%s entry %zu was decoded (label %.*s, key of %zu bytes, value of %zu bytes: %s)", how, number,
             (int) entry->label.size, (const char *) entry->label.data, entry->key.size, entry->value.size,
             hex);
}

/* ---- each entry ---------------------------------------------------------------------------------- */

/* Every entry of the list, before both ends of readable memory. */
static void
decode_all (const struct bench_decoder *bench, const struct entry_list *list, const char *how)
{
  for (size_t i = 0; i < list->count; i++) {
    at_entry (how, i, &list->items[i]);
    free (decode_entry (bench, &list->items[i], true));
    free (decode_entry (bench, &list->items[i], false));
  }
}

static void
decodes_what_is_given (const void *context)
{
  const struct subject *subject = context;
  struct bench_decoder bench;

  if (subject->entries.count == 0)
    verdict_skip ("no entries were given: --entries FILE");
  decode_begin (&bench, subject);
  decode_all (&bench, &subject->entries, "the given");
  decode_end (&bench);
}

static void
survives_odd_entries (const void *context)
{
  const struct subject *subject = context;
  struct entry_list list = { 0 };
  struct bench_decoder bench;

  decode_begin (&bench, subject);
  for (size_t i = 0; decode_label (&bench, i) != NULL; i++)
    entries_make (&list, decode_label (&bench, i), true);
  decode_all (&bench, &list, "the made-up");
  entries_free (&list);
  decode_end (&bench);
}

static void
survives_changed_entries (const void *context)
{
  const struct subject *subject = context;
  struct entry_list from = { 0 }, list = { 0 };
  struct bench_decoder bench;
  uint64_t state = subject->seed;
  char how[64];

  snprintf (how, sizeof how, "with --seed %" PRIu64 ", the changed", subject->seed);
  decode_begin (&bench, subject);
  gather (&from, &bench, subject, false);
  for (unsigned round = 0; round < subject->rounds; round++) {
    entries_mutate (&list, &from.items[entries_random (&state) % from.count], &state);
    at_entry (how, round, &list.items[0]);
    free (decode_entry (&bench, &list.items[0], entries_random (&state) % 2 == 0));
    entries_free (&list);
  }
  entries_free (&from);
  decode_end (&bench);
}

/* ---- all entries --------------------------------------------------------------------------------- */

struct expected {
  struct bench_decoder bench;
  struct entry_list list;
  char **texts;
};

static void
expect (struct expected *expected, const struct subject *subject)
{
  *expected = (struct expected){ .texts = NULL };
  decode_begin (&expected->bench, subject);
  gather (&expected->list, &expected->bench, subject, false);
  expected->texts = calloc (expected->list.count, sizeof *expected->texts);
  EXPECT_MEMORY (expected->texts);
  for (size_t i = 0; i < expected->list.count; i++)
    expected->texts[i] = decode_entry (&expected->bench, &expected->list.items[i], true);
}

static void
expect_end (struct expected *expected)
{
  for (size_t i = 0; i < expected->list.count; i++)
    free (expected->texts[i]);
  free (expected->texts);
  entries_free (&expected->list);
  decode_end (&expected->bench);
}

static void
expect_same (size_t i, const char *first, const char *then, const char *when)
{
  EXPECT (strcmp (first, then) == 0,
          "entry %zu gives other rows %s: decode is to be a pure function. First: %.600s Then: %.600s", i,
          when, first, then);
}

static void
decode_once_more (const struct expected *expected, size_t i, const char *when)
{
  CLEANUP_FREE char *text = decode_entry (&expected->bench, &expected->list.items[i], i % 2 == 0);

  expect_same (i, expected->texts[i], text, when);
}

/* Workers decode in any order, and a block again after a sink's fault: what a decoder remembers of one entry
 * would show in another. */
static void
is_pure_in_any_order (const void *context)
{
  const struct subject *subject = context;
  struct expected expected;
  uint64_t state = subject->seed;

  expect (&expected, subject);
  runner_at ("entries were decoded in another order");
  for (size_t i = expected.list.count; i > 0; i--)
    decode_once_more (&expected, i - 1, "in another order");
  for (size_t i = 0; i < expected.list.count; i++)
    decode_once_more (&expected, entries_random (&state) % expected.list.count, "in another order");
  expect_end (&expected);
}

/* A thread that decodes entries in an order of its own, and keeps the first rows that it got of each. */
struct thread {
  const struct bench_decoder *bench;
  const struct entry_list *list;
  uint64_t state;
  pthread_barrier_t *barrier;
  char **texts;
};

static void *
decode_beside (void *argument)
{
  struct thread *thread = argument;
  size_t count = thread->list->count;

  preempt_me ();
  pthread_barrier_wait (thread->barrier);
  for (size_t i = 0; count > 0 && (i < count || i < DECODES_MIN || preempt_goes_on ()); i++) {
    size_t at = entries_random (&thread->state) % count;
    CLEANUP_FREE char *text = decode_entry (thread->bench, &thread->list->items[at], at % 2 == 0);

    if (thread->texts[at] != NULL)
      expect_same (at, thread->texts[at], text, "while other threads decode");
    else {
      thread->texts[at] = text;
      text = NULL;
    }
  }
  return NULL;
}

/* What each thread got is what comes of the entry when no other decodes. */
static void
compare_and_free (const struct thread *thread)
{
  for (size_t i = 0; i < thread->list->count; i++) {
    CLEANUP_FREE char *text = decode_entry (thread->bench, &thread->list->items[i], true);

    if (thread->texts[i] != NULL)
      expect_same (i, thread->texts[i], text, "alone than while other threads decode");
    free (thread->texts[i]);
  }
  free (thread->texts);
}

/* Nothing is decoded before the threads begin: what a plugin makes at its first call, it makes beside others.
 */
static void
is_pure_on_many_threads (const void *context)
{
  const struct subject *subject = context;
  struct entry_list list = { 0 };
  struct bench_decoder bench;
  struct thread threads[THREADS];
  pthread_barrier_t barrier;
  pthread_t ids[THREADS];

  EXPECT (pthread_barrier_init (&barrier, NULL, THREADS) == 0, "no threads for the test");
  decode_begin (&bench, subject);
  gather (&list, &bench, subject, false);
  runner_at ("%d threads decoded at once", THREADS);
  preempt_begin ();
  for (size_t i = 0; i < THREADS; i++) {
    threads[i] =
        (struct thread){ &bench, &list, subject->seed + i, &barrier, calloc (list.count, sizeof (char *)) };
    EXPECT_MEMORY (threads[i].texts);
    EXPECT (pthread_create (&ids[i], NULL, decode_beside, &threads[i]) == 0, "no threads for the test");
  }
  for (size_t i = 0; i < THREADS; i++)
    pthread_join (ids[i], NULL);
  preempt_end ();
  pthread_barrier_destroy (&barrier);
  for (size_t i = 0; i < THREADS; i++)
    compare_and_free (&threads[i]);
  entries_free (&list);
  decode_end (&bench);
}

/* Also where no row shows it, as with a counter: threads share the handle without a lock. */
static void
leaves_its_handle_alone (const void *context)
{
  const struct subject *subject = context;
  size_t size = plugin_handle_size (subject->plugin);
  struct entry_list list = { 0 };
  struct bench_decoder bench;
  void *before = malloc (size + 1);

  EXPECT_MEMORY (before);
  decode_begin (&bench, subject);
  gather (&list, &bench, subject, false);
  memcpy (before, bench.decoder.instance.handle, size);
  decode_all (&bench, &list, "the");
  EXPECT (memcmp (before, bench.decoder.instance.handle, size) == 0,
          "decode has changed its handle, which several threads share");
  free (before);
  entries_free (&list);
  decode_end (&bench);
}

struct rounds {
  struct bench_decoder bench;
  struct entry_list list;
};

static void
decode_round (void *context)
{
  const struct rounds *rounds = context;

  for (size_t i = 0; i < rounds->list.count; i += 1 + rounds->list.count / 100)
    free (decode_entry (&rounds->bench, &rounds->list.items[i], true));
}

static void
keeps_no_memory (const void *context)
{
  const struct subject *subject = context;
  struct rounds rounds = { .list = { 0 } };

  decode_begin (&rounds.bench, subject);
  gather (&rounds.list, &rounds.bench, subject, false);
  runner_at ("the same entries were decoded again and again");
  resources_expect_no_leak ("decode", decode_round, &rounds);
  entries_free (&rounds.list);
  decode_end (&rounds.bench);
}

void
decoder_checks (const struct subject *subject)
{
  const char *group = "decoder";

  runner_check (group, "decodes the entries given", decodes_what_is_given, subject);
  runner_check (group, "survives empty, huge and odd entries", survives_odd_entries, subject);
  runner_check (group, "survives entries changed at random", survives_changed_entries, subject);
  runner_check (group, "gives the same rows in any order", is_pure_in_any_order, subject);
  runner_check_threads (group, "gives the same rows on many threads at once", is_pure_on_many_threads,
                        subject);
  runner_check (group, "leaves its handle alone", leaves_its_handle_alone, subject);
  runner_check (group, "keeps no memory", keeps_no_memory, subject);
  runner_check (group, "resolve keeps no memory", decoder_resolve_memory_check, subject);
  runner_check_threads (group, "stores the same whatever batches, workers, sinks and stops there are",
                        decoder_replay_check, subject);
}
