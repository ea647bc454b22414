/* SPDX-License-Identifier: Apache-2.0 */
/* A decoder that breaks the rule of the contract that its option `fault` names, and no other. */
#include "dcpipe-plugin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum fault {
  NONE,
  IMPURE,   /* the same entry gives other rows the second time */
  SHARED,   /* works on a buffer that threads share */
  HANDLE,   /* writes its handle */
  OVERREAD, /* looks one byte beyond the value */
  EMPTY,    /* divides by the value's size */
  FAILS,    /* ends the run because of one entry */
  LEAK,     /* forgets memory for each entry */
  JSON,     /* writes no JSON */
  TYPE,     /* sets a column to a value of another type */
  REASON,   /* gives no reason for a failed entry */
  MEMORY,   /* resolve remembers what is not in the tables */
  SILENT,   /* refuses an option without naming it */
  CRASH,    /* cannot stand a long option */
  KEEPS,    /* config_free forgets memory */
  FILES,    /* config_complete makes a file */
  RACE,     /* counts calls without a lock, which shows in no row */
  LAZY,     /* makes a table at its first call, without a lock */
  MEMO,     /* resolve counts without a lock */
  SAYS,     /* decode complains, and gives DCPIPE_OK */
  SAYS_IN_RESOLVE,
  SAYS_OF_OPTIONS,
  REFUSES, /* refuses its options without a word */
  BUFFER   /* writes texts into a buffer that threads share */
};

static void *volatile forgotten;

struct broken {
  const char *text;
  int fault;
  char *copy;
  unsigned calls;
};

static const struct dcpipe_option options[] = {
  { "text", DCPIPE_OPTION_TEXT, "x", NULL, 0, 0, 0, "any text", offsetof (struct broken, text) },
  { "fault", DCPIPE_OPTION_ENUM, "none",
    "none|impure|shared|handle|overread|empty|fails|leak|json|type|reason|memory|silent|crash|keeps|files|"
    "race|lazy|memo|says|says_in_resolve|says_of_options|refuses|buffer",
    0, 0, 0, "what it does wrong", offsetof (struct broken, fault) },
};

enum { LABEL, SIZE, SUM, EXTRA, BLOCK_OFFSET, ENTRY_INDEX };

static const struct dcpipe_column columns[] = {
  { "label", DCPIPE_TEXT, 1, 0, 0, "the label" },
  { "size", DCPIPE_U64, 0, 0, 0, "bytes in the value" },
  { "sum", DCPIPE_U64, 0, 0, 0, "of the value's bytes" },
  { "extra", DCPIPE_JSON, 0, 0, 0, "a JSON value" },
  { "block_offset", DCPIPE_U64, 0, DCPIPE_FILL_BLOCK_OFFSET, 0, "the block's position" },
  { "entry_index", DCPIPE_U64, 0, DCPIPE_FILL_ENTRY_INDEX, 0, "the entry in the block" },
};

static const struct dcpipe_table_def tables[] = {
  { .name = "broken_sums", .columns = DCPIPE_ARRAY (columns), .help = "sums of bytes, by label" },
};

static int
broken_complete (void *handle)
{
  struct broken *broken = handle;
  char path[4096];
  FILE *file;

  broken->copy = strdup (broken->text);
  if (broken->fault == SILENT && strlen (broken->text) > 1000) {
    dcpipe_error ("no");
    return DCPIPE_FAIL;
  }
  if (broken->fault == REFUSES && strlen (broken->text) > 1000)
    return DCPIPE_FAIL;
  if (broken->fault == SAYS_OF_OPTIONS && strlen (broken->text) > 1000)
    dcpipe_error ("the moon is full");
  if (broken->fault == CRASH && strlen (broken->text) > 1000)
    abort ();
  if (broken->fault == FILES) {
    snprintf (path, sizeof path, "%s/made-by-mistake", getenv ("TMPDIR"));
    file = fopen (path, "w");
    if (file != NULL)
      fclose (file);
  }
  return DCPIPE_OK;
}

static void
broken_free (void *handle)
{
  struct broken *broken = handle;

  if (broken->fault != KEEPS)
    free (broken->copy);
}

static uint64_t
sum_of (const struct broken *broken, struct dcpipe_bytes value)
{
  static volatile uint64_t shared;
  uint64_t sum = 0;

  if (broken->fault == SHARED) {
    shared = 0;
    for (int again = 0; again < 2000; again++)
      for (size_t i = 0; i < value.size; i++)
        shared = shared + value.data[i];
    return shared;
  }
  for (size_t i = 0; i < value.size + (broken->fault == OVERREAD); i++)
    sum += value.data[i];
  return sum;
}

/* What threads do to each other and no row shows. */
static void
race (const struct broken *broken)
{
  static unsigned calls, table[256];
  static bool made;

  if (broken->fault == RACE)
    calls++;
  if (broken->fault == LAZY && !made) {
    for (unsigned i = 0; i < 256; i++)
      table[i] = i;
    made = true;
  }
  if (broken->fault == LAZY && table[255] + calls == 7)
    abort ();
}

/* What goes wrong for the entry as a whole. */
static int
misbehave (struct broken *broken, struct dcpipe_bytes value, dcpipe_rows *rows)
{
  static unsigned calls;

  race (broken);
  if (broken->fault == IMPURE && ++calls % 1000 == 0)
    dcpipe_fail_entry (rows, 0, "call %u", calls);
  if (broken->fault == HANDLE)
    broken->calls++;
  if (broken->fault == EMPTY && 100 % value.size == 1)
    return DCPIPE_FAIL;
  if (broken->fault == FAILS && value.size > 2 && value.data[0] == 0xff) {
    dcpipe_error ("what is this?");
    return DCPIPE_FAIL;
  }
  if (broken->fault == SAYS)
    dcpipe_error ("the moon is full");
  if (broken->fault == REASON && value.size > 2)
    dcpipe_fail_entry (rows, 0, "%s", "");
  if (broken->fault == LEAK)
    forgotten = malloc (32);
  return DCPIPE_OK;
}

static int
broken_decode (const void *handle, const dcpipe_entry *entry, dcpipe_rows *rows)
{
  struct broken *broken = (struct broken *) (uintptr_t) handle;
  struct dcpipe_bytes value = dcpipe_entry_value (entry);
  int result = misbehave (broken, value, rows);
  uint64_t *note = result == DCPIPE_OK ? dcpipe_rows_note (rows, sizeof *note) : NULL;

  if (note == NULL)
    return DCPIPE_FAIL;
  *note = sum_of (broken, value);
  if (broken->fault == SHARED)
    dcpipe_fail_entry (rows, 0, "the sum is %llu", (unsigned long long) *note);
  return DCPIPE_OK;
}

static int
broken_resolve (const void *handle, const dcpipe_entry *entry, dcpipe_lookup *lookup, dcpipe_rows *rows)
{
  static uint64_t remembered, counted;
  const struct broken *broken = handle;
  struct dcpipe_bytes label = dcpipe_entry_label (entry);
  const uint64_t *note = dcpipe_lookup_note (lookup, NULL);
  dcpipe_row *key = dcpipe_lookup_key (lookup, 0), *row;
  const dcpipe_row *before;
  uint64_t sum = *note;
  int result;

  dcpipe_set_text (key, LABEL, label.data, label.size);
  result = dcpipe_lookup_get (lookup, key, &before);
  if (result != DCPIPE_OK && result != DCPIPE_NONE)
    return DCPIPE_FAIL;
  if (broken->fault == SAYS_IN_RESOLVE)
    dcpipe_error ("the moon is full");
  if (broken->fault == MEMO && ++counted == 0)
    return DCPIPE_FAIL;
  if (broken->fault == MEMORY)
    sum = remembered += sum;
  else if (result == DCPIPE_OK)
    sum += dcpipe_get_u64 (before, SUM);
  row = dcpipe_row_add (rows, 0, DCPIPE_UPSERT);
  dcpipe_set_text (row, LABEL, label.data, label.size);
  dcpipe_set_u64 (row, SIZE, dcpipe_entry_value (entry).size);
  dcpipe_set_u64 (row, SUM, sum);
  return DCPIPE_OK;
}

/* The text is right as long as nobody else writes one: for the time that a row is made. */
static void
name_value (struct dcpipe_bytes value, dcpipe_rows *rows)
{
  static char text[64];
  dcpipe_row *row;

  snprintf (text, sizeof text, "%zu bytes, the first %u", value.size, value.size > 0 ? value.data[0] : 0u);
  row = dcpipe_row_add (rows, 0, DCPIPE_UPSERT);
  dcpipe_set_text (row, LABEL, text, strlen (text));
}

/* Rows made in decode: for the faults of rows. */
static int
broken_decode_rows (const void *handle, const dcpipe_entry *entry, dcpipe_rows *rows)
{
  const struct broken *broken = handle;
  dcpipe_row *row;

  if (broken->fault == JSON || broken->fault == TYPE) {
    row = dcpipe_row_add (rows, 0, DCPIPE_UPSERT);
    dcpipe_set_string (row, LABEL, "row");
    dcpipe_set_u64 (row, broken->fault == TYPE ? LABEL : SIZE, 1);
    dcpipe_set_json (row, EXTRA, "{'a':1}", 7);
  }
  if (broken->fault == BUFFER)
    name_value (dcpipe_entry_value (entry), rows);
  return broken_decode (handle, entry, rows);
}

static const struct dcpipe_decoder broken_decoder = {
  .name = "broken_decoder",
  .version = "1.0",
  .description = "breaks the contract, for tests",
  .license = "Apache-2.0",
  .options = DCPIPE_ARRAY (options),
  .handle_size = sizeof (struct broken),
  .config_complete = broken_complete,
  .config_free = broken_free,
  .tables = DCPIPE_ARRAY (tables),
  .decode = broken_decode_rows,
  .resolve = broken_resolve,
};
DCPIPE_REGISTER_DECODER (broken_decoder)
