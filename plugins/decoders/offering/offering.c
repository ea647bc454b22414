/* SPDX-License-Identifier: Apache-2.0 */
/* Offerings of providers: the tables provider_offerings, provider_offering_items and offering_row_errors.
 *
 *     offering.c   the entry: payload, signature, the provider's row
 *     wrapper.c    offerings inside JSON
 *     sheet.c      CSV into rows of fields
 *     item.c       a row of fields into typed columns, or what is wrong with it
 *
 * A payload is CSV, or JSON that holds CSV. The canister reads both as CSV, and so finds nothing in JSON;
 * what is inside is read here too, and marked (in_wrapper). */
#include "config.h"

#include "bytes/cleanup.h"
#include "bytes/utf8.h"
#include "decoder/columns.h"
#include "decoder/identity.h"
#include "decoder/payload.h"
#include "decoder/signature.h"
#include "item.h"
#include "tables.h"
#include "wrapper.h"

static const struct dcpipe_label labels[] = { { .name = "ProvOffering" }, { .name = "NPOffering" } };

static const struct dcpipe_option options[] = { VERIFY_SIGNATURES (struct signature_config) };

static void
delete_items (dcpipe_rows *rows, struct bytes key)
{
  payload_delete_rows (rows, ITEMS, ITEM_PUBKEY, key);
  payload_delete_rows (rows, ROW_ERRORS, ERROR_PUBKEY, key);
}

/* Reads the CSV inside JSON; false after dcpipe_error. */
static bool
add_wrapped (dcpipe_rows *rows, dcpipe_row *row, struct bytes key, const struct wrapper *wrapper)
{
  struct item_reader reader = { .rows = rows, .pubkey = key, .in_wrapper = true };

  if (!sheet_read ((struct bytes){ (uint8_t *) wrapper->csv, wrapper->csv_size }, item_read, &reader))
    return false;
  dcpipe_set_u64 (row, OFFERING_WRAPPED_ITEMS, reader.items);
  dcpipe_set_u64 (row, OFFERING_WRAPPED_ROW_ERRORS, reader.errors);
  if (wrapper->has_pubkey)
    dcpipe_set_hex (row, OFFERING_WRAPPER_PUBKEY, wrapper->pubkey, sizeof wrapper->pubkey);
  return true;
}

/* Reads what is offered; false after dcpipe_error. */
static bool
add_offerings (dcpipe_rows *rows, dcpipe_row *row, struct bytes key, struct bytes data)
{
  struct item_reader reader = { .rows = rows, .pubkey = key };
  CLEANUP (wrapper_free) struct wrapper wrapper = { 0 };
  /* The canister reads the whole as a Rust string: one bad byte, and nothing of it counts. */
  size_t text = utf8_prefix (data.data, data.size);

  if (text < data.size) {
    dcpipe_set_string (row, OFFERING_FORMAT, "unreadable");
    dcpipe_fail_entry (rows, PAYLOAD_INNER, "invalid_utf8: the offerings are not UTF-8 (byte %zu)", text);
    return true;
  }
  /* JSON, too, is read as CSV first, because the canister does so: what it finds in it is what counts. */
  if (!sheet_read (data, item_read, &reader))
    return false;
  dcpipe_set_u64 (row, OFFERING_ITEMS, reader.items);
  dcpipe_set_u64 (row, OFFERING_ROW_ERRORS, reader.errors);
  if (!wrapper_read (data, &wrapper)) {
    dcpipe_set_string (row, OFFERING_FORMAT, "csv");
    return true;
  }
  dcpipe_set_string (row, OFFERING_FORMAT, "json");
  return add_wrapped (rows, row, key, &wrapper);
}

/* The list before is taken away as a whole, for the new one may have fewer rows. The provider's row is
 * written even if its content cannot be read: the signature and the bytes are worth keeping. */
static int
offering_decode (const void *handle, const dcpipe_entry *entry, dcpipe_rows *rows)
{
  struct bytes key = payload_bytes (dcpipe_entry_key (entry));
  struct payload_signed payload;
  enum signature_status status;
  dcpipe_row *row;

  if (dcpipe_entry_deleted (entry)) {
    payload_delete_rows (rows, OFFERINGS, OFFERING_PUBKEY, key);
    delete_items (rows, key);
    return DCPIPE_OK;
  }
  if (!payload_read_signed (payload_bytes (dcpipe_entry_value (entry)), rows, "offerings payload", &payload)
      || !signature_accepted (handle, key, payload.data, payload.signature, rows, &status))
    return DCPIPE_OK;
  row = dcpipe_row_add (rows, OFFERINGS, DCPIPE_UPSERT);
  payload_set_hex (row, OFFERING_PUBKEY, key);
  identity_set_principal (row, OFFERING_PRINCIPAL, key);
  signature_set (row, OFFERING_DATA, &payload, status);
  dcpipe_set_u64 (row, OFFERING_VERSION, PAYLOAD_V1);
  dcpipe_set_bool (row, OFFERING_IS_ACTIVE, true);
  delete_items (rows, key);
  return add_offerings (rows, row, key, payload.data) ? DCPIPE_OK : DCPIPE_FAIL;
}

static const struct dcpipe_decoder offering_decoder = {
  .name = "offering",
  .version = PACKAGE_VERSION,
  .description = "decodes the offerings of providers, one row for each",
  .license = "Apache-2.0",
  .options = DCPIPE_ARRAY (options),
  .handle_size = sizeof (struct signature_config),
  .labels = DCPIPE_ARRAY (labels),
  .tables = DCPIPE_ARRAY (offering_tables),
  .row_format = 1,
  .decode = offering_decode,
};
DCPIPE_REGISTER_DECODER (offering_decoder)
