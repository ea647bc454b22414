/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "checks/source-unpack.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "drivers/source-driver.h"
#include "harness/preempt.h"
#include "harness/resources.h"
#include "harness/runner.h"
#include "harness/verdict.h"
#include "plugin/callback.h"
#include "plugin/source-calls.h"
#include "setup/setup.h"

#define BLOCKS_MAX 300
#define THREADS 4
#define FIRST_BLOCKS 8

/* A source with the first blocks of its ledger, and what they were unpacked to. */
struct unpacked {
  struct instance *source;
  struct reading reading;
  uint64_t *sums;
};

static uint64_t
mix (uint64_t sum, const void *data, size_t size)
{
  const uint8_t *p = data;

  for (size_t i = 0; i < size; i++)
    sum = (sum ^ p[i]) * UINT64_C (1099511628211);
  return sum * 31 + size;
}

/* A number that two equal blocks have in common. */
static uint64_t
sum_up (const struct dcpipe_block *block)
{
  uint64_t sum = mix (block->time_ns, block->hash.data, block->hash.size);

  sum = mix (sum, block->parent_hash.data, block->parent_hash.size);
  for (size_t i = 0; i < block->entries_count; i++) {
    const struct dcpipe_entry *entry = &block->entries[i];

    sum = mix (sum, entry->label.data, entry->label.size);
    sum = mix (sum, entry->key.data, entry->key.size);
    sum = mix (sum, entry->value.data, entry->value.size) + entry->deleted;
  }
  return sum;
}

static uint64_t
unpack_frame (const struct instance *source, const struct dcpipe_frame *frame, size_t i)
{
  struct parcel *parcel = NULL;
  uint64_t sum;

  EXPECT (source_unpack (source, frame, &parcel) == DCPIPE_OK, "block %zu: %s", i, failure ());
  sum = sum_up (&parcel->blocks[0]);
  parcel_release (parcel);
  return sum;
}

static uint64_t
unpack (const struct unpacked *unpacked, size_t i)
{
  return unpack_frame (unpacked->source, reading_frame (&unpacked->reading, i), i);
}

static void
begin (struct unpacked *unpacked, const struct subject *subject, size_t blocks)
{
  unpacked->source = source_begin (subject);
  source_read (unpacked->source, &unpacked->reading, blocks);
  if (unpacked->reading.count == 0)
    verdict_skip ("as it is configured, it delivers no blocks");
  unpacked->sums = calloc (unpacked->reading.count + 1, sizeof *unpacked->sums);
  EXPECT_MEMORY (unpacked->sums);
}

static void
end (struct unpacked *unpacked)
{
  source_end (unpacked->source);
  reading_free (&unpacked->reading);
  free (unpacked->sums);
}

static void
expect_sum (const struct unpacked *unpacked, size_t i, uint64_t sum, const char *when)
{
  EXPECT (sum == unpacked->sums[i],
          "the block at position %" PRIu64
          " is unpacked to something else %s: unpack is to be a pure function",
          unpacked->reading.frames[i].position, when);
}

static void
expect_same (const struct unpacked *unpacked, size_t i, const char *when)
{
  expect_sum (unpacked, i, unpack (unpacked, i), when);
}

static void
unpack_all (struct unpacked *unpacked)
{
  for (size_t i = 0; i < unpacked->reading.count; i++)
    unpacked->sums[i] = unpack (unpacked, i);
}

/* ---- threads ------------------------------------------------------------------------------------- */

/* Unpacks all blocks, and does so again until it is told that this is enough. */
struct thread {
  const struct unpacked *unpacked;
  const atomic_bool *enough;
  size_t step; /* to the block that comes next */
  uint64_t *sums;
  pthread_t id;
};

static void *
unpack_beside (void *argument)
{
  struct thread *thread = argument;
  size_t count = thread->unpacked->reading.count;

  preempt_me ();
  for (size_t i = 0; i < count; i++)
    thread->sums[i * thread->step % count] = unpack (thread->unpacked, i * thread->step % count);
  while (!atomic_load (thread->enough))
    for (size_t i = 0; i < count; i++)
      EXPECT (
          unpack (thread->unpacked, i) == thread->sums[i],
          "block %zu is unpacked to something else each time, while other threads unpack: unpack is to be a "
          "pure function",
          i);
  return NULL;
}

/* A number that has no divisor in common with `count`, so that its multiples lead to all blocks. */
static size_t
step_through (size_t count, size_t number)
{
  static const size_t primes[] = { 1, 7919, 104729, 1299709 };

  return count % primes[number % 4] == 0 ? 1 : primes[number % 4];
}

static void
start (struct thread threads[THREADS], const struct unpacked *unpacked, const atomic_bool *enough)
{
  preempt_begin ();
  for (size_t i = 0; i < THREADS; i++) {
    threads[i] = (struct thread){ .unpacked = unpacked,
                                  .enough = enough,
                                  .step = step_through (unpacked->reading.count, i),
                                  .sums = calloc (unpacked->reading.count, sizeof (uint64_t)) };
    EXPECT_MEMORY (threads[i].sums);
    EXPECT (pthread_create (&threads[i].id, NULL, unpack_beside, &threads[i]) == 0,
            "no threads for the test");
  }
}

/* Waits for the threads, and compares what each got with what comes of the blocks without others. */
static void
join_and_compare (struct thread threads[THREADS], struct unpacked *unpacked, const char *when)
{
  for (size_t i = 0; i < THREADS; i++)
    pthread_join (threads[i].id, NULL);
  preempt_end ();
  unpack_all (unpacked);
  for (size_t i = 0; i < THREADS; i++) {
    for (size_t block = 0; block < unpacked->reading.count; block++)
      expect_sum (unpacked, block, threads[i].sums[block], when);
    free (threads[i].sums);
  }
}

/* Nothing is unpacked before the threads begin: what a plugin makes at its first call, it makes beside
 * others. */
static void
is_pure (const void *context)
{
  atomic_bool enough = false;
  struct unpacked unpacked;
  struct thread threads[THREADS];

  begin (&unpacked, context, BLOCKS_MAX);
  runner_at ("%d threads unpacked at once", THREADS);
  start (threads, &unpacked, &enough);
  while (preempt_goes_on ())
    nanosleep (&(struct timespec){ .tv_nsec = 1000000 }, NULL);
  atomic_store (&enough, true);
  join_and_compare (threads, &unpacked, "while other threads unpack");
  for (size_t i = unpacked.reading.count; i > 0; i--)
    expect_same (&unpacked, i - 1, "in another order");
  source_call_close (unpacked.source);
  for (size_t i = 0; i < unpacked.reading.count; i++)
    expect_same (&unpacked, i, "after close");
  end (&unpacked);
}

/* While the source delivers what follows, the first blocks are unpacked. */
static void
works_beside_next (const void *context)
{
  struct unpacked unpacked;
  struct reading rest;
  struct thread threads[THREADS];
  atomic_bool enough = false;

  begin (&unpacked, context, FIRST_BLOCKS);
  runner_at ("%d threads unpacked while next was called", THREADS);
  start (threads, &unpacked, &enough);
  source_read (unpacked.source, &rest, BLOCKS_MAX);
  atomic_store (&enough, true);
  join_and_compare (threads, &unpacked, "while next is called");
  reading_free (&rest);
  end (&unpacked);
}

/* ---- damage -------------------------------------------------------------------------------------- */

/* Unpacks bytes that end where memory that cannot be read begins. */
static void
unpack_bytes (const struct instance *source, uint64_t position, const uint8_t *data, size_t size)
{
  size_t page = (size_t) sysconf (_SC_PAGESIZE), room = (size + page) / page * page;
  uint8_t *memory = mmap (NULL, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  struct frame_memory *owner = calloc (1, sizeof *owner);
  struct dcpipe_frame frame = { .position = position, .memory = owner };
  struct parcel *parcel;
  int result;

  EXPECT (memory != MAP_FAILED && owner != NULL, "no memory for a frame");
  atomic_init (&owner->references, 2); /* ours, and the parcel's */
  if (size > 0)
    memcpy (memory + room - size, data, size);
  mprotect (memory, room, PROT_READ);
  mprotect (memory + room, page, PROT_NONE);
  frame.bytes = (struct dcpipe_bytes){ memory + room - size, size };
  result = source_unpack (source, &frame, &parcel);
  EXPECT (result == DCPIPE_OK || result == DCPIPE_DIVERGED,
          "unpack of a damaged block gives %s (%s) instead of DCPIPE_DIVERGED", RESULT_NAME (result),
          failure ());
  parcel_release (parcel);
  free (owner);
  munmap (memory, room + page);
}

static void
survives_damage (const void *context)
{
  const struct subject *subject = context;
  struct unpacked unpacked;
  uint64_t state = subject->seed;

  begin (&unpacked, subject, BLOCKS_MAX);
  for (unsigned round = 0; round < subject->rounds; round++) {
    size_t i = entries_random (&state) % unpacked.reading.count;
    const struct dcpipe_frame *frame = reading_frame (&unpacked.reading, i);
    const struct test_entry whole = { .value = frame->bytes };
    struct entry_list list = { 0 };

    if (frame->bytes.size > 65536)
      continue;
    entries_mutate (&list, &whole, &state);
    runner_at ("with --seed %" PRIu64 ", in round %u, a damaged copy of the block at position %" PRIu64
               " was unpacked",
               subject->seed, round, frame->position);
    unpack_bytes (unpacked.source, frame->position, list.items[0].value.data, list.items[0].value.size);
    entries_free (&list);
  }
  for (size_t size = 0; size < 64; size++)
    unpack_bytes (unpacked.source, 0, reading_frame (&unpacked.reading, 0)->bytes.data,
                  size < reading_frame (&unpacked.reading, 0)->bytes.size ? size : 0);
  end (&unpacked);
}

static void
leaves_its_handle_alone (const void *context)
{
  const struct subject *subject = context;
  size_t size = plugin_handle_size (subject->plugin);
  struct unpacked unpacked;
  void *before = malloc (size + 1);

  EXPECT_MEMORY (before);
  begin (&unpacked, subject, BLOCKS_MAX);
  memcpy (before, unpacked.source->handle, size);
  runner_at ("blocks were unpacked");
  unpack_all (&unpacked);
  EXPECT (memcmp (before, unpacked.source->handle, size) == 0,
          "unpack has changed its handle, which several threads share");
  free (before);
  end (&unpacked);
}

static void
unpack_round (void *context)
{
  const struct unpacked *unpacked = context;

  for (size_t i = 0; i < unpacked->reading.count && i < 50; i++)
    expect_same (unpacked, i, "again");
}

static void
keeps_no_memory (const void *context)
{
  struct unpacked unpacked;

  begin (&unpacked, context, BLOCKS_MAX);
  unpack_all (&unpacked);
  runner_at ("the same blocks were unpacked again and again");
  resources_expect_no_leak ("unpack", unpack_round, &unpacked);
  end (&unpacked);
}

void
source_unpack_checks (const struct subject *subject)
{
  const char *group = "source";

  runner_check_threads (group, "unpack gives the same in any order and on many threads", is_pure, subject);
  runner_check_threads (group, "unpack gives the same while next is called", works_beside_next, subject);
  runner_check (group, "unpack survives damaged blocks", survives_damage, subject);
  runner_check (group, "unpack leaves its handle alone", leaves_its_handle_alone, subject);
  runner_check (group, "unpack keeps no memory", keeps_no_memory, subject);
}
