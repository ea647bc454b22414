/* SPDX-License-Identifier: Apache-2.0 */
/* Requests for contracts. The entry's key should be the SHA-256 of the signed bytes; both are kept, with
 * whether they agree, since nothing makes a client compute it rightly. */
#include "config.h"

#include "request.h"

#include "decoder/columns.h"
#include "decoder/payload.h"
#include "tables.h"

struct request {
  struct bytes requester, ssh_pubkey, contact, provider, offering_id, memo;
  struct payload_option region_name, contract_id, instance_config;
  uint64_t amount;
  uint32_t payments;
  struct borsh first_payment; /* the reader, before it read them */
  bool has_start;
  uint64_t start; /* seconds */
};

struct payment {
  struct bytes pricing_model, time_period_unit;
  uint64_t quantity, amount;
};

/* ---- reading --------------------------------------------------------------------------------------- */

static struct payment
read_payment (struct borsh *in)
{
  struct payment payment;

  payment.pricing_model = borsh_string (in);
  payment.time_period_unit = borsh_string (in);
  payment.quantity = borsh_u64 (in);
  payment.amount = borsh_u64 (in);
  return payment;
}

/* Payments are passed over to find what stands behind them, and read again when their rows are made: no
 * memory is taken for a count that a payload only claims. */
static bool
read_request (struct bytes data, struct request *request, dcpipe_rows *rows)
{
  struct borsh in = payload_over (data);

  request->requester = borsh_bytes (&in);
  request->ssh_pubkey = borsh_string (&in);
  request->contact = borsh_string (&in);
  request->provider = borsh_bytes (&in);
  request->offering_id = borsh_string (&in);
  request->region_name = payload_read_option (&in);
  request->contract_id = payload_read_option (&in);
  request->instance_config = payload_read_option (&in);
  request->amount = borsh_u64 (&in);
  request->payments = borsh_u32 (&in);
  request->first_payment = in;
  for (uint32_t i = 0; i < request->payments && in.error == BORSH_OK; i++)
    read_payment (&in);
  request->has_start = borsh_option (&in);
  request->start = request->has_start ? borsh_u64 (&in) : 0;
  request->memo = borsh_string (&in);
  return payload_finish (&in, rows, PAYLOAD_INNER, "request");
}

/* ---- rows ------------------------------------------------------------------------------------------ */

/* All columns of the payload, since a request under the same key replaces the one before. */
static void
set_request (dcpipe_row *row, const struct request *request)
{
  payload_set_hex (row, CONTRACT_REQUESTER, request->requester);
  payload_set_hex (row, CONTRACT_PROVIDER, request->provider);
  payload_set_text (row, CONTRACT_SSH_PUBKEY, request->ssh_pubkey);
  payload_set_text (row, CONTRACT_CONTACT, request->contact);
  payload_set_text (row, CONTRACT_OFFERING_ID, request->offering_id);
  payload_set_option (row, CONTRACT_REGION_NAME, request->region_name);
  payload_set_option (row, CONTRACT_INSTANCE_ID, request->contract_id);
  payload_set_option (row, CONTRACT_INSTANCE_CONFIG, request->instance_config);
  dcpipe_set_u64 (row, CONTRACT_PAYMENT_AMOUNT, request->amount);
  if (request->has_start)
    dcpipe_set_u64 (row, CONTRACT_START, request->start);
  payload_set_text (row, CONTRACT_MEMO, request->memo);
}

/* Read without asking for errors: read_request has been over the same bytes. */
static void
add_payments (dcpipe_rows *rows, struct bytes key, const struct request *request)
{
  struct borsh in = request->first_payment;

  for (uint32_t i = 0; i < request->payments; i++) {
    struct payment payment = read_payment (&in);
    dcpipe_row *row = dcpipe_row_add (rows, PAYMENTS, DCPIPE_INSERT);

    dcpipe_set_u64 (row, PAYMENT_ITEM, i);
    payload_set_hex (row, PAYMENT_CONTRACT_ID, key);
    payload_set_text (row, PAYMENT_PRICING_MODEL, payment.pricing_model);
    payload_set_text (row, PAYMENT_TIME_PERIOD_UNIT, payment.time_period_unit);
    dcpipe_set_u64 (row, PAYMENT_QUANTITY, payment.quantity);
    dcpipe_set_u64 (row, PAYMENT_AMOUNT, payment.amount);
  }
}

/* The contract is pending again, whatever became of an earlier request under its key. */
int
contract_request (const struct signature_config *config, const dcpipe_entry *entry, dcpipe_rows *rows)
{
  struct bytes key = payload_bytes (dcpipe_entry_key (entry));
  struct payload_signed payload;
  enum signature_status status;
  struct request request;
  dcpipe_row *row;

  if (!payload_read_signed (payload_bytes (dcpipe_entry_value (entry)), rows, "request payload", &payload)
      || !read_request (payload.data, &request, rows)
      || !signature_accepted (config, request.requester, payload.data, payload.signature, rows, &status))
    return DCPIPE_OK;
  row = dcpipe_row_add (rows, CONTRACTS, DCPIPE_UPSERT);
  payload_set_hex (row, CONTRACT_ID, key);
  payload_set_id (row, CONTRACT_COMPUTED_ID, CONTRACT_ID_MATCHES, key, payload.data);
  signature_set (row, CONTRACT_DATA, &payload, status);
  dcpipe_set_string (row, CONTRACT_STATUS, "pending");
  set_request (row, &request);
  dcpipe_set_u64 (row, CONTRACT_VERSION, PAYLOAD_V1);
  dcpipe_set_u64 (row, CONTRACT_REQUEST_BLOCK_OFFSET, dcpipe_entry_block_position (entry));
  dcpipe_set_u64 (row, CONTRACT_REQUEST_ENTRY_INDEX, dcpipe_entry_index (entry));
  add_payments (rows, key, &request);
  return DCPIPE_OK;
}
