/* SPDX-License-Identifier: Apache-2.0 */
/* A row of CSV into typed columns. A row is checked as a whole first, so that a bad one leaves nothing behind
 * but what is wrong with it, in the canister's words. */
#include "config.h"

#include "item.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

#include "bytes/cleanup.h"
#include "decoder/columns.h"
#include "decoder/payload.h"
#include "number.h"
#include "tables.h"
#include "trim.h"

enum kind {
  KIND_TEXT,     /* as it is */
  KIND_OPTION,   /* null if empty */
  KIND_CAPACITY, /* null if empty or 0 */
  KIND_CURRENCY, /* from here on: one of the choices below */
  KIND_VISIBILITY,
  KIND_PRODUCT_TYPE,
  KIND_VIRTUALIZATION,
  KIND_BILLING_INTERVAL,
  KIND_STOCK,
  KIND_ERROR_CORRECTION,
  KIND_PRICE,      /* a number; null if it is not finite */
  KIND_COUNT,      /* null if empty, 0, or no number */
  KIND_AMOUNT,     /* 0 if empty or no number */
  KIND_LIST,       /* separated by commas */
  KIND_COORDINATES /* two numbers separated by a comma */
};

static const enum kind kinds[SHEET_FIELDS] = {
#define FIELD_KIND(id, name, kind, help) [FIELD_##id] = KIND_##kind,
  OFFERING_FIELDS (FIELD_KIND)
#undef FIELD_KIND
};

/* ---- choices --------------------------------------------------------------------------------------- */

struct choice {
  const char *word; /* in lower case; taken in any case */
  const char *name; /* NULL: taken, and null */
};

#define CHOICES_MAX 9

static const struct choice choices[][CHOICES_MAX] = {
  [KIND_CURRENCY] = { { "eur", "EUR" },
                      { "usd", "USD" },
                      { "usdt", "USDT" },
                      { "btc", "BTC" },
                      { "eth", "ETH" } },
  [KIND_VISIBILITY] = { { "visible", "Visible" }, { "invisible", "Invisible" } },
  [KIND_PRODUCT_TYPE] = { { "vps", "VPS" },
                          { "dedicated", "Dedicated" },
                          { "cloud", "Cloud" },
                          { "managed", "Managed" } },
  [KIND_VIRTUALIZATION] = { { "kvm", "KVM" },
                            { "vmware", "VMware" },
                            { "xen", "Xen" },
                            { "hyper-v", "HyperV" },
                            { "hyperv", "HyperV" },
                            { "none", "None" },
                            { "", "None" } },
  [KIND_BILLING_INTERVAL] = { { "hourly", "Hourly" },
                              { "hour", "Hourly" },
                              { "daily", "Daily" },
                              { "day", "Daily" },
                              { "monthly", "Monthly" },
                              { "month", "Monthly" },
                              { "yearly", "Yearly" },
                              { "year", "Yearly" } },
  [KIND_STOCK] = { { "in stock", "InStock" },
                   { "in-stock", "InStock" },
                   { "out of stock", "OutOfStock" },
                   { "out-of-stock", "OutOfStock" },
                   { "limited", "Limited" } },
  [KIND_ERROR_CORRECTION] = { { "", NULL },
                              { "ecc", "ECC" },
                              { "ecc registered", "ECCRegistered" },
                              { "ecc-registered", "ECCRegistered" },
                              { "ecc-reg", "ECCRegistered" },
                              { "eccreg", "ECCRegistered" },
                              { "non-ecc", "NonECC" },
                              { "nonecc", "NonECC" },
                              { "non ecc", "NonECC" } },
};

/* False if the text is none of the words of that kind; otherwise `name` is what it stands for, NULL for null.
 */
static bool
find_choice (enum kind kind, struct bytes text, const char **name)
{
  for (size_t i = 0; i < CHOICES_MAX && choices[kind][i].word != NULL; i++)
    if (is_word (text, choices[kind][i].word)) {
      *name = choices[kind][i].name;
      return true;
    }
  return false;
}

/* ---- checking -------------------------------------------------------------------------------------- */

/* What a field of the kind is called when it is wrong. */
static const char *
title (enum kind kind, enum offering_field field)
{
  switch (kind) {
  case KIND_CURRENCY:
    return "currency";
  case KIND_VISIBILITY:
    return "visibility";
  case KIND_PRODUCT_TYPE:
    return "product type";
  case KIND_VIRTUALIZATION:
    return "virtualization type";
  case KIND_BILLING_INTERVAL:
    return "billing interval";
  case KIND_STOCK:
    return "stock status";
  case KIND_ERROR_CORRECTION:
    return "error correction";
  default:
    return field == FIELD_MONTHLY_PRICE ? "monthly price" : "setup fee";
  }
}

enum check { CHECK_GOOD, CHECK_BAD, CHECK_NO_MEMORY };

/* Only choices and prices can be wrong: everything else is taken as text, or as nothing. */
static enum check
check_field (enum kind kind, struct bytes text)
{
  CLEANUP_FREE char *decimal = NULL;
  const char *name;

  if (kind >= KIND_CURRENCY && kind <= KIND_ERROR_CORRECTION)
    return find_choice (kind, text, &name) ? CHECK_GOOD : CHECK_BAD;
  if (kind != KIND_PRICE)
    return CHECK_GOOD;
  switch (number_decimal (text, &decimal)) {
  case NUMBER_BAD:
    return CHECK_BAD;
  case NUMBER_NO_MEMORY:
    return CHECK_NO_MEMORY;
  default:
    return CHECK_GOOD;
  }
}

static bool
no_memory (void)
{
  dcpipe_error ("no memory for a row of offerings");
  return false;
}

/* In the words of the canister, for those who compare. */
static bool
add_error (struct item_reader *reader, const struct sheet_row *row, const char *text, struct bytes tail)
{
  size_t size = strlen (text);
  CLEANUP_FREE char *error = malloc (size + tail.size + 1);
  dcpipe_row *out;

  if (error == NULL)
    return no_memory ();
  memcpy (error, text, size);
  if (tail.size > 0)
    memcpy (error + size, tail.data, tail.size);
  out = dcpipe_row_add (reader->rows, ROW_ERRORS, DCPIPE_UPSERT);
  payload_set_hex (out, ERROR_PUBKEY, reader->pubkey);
  dcpipe_set_bool (out, ERROR_IN_WRAPPER, reader->in_wrapper);
  dcpipe_set_u64 (out, ERROR_ROW, row->number);
  dcpipe_set_u64 (out, ERROR_LINE, row->line);
  dcpipe_set_text (out, ERROR_ERROR, error, size + tail.size);
  reader->errors++;
  return true;
}

/* The canister's CSV reader (of Rust) counts records with the headings and from 1, and says where the
 * record before it ended. */
static bool
add_count_error (struct item_reader *reader, const struct sheet_row *row)
{
  char text[200];

  snprintf (text, sizeof text,
            "CSV error: record %" PRIu64 " (line: %" PRIu64 ", byte: %" PRIu64 "): "
            "found record with %zu fields, but the previous record has %zu fields",
            row->number + 1, row->line, row->byte, row->fields, row->headings);
  return add_error (reader, row, text, (struct bytes){ NULL, 0 });
}

/* ---- setting --------------------------------------------------------------------------------------- */

/* The text is kept beside the number, for numbers that no double holds are null. */
static bool
set_price (dcpipe_row *out, size_t column, size_t text_column, struct bytes text)
{
  CLEANUP_FREE char *decimal = NULL;

  if (number_decimal (text, &decimal) == NUMBER_NO_MEMORY)
    return no_memory ();
  if (decimal != NULL)
    dcpipe_set_decimal (out, column, decimal, strlen (decimal));
  payload_set_text (out, text_column, text);
  return true;
}

/* Takes the part up to the next comma off the text. */
static struct bytes
next_part (struct bytes *text)
{
  const uint8_t *comma = memchr (text->data, ',', text->size);
  struct bytes part = { text->data, comma != NULL ? (size_t) (comma - text->data) : text->size };
  size_t gone = part.size + (comma != NULL);

  *text = (struct bytes){ text->data + gone, text->size - gone };
  return part;
}

static size_t
count_commas (struct bytes text)
{
  size_t count = 0;

  for (size_t i = 0; i < text.size; i++)
    count += text.data[i] == ',';
  return count;
}

/* An empty field is an empty list and not one empty word. */
static bool
set_list (dcpipe_row *out, size_t column, struct bytes text)
{
  size_t parts = text.size > 0 ? count_commas (text) + 1 : 0;
  json_t *array = json_array ();
  CLEANUP_FREE char *json = NULL;

  for (size_t i = 0; i < parts; i++) {
    struct bytes part = trim (next_part (&text));

    json_array_append_new (array, json_stringn ((const char *) part.data, part.size));
  }
  if (array != NULL && json_array_size (array) == parts)
    json = json_dumps (array, JSON_COMPACT);
  json_decref (array);
  if (json == NULL)
    return no_memory ();
  dcpipe_set_json (out, column, json, strlen (json));
  return true;
}

/* What is not two numbers is nothing, and no error: the canister takes it. */
static bool
set_coordinates (dcpipe_row *out, size_t column, struct bytes text)
{
  CLEANUP_FREE char *latitude = NULL, *longitude = NULL, *json = NULL;
  enum number first, second;
  size_t size;

  if (count_commas (text) != 1)
    return true;
  first = number_decimal (next_part (&text), &latitude);
  second = number_decimal (text, &longitude);
  if (first == NUMBER_NO_MEMORY || second == NUMBER_NO_MEMORY)
    return no_memory ();
  if (first == NUMBER_BAD || second == NUMBER_BAD)
    return true;
  size = (latitude ? strlen (latitude) : 4) + (longitude ? strlen (longitude) : 4) + sizeof "[,]";
  json = malloc (size);
  if (json == NULL)
    return no_memory ();
  snprintf (json, size, "[%s,%s]", latitude ? latitude : "null", longitude ? longitude : "null");
  dcpipe_set_json (out, column, json, strlen (json));
  return true;
}

/* 0 stands for "not said" in these columns, as an empty field does. */
static void
set_count (dcpipe_row *out, size_t column, struct bytes text)
{
  uint32_t number;

  if (number_u32 (text, &number) && !is_word (text, "0"))
    dcpipe_set_u64 (out, column, number);
}

static void
set_amount (dcpipe_row *out, size_t column, struct bytes text)
{
  uint32_t number;

  dcpipe_set_u64 (out, column, number_u32 (text, &number) ? number : 0);
}

/* The row was checked, so a choice that is not found has no value here; empty fields of most kinds are
 * null. */
static bool
set_field (dcpipe_row *out, size_t field, struct bytes text)
{
  size_t column = ITEM_FIRST_FIELD + field;
  const char *name = NULL;

  switch (kinds[field]) {
  case KIND_TEXT:
    payload_set_text (out, column, text);
    return true;
  case KIND_OPTION:
    payload_set_option (out, column, (struct payload_option){ text.size > 0, text });
    return true;
  case KIND_CAPACITY:
    payload_set_option (out, column, (struct payload_option){ text.size > 0 && !is_word (text, "0"), text });
    return true;
  case KIND_PRICE:
    return set_price (out, column,
                      field == FIELD_MONTHLY_PRICE ? ITEM_MONTHLY_PRICE_TEXT : ITEM_SETUP_FEE_TEXT, text);
  case KIND_COUNT:
    set_count (out, column, text);
    return true;
  case KIND_AMOUNT:
    set_amount (out, column, text);
    return true;
  case KIND_LIST:
    return set_list (out, column, text);
  case KIND_COORDINATES:
    return set_coordinates (out, column, text);
  default:
    if (find_choice (kinds[field], text, &name))
      dcpipe_set_string (out, column, name);
    return true;
  }
}

/* Checked as a whole before its row is begun: a row that was begun cannot be taken back. */
bool
item_read (void *context, const struct sheet_row *row)
{
  struct item_reader *reader = context;
  dcpipe_row *out;

  if (row->fields != row->headings)
    return add_count_error (reader, row);
  for (size_t i = 0; i < SHEET_FIELDS; i++) {
    struct bytes text = trim (row->field[i]);
    char error[80];

    switch (check_field (kinds[i], text)) {
    case CHECK_BAD:
      snprintf (error, sizeof error, "Parse error: Invalid %s: ", title (kinds[i], (enum offering_field) i));
      return add_error (reader, row, error, text);
    case CHECK_NO_MEMORY:
      return no_memory ();
    default:
      break;
    }
  }
  out = dcpipe_row_add (reader->rows, ITEMS, DCPIPE_UPSERT);
  payload_set_hex (out, ITEM_PUBKEY, reader->pubkey);
  dcpipe_set_bool (out, ITEM_IN_WRAPPER, reader->in_wrapper);
  dcpipe_set_u64 (out, ITEM_ROW, row->number);
  reader->items++;
  for (size_t i = 0; i < SHEET_FIELDS; i++)
    if (!set_field (out, i, trim (row->field[i])))
      return false;
  return true;
}
