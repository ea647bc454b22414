/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "golden/decoded.h"

#include <nettle/sha2.h>
#include <stdlib.h>
#include <string.h>

#include "bytes/bytes.h"
#include "bytes/cleanup.h"
#include "bytes/hex.h"

/* ---- comparing ------------------------------------------------------------------------------------- */

static void
expect (const struct entry *entry, json_t *row, const char *column, json_t *expected)
{
  CLEANUP_FREE char *found_text = NULL, *expected_text = NULL;
  json_t *found = json_object_get (row, column);

  if (same_value (found, expected))
    return;
  found_text = json_dumps (found, JSON_ENCODE_ANY);
  expected_text = json_dumps (expected, JSON_ENCODE_ANY);
  complain ("%s: %s is %.300s, expected %.300s", entry->name, column, found_text ? found_text : "absent",
            expected_text ? expected_text : "absent");
}

static void
expect_text (const struct entry *entry, json_t *row, const char *column, const char *expected)
{
  json_t *text = json_string (expected);

  expect (entry, row, column, text);
  json_decref (text);
}

/* The member at the end of a path such as "request.offering_id". */
static json_t *
member (json_t *object, const char *path)
{
  const char *dot;

  while ((dot = strchr (path, '.')) != NULL) {
    object = json_object_getn (object, path, (size_t) (dot - path));
    path = dot + 1;
  }
  return json_object_get (object, path);
}

/* A member of `decoded` and the column that holds it. */
struct field {
  const char *path, *column;
};

#define FIELDS(array) (array), sizeof (array) / sizeof *(array)

static void
expect_fields (const struct entry *entry, json_t *row, const struct field *fields, size_t count)
{
  for (size_t i = 0; i < count; i++)
    expect (entry, row, fields[i].column, member (entry->decoded, fields[i].path));
}

/* All members of `decoded` are looked at: each stands in `fields`, in `others`, or is a version. */
static void
expect_no_more (const struct entry *entry, const struct field *fields, size_t count, const char *others)
{
  const char *name;
  json_t *value;

  json_object_foreach (entry->decoded, name, value) {
    bool known = strcmp (name, "version") == 0 || strstr (others, name) != NULL;

    for (size_t i = 0; i < count && !known; i++)
      known = strncmp (fields[i].path, name, strlen (name)) == 0;
    if (!known)
      complain ("%s: nobody compares %s", entry->name, name);
  }
}

/* A column with the hexadecimal digits of bytes, of which the companion tells length and SHA-256. */
static void
expect_bytes (const struct entry *entry, json_t *row, const char *column, const char *length,
              const char *sha256)
{
  const char *hex = json_string_value (json_object_get (row, column));
  size_t size = hex != NULL ? strlen (hex) / 2 : 0;
  CLEANUP_FREE uint8_t *bytes = malloc (size + 1);
  uint8_t digest[SHA256_DIGEST_SIZE];
  char text[2 * sizeof digest + 1];
  struct sha256_ctx hash;

  if (bytes == NULL || hex == NULL
      || (json_int_t) size != json_integer_value (json_object_get (entry->decoded, length))) {
    complain ("%s: %s has %zu bytes", entry->name, column, size);
    return;
  }
  for (size_t i = 0; i < size; i++)
    bytes[i] = (uint8_t) strtoul ((char[]){ hex[2 * i], hex[2 * i + 1], '\0' }, NULL, 16);
  sha256_init (&hash);
  sha256_update (&hash, size, bytes);
  sha256_digest (&hash, sizeof digest, digest);
  hex_encode (text, digest, sizeof digest);
  if (strcmp (text, json_string_value (json_object_get (entry->decoded, sha256))) != 0)
    complain ("%s: %s holds other bytes", entry->name, column);
}

/* The entry's row in a table, with a complaint if there is not just one. */
static json_t *
only_row (const struct entry *entry, const struct table *table)
{
  json_t *row = table_one (table, entry->position, entry->index);

  if (row == NULL)
    complain ("%s: %zu rows in %s", entry->name,
              json_array_size (table_at (table, entry->position, entry->index)), table->path);
  return row;
}

/* ---- labels ---------------------------------------------------------------------------------------- */

static void
check_registration (struct golden *golden, const struct entry *entry, json_t *row)
{
  static const struct field fields[] = { { "pubkey", "pubkey" },
                                         { "principal", "principal" },
                                         { "signature", "signature" } };

  (void) golden;
  expect_fields (entry, row, FIELDS (fields));
  expect_no_more (entry, FIELDS (fields), "");
  expect_text (entry, row, "label", entry->label);
}

static void
check_check_in (struct golden *golden, const struct entry *entry, json_t *row)
{
  static const struct field fields[] = { { "memo", "memo" }, { "nonce_signature", "nonce_signature" } };

  (void) golden;
  expect_fields (entry, row, FIELDS (fields));
  expect_no_more (entry, FIELDS (fields), "");
  expect_text (entry, row, "pubkey", entry->key);
}

static void
check_contacts (const struct golden *golden, const struct entry *entry)
{
  json_t *expected = member (entry->decoded, "profile.spec.contacts");
  json_t *rows =
      table_at (table_open (golden->changes, "provider_profile_contacts"), entry->position, entry->index);
  json_t *found = json_object ();
  size_t i;
  json_t *row;

  json_array_foreach (rows, i, row)
    json_object_set (found, json_string_value (json_object_get (row, "contact")),
                     json_object_get (row, "value"));
  if (!json_equal (found, expected) && json_object_size (found) + json_object_size (expected) > 0)
    complain ("%s: other contacts", entry->name);
  json_decref (found);
}

static void
check_profile (struct golden *golden, const struct entry *entry, json_t *row)
{
  static const struct field fields[] = {
    { "signature", "signature" },
    { "profile.kind", "kind" },
    { "profile.api_version", "api_version" },
    { "profile.metadata.name", "name" },
    { "profile.metadata.version", "metadata_version" },
    { "profile.spec.description", "description" },
    { "profile.spec.url", "url" },
    { "profile.spec.logo_url", "logo_url" },
    { "profile.spec.why_choose_us", "why_choose_us" },
  };

  expect_text (entry, row, "pubkey", entry->key);
  expect_fields (entry, row, FIELDS (fields));
  expect_no_more (entry, FIELDS (fields), "profile_len profile_sha256 profile_error");
  expect_bytes (entry, row, "profile_data", "profile_len", "profile_sha256");
  check_contacts (golden, entry);
}

/* The entry's rows in `table` that were found inside JSON, or the others. */
static json_t *
rows_of_sheet (const struct golden *golden, const struct entry *entry, const char *table, bool in_wrapper)
{
  json_t *rows = table_at (table_open (golden->changes, table), entry->position, entry->index);
  json_t *chosen = json_array (), *row;
  size_t i;

  json_array_foreach (rows, i, row)
    if (json_is_true (json_object_get (row, "in_wrapper")) == in_wrapper)
      json_array_append (chosen, row);
  return chosen;
}

static void
check_items (const struct golden *golden, const struct entry *entry, json_t *sheet, bool in_wrapper)
{
  json_t *rows = rows_of_sheet (golden, entry, "provider_offering_items", in_wrapper);
  json_t *offerings = json_object_get (sheet, "server_offerings"), *ids = json_object_get (sheet, "ids");
  json_t *row, *value;
  const char *name;
  size_t i;

  if ((json_int_t) json_array_size (rows) != json_integer_value (json_object_get (sheet, "count")))
    complain ("%s: %zu offerings", entry->name, json_array_size (rows));
  json_array_foreach (rows, i, row) {
    json_object_foreach (json_array_get (offerings, i), name, value)
      expect (entry, row, name, value);
    if (ids != NULL)
      expect (entry, row, "unique_internal_identifier", json_array_get (ids, i));
  }
  json_decref (rows);
}

static void
check_row_errors (const struct golden *golden, const struct entry *entry, json_t *sheet, bool in_wrapper)
{
  json_t *rows = rows_of_sheet (golden, entry, "offering_row_errors", in_wrapper);
  json_t *expected = json_object_get (sheet, "row_errors"), *error, *value;
  const char *name;
  size_t i;

  if (json_array_size (rows) != json_array_size (expected))
    complain ("%s: %zu bad rows, expected %zu", entry->name, json_array_size (rows),
              json_array_size (expected));
  json_array_foreach (expected, i, error)
    json_object_foreach (error, name, value)
      expect (entry, json_array_get (rows, i), name, value);
  json_decref (rows);
}

static void
check_offering (struct golden *golden, const struct entry *entry, json_t *row)
{
  static const struct field fields[] = { { "signature", "signature" },
                                         { "json_wrapper.provider_pubkey", "wrapper_pubkey" },
                                         { "json_wrapper.count", "wrapped_item_count" } };
  json_t *wrapper = json_object_get (entry->decoded, "json_wrapper");

  expect_text (entry, row, "provider_pubkey", entry->key);
  expect_fields (entry, row, FIELDS (fields));
  expect_no_more (
      entry, FIELDS (fields),
      "offerings_payload_len offerings_payload_sha256 count server_offerings ids row_errors payload_error");
  expect_bytes (entry, row, "offering_data", "offerings_payload_len", "offerings_payload_sha256");
  check_items (golden, entry, entry->decoded, false);
  check_row_errors (golden, entry, entry->decoded, false);
  check_items (golden, entry, wrapper, true);
  check_row_errors (golden, entry, wrapper, true);
}

static void
check_payments (const struct golden *golden, const struct entry *entry)
{
  json_t *rows =
      table_at (table_open (golden->dumps, "contract_payment_entries"), entry->position, entry->index);
  json_t *expected = member (entry->decoded, "request.payment_entries"), *payment, *value;
  const char *name;
  size_t i;

  if (json_array_size (rows) != json_array_size (expected))
    complain ("%s: %zu payment entries", entry->name, json_array_size (rows));
  json_array_foreach (expected, i, payment)
    json_object_foreach (payment, name, value)
      expect (entry, json_array_get (rows, i), name, value);
}

/* Of requests with the same key the table holds the last one. */
static void
check_request (struct golden *golden, const struct entry *entry, json_t *unused)
{
  static const struct field fields[] = {
    { "signature", "signature" },
    { "computed_contract_id", "computed_contract_id" },
    { "request.requester_pubkey", "requester_pubkey" },
    { "request.requester_ssh_pubkey", "requester_ssh_pubkey" },
    { "request.requester_contact", "requester_contact" },
    { "request.provider_pubkey", "provider_pubkey" },
    { "request.offering_id", "offering_id" },
    { "request.region_name", "region_name" },
    { "request.contract_id", "requested_contract_id" },
    { "request.instance_config", "instance_config" },
    { "request.payment_amount_e9s", "payment_amount_e9s" },
    { "request.start_timestamp", "start_timestamp" },
    { "request.request_memo", "request_memo" },
  };
  json_t *row = table_find (table_open (golden->dumps, "contract_signatures"), "contract_id", entry->key);

  (void) unused;
  if (json_is_null (json_object_get (entry->decoded, "request")))
    return;
  check_payments (golden, entry);
  if (row == NULL)
    complain ("%s: no contract", entry->name);
  if (row == NULL || !same_value (json_object_get (row, "request_block_offset"), entry->position)
      || !same_value (json_object_get (row, "request_entry_index"), entry->index))
    return;
  expect_fields (entry, row, FIELDS (fields));
  expect_no_more (entry, FIELDS (fields), "request_error");
  expect_text (entry, row, "signature_status", golden->mode == MODE_OFF ? "unchecked" : entry->signature);
}

static void
check_reply (struct golden *golden, const struct entry *entry, json_t *row)
{
  static const struct field fields[] = {
    { "crypto_signature", "signature" },
    { "reply.requester_pubkey_bytes", "requester_pubkey" },
    { "reply.request_memo", "request_memo" },
    { "reply.contract_id", "payload_contract_id" },
    { "reply.sign_accepted", "sign_accepted" },
    { "reply.response_text", "response_text" },
    { "reply.response_details", "response_details" },
  };

  (void) golden;
  expect_text (entry, row, "contract_id", entry->key);
  expect_fields (entry, row, FIELDS (fields));
  expect_no_more (entry, FIELDS (fields), "reply_error");
}

/* An account of the entry, against three columns. */
static void
expect_account (const struct entry *entry, json_t *row, const char *name)
{
  static const struct field parts[] = { { "icrc1", "account" },
                                        { "owner", "owner" },
                                        { "subaccount", "subaccount" } };
  json_t *account = json_object_get (entry->decoded, name);
  char column[64];

  for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
    snprintf (column, sizeof column, "%s_%s", name, parts[i].column);
    expect (entry, row, column, json_object_get (account, parts[i].path));
  }
}

static void
expect_fees_accounts (const struct entry *entry, json_t *row)
{
  json_t *found = json_object_get (row, "fees_accounts"),
         *expected = json_object_get (entry->decoded, "fees_accounts");
  json_t *account;
  size_t i;

  if (json_array_size (found) != json_array_size (expected)
      || json_is_null (found) != json_is_null (expected))
    complain ("%s: other fees_accounts", entry->name);
  json_array_foreach (expected, i, account) {
    expect (entry, json_array_get (found, i), "owner", json_object_get (account, "owner"));
    expect (entry, json_array_get (found, i), "subaccount", json_object_get (account, "subaccount"));
  }
}

static void
check_transfer (struct golden *golden, const struct entry *entry, json_t *row)
{
  static const struct field fields[] = {
    { "fee", "fee" },
    { "created_at_time", "created_at_time" },
    { "memo", "memo_data" },
    { "memo_text", "memo" },
    { "amount", "amount" },
    { "balance_from_after", "balance_from_after" },
    { "balance_to_after", "balance_to_after" },
    { "tx_id", "tx_id" },
  };

  (void) golden;
  expect_fields (entry, row, FIELDS (fields));
  expect_no_more (entry, FIELDS (fields), "from to fees_accounts");
  expect_account (entry, row, "from");
  expect_account (entry, row, "to");
  expect_fees_accounts (entry, row);
}

static void
check_approval (struct golden *golden, const struct entry *entry, json_t *row)
{
  static const struct field fields[] = {
    { "allowance", "allowance" }, { "expires_at", "expires_at" }, { "fee", "fee" },
    { "memo", "memo_data" },      { "memo_text", "memo" },        { "created_at_time", "created_at_time" },
    { "tx_id", "tx_id" },
  };

  (void) golden;
  expect_fields (entry, row, FIELDS (fields));
  expect_no_more (entry, FIELDS (fields), "approver spender");
  expect_account (entry, row, "approver");
  expect_account (entry, row, "spender");
}

static void
check_rep_change (struct golden *golden, const struct entry *entry, json_t *unused)
{
  json_t *rows = table_at (table_open (golden->dumps, "reputation_changes"), entry->position, entry->index);
  json_t *expected = json_object_get (entry->decoded, "changes"), *change;
  size_t i;

  (void) unused;
  expect_no_more (entry, NULL, 0, "changes");
  if (json_array_size (rows) != json_array_size (expected))
    complain ("%s: %zu changes", entry->name, json_array_size (rows));
  json_array_foreach (expected, i, change) {
    expect (entry, json_array_get (rows, i), "target_pubkey", json_array_get (change, 0));
    expect (entry, json_array_get (rows, i), "change_amount", json_array_get (change, 1));
  }
}

static void
check_rep_age (struct golden *golden, const struct entry *entry, json_t *row)
{
  static const struct field fields[] = { { "age_reductions_ppm", "age_reductions_ppm" },
                                         { "nobody", "target_pubkey" } };

  (void) golden;
  expect_fields (entry, row, FIELDS (fields));
  expect_no_more (entry, FIELDS (fields), "");
}

static void
check_reward (struct golden *golden, const struct entry *entry, json_t *row)
{
  static const struct field fields[] = { { "key_text", "key_text" }, { "timestamp_ns", "timestamp_ns" } };

  (void) golden;
  expect_fields (entry, row, FIELDS (fields));
  expect_no_more (entry, FIELDS (fields), "");
}

static void
check_links (struct golden *golden, const struct entry *entry, json_t *row)
{
  static const struct field fields[] = { { "main_principal", "main_principal" },
                                         { "alt_principals_add", "alt_principals_add" },
                                         { "alt_principals_rm", "alt_principals_rm" } };

  (void) golden;
  expect_fields (entry, row, FIELDS (fields));
  expect_no_more (entry, FIELDS (fields), "");
}

/* ---- any entry ------------------------------------------------------------------------------------- */

/* Which table holds a row for each entry of a label. */
struct label {
  const char *name;
  const char *table; /* NULL: the check looks for itself */
  bool folded;       /* later entries replace the row: it is looked up among the changes */
  bool is_signed;
  void (*check) (struct golden *golden, const struct entry *entry, json_t *row);
};

static const struct label labels[] = {
  { "ProvRegister", "registrations", false, true, check_registration },
  { "UserRegister", "registrations", false, true, check_registration },
  { "NPRegister", "registrations", false, true, check_registration },
  { "ProvCheckIn", "provider_check_ins", false, true, check_check_in },
  { "NPCheckIn", "provider_check_ins", false, true, check_check_in },
  { "ProvProfile", "provider_profiles", true, true, check_profile },
  { "NPProfile", "provider_profiles", true, true, check_profile },
  { "ProvOffering", "provider_offerings", true, true, check_offering },
  { "NPOffering", "provider_offerings", true, true, check_offering },
  { "ContractSignReq", NULL, false, true, check_request },
  { "ContractSignReply", "contract_replies", false, true, check_reply },
  { "DCTokenTransfer", "token_transfers", false, false, check_transfer },
  { "DCTokenApproval", "token_approval_changes", false, false, check_approval },
  { "RepChange", NULL, false, false, check_rep_change },
  { "RepAge", "reputation_changes", false, false, check_rep_age },
  { "RewardDistr", "reward_distributions", false, false, check_reward },
  { "LinkedIcIds", "linked_ic_id_changes", false, false, check_links },
};

static const struct label *
find_label (const char *name)
{
  for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++)
    if (strcmp (labels[i].name, name) == 0)
      return &labels[i];
  return NULL;
}

/* Which inner payload could not be read, if any. */
static json_t *
inner_error (const struct entry *entry)
{
  static const char *const names[] = { "profile_error", "request_error", "reply_error", "payload_error" };

  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    json_t *error = json_object_get (entry->decoded, names[i]);

    if (error != NULL && !json_is_null (error))
      return error;
  }
  return NULL;
}

/* What the reason must begin with for an error of the companion's. */
static const char *
expected_reason (const char *error)
{
  if (strcmp (error, "upstream_panics") == 0)
    return "invalid_principal";
  return strncmp (error, "Invalid UTF-8", 13) == 0 ? "invalid_utf8" : error;
}

bool
entry_unreadable (const struct entry *entry)
{
  const char *error = json_string_value (json_object_get (entry->line, "decode_error"));

  return error != NULL && strcmp (error, "unknown_label") != 0;
}

/* The failed entries are those that the companion tells, with its reasons, and no others. */
static void
check_failed (struct golden *golden, const struct entry *entry, bool rejected)
{
  json_t *rows = table_at (table_open (golden->dumps, "failed_entries"), entry->position, entry->index);
  json_t *inner = inner_error (entry);
  const char *error = NULL, *reason;

  if (rejected)
    inner = NULL;
  if (entry_unreadable (entry))
    error = json_string_value (json_object_get (entry->line, "decode_error"));
  else if (inner != NULL)
    error = json_is_string (inner) ? json_string_value (inner)
                                   : json_string_value (json_object_get (inner, "kind"));
  else if (rejected)
    error = "invalid_signature";
  if (json_array_size (rows) != (error != NULL)) {
    complain ("%s: %zu failed entries, expected %d", entry->name, json_array_size (rows), error != NULL);
    return;
  }
  if (error == NULL)
    return;
  golden->failed++;
  reason = json_string_value (json_object_get (json_array_get (rows, 0), "reason"));
  error = expected_reason (error);
  if (reason == NULL || strncmp (reason, error, strlen (error)) != 0)
    complain ("%s: failed for '%s', expected %s", entry->name, reason ? reason : "", error);
  expect_text (entry, json_array_get (rows, 0), "label", entry->label);
  expect_text (entry, json_array_get (rows, 0), "item", inner != NULL ? "1" : "0");
}

/* What signature_status must be. A reply to a request that was rejected is one to no request. */
static const char *
expected_status (const struct golden *golden, const struct entry *entry)
{
  if (strcmp (entry->signature, "none") == 0
      || (strcmp (entry->label, "ContractSignReply") == 0
          && json_is_false (json_object_get (golden->requests, entry->key))))
    return "none";
  return golden->mode == MODE_OFF ? "unchecked" : entry->signature;
}

/* One that is rejected, or cannot be read, changes nothing: the one before it stands. */
static void
note_request (struct golden *golden, const struct entry *entry, bool rejected)
{
  if (!rejected || json_object_get (golden->requests, entry->key) == NULL)
    json_object_set_new (golden->requests, entry->key, json_boolean (!rejected));
}

static bool
is_rejected (struct golden *golden, const struct entry *entry)
{
  bool rejected = golden->mode == MODE_REJECT && strcmp (expected_status (golden, entry), "invalid") == 0;

  if (entry_unreadable (entry))
    return false;
  if (strcmp (entry->label, "ContractSignReq") == 0 && inner_error (entry) == NULL)
    note_request (golden, entry, rejected);
  return rejected;
}

static void
count_signature (struct golden *golden, const struct entry *entry)
{
  golden->valid += strcmp (entry->signature, "valid") == 0;
  golden->invalid += strcmp (entry->signature, "invalid") == 0;
}

void
check_entry (struct golden *golden, const struct entry *entry)
{
  const struct label *label = find_label (entry->label);
  bool rejected = is_rejected (golden, entry), readable = json_is_object (entry->decoded) && !rejected;
  const struct table *table;
  json_t *row = NULL;

  golden->entries++;
  count_signature (golden, entry);
  check_failed (golden, entry, rejected);
  if (label == NULL)
    return;
  if (label->table != NULL) {
    table = table_open (label->folded ? golden->changes : golden->dumps, label->table);
    if (!readable && table_at (table, entry->position, entry->index) != NULL)
      complain ("%s: rows in %s of an entry that cannot be read", entry->name, label->table);
    row = readable ? only_row (entry, table) : NULL;
    if (row == NULL)
      return;
    if (label->is_signed)
      expect_text (entry, row, "signature_status", expected_status (golden, entry));
  }
  if (!readable)
    return;
  label->check (golden, entry, row);
  golden->compared++;
}
