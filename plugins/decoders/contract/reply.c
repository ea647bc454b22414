/* SPDX-License-Identifier: Apache-2.0 */
/* Replies of providers. A reply tells three things apart: whether its outer form can be read (then there is
 * a log row), whether its inside can (then the row has its fields, and the signature can be verified), and
 * whose contract it is about, which is the entry's key and never what the payload claims. */
#include "config.h"

#include "reply.h"

#include "bytes/hex.h"
#include "decoder/columns.h"
#include "decoder/payload.h"
#include "tables.h"

struct reply {
  bool outer, inner; /* could be read */
  struct payload_signed payload;
  struct bytes requester, memo, contract_id, text, details;
  bool accepted;
};

/* ---- decode ---------------------------------------------------------------------------------------- */

/* A reply whose inside cannot be read ends the wait for one all the same: so it is noted, and only what it
 * says is missing. */
static struct reply
read_reply (struct bytes value, dcpipe_rows *rows)
{
  struct reply reply = { 0 };
  struct borsh in;

  reply.outer = payload_read_signed (value, rows, "reply payload", &reply.payload);
  if (!reply.outer)
    return reply;
  in = payload_over (reply.payload.data);
  reply.requester = borsh_bytes (&in);
  reply.memo = borsh_string (&in);
  reply.contract_id = borsh_bytes (&in);
  reply.accepted = borsh_bool (&in);
  reply.text = borsh_string (&in);
  reply.details = borsh_string (&in);
  reply.inner = payload_finish (&in, rows, PAYLOAD_INNER, "reply");
  return reply;
}

/* The contract is the one that the entry's key names; what the payload says stands in a column of its own. */
static void
add_reply (dcpipe_rows *rows, const dcpipe_entry *entry, const struct reply *reply)
{
  dcpipe_row *row = dcpipe_row_add (rows, REPLIES, DCPIPE_INSERT);

  payload_set_hex (row, REPLY_CONTRACT_ID, payload_bytes (dcpipe_entry_key (entry)));
  signature_set (row, REPLY_DATA, &reply->payload, SIGNATURE_NONE);
  dcpipe_set_u64 (row, REPLY_VERSION, PAYLOAD_V1);
  if (!reply->inner)
    return;
  payload_set_hex (row, REPLY_REQUESTER, reply->requester);
  payload_set_text (row, REPLY_MEMO, reply->memo);
  payload_set_hex (row, REPLY_PAYLOAD_CONTRACT_ID, reply->contract_id);
  dcpipe_set_bool (row, REPLY_ACCEPTED, reply->accepted);
  payload_set_text (row, REPLY_TEXT, reply->text);
  payload_set_text (row, REPLY_DETAILS, reply->details);
}

/* Under verify_signatures = reject the row waits for the verdict, since a log's row cannot be taken back. */
static bool
row_waits (const struct signature_config *config, const struct reply *reply)
{
  return config->verify == VERIFY_REJECT && reply->inner;
}

/* The note is a copy of views into the block, which stays until the entry was resolved. */
int
contract_reply (const struct signature_config *config, const dcpipe_entry *entry, dcpipe_rows *rows)
{
  struct reply reply = read_reply (payload_bytes (dcpipe_entry_value (entry)), rows), *note;

  if (reply.outer && !row_waits (config, &reply))
    add_reply (rows, entry, &reply);
  note = dcpipe_rows_note (rows, sizeof *note);
  if (note != NULL)
    *note = reply;
  return DCPIPE_OK;
}

/* ---- resolve --------------------------------------------------------------------------------------- */

/* A contract that was never asked for is no fault: the request may have another label that is not decoded. */
static int
find_contract (const dcpipe_entry *entry, dcpipe_lookup *lookup, const dcpipe_row **contract)
{
  dcpipe_row *key = dcpipe_lookup_key (lookup, CONTRACTS);
  int result;

  payload_set_hex (key, CONTRACT_ID, payload_bytes (dcpipe_entry_key (entry)));
  result = dcpipe_lookup_get (lookup, key, contract);
  return result == DCPIPE_OK || result == DCPIPE_NONE ? DCPIPE_OK : DCPIPE_FAIL;
}

/* The verdict by the key that stands in hexadecimal in the contract's row. */
static enum signature_status
verify_reply (const struct signature_config *config, const struct reply *reply, struct dcpipe_bytes provider)
{
  uint8_t key[32];

  if (config->verify == VERIFY_OFF)
    return SIGNATURE_UNCHECKED;
  if (provider.size != 2 * sizeof key || !hex_decode (key, provider.data, sizeof key))
    return SIGNATURE_INVALID;
  return signature_verify (config, (struct bytes){ key, sizeof key }, reply->payload.data,
                           reply->payload.signature);
}

/* An UPDATE, so that a contract which is not there stays absent. */
static void
change_contract (dcpipe_rows *rows, const dcpipe_entry *entry, const struct reply *reply,
                 enum signature_status status)
{
  dcpipe_row *row = dcpipe_row_add (rows, CONTRACTS, DCPIPE_UPDATE);

  payload_set_hex (row, CONTRACT_ID, payload_bytes (dcpipe_entry_key (entry)));
  dcpipe_set_string (row, CONTRACT_STATUS,
                     !reply->inner     ? "unreadable"
                     : reply->accepted ? "signed"
                                       : "rejected");
  dcpipe_set_u64 (row, CONTRACT_REPLY_BLOCK_OFFSET, dcpipe_entry_block_position (entry));
  dcpipe_set_u64 (row, CONTRACT_REPLY_ENTRY_INDEX, dcpipe_entry_index (entry));
  signature_set_status (row, CONTRACT_REPLY_SIGNATURE_STATUS, status);
}

/* The key that must have signed is in the request, which may be in any earlier block: so only here can the
 * signature be verified. */
int
contract_resolve_reply (const struct signature_config *config, const dcpipe_entry *entry,
                        dcpipe_lookup *lookup, dcpipe_rows *rows)
{
  const struct reply *reply = dcpipe_lookup_note (lookup, NULL);
  enum signature_status status = SIGNATURE_NONE;
  struct dcpipe_bytes provider = { NULL, 0 };
  const dcpipe_row *contract;
  dcpipe_row *row;

  if (find_contract (entry, lookup, &contract) != DCPIPE_OK)
    return DCPIPE_FAIL;
  if (contract != NULL)
    provider = dcpipe_get_bytes (contract, CONTRACT_PROVIDER);
  if (contract != NULL && reply->inner)
    status = verify_reply (config, reply, provider);
  if (signature_refused (config, status, rows))
    return DCPIPE_OK;
  if (row_waits (config, reply))
    add_reply (rows, entry, reply);
  if (contract == NULL)
    return DCPIPE_OK;
  if (reply->outer) {
    row = dcpipe_row_add (rows, REPLIES, DCPIPE_UPDATE);
    dcpipe_set_text (row, REPLY_PROVIDER, provider.data, provider.size);
    signature_set_status (row, REPLY_SIGNATURE_STATUS, status);
  }
  change_contract (rows, entry, reply, status);
  return DCPIPE_OK;
}
