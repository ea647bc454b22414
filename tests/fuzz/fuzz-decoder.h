/* SPDX-License-Identifier: Apache-2.0 */
/* Decodes any bytes with the decoder that is linked in, and checks what every row must hold: text is UTF-8,
 * JSON is JSON, decimals are decimals. The first byte chooses the label, and whether the key is long. */
#ifndef TESTS_FUZZ_DECODER_H
#define TESTS_FUZZ_DECODER_H

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "bytes/utf8.h"
#include "dcpipe-plugin.h"
#include "fuzz/fuzz.h"

struct dcpipe_entry {
  struct dcpipe_bytes key, value;
};

struct dcpipe_rows {
  size_t label;
  void *note;
};

struct dcpipe_row {
  char unused;
};

static struct dcpipe_row row;

dcpipe_row *
dcpipe_row_add (dcpipe_rows *rows, size_t table, int operation)
{
  (void) rows;
  (void) table;
  (void) operation;
  return &row;
}

void
dcpipe_set_bool (dcpipe_row *to, size_t column, bool value)
{
  (void) to;
  (void) column;
  (void) value;
}

void
dcpipe_set_u64 (dcpipe_row *to, size_t column, uint64_t value)
{
  (void) to;
  (void) column;
  (void) value;
}

void
dcpipe_set_text (dcpipe_row *to, size_t column, const void *text, size_t size)
{
  (void) to;
  (void) column;
  require (utf8_valid (text, size));
}

void
dcpipe_set_string (dcpipe_row *to, size_t column, const char *text)
{
  if (text != NULL)
    dcpipe_set_text (to, column, text, strlen (text));
}

void
dcpipe_set_blob (dcpipe_row *to, size_t column, const void *data, size_t size)
{
  volatile uint8_t sum = 0;

  (void) to;
  (void) column;
  for (size_t i = 0; i < size; i++)
    sum ^= ((const uint8_t *) data)[i];
}

void
dcpipe_set_hex (dcpipe_row *to, size_t column, const void *data, size_t size)
{
  dcpipe_set_blob (to, column, data, size);
}

void
dcpipe_set_decimal (dcpipe_row *to, size_t column, const char *text, size_t size)
{
  size_t digits = strspn (text + (text[0] == '-'), "0123456789.");

  (void) to;
  (void) column;
  require (digits > 0 && digits + (text[0] == '-') == size && text[size - 1] != '.');
}

void
dcpipe_set_json (dcpipe_row *to, size_t column, const char *text, size_t size)
{
  json_t *value = json_loadb (text, size, JSON_ALLOW_NUL | JSON_DECODE_ANY, NULL);

  (void) to;
  (void) column;
  require (value != NULL);
  json_decref (value);
}

size_t
dcpipe_rows_label (const dcpipe_rows *rows)
{
  return rows->label;
}

void *
dcpipe_rows_note (dcpipe_rows *rows, size_t size)
{
  rows->note = calloc (1, size);
  return rows->note;
}

void
dcpipe_fail_entry (dcpipe_rows *rows, uint64_t item, const char *format, ...)
{
  (void) rows;
  (void) item;
  (void) format;
}

void
dcpipe_error (const char *format, ...)
{
  (void) format;
}

struct dcpipe_bytes
dcpipe_entry_key (const dcpipe_entry *entry)
{
  return entry->key;
}

struct dcpipe_bytes
dcpipe_entry_value (const dcpipe_entry *entry)
{
  return entry->value;
}

bool
dcpipe_entry_deleted (const dcpipe_entry *entry)
{
  (void) entry;
  return false;
}

uint64_t
dcpipe_entry_index (const dcpipe_entry *entry)
{
  (void) entry;
  return 0;
}

uint64_t
dcpipe_entry_block_position (const dcpipe_entry *entry)
{
  (void) entry;
  return 0;
}

/* What resolving decoders call besides; it is not called here. */
int
dcpipe_lookup_get (dcpipe_lookup *lookup, const dcpipe_row *key, const dcpipe_row **found)
{
  (void) lookup;
  (void) key;
  *found = NULL;
  return DCPIPE_NONE;
}

dcpipe_row *
dcpipe_lookup_key (dcpipe_lookup *lookup, size_t table)
{
  (void) lookup;
  (void) table;
  return &row;
}

const void *
dcpipe_lookup_note (const dcpipe_lookup *lookup, size_t *size)
{
  (void) lookup;
  (void) size;
  return NULL;
}

struct dcpipe_bytes
dcpipe_get_bytes (const dcpipe_row *from, size_t column)
{
  (void) from;
  (void) column;
  return (struct dcpipe_bytes){ NULL, 0 };
}

uint64_t
dcpipe_get_u64 (const dcpipe_row *from, size_t column)
{
  (void) from;
  (void) column;
  return 0;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const struct dcpipe_decoder *decoder = dcpipe_plugin ()->plugin;
  static const int config[8] = { 2 }; /* verify_signatures = off: they are fuzzed elsewhere */
  struct dcpipe_entry entry = { .value = { data + 1, size - 1 } };
  struct dcpipe_rows rows = { 0 };

  if (size == 0)
    return 0;
  rows.label = data[0] % decoder->labels.count;
  entry.key = (struct dcpipe_bytes){ data, data[0] < 128 && size >= 32 ? 32 : size };
  require (decoder->decode (config, &entry, &rows) == DCPIPE_OK);
  free (rows.note);
  return 0;
}

#endif
