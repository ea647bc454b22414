/* SPDX-License-Identifier: Apache-2.0 */
/* A source: a ledger written by hand, as lines of CSV. A block begins with its time, in ns since 1970, and
 * ends with an empty line:
 *
 *    time,1700000000000000000
 *    put,Greeting,key,hello
 *    delete,Greeting,key
 *
 * There are no quotes: a field holds no comma. A block's position is that of its first byte in the file. Its
 * hash is made of its parent's hash and its own lines, so a changed line changes all hashes behind it. (It is
 * FNV-1a, for brevity. It finds mistakes; against forgery take SHA-256.) */
#include <dcpipe-plugin.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCKS_AT_ONCE 64

struct csvledger {
  const char *path;
  FILE *file;
  uint64_t position; /* of the next block */
  uint64_t parent;   /* hash of the block before it; 0 for the first */
  char *text;        /* of the block read last */
  size_t size;
};

static const struct dcpipe_option options[] = {
  { .key = "path",
    .type = DCPIPE_OPTION_PATH,
    .flags = DCPIPE_OPTION_REQUIRED | DCPIPE_OPTION_READ,
    .help = "the file",
    .offset = offsetof (struct csvledger, path) },
};

static unsigned
csvledger_capabilities (const void *handle)
{
  (void) handle;
  return DCPIPE_SOURCE_POSITIONS | DCPIPE_SOURCE_HASHES | DCPIPE_SOURCE_TIMES | DCPIPE_SOURCE_ALL_LABELS;
}

static uint64_t
hash_of (uint64_t parent, const uint8_t *data, size_t size)
{
  uint64_t hash = UINT64_C (14695981039346656037);

  for (size_t i = 0; i < sizeof parent; i++)
    hash = (hash ^ (uint8_t) (parent >> 8 * i)) * UINT64_C (1099511628211);
  for (size_t i = 0; i < size; i++)
    hash = (hash ^ data[i]) * UINT64_C (1099511628211);
  return hash;
}

/* ---- source thread ------------------------------------------------------------------------------- */

/* Reads the block at `position` into `text`. DCPIPE_TIP if it is not there, or not yet whole. */
static int
read_block (struct csvledger *csv)
{
  char *line = NULL;
  size_t room = 0, size;
  FILE *text;
  ssize_t got;
  bool whole = false;

  free (csv->text);
  csv->text = NULL;
  text = open_memstream (&csv->text, &csv->size);
  if (text == NULL || fseek (csv->file, (long) csv->position, SEEK_SET) != 0) {
    dcpipe_error ("%s: %s", csv->path, strerror (errno));
    if (text != NULL)
      fclose (text);
    return DCPIPE_FAIL;
  }
  while (!whole && (got = getline (&line, &room, csv->file)) > 0 && line[got - 1] == '\n') {
    fwrite (line, 1, (size_t) got, text);
    whole = got == 1;
  }
  free (line);
  fclose (text);
  size = csv->size;
  if (!whole && size > 0 && !dcpipe_following ()) {
    dcpipe_error ("%s: the block at position %" PRIu64 " is cut short, expected an empty line behind it",
                  csv->path, csv->position);
    return DCPIPE_DIVERGED;
  }
  return whole ? DCPIPE_OK : DCPIPE_TIP;
}

static void
step (struct csvledger *csv)
{
  csv->parent = hash_of (csv->parent, (const uint8_t *) csv->text, csv->size);
  csv->position += csv->size;
}

static int
csvledger_open (void *handle, const dcpipe_resume *resume)
{
  struct csvledger *csv = handle;
  uint64_t from = dcpipe_resume_at_block (resume) ? dcpipe_resume_position (resume) : 0;
  int result = DCPIPE_OK;

  csv->position = csv->parent = 0;
  csv->file = fopen (csv->path, "r");
  if (csv->file == NULL) {
    dcpipe_error ("%s: %s", csv->path, strerror (errno));
    return DCPIPE_FAIL;
  }
  /* All blocks before are read, for the sake of their hashes. A source with more to read would have put the
   * parent's hash into a cursor. */
  while (csv->position < from && (result = read_block (csv)) == DCPIPE_OK)
    step (csv);
  if (result == DCPIPE_TIP || (result == DCPIPE_OK && csv->position != from)) {
    dcpipe_error ("%s: no block begins at position %" PRIu64 ", where the last stored one is", csv->path,
                  from);
    return DCPIPE_DIVERGED;
  }
  return result;
}

/* A frame is the parent's hash and the block's lines. */
static int
deliver (struct csvledger *csv, dcpipe_batch *batch)
{
  uint8_t *memory = dcpipe_batch_memory (batch, sizeof csv->parent + csv->size);

  if (memory == NULL)
    return DCPIPE_FAIL;
  memcpy (memory, &csv->parent, sizeof csv->parent);
  memcpy (memory + sizeof csv->parent, csv->text, csv->size);
  dcpipe_batch_frame (batch, csv->position, memory, sizeof csv->parent + csv->size);
  return DCPIPE_OK;
}

static int
csvledger_next (void *handle, uint64_t deadline, dcpipe_batch *batch)
{
  struct csvledger *csv = handle;
  int result = DCPIPE_OK, blocks = 0;

  (void) deadline; /* reading a file does not wait */
  while (blocks < BLOCKS_AT_ONCE && (result = read_block (csv)) == DCPIPE_OK) {
    if (deliver (csv, batch) != DCPIPE_OK)
      return DCPIPE_FAIL;
    step (csv);
    blocks++;
  }
  dcpipe_batch_extent (batch, 0, csv->position);
  return blocks > 0 ? DCPIPE_OK : result; /* good blocks first, the fault at the next call */
}

static void
csvledger_close (void *handle)
{
  struct csvledger *csv = handle;

  if (csv->file != NULL)
    fclose (csv->file);
  free (csv->text);
  csv->file = NULL;
  csv->text = NULL;
}

/* ---- worker threads ------------------------------------------------------------------------------ */

/* Takes the next field off the line, up to a comma or its end. */
static struct dcpipe_bytes
take_field (struct dcpipe_bytes *line)
{
  const uint8_t *comma = line->size > 0 ? memchr (line->data, ',', line->size) : NULL;
  struct dcpipe_bytes field = { line->data, comma != NULL ? (size_t) (comma - line->data) : line->size };

  line->data += field.size + (comma != NULL);
  line->size -= field.size + (comma != NULL);
  return field;
}

static bool
is_word (struct dcpipe_bytes field, const char *word)
{
  return field.size == strlen (word) && memcmp (field.data, word, field.size) == 0;
}

static bool
take_number (struct dcpipe_bytes field, uint64_t *number)
{
  *number = 0;
  for (size_t i = 0; i < field.size; i++)
    if (field.data[i] < '0' || field.data[i] > '9' || *number > (UINT64_MAX - 9) / 10)
      return false;
    else
      *number = *number * 10 + (uint64_t) (field.data[i] - '0');
  return field.size > 0;
}

/* One line of the block. False if it makes no sense. */
static bool
take_line (dcpipe_block *block, struct dcpipe_bytes line, bool first, uint64_t *time)
{
  struct dcpipe_bytes word = take_field (&line), label, key;

  if (first)
    return is_word (word, "time") && take_number (take_field (&line), time) && line.size == 0;
  if (!is_word (word, "put") && !is_word (word, "delete"))
    return false;
  label = take_field (&line);
  key = take_field (&line);
  dcpipe_block_entry (block, label, key, take_field (&line), is_word (word, "delete"));
  return line.size == 0;
}

/* The entries point into the frame, so nothing is copied. */
static int
csvledger_unpack (const void *handle, const dcpipe_frame *frame, dcpipe_block *block)
{
  struct dcpipe_bytes rest = dcpipe_frame_bytes (frame);
  uint64_t parent = 0, hash, time = 0;
  unsigned number = 1;
  bool whole = false;

  (void) handle;
  if (rest.size >= sizeof parent) {
    memcpy (&parent, rest.data, sizeof parent);
    rest = (struct dcpipe_bytes){ rest.data + sizeof parent, rest.size - sizeof parent };
    hash = hash_of (parent, rest.data, rest.size);
    for (; rest.size > 0 && !whole; number++) {
      const uint8_t *end = memchr (rest.data, '\n', rest.size);
      struct dcpipe_bytes line = { rest.data, end != NULL ? (size_t) (end - rest.data) : 0 };

      if (end == NULL || (line.size > 0 && !take_line (block, line, number == 1, &time)))
        break;
      whole = line.size == 0 && number > 1;
      rest = (struct dcpipe_bytes){ end + 1, rest.size - line.size - 1 };
    }
  }
  if (!whole || rest.size > 0) {
    dcpipe_error ("block at position %" PRIu64
                  ", line %u: expected time,NUMBER and then put,LABEL,KEY,VALUE or "
                  "delete,LABEL,KEY",
                  dcpipe_frame_position (frame), number);
    return DCPIPE_DIVERGED;
  }
  dcpipe_block_header (block, time, (struct dcpipe_bytes){ (const uint8_t *) &hash, sizeof hash },
                       (struct dcpipe_bytes){ (const uint8_t *) &parent, parent != 0 ? sizeof parent : 0 });
  return DCPIPE_OK;
}

static const struct dcpipe_source csvledger_source = {
  .name = "csvledger",
  .version = "0.1",
  .description = "reads a ledger written by hand, as lines of CSV",
  .license = "Apache-2.0",
  .options = DCPIPE_ARRAY (options),
  .handle_size = sizeof (struct csvledger),
  .capabilities = csvledger_capabilities,
  .open = csvledger_open,
  .next = csvledger_next,
  .unpack = csvledger_unpack,
  .close = csvledger_close,
};
DCPIPE_REGISTER_SOURCE (csvledger_source)
