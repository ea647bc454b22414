/* SPDX-License-Identifier: Apache-2.0 */
/* Approvals of token transfers: the tables token_approvals and token_approval_changes.
 *
 * An approval replaces the one before it of the same approver and spender, who are told apart as ICRC-1 does;
 * an allowance of 0 ends it. When it expires is kept in a column and not acted upon. */
#include "config.h"

#include "decoder/account.h"
#include "decoder/columns.h"
#include "decoder/payload.h"

enum { APPROVALS, CHANGES };

/* ---- tables ---------------------------------------------------------------------------------------- */

enum {
  APPROVAL_APPROVER_KEY,
  APPROVAL_SPENDER_KEY,
  APPROVAL_APPROVER,
  APPROVAL_APPROVER_OWNER,
  APPROVAL_APPROVER_SUBACCOUNT,
  APPROVAL_SPENDER,
  APPROVAL_SPENDER_OWNER,
  APPROVAL_SPENDER_SUBACCOUNT,
  APPROVAL_ALLOWANCE,
  APPROVAL_EXPIRES_AT,
  APPROVAL_BLOCK_OFFSET,
  APPROVAL_ENTRY_INDEX,
  APPROVAL_CREATED_AT,
  APPROVAL_UPDATED_AT,
  APPROVAL_TIMESTAMP
};

#define ALLOWANCE COLUMN ("allowance", DCPIPE_U64, "How much the spender may transfer, in e9s.")
#define EXPIRES_AT                                                                                           \
  COLUMN ("expires_at", DCPIPE_U64, "When the approval ends, in nanoseconds since 1970 UTC; null for never.")

static const struct dcpipe_column approval_columns[] = {
  [APPROVAL_APPROVER_KEY] =
      KEY_COLUMN (1, "approver_key", DCPIPE_TEXT,
                  "The approver's account: owner and subaccount (unless it is 32 zeros) in "
                  "hexadecimal, with a dot between; a second dot is a subaccount of no bytes."),
  [APPROVAL_SPENDER_KEY] =
      KEY_COLUMN (2, "spender_key", DCPIPE_TEXT, "The spender's account in the same form."),
  [APPROVAL_APPROVER] = ACCOUNT_TEXT ("approver", "of the approver"),
  [APPROVAL_APPROVER_OWNER] = ACCOUNT_OWNER ("approver", "of the approver"),
  [APPROVAL_APPROVER_SUBACCOUNT] = ACCOUNT_SUBACCOUNT ("approver", "of the approver"),
  [APPROVAL_SPENDER] = ACCOUNT_TEXT ("spender", "of the spender"),
  [APPROVAL_SPENDER_OWNER] = ACCOUNT_OWNER ("spender", "of the spender"),
  [APPROVAL_SPENDER_SUBACCOUNT] = ACCOUNT_SUBACCOUNT ("spender", "of the spender"),
  [APPROVAL_ALLOWANCE] = ALLOWANCE,
  [APPROVAL_EXPIRES_AT] = EXPIRES_AT,
  [APPROVAL_BLOCK_OFFSET] = LAST_BLOCK_OFFSET,
  [APPROVAL_ENTRY_INDEX] = LAST_ENTRY_INDEX,
  [APPROVAL_CREATED_AT] = CREATED_AT,
  [APPROVAL_UPDATED_AT] = UPDATED_AT,
  [APPROVAL_TIMESTAMP] = LAST_TIMESTAMP,
};

static const struct dcpipe_index approval_indexes[] = {
  { .name = "token_approvals_by_approver", .columns = "approver_owner" },
  { .name = "token_approvals_by_spender", .columns = "spender_owner" },
};

enum {
  CHANGE_BLOCK_OFFSET,
  CHANGE_ENTRY_INDEX,
  CHANGE_TX_ID,
  CHANGE_KEY_MATCHES,
  CHANGE_APPROVER,
  CHANGE_APPROVER_OWNER,
  CHANGE_APPROVER_SUBACCOUNT,
  CHANGE_SPENDER,
  CHANGE_SPENDER_OWNER,
  CHANGE_SPENDER_SUBACCOUNT,
  CHANGE_ALLOWANCE,
  CHANGE_EXPIRES_AT,
  CHANGE_FEE,
  CHANGE_MEMO,
  CHANGE_MEMO_DATA,
  CHANGE_CREATED_AT_TIME,
  CHANGE_VERSION,
  CHANGE_TIMESTAMP
};

static const struct dcpipe_column change_columns[] = {
  [CHANGE_BLOCK_OFFSET] = LOG_BLOCK_OFFSET,
  [CHANGE_ENTRY_INDEX] = LOG_ENTRY_INDEX,
  [CHANGE_TX_ID] =
      COLUMN ("tx_id", DCPIPE_TEXT, "The id of the approval, computed from its content, in hexadecimal."),
  [CHANGE_KEY_MATCHES] = COLUMN ("key_matches", DCPIPE_BOOL, "Whether the entry's key is that id."),
  [CHANGE_APPROVER] = ACCOUNT_TEXT ("approver", "of the approver"),
  [CHANGE_APPROVER_OWNER] = ACCOUNT_OWNER ("approver", "of the approver"),
  [CHANGE_APPROVER_SUBACCOUNT] = ACCOUNT_SUBACCOUNT ("approver", "of the approver"),
  [CHANGE_SPENDER] = ACCOUNT_TEXT ("spender", "of the spender"),
  [CHANGE_SPENDER_OWNER] = ACCOUNT_OWNER ("spender", "of the spender"),
  [CHANGE_SPENDER_SUBACCOUNT] = ACCOUNT_SUBACCOUNT ("spender", "of the spender"),
  [CHANGE_ALLOWANCE] = ALLOWANCE,
  [CHANGE_EXPIRES_AT] = EXPIRES_AT,
  [CHANGE_FEE] = COLUMN ("fee", DCPIPE_U64, "What the approver paid for the approval, in e9s."),
  [CHANGE_MEMO] = COLUMN ("memo", DCPIPE_TEXT, "The memo as text; null if it is no text."),
  [CHANGE_MEMO_DATA] = COLUMN ("memo_data", DCPIPE_BLOB, "The memo's bytes."),
  [CHANGE_CREATED_AT_TIME] = COLUMN ("created_at_time", DCPIPE_U64,
                                     "When the approver says he made it, in nanoseconds since 1970 UTC."),
  [CHANGE_VERSION] = PAYLOAD_VERSION,
  [CHANGE_TIMESTAMP] = LOG_TIMESTAMP,
};

static const struct dcpipe_index change_indexes[] = {
  { .name = "token_approval_changes_by_approver", .columns = "approver_owner" },
  { .name = "token_approval_changes_by_spender", .columns = "spender_owner" },
};

static const struct dcpipe_table_def tables[] = {
  [APPROVALS] = { .name = "token_approvals",
                  .columns = DCPIPE_ARRAY (approval_columns),
                  .indexes = DCPIPE_ARRAY (approval_indexes),
                  .flags = DCPIPE_TABLE_LONG_KEYS,
                  .help = "The approvals in force." },
  [CHANGES] = { .name = "token_approval_changes",
                .columns = DCPIPE_ARRAY (change_columns),
                .indexes = DCPIPE_ARRAY (change_indexes),
                .flags = DCPIPE_TABLE_LOG,
                .help = "Every approval ever made." },
};

/* ---- decoding -------------------------------------------------------------------------------------- */

struct approval {
  struct ledger_account approver, spender;
  struct account_owner approver_owner, spender_owner;
  uint64_t allowance, fee, created_at_time;
  bool expires;
  uint64_t expires_at;
  struct bytes memo;
};

/* Owners are made into text here, on one of several threads, and not where rows are folded in order. */
static bool
read_approval (struct bytes value, struct approval *approval, dcpipe_rows *rows)
{
  struct borsh in = payload_over (value);

  approval->approver = ledger_account_read (&in);
  approval->spender = ledger_account_read (&in);
  approval->allowance = borsh_u64 (&in);
  approval->expires = borsh_option (&in);
  approval->expires_at = approval->expires ? borsh_u64 (&in) : 0;
  approval->fee = borsh_u64 (&in);
  approval->memo = borsh_bytes (&in);
  approval->created_at_time = borsh_u64 (&in);
  if (!payload_finish (&in, rows, PAYLOAD_OUTER, "approval"))
    return false;
  approval->approver_owner = account_owner (&approval->approver);
  approval->spender_owner = account_owner (&approval->spender);
  return true;
}

static void
add_change (dcpipe_rows *rows, const dcpipe_entry *entry, const struct approval *approval)
{
  struct bytes value = payload_bytes (dcpipe_entry_value (entry));
  dcpipe_row *row = dcpipe_row_add (rows, CHANGES, DCPIPE_INSERT);

  /* The id is that of the payload without its version. */
  payload_set_id (row, CHANGE_TX_ID, CHANGE_KEY_MATCHES, payload_bytes (dcpipe_entry_key (entry)),
                  (struct bytes){ value.data + 1, value.size - 1 });
  account_set (row, CHANGE_APPROVER, &approval->approver, &approval->approver_owner);
  account_set (row, CHANGE_SPENDER, &approval->spender, &approval->spender_owner);
  dcpipe_set_u64 (row, CHANGE_ALLOWANCE, approval->allowance);
  if (approval->expires)
    dcpipe_set_u64 (row, CHANGE_EXPIRES_AT, approval->expires_at);
  dcpipe_set_u64 (row, CHANGE_FEE, approval->fee);
  payload_set_if_text (row, CHANGE_MEMO, approval->memo);
  dcpipe_set_blob (row, CHANGE_MEMO_DATA, approval->memo.data, approval->memo.size);
  dcpipe_set_u64 (row, CHANGE_CREATED_AT_TIME, approval->created_at_time);
  dcpipe_set_u64 (row, CHANGE_VERSION, PAYLOAD_V1);
}

/* By keys in which an absent subaccount and one of zeros are the same, as for whoever spends an allowance. */
static int
fold_approval (dcpipe_rows *rows, const struct approval *approval)
{
  bool ends = approval->allowance == 0;
  dcpipe_row *row = dcpipe_row_add (rows, APPROVALS, ends ? DCPIPE_DELETE : DCPIPE_UPSERT);
  struct ledger_account approver = ledger_account_effective (&approval->approver);
  struct ledger_account spender = ledger_account_effective (&approval->spender);

  if (!account_set_key (row, APPROVAL_APPROVER_KEY, &approver)
      || !account_set_key (row, APPROVAL_SPENDER_KEY, &spender))
    return DCPIPE_FAIL;
  if (ends)
    return DCPIPE_OK;
  account_set (row, APPROVAL_APPROVER, &approval->approver, &approval->approver_owner);
  account_set (row, APPROVAL_SPENDER, &approval->spender, &approval->spender_owner);
  dcpipe_set_u64 (row, APPROVAL_ALLOWANCE, approval->allowance);
  if (approval->expires)
    dcpipe_set_u64 (row, APPROVAL_EXPIRES_AT, approval->expires_at);
  return DCPIPE_OK;
}

static const struct dcpipe_label labels[] = { { .name = "DCTokenApproval" } };

/* No resolving: an approval says all about itself, and the last one counts. */
static int
approval_decode (const void *handle, const dcpipe_entry *entry, dcpipe_rows *rows)
{
  struct approval approval;

  (void) handle;
  if (dcpipe_entry_deleted (entry)
      || !read_approval (payload_bytes (dcpipe_entry_value (entry)), &approval, rows))
    return DCPIPE_OK;
  add_change (rows, entry, &approval);
  return fold_approval (rows, &approval);
}

static const struct dcpipe_decoder approval_decoder = {
  .name = "approval",
  .version = PACKAGE_VERSION,
  .description = "decodes approvals of token transfers, and keeps those in force",
  .license = "Apache-2.0",
  .labels = DCPIPE_ARRAY (labels),
  .tables = DCPIPE_ARRAY (tables),
  .row_format = 1,
  .decode = approval_decode,
};
DCPIPE_REGISTER_DECODER (approval_decoder)
