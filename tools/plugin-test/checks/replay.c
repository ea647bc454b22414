/* SPDX-License-Identifier: Apache-2.0 */
/* The pipeline as the program runs it, from entries in memory to rows in memory: what `resolve` makes of
 * earlier rows must not depend on how the entries were cut into commits. */
#include "config.h"

#include "checks/replay.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/exit-status.h"
#include "base/log.h"
#include "bytes/cleanup.h"
#include "data/checkpoint.h"
#include "data/row-json.h"
#include "drivers/decode.h"
#include "drivers/memory-sink.h"
#include "harness/resources.h"
#include "harness/runner.h"
#include "harness/verdict.h"
#include "pipeline/pipeline.h"
#include "plugin/instance.h"
#include "setup/setup.h"
#include "sink/sink-calls.h"

#define GIVEN_MAX 20000
#define MUTATED 300
#define MEMORY_ENTRIES 500

/* Blocks of one to seven of the entries, at positions that are multiples of this. */
#define STRIDE 100
#define BLOCK_ENTRIES 7

/* ---- a source of entries ------------------------------------------------------------------------- */

struct replay_source {
  const struct entry_list *list;
  uint64_t next; /* number of the first entry of the next block */
};

/* Where the block that begins with entry `first` ends. */
static size_t
block_end (const struct entry_list *list, size_t first)
{
  size_t end = first + 1 + first * 7919 % BLOCK_ENTRIES;

  return end < list->count ? end : list->count;
}

static unsigned
replay_capabilities (const void *handle)
{
  (void) handle;
  return DCPIPE_SOURCE_POSITIONS | DCPIPE_SOURCE_HASHES | DCPIPE_SOURCE_TIMES | DCPIPE_SOURCE_ALL_LABELS;
}

static int
replay_open (void *handle, const dcpipe_resume *resume)
{
  struct replay_source *source = handle;

  source->next = dcpipe_resume_at_block (resume) ? dcpipe_resume_position (resume) / STRIDE : 0;
  return DCPIPE_OK;
}

/* A frame is the numbers of the first entry of the block and of its parent. */
static int
replay_next (void *handle, uint64_t deadline, dcpipe_batch *batch)
{
  struct replay_source *source = handle;
  uint64_t *memory;

  (void) deadline;
  if (source->next >= source->list->count)
    return DCPIPE_TIP;
  memory = dcpipe_batch_memory (batch, sizeof *memory);
  if (memory == NULL)
    return DCPIPE_FAIL;
  *memory = source->next;
  dcpipe_batch_frame (batch, source->next * STRIDE, memory, sizeof *memory);
  source->next = block_end (source->list, (size_t) source->next);
  return DCPIPE_OK;
}

static struct dcpipe_bytes
put (uint8_t **at, struct dcpipe_bytes bytes)
{
  struct dcpipe_bytes copy = { *at, bytes.size };

  if (bytes.size > 0)
    memcpy (*at, bytes.data, bytes.size);
  *at += bytes.size;
  return copy;
}

/* A block's hash is the number of the block behind it. */
static int
replay_unpack (const void *handle, const dcpipe_frame *frame, dcpipe_block *block)
{
  const struct entry_list *list = ((const struct replay_source *) handle)->list;
  uint64_t first, end;
  size_t size = 0;
  uint8_t *at;

  memcpy (&first, dcpipe_frame_bytes (frame).data, sizeof first);
  end = block_end (list, (size_t) first);
  for (uint64_t i = first; i < end; i++)
    size += list->items[i].label.size + list->items[i].key.size + list->items[i].value.size;
  at = dcpipe_block_buffer (block, size + 1);
  if (at == NULL)
    return DCPIPE_FAIL;
  for (uint64_t i = first; i < end; i++) {
    const struct test_entry *entry = &list->items[i];
    struct dcpipe_bytes label = put (&at, entry->label), key = put (&at, entry->key);

    dcpipe_block_entry (block, label, key, put (&at, entry->value), entry->deleted);
  }
  dcpipe_block_header (block, UINT64_C (1700000000000000000) + first * 1000000007,
                       (struct dcpipe_bytes){ (const uint8_t *) &end, sizeof end },
                       (struct dcpipe_bytes){ (const uint8_t *) &first, first > 0 ? sizeof first : 0 });
  return DCPIPE_OK;
}

/* ---- runs ---------------------------------------------------------------------------------------- */

#define SINKS_MAX 3

/* How one run is made. */
struct manner {
  const char *name;
  size_t sinks; /* for each of them resolve is called, on a thread of its own */
  uint64_t workers, batch_size, commit_size;
  uint64_t lose_after; /* after so many calls the sink loses a transaction */
  bool stops;          /* in the middle, to go on in another run */
};

/* The first one is what the others are held to: nothing waits for anything else there. */
static const struct manner manners[] = {
  { "with a commit for each block", 1, 1, 1, 4096, 0, false },
  { "in large commits, by four workers", 1, 4, 1000000, 1 << 30, 0, false },
  { "in three sinks at once", SINKS_MAX, 2, 50, 65536, 0, false },
  { "in two runs, with transactions lost on the way", 1, 3, 20, 65536, 3, true },
};

static int
run_once (struct bench_decoder *bench, const struct entry_list *list, struct memory_store *stores,
          const struct manner *manner, uint64_t until)
{
  static char entries[] = "entries", memory[] = "memory", path[] = "test";
  struct plugin source_plugin = { .kind = DCPIPE_KIND_SOURCE,
                                  .u.source = { .name = entries,
                                                .capabilities = replay_capabilities,
                                                .open = replay_open,
                                                .next = replay_next,
                                                .unpack = replay_unpack } };
  struct plugin sink_plugin = { .kind = DCPIPE_KIND_SINK, .u.sink = memory_sink };
  struct replay_source source_handle = { .list = list };
  struct instance source = {
    .plugin = &source_plugin, .name = entries, .title = entries, .handle = &source_handle
  };
  struct instance instances[SINKS_MAX], *sinks[SINKS_MAX];
  struct decoder *decoders[] = { &bench->decoder };
  struct setup setup = { .path = path,
                         .pipeline = { .batch_size = manner->batch_size,
                                       .flush_interval = 60000,
                                       .poll_interval = 1000,
                                       .workers = manner->workers,
                                       .max_block_size = (uint64_t) 64 << 20,
                                       .memory = (uint64_t) 16 << 20,
                                       .commit_size = manner->commit_size },
                         .source = &source,
                         .decoders = decoders,
                         .decoders_count = 1,
                         .sinks = sinks,
                         .sinks_count = manner->sinks };
  struct run_options options = { .until = until > 0 ? &until : NULL };

  for (size_t i = 0; i < manner->sinks; i++) {
    instances[i] =
        (struct instance){ .plugin = &sink_plugin, .name = memory, .title = memory, .handle = &stores[i] };
    sinks[i] = &instances[i];
  }
  return run_pipeline (&setup, &options);
}

/* Fails with the first line in which they differ. */
static void
compare (const char *a, const char *b, const struct manner *manner)
{
  size_t from = 0;

  for (size_t i = 0; a[i] == b[i]; i++) {
    if (a[i] == '\0')
      return;
    if (a[i] == '\n')
      from = i + 1;
  }
  verdict_fail ("the tables differ when the same entries are stored %s and %s. A row: %.*s Then: %.*s",
                manners[0].name, manner->name, (int) strcspn (a + from, "\n"), a + from,
                (int) strcspn (b + from, "\n"), b + from);
}

static bool
dump_line (void *stream, const struct dcpipe_row *row)
{
  fprintf (stream, "%s ", dcpipe_table_name (row->table));
  return dump_row (stream, row, false);
}

/* All rows of a store as text, to be freed, but without what differs from run to run. Frees what is stored.
 */
static char *
take_dump (const struct bench_decoder *bench, struct memory_store *store)
{
  static char memory[] = "memory";
  struct plugin plugin = { .kind = DCPIPE_KIND_SINK, .u.sink = memory_sink };
  struct instance sink = { .plugin = &plugin, .name = memory, .title = memory, .handle = store };
  struct dcpipe_checkpoint checkpoint = { 0 };
  char *dump = NULL;
  size_t size;
  FILE *stream = open_memstream (&dump, &size);

  EXPECT_MEMORY (stream);
  EXPECT (sink_open (&sink, DCPIPE_READ, NULL, &checkpoint) == STATUS_DONE
              && sink_prepare (&sink, bench->tables) == STATUS_DONE,
          "what was stored cannot be read: %s", failure ());
  for (size_t i = 0; i < bench->tables->count; i++) {
    struct row_scratch scratch = { 0 };

    EXPECT (sink_scan (&sink, row_scratch_key (&scratch, &bench->tables->items[i]), dump_line, stream)
                == DCPIPE_OK,
            "what was stored cannot be read: %s", failure ());
    row_scratch_free (&scratch);
  }
  sink_call_close (&sink);
  checkpoint_free (&checkpoint);
  EXPECT (fclose (stream) == 0 && dump != NULL, "no memory for the test");
  memory_store_free (store);
  return dump;
}

/* Runs in that manner; what is stored then, to be freed. `expected` is what was stored in another one, or
 * NULL. */
static char *
replay (struct bench_decoder *bench, const struct entry_list *list, const struct manner *manner,
        const char *expected)
{
  struct memory_store stores[SINKS_MAX] = { { .lose_after = manner->lose_after } };
  char *first = NULL;

  runner_at ("the pipeline ran over %zu entries %s", list->count, manner->name);
  for (int part = manner->stops ? 0 : 1; part < 2; part++) {
    int status = run_once (bench, list, stores, manner, part == 0 ? list->count / 2 * STRIDE : 0);

    EXPECT (status == STATUS_DONE || status == STATUS_DONE_WITH_FAILED_ENTRIES,
            "a run over the entries %s ends with status %d: its message is on stderr", manner->name, status);
  }
  for (size_t i = 0; i < manner->sinks; i++) {
    char *dump = take_dump (bench, &stores[i]);

    if (expected != NULL)
      compare (expected, dump, manner);
    if (i == 0)
      first = dump;
    else
      free (dump);
  }
  return first;
}

/* ---- the check ----------------------------------------------------------------------------------- */

static void
gather (struct entry_list *list, const struct bench_decoder *bench, const struct subject *subject)
{
  struct entry_list made = { 0 };
  uint64_t state = subject->seed;

  for (size_t i = 0; i < subject->entries.count && i < GIVEN_MAX; i++) {
    const struct test_entry *entry = &subject->entries.items[i];

    entries_add (list, entry->label, entry->key, entry->value, entry->deleted);
  }
  for (size_t i = 0; decode_label (bench, i) != NULL; i++)
    entries_make (&made, decode_label (bench, i), false);
  for (size_t i = 0; i < made.count; i++)
    entries_add (list, made.items[i].label, made.items[i].key, made.items[i].value, made.items[i].deleted);
  for (size_t i = 0; i < MUTATED && list->count > 0; i++)
    entries_mutate (list, &list->items[entries_random (&state) % list->count], &state);
  entries_free (&made);
}

/* The decoder takes all the labels that its plugin declares. */
static void
take_labels (struct decoder *decoder)
{
  const struct dcpipe_labels *labels = &decoder->instance.plugin->u.decoder.labels;

  decoder->any = labels->count == 0;
  decoder->fingerprint = strdup ("test");
  decoder->labels = calloc (labels->count + 1, sizeof *decoder->labels);
  EXPECT_MEMORY (decoder->fingerprint);
  EXPECT_MEMORY (decoder->labels);
  for (size_t i = 0; i < labels->count; i++) {
    decoder->labels[decoder->labels_count] = strdup (labels->items[i].name);
    EXPECT_MEMORY (decoder->labels[decoder->labels_count]);
    decoder->labels_count++;
  }
}

static void
drop_labels (struct decoder *decoder)
{
  for (size_t i = 0; i < decoder->labels_count; i++)
    free (decoder->labels[i]);
  free (decoder->labels);
  free (decoder->fingerprint);
}

/* What a plugin makes of the clock differs from run to run then. */
static void
wait_for_another_second (void)
{
  struct timespec now;

  clock_gettime (CLOCK_REALTIME, &now);
  nanosleep (&(struct timespec){ .tv_nsec = 1000000000 - now.tv_nsec }, NULL);
}

/* ---- memory -------------------------------------------------------------------------------------- */

struct rounds {
  struct bench_decoder bench;
  struct entry_list list;
};

static void
resolve_round (void *context)
{
  struct rounds *rounds = context;
  struct memory_store store = { 0 };

  EXPECT (run_once (&rounds->bench, &rounds->list, &store, &manners[1], 0) != STATUS_FAILED,
          "a run over the entries fails: its message is on stderr");
  free (take_dump (&rounds->bench, &store));
}

void
decoder_resolve_memory_check (const void *context)
{
  const struct subject *subject = context;
  struct rounds rounds;
  struct entry_list all = { 0 };

  if (subject->plugin->u.decoder.resolve == NULL)
    verdict_skip ("the plugin has no resolve");
  decode_begin (&rounds.bench, context);
  take_labels (&rounds.bench.decoder);
  gather (&all, &rounds.bench, context);
  rounds.list = all;
  if (all.count > MEMORY_ENTRIES)
    rounds.list.count = MEMORY_ENTRIES;
  runner_at ("the pipeline ran over the same entries again and again");
  resources_expect_no_leak ("resolve", resolve_round, &rounds);
  entries_free (&all);
  drop_labels (&rounds.bench.decoder);
  decode_end (&rounds.bench);
}

void
decoder_replay_check (const void *context)
{
  struct entry_list list = { 0 };
  struct bench_decoder bench;
  char *first;

  decode_begin (&bench, context);
  take_labels (&bench.decoder);
  gather (&list, &bench, context);
  first = replay (&bench, &list, &manners[0], NULL);
  if (bench.decoder.instance.plugin->u.decoder.resolve != NULL)
    wait_for_another_second ();
  for (size_t i = 1; i < sizeof manners / sizeof *manners; i++)
    free (replay (&bench, &list, &manners[i], first));
  free (first);
  entries_free (&list);
  drop_labels (&bench.decoder);
  decode_end (&bench);
}
