/* SPDX-License-Identifier: Apache-2.0 */
/* A source that breaks the rule of the contract that its option `fault` names, and no other. Its ledger is
 * made up: a block is a line of text, its number and its parent's. */
#include "dcpipe-plugin.h"

#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BLOCKS 40
#define SIZE 24
#define A_BATCH 3

enum fault {
  NONE,
  FLAGS,    /* delivers no positions */
  ORDER,    /* two blocks change places */
  SKIPS,    /* leaves a block out */
  TIP,      /* at the tip, begins anew */
  EXTENT,   /* an end that lies before the blocks */
  RESUME,   /* always begins with the first block */
  CURSOR,   /* needs its cursor */
  ANYWHERE, /* takes any position for that of a block */
  REOPEN,   /* goes on where it was before close */
  IMPURE,   /* unpack counts */
  OVERREAD, /* unpack looks beyond a block that is cut short */
  FAILS,    /* unpack ends the run for a damaged block */
  LEAK,     /* unpack forgets memory */
  LATE,     /* next does not look at the clock */
  DEAF,     /* next does not look at dcpipe_stop_fd */
  REUSES,   /* writes into the memory of an earlier batch */
  FORGETS,  /* close forgets memory */
  BESIDE,   /* unpack reads what next writes */
  TRUST,    /* says how far it may be trusted with a number of its own */
  HURRIES,  /* delivers its last blocks together with the tip */
  HANDLE,   /* unpack counts in its handle */
  OPENS,    /* unpack leaves descriptors open */
  SAYS,     /* the callback that `callback` names complains, and gives DCPIPE_OK */
  SILENT    /* that one fails without a word */
};

static void *volatile forgotten;

struct broken {
  int fault;
  const char *callback;
  int64_t next, counted;
  char *kept;
};

static const struct dcpipe_option options[] = {
  { "fault", DCPIPE_OPTION_ENUM, "none",
    "none|flags|order|skips|tip|extent|resume|cursor|anywhere|reopen|impure|overread|fails|leak|late|deaf|"
    "reuses|"
    "forgets|beside|trust|hurries|handle|opens|says|silent",
    0, 0, 0, "what it does wrong", offsetof (struct broken, fault) },
  { "callback", DCPIPE_OPTION_TEXT, "", NULL, 0, 0, 0, "which one complains or is silent",
    offsetof (struct broken, callback) },
};

/* What a callback gives in the end. */
static int
give (const struct broken *broken, const char *callback, int result)
{
  if ((broken->fault != SAYS && broken->fault != SILENT) || strcmp (broken->callback, callback) != 0)
    return result;
  if (broken->fault == SILENT)
    return DCPIPE_FAIL;
  dcpipe_error ("the moon is full");
  return DCPIPE_OK;
}

static int
broken_complete (void *handle)
{
  return give (handle, "config_complete", DCPIPE_OK);
}

static unsigned
broken_capabilities (const void *handle)
{
  return ((const struct broken *) handle)->fault == FLAGS
             ? DCPIPE_SOURCE_ALL_LABELS
             : DCPIPE_SOURCE_POSITIONS | DCPIPE_SOURCE_HASHES | DCPIPE_SOURCE_ALL_LABELS;
}

static int
broken_open (void *handle, const dcpipe_resume *resume)
{
  struct broken *broken = handle;
  uint64_t position = dcpipe_resume_at_block (resume) ? dcpipe_resume_position (resume) : 0;

  broken->kept = broken->kept == NULL || broken->fault == FORGETS ? malloc (100) : broken->kept;
  if (broken->fault == REOPEN && broken->next > 0 && !dcpipe_resume_at_block (resume))
    return DCPIPE_OK;
  if (broken->fault == CURSOR && dcpipe_resume_at_block (resume) && dcpipe_resume_cursor (resume).size == 0) {
    dcpipe_error ("there is no cursor");
    return DCPIPE_FAIL;
  }
  if (broken->fault != ANYWHERE && (position % SIZE != 0 || position / SIZE >= BLOCKS)) {
    dcpipe_error ("no block begins at position %" PRIu64, position);
    return DCPIPE_DIVERGED;
  }
  broken->next = broken->fault == RESUME ? 0 : (int64_t) (position / SIZE);
  if (broken->fault == ANYWHERE && position % SIZE != 0)
    broken->next = -(int64_t) position;
  return give (broken, "open", DCPIPE_OK);
}

/* Waits for somebody who does not answer. */
static int
wait_for (struct broken *broken, uint64_t deadline)
{
  struct pollfd stop = { .fd = dcpipe_stop_fd (), .events = POLLIN };
  struct timespec now;
  uint64_t ms;

  clock_gettime (CLOCK_MONOTONIC, &now);
  ms = (uint64_t) now.tv_sec * 1000 + (uint64_t) now.tv_nsec / 1000000;
  ms = deadline / 1000000 > ms ? deadline / 1000000 - ms : 0;
  if (broken->fault == LATE)
    ms = 8000;
  poll (&stop, broken->fault == DEAF ? 0 : 1, ms < 20000 ? (int) ms : 20000);
  return DCPIPE_WAIT;
}

static void
deliver (struct broken *broken, dcpipe_batch *batch, char *memory, int64_t number)
{
  char cursor[24], line[64] = "";
  int64_t named = broken->fault == ORDER && (number == 10 || number == 11) ? 21 - number : number;
  uint64_t position = number < 0 ? (uint64_t) -number : (uint64_t) named * SIZE;

  snprintf (line, sizeof line, "%" PRId64 " after %" PRId64, named, named - 1);
  memcpy (memory, line, SIZE);
  dcpipe_batch_frame (batch, position, memory, SIZE);
  snprintf (cursor, sizeof cursor, "%" PRId64, named);
  dcpipe_batch_cursor (batch, cursor, strlen (cursor));
}

static int
broken_next (void *handle, uint64_t deadline, dcpipe_batch *batch)
{
  static char reused[A_BATCH * SIZE];
  struct broken *broken = handle;
  char *memory;

  dcpipe_batch_extent (batch, 0, broken->fault == EXTENT ? 5 : BLOCKS * SIZE);
  if (broken->next >= BLOCKS && broken->fault == TIP)
    broken->next = 0;
  else if (broken->next >= BLOCKS && (broken->fault == LATE || broken->fault == DEAF))
    return wait_for (broken, deadline);
  else if (broken->next >= BLOCKS)
    return DCPIPE_TIP;
  memory = dcpipe_batch_memory (batch, A_BATCH * SIZE);
  if (memory == NULL)
    return DCPIPE_FAIL;
  memset (memory, 0, A_BATCH * SIZE);
  if (broken->fault == REUSES) {
    memory = reused;
    dcpipe_batch_adopt (batch, memory, A_BATCH * SIZE, free, NULL);
  }
  for (int i = 0; i < A_BATCH && broken->next < BLOCKS; i++) {
    deliver (broken, batch, memory + i * SIZE, broken->next);
    broken->next = broken->next < 0 ? BLOCKS : broken->next + 1;
    if (broken->fault == SKIPS && broken->next == 10)
      broken->next++;
  }
  if (broken->fault == TRUST)
    dcpipe_batch_trust (batch, 77);
  return give (broken, "next", broken->fault == HURRIES && broken->next >= BLOCKS ? DCPIPE_TIP : DCPIPE_OK);
}

/* The line's two numbers. False if it is damaged. */
static bool
parse (const struct broken *broken, struct dcpipe_bytes bytes, int64_t *number, int64_t *parent)
{
  char text[SIZE + 1] = "";

  if (broken->fault == OVERREAD)
    memcpy (text, bytes.data, SIZE);
  else
    memcpy (text, bytes.data, bytes.size < SIZE ? bytes.size : SIZE);
  return bytes.size == SIZE && sscanf (text, "%" SCNd64 " after %" SCNd64, number, parent) == 2;
}

static int
broken_unpack (const void *handle, const dcpipe_frame *frame, dcpipe_block *block)
{
  static int64_t count;
  const struct broken *broken = handle;
  struct dcpipe_bytes bytes = dcpipe_frame_bytes (frame);
  int64_t number, parent;

  if (!parse (broken, bytes, &number, &parent)) {
    dcpipe_error ("block at position %" PRIu64 ": expected two numbers", dcpipe_frame_position (frame));
    return broken->fault == FAILS ? DCPIPE_FAIL : DCPIPE_DIVERGED;
  }
  if (broken->fault == LEAK)
    forgotten = malloc (32);
  if (broken->fault == HANDLE)
    ((struct broken *) (uintptr_t) handle)->counted++;
  if (broken->fault == OPENS)
    (void) !open ("/dev/null", O_RDONLY);
  if (broken->fault == BESIDE && broken->next == INT64_MAX)
    return DCPIPE_FAIL;
  dcpipe_block_entry (block, bytes, (struct dcpipe_bytes){ NULL, 0 }, bytes, false);
  dcpipe_block_header (block, broken->fault == IMPURE ? (uint64_t) ++count : 1,
                       (struct dcpipe_bytes){ (const uint8_t *) &number, sizeof number },
                       (struct dcpipe_bytes){ (const uint8_t *) &parent, number > 0 ? sizeof parent : 0 });
  return give (broken, "unpack", DCPIPE_OK);
}

static int
broken_probe (void *handle, uint64_t deadline)
{
  (void) deadline;
  return give (handle, "probe", DCPIPE_OK);
}

static int
broken_tip (void *handle, uint64_t deadline, dcpipe_tip *tip)
{
  (void) deadline;
  dcpipe_tip_end (tip, (uint64_t) BLOCKS * SIZE);
  return give (handle, "tip", DCPIPE_OK);
}

static void
broken_close (void *handle)
{
  struct broken *broken = handle;

  if (broken->fault == FORGETS)
    return;
  free (broken->kept);
  broken->kept = NULL;
}

static const struct dcpipe_source broken_source = {
  .name = "broken_source",
  .version = "1.0",
  .description = "breaks the contract, for tests",
  .license = "Apache-2.0",
  .options = DCPIPE_ARRAY (options),
  .handle_size = sizeof (struct broken),
  .config_complete = broken_complete,
  .capabilities = broken_capabilities,
  .open = broken_open,
  .next = broken_next,
  .unpack = broken_unpack,
  .close = broken_close,
  .probe = broken_probe,
  .tip = broken_tip,
};
DCPIPE_REGISTER_SOURCE (broken_source)
