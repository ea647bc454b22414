/* SPDX-License-Identifier: Apache-2.0 */
/* A source for tests that makes its ledger up, and every fault that a source may have. Block N of a ledger is
 * the same whenever it is asked for; from `fork_at` on the blocks are others. */
#include "dcpipe-plugin.h"

#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum fault {
  NO_FAULT,
  RETRY,
  WAIT,
  TIP,
  DIVERGED,
  FAIL,
  HANG,
  RETRY_OPEN,
  ODD_POSITION,
  WRONG_PARENT,
  BAD_BLOCK,
  EMPTY,
  STRAY,
  LONG_CURSOR,
  NO_HASH,
  ODD_TRUST,
  TIP_BLOCKS,
  SILENT,
  UNKNOWN,
  EXIT,
  ABORT,
  DEAF
};

/* Rows of tables of its own: with the blocks; alone; alone, as is found out when it is opened; or wrong. */
enum notes { NO_NOTES, BESIDE, ALONE, LATE, ODD, CROWD, MISUSE };

struct made {
  int64_t blocks, entries, seed, fork_at, batch, at, times;
  uint64_t value_size, pace;
  const char *grow, *label;
  int fault;
  int notes;
  bool opened;
  bool cursors, extent;
  uint64_t *hashes;
  int64_t next;
  int64_t done; /* faults so far */
};

#define OPTION(key_, type_, default_, help_)                                                                 \
  {                                                                                                          \
#key_, type_, default_, NULL, 0, 0, 0, help_, offsetof(struct made, key_)                                \
  }

static const struct dcpipe_option options[] = {
  OPTION (blocks, DCPIPE_OPTION_INT, "100", "blocks in the ledger"),
  OPTION (entries, DCPIPE_OPTION_INT, "5", "entries in a block"),
  OPTION (seed, DCPIPE_OPTION_INT, "1", "another ledger"),
  OPTION (fork_at, DCPIPE_OPTION_INT, "1000000000", "first block that is another"),
  OPTION (batch, DCPIPE_OPTION_INT, "7", "blocks delivered at once"),
  OPTION (value_size, DCPIPE_OPTION_SIZE, "20", "bytes in a value"),
  OPTION (pace, DCPIPE_OPTION_DURATION, "0", "pause before each delivery"),
  OPTION (grow, DCPIPE_OPTION_PATH, NULL, "a file that holds the number of blocks there are now"),
  OPTION (label, DCPIPE_OPTION_TEXT, NULL, "instead of Alpha"),
  { "fault", DCPIPE_OPTION_ENUM, "none",
    "none|retry|wait|tip|diverged|fail|hang|retry_open|odd_position|wrong_parent|bad_block|empty|stray|long_"
    "cursor|no_hash|odd_trust|tip_blocks|silent|unknown|exit|abort|deaf",
    0, 0, 0, "what goes wrong", offsetof (struct made, fault) },
  OPTION (at, DCPIPE_OPTION_INT, "50", "block at which it does"),
  OPTION (times, DCPIPE_OPTION_INT, "1", "how often"),
  { "notes", DCPIPE_OPTION_ENUM, "none", "none|beside|alone|late|odd|crowd|misuse", 0, 0, 0,
    "rows of tables of its own", offsetof (struct made, notes) },
  OPTION (cursors, DCPIPE_OPTION_BOOL, "yes", "give cursors"),
  OPTION (extent, DCPIPE_OPTION_BOOL, "no", "tell how far the ledger reaches"),
};

enum { TABLE_NOTES, TABLE_NOW };

static const struct dcpipe_column notes_columns[] = {
  { "name", DCPIPE_TEXT, 1, 0, 0, "" },
  { "number", DCPIPE_U64, 0, 0, 0, "" },
  { "content", DCPIPE_BLOB, 0, 0, 0, "" },
};

static const struct dcpipe_column now_columns[] = {
  { "number", DCPIPE_U64, 1, 0, 0, "" },
  { "words", DCPIPE_TEXT, 0, 0, 0, "" },
};

static const struct dcpipe_table_def tables[] = {
  [TABLE_NOTES] = { .name = "made_notes", .columns = DCPIPE_ARRAY (notes_columns) },
  [TABLE_NOW] = { .name = "made_now", .columns = DCPIPE_ARRAY (now_columns) },
};

static uint64_t
mix (uint64_t x)
{
  x += UINT64_C (0x9e3779b97f4a7c15);
  x = (x ^ x >> 30) * UINT64_C (0xbf58476d1ce4e5b9);
  x = (x ^ x >> 27) * UINT64_C (0x94d049bb133111eb);
  return x ^ x >> 31;
}

static uint64_t
seed_of (const struct made *made, uint64_t block)
{
  return (uint64_t) made->seed + (block >= (uint64_t) made->fork_at ? 1000000 : 0);
}

static uint64_t
position_of (uint64_t block)
{
  return 4096 + 100 * block + block % 3;
}

static int
made_complete (void *handle)
{
  struct made *made = handle;

  made->hashes = calloc ((size_t) made->blocks + 1, sizeof *made->hashes);
  if (made->hashes == NULL) {
    dcpipe_error ("no memory for %" PRId64 " blocks", made->blocks);
    return DCPIPE_FAIL;
  }
  for (int64_t i = 0; i < made->blocks; i++)
    made->hashes[i] =
        mix (mix ((i > 0 ? made->hashes[i - 1] : 0) ^ seed_of (made, (uint64_t) i)) + (uint64_t) i);
  return DCPIPE_OK;
}

static void
made_free (void *handle)
{
  struct made *made = handle;

  free (made->hashes);
}

static unsigned
made_capabilities (const void *handle)
{
  const struct made *made = handle;

  if (made->notes == ALONE || made->notes == CROWD || (made->notes == LATE && made->opened))
    return 0;
  return DCPIPE_SOURCE_POSITIONS | DCPIPE_SOURCE_HASHES | DCPIPE_SOURCE_TIMES | DCPIPE_SOURCE_ALL_LABELS;
}

static bool
made_fills_table (const void *handle, size_t table)
{
  const struct made *made = handle;

  return made->notes == BESIDE || (made->notes != NO_NOTES && table == TABLE_NOTES);
}

static bool
strike (struct made *made, enum fault fault)
{
  if ((enum fault) made->fault != fault || made->done >= made->times || made->next + made->batch <= made->at)
    return false;
  made->done++;
  return true;
}

static int
made_open (void *handle, const dcpipe_resume *resume)
{
  struct made *made = handle;
  struct dcpipe_bytes cursor = dcpipe_resume_cursor (resume);

  if (made->fault == RETRY_OPEN && made->done < made->times) {
    made->done++;
    dcpipe_error ("nobody answers");
    return DCPIPE_RETRY;
  }
  made->next = 0;
  made->opened = true;
  if (dcpipe_resume_at_block (resume))
    made->next = (int64_t) (dcpipe_resume_position (resume) - 4096) / 100;
  if (cursor.size > 0) {
    char text[32] = "";

    memcpy (text, cursor.data, cursor.size < 31 ? cursor.size : 31);
    if (strtoll (text, NULL, 10) != made->next) {
      dcpipe_error ("the cursor %s is not that of block %" PRId64, text, made->next);
      return DCPIPE_FAIL;
    }
  }
  return DCPIPE_OK;
}

static int64_t
blocks_now (const struct made *made)
{
  FILE *file = made->grow != NULL ? fopen (made->grow, "r") : NULL;
  char text[32] = "";
  int64_t blocks = made->blocks;

  if (file != NULL) {
    if (fgets (text, sizeof text, file) != NULL)
      blocks = strtoll (text, NULL, 10);
    fclose (file);
  }
  return blocks < made->blocks ? blocks : made->blocks;
}

/* Waits for nothing until `deadline` or until the run stops. */
static void
wait_for_stop (uint64_t milliseconds)
{
  struct pollfd stop = { .fd = dcpipe_stop_fd (), .events = POLLIN };

  poll (&stop, 1, (int) milliseconds);
}

static int
misbehave (struct made *made, dcpipe_batch *batch)
{
  if (strike (made, RETRY)) {
    dcpipe_error ("the line is busy");
    dcpipe_retry_after (30);
    return DCPIPE_RETRY;
  }
  if (strike (made, HANG)) {
    made->done = 0;
    wait_for_stop (5000);
    return DCPIPE_WAIT;
  }
  if (strike (made, DIVERGED)) {
    dcpipe_error ("the ledger makes no sense");
    return DCPIPE_DIVERGED;
  }
  if (strike (made, FAIL)) {
    dcpipe_error ("the source is gone");
    return DCPIPE_FAIL;
  }
  if (strike (made, STRAY)) {
    dcpipe_batch_frame (batch, 1, made, 8);
    return DCPIPE_OK;
  }
  if (strike (made, SILENT))
    return DCPIPE_RETRY;
  if (strike (made, UNKNOWN))
    return 42;
  if (strike (made, EXIT))
    exit (0);
  if (strike (made, DEAF))
    for (;;)
      pause ();
  if (strike (made, ABORT))
    abort ();
  if (strike (made, ODD_TRUST))
    dcpipe_batch_trust (batch, 77);
  if (strike (made, WAIT))
    return DCPIPE_WAIT;
  return strike (made, TIP) ? DCPIPE_TIP : DCPIPE_OK;
}

static void
give_cursor (struct made *made, dcpipe_batch *batch, int64_t block)
{
  char text[400];
  int size = snprintf (text, sizeof text, "%" PRId64, block);

  if (made->fault == LONG_CURSOR && block == made->at) {
    memset (text, 'x', sizeof text);
    size = DCPIPE_CURSOR_MAX + 1;
  }
  dcpipe_batch_cursor (batch, text, (size_t) size);
}

static void
note (const struct made *made, dcpipe_batch *batch, const char *name, uint64_t number)
{
  size_t size = made->value_size > 0 ? (size_t) made->value_size : 1;
  uint8_t *content = calloc (1, size);
  dcpipe_row *row = dcpipe_row_add (dcpipe_batch_rows (batch), TABLE_NOTES, DCPIPE_UPSERT);

  dcpipe_set_string (row, 0, name);
  dcpipe_set_u64 (row, 1, number);
  if (content != NULL)
    dcpipe_set_blob (row, 2, content, size);
  free (content);
}

/* Every seventh block changes one of five rows. */
static void
note_block (const struct made *made, dcpipe_batch *batch)
{
  char name[32];

  if (made->notes == NO_NOTES || made->next % 7 != 0)
    return;
  snprintf (name, sizeof name, "%04" PRId64, made->next / 7 % 5);
  note (made, batch, name, (uint64_t) made->next);
}

/* The whole of a table is another at every tip. */
static void
note_tip (dcpipe_batch *batch, int64_t blocks)
{
  dcpipe_row_add (dcpipe_batch_rows (batch), TABLE_NOW, DCPIPE_DELETE);
  for (int64_t i = blocks > 3 ? blocks - 3 : 0; i < blocks; i++) {
    dcpipe_row *row = dcpipe_row_add (dcpipe_batch_rows (batch), TABLE_NOW, DCPIPE_INSERT);

    dcpipe_set_u64 (row, 0, (uint64_t) i);
    dcpipe_set_string (row, 1, "is there now");
  }
}

/* Rows that a plugin should not emit. */
static void
note_oddly (const struct made *made, dcpipe_batch *batch)
{
  char name[DCPIPE_KEY_MAX + 2];
  dcpipe_row *row;

  memset (name, 'k', sizeof name - 1);
  name[sizeof name - 1] = '\0';
  note (made, batch, name, 1);
  row = dcpipe_row_add (dcpipe_batch_rows (batch), TABLE_NOTES, DCPIPE_UPSERT);
  dcpipe_set_text (row, 0, "\xff\xfe", 2);
  if (made->notes == MISUSE)
    dcpipe_fail_entry (dcpipe_batch_rows (batch), 0, "there is no entry");
}

/* A list of as many rows as the ledger would have blocks, and then the tip; or all of it at once. */
static int
next_notes (struct made *made, dcpipe_batch *batch)
{
  char name[32];

  if (made->next >= made->blocks)
    return DCPIPE_TIP;
  for (int64_t i = 0; (i < made->batch || made->notes == CROWD) && made->next < made->blocks; i++) {
    snprintf (name, sizeof name, "%08" PRId64, made->next++);
    note (made, batch, name, (uint64_t) made->next);
  }
  return DCPIPE_OK;
}

static int
made_next (void *handle, uint64_t deadline, dcpipe_batch *batch)
{
  struct made *made = handle;
  int64_t blocks = blocks_now (made);
  int result = misbehave (made, batch);
  uint64_t *memory;

  (void) deadline;
  dcpipe_batch_extent (batch, position_of (0), position_of ((uint64_t) blocks));
  if (result != DCPIPE_OK)
    return result;
  if (strike (made, EMPTY))
    return DCPIPE_OK;
  if (made_capabilities (made) == 0)
    return next_notes (made, batch);
  if (made->next >= blocks) {
    if (made->notes == BESIDE)
      note_tip (batch, blocks);
    return DCPIPE_TIP;
  }
  if (made->notes >= ODD)
    note_oddly (made, batch);
  if (made->pace > 0)
    wait_for_stop (made->pace);
  memory = dcpipe_batch_memory (batch, (size_t) made->batch * sizeof *memory);
  if (memory == NULL)
    return DCPIPE_FAIL;
  for (int64_t i = 0; i < made->batch && made->next < blocks; i++, made->next++) {
    bool odd = made->fault == ODD_POSITION && made->next == made->at;

    memory[i] = (uint64_t) made->next;
    dcpipe_batch_frame (batch, position_of ((uint64_t) made->next - (odd ? 2 : 0)), &memory[i],
                        sizeof memory[i]);
    if (made->cursors)
      give_cursor (made, batch, made->next);
    note_block (made, batch);
  }
  if (made->extent)
    dcpipe_batch_extent (batch, position_of (0), position_of ((uint64_t) blocks));
  return strike (made, TIP_BLOCKS) ? DCPIPE_TIP : DCPIPE_OK;
}

/* Keys are few, so that rows are changed often; a value's bytes are all the same. */
static void
add_entry (const struct made *made, dcpipe_block *block, uint8_t *at, uint64_t random)
{
  static const char *const labels[] = { "Alpha", "Beta", "Gamma", "Delta" };
  const char *label = labels[random % 4];
  bool renamed = made->label != NULL && random % 4 == 0;
  size_t size = made->value_size > 0 ? (size_t) (random >> 20) % made->value_size : 0;

  memcpy (at, label, 8 < strlen (label) + 1 ? 8 : strlen (label) + 1);
  memset (at + 8, (int) ('a' + random / 4 % 8), 8);
  memset (at + 16, (int) ('A' + random / 64 % 26), size);
  if (renamed)
    memcpy (at + 16 + made->value_size, made->label, strlen (made->label));
  dcpipe_block_entry (block,
                      renamed ? (struct dcpipe_bytes){ at + 16 + made->value_size, strlen (made->label) }
                              : (struct dcpipe_bytes){ at, strlen (label) },
                      (struct dcpipe_bytes){ at + 8, 4 + random / 32 % 4 },
                      (struct dcpipe_bytes){ at + 16, size }, random / 1024 % 11 == 0);
}

static int
made_unpack (const void *handle, const dcpipe_frame *frame, dcpipe_block *block)
{
  const struct made *made = handle;
  size_t size = 16 + (size_t) made->value_size + (made->label != NULL ? strlen (made->label) : 0);
  uint64_t number, random;
  uint8_t *buffer = dcpipe_block_buffer (block, (size_t) made->entries * size + 1);

  if (buffer == NULL)
    return DCPIPE_FAIL;
  memcpy (&number, dcpipe_frame_bytes (frame).data, sizeof number);
  if (made->fault == BAD_BLOCK && number == (uint64_t) made->at) {
    dcpipe_error ("block at position %" PRIu64 ": it is torn", dcpipe_frame_position (frame));
    return DCPIPE_DIVERGED;
  }
  random = mix (seed_of (made, number) * 1000003 + number);
  for (int64_t i = 0; i < made->entries; i++, random = mix (random))
    add_entry (made, block, buffer + (size_t) i * size, random);
  random = made->fault == WRONG_PARENT && number == (uint64_t) made->at ? 1
           : number > 0                                                 ? made->hashes[number - 1]
                                                                        : 0;
  dcpipe_block_header (block, UINT64_C (1700000000000000000) + number * 1000000007,
                       (struct dcpipe_bytes){ (const uint8_t *) &made->hashes[number],
                                              made->fault == NO_HASH && number == (uint64_t) made->at ? 0
                                                                                                      : 8 },
                       (struct dcpipe_bytes){ (const uint8_t *) &random, number > 0 ? 8 : 0 });
  return DCPIPE_OK;
}

static const struct dcpipe_source made_source = {
  .name = "made",
  .version = "1.0",
  .description = "makes a ledger up, for tests",
  .license = "Apache-2.0",
  .options = DCPIPE_ARRAY (options),
  .handle_size = sizeof (struct made),
  .config_complete = made_complete,
  .config_free = made_free,
  .capabilities = made_capabilities,
  .open = made_open,
  .next = made_next,
  .unpack = made_unpack,
  .tables = DCPIPE_ARRAY (tables),
  .fills_table = made_fills_table,
};
DCPIPE_REGISTER_SOURCE (made_source)
