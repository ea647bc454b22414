/* SPDX-License-Identifier: Apache-2.0 */
/* CSV by libcsv, which knows RFC 4180 but not the lines that rows are on, nor what the canister's reader
 * makes of stray quotes: both are dealt with around it. */
#include "config.h"

#include "sheet.h"

#include <csv.h>
#include <stdlib.h>

#include "bytes/cleanup.h"
#include "bytes/grow.h"
#include "dcpipe-plugin.h"
#include "quotes.h"

struct sheet {
  struct csv_parser parser;
  bool (*row) (void *context, const struct sheet_row *row);
  void *context;
  bool has_headings, stopped, no_memory;
  uint64_t line, byte; /* behind the bytes being parsed */
  struct sheet_row current;
  size_t start[SHEET_FIELDS]; /* where its fields are in `buffer` */
  uint8_t *buffer;
  size_t size, capacity;
};

static void
cleanup_sheet (struct sheet *sheet)
{
  csv_free (&sheet->parser);
  free (sheet->buffer);
}

/* Fields of one row lie one after another: pointers to them are made when the row is complete, since the
 * buffer may move until then. */
static bool
keep (struct sheet *sheet, const void *data, size_t size)
{
  if (!bytes_reserve (&sheet->buffer, sheet->size, &sheet->capacity, size)) {
    sheet->no_memory = true;
    return false;
  }
  if (size > 0)
    memcpy (sheet->buffer + sheet->size, data, size);
  sheet->size += size;
  return true;
}

/* libcsv's callback for each field. More fields than there are columns are counted and not kept: their
 * number is what is wrong. */
static void
take_field (void *data, size_t size, void *context)
{
  struct sheet *sheet = context;
  struct sheet_row *row = &sheet->current;

  if (row->fields < SHEET_FIELDS) {
    sheet->start[row->fields] = sheet->size;
    row->field[row->fields].size = keep (sheet, data, size) ? size : 0;
  }
  row->fields++;
}

/* libcsv's callback for each row. */
static void
take_row (int end, void *context)
{
  struct sheet *sheet = context;
  struct sheet_row *row = &sheet->current;

  (void) end;
  if (sheet->stopped || sheet->no_memory)
    return;
  for (size_t i = 0; i < SHEET_FIELDS; i++)
    row->field[i] = i < row->fields ? (struct bytes){ sheet->buffer + sheet->start[i], row->field[i].size }
                                    : (struct bytes){ NULL, 0 };
  if (!sheet->has_headings) {
    sheet->has_headings = true;
    row->headings = row->fields;
  } else {
    sheet->stopped = !sheet->row (sheet->context, row);
    row->number++;
  }
  row->line = sheet->line;
  row->byte = sheet->byte;
  row->fields = 0;
  sheet->size = 0;
}

/* Spaces around a field are trimmed after its quotes, if it has any, are gone; for libcsv there are none. */
static int
no_space (unsigned char c)
{
  (void) c;
  return 0;
}

/* The size of the text up to and with the first CR or LF. So a row can end only where a piece ends. */
static size_t
next_piece (struct bytes text)
{
  for (size_t i = 0; i < text.size; i++)
    if (text.data[i] == '\n' || text.data[i] == '\r')
      return i + 1;
  return text.size;
}

/* Spreadsheets write one, and it would be a part of the first heading. */
static void
skip_byte_order_mark (struct sheet *sheet, struct bytes *text)
{
  static const uint8_t mark[] = { 0xef, 0xbb, 0xbf };

  if (text->size < sizeof mark || memcmp (text->data, mark, sizeof mark) != 0)
    return;
  *text = (struct bytes){ text->data + sizeof mark, text->size - sizeof mark };
  sheet->byte = sizeof mark;
}

static struct bytes
skip_piece (struct bytes text)
{
  size_t size = next_piece (text);

  return (struct bytes){ text.data + size, text.size - size };
}

/* Rows are reported where they lie in `written`, of which `text` is what libcsv can read. */
static void
parse (struct sheet *sheet, struct bytes text, struct bytes written)
{
  while (text.size > 0 && !sheet->stopped && !sheet->no_memory) {
    size_t size = next_piece (text);

    sheet->line += text.data[size - 1] == '\n';
    sheet->byte += next_piece (written);
    if (csv_parse (&sheet->parser, text.data, size, take_field, take_row, sheet) != size)
      sheet->no_memory = true;
    text = skip_piece (text);
    written = skip_piece (written);
  }
  if (!sheet->stopped && !sheet->no_memory && csv_fini (&sheet->parser, take_field, take_row, sheet) != 0)
    sheet->no_memory = true;
}

/* libcsv is given a piece at a time, each up to the end of a line: so it is known on which line, and at
 * which byte, a row ended. */
bool
sheet_read (struct bytes text, bool (*row) (void *context, const struct sheet_row *row), void *context)
{
  CLEANUP (cleanup_sheet)
  struct sheet sheet = { .row = row, .context = context, .line = 1, .current.line = 1 };
  CLEANUP_FREE char *memory = NULL;
  struct bytes written;

  if (csv_init (&sheet.parser, 0) != 0) {
    dcpipe_error ("the CSV library cannot be set up");
    return false;
  }
  csv_set_space_func (&sheet.parser, no_space);
  skip_byte_order_mark (&sheet, &text);
  written = text;
  sheet.no_memory = !quotes_tighten (&text, &memory);
  parse (&sheet, text, written);
  if (sheet.no_memory && !sheet.stopped)
    dcpipe_error ("no memory for a row of CSV");
  return !sheet.stopped && !sheet.no_memory;
}
