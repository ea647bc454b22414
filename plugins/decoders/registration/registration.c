/* SPDX-License-Identifier: Apache-2.0 */
/* Registrations of providers and users: the tables users and registrations, and the view dc_users.
 *
 * The key of an entry is the public key that registers, its value the signature of that key by itself. */
#include "config.h"

#include "dcledger/ed25519ph.h"
#include "decoder/columns.h"
#include "decoder/identity.h"
#include "decoder/payload.h"
#include "decoder/signature.h"

enum { USERS, REGISTRATIONS };

/* ---- tables ---------------------------------------------------------------------------------------- */

enum {
  USER_ID,
  USER_PUBKEY,
  USER_PRINCIPAL,
  USER_IS_PROVIDER,
  USER_IS_USER,
  USER_SIGNATURE,
  USER_STATUS,
  USER_BLOCK_OFFSET,
  USER_ENTRY_INDEX,
  USER_CREATED_AT,
  USER_UPDATED_AT,
  USER_TIMESTAMP
};

static const struct dcpipe_column user_columns[] = {
  [USER_ID] = ROW_ID,
  [USER_PUBKEY] = KEY_COLUMN (1, "pubkey", DCPIPE_TEXT, "The public key, in lower-case hexadecimal."),
  [USER_PRINCIPAL] = COLUMN ("principal", DCPIPE_TEXT, "The principal of the public key."),
  [USER_IS_PROVIDER] = COLUMN ("is_provider", DCPIPE_BOOL, "Whether the key has registered as a provider."),
  [USER_IS_USER] = COLUMN ("is_user", DCPIPE_BOOL, "Whether the key has registered as a user."),
  [USER_SIGNATURE] = SIGNATURE,
  [USER_STATUS] = SIGNATURE_STATUS,
  [USER_BLOCK_OFFSET] = LAST_BLOCK_OFFSET,
  [USER_ENTRY_INDEX] = LAST_ENTRY_INDEX,
  [USER_CREATED_AT] = CREATED_AT,
  [USER_UPDATED_AT] = UPDATED_AT,
  [USER_TIMESTAMP] = LAST_TIMESTAMP,
};

static const struct dcpipe_index user_indexes[] = {
  { .name = "users_by_principal", .columns = "principal" },
};

enum {
  REG_BLOCK_OFFSET,
  REG_ENTRY_INDEX,
  REG_LABEL,
  REG_PUBKEY,
  REG_PRINCIPAL,
  REG_SIGNATURE,
  REG_STATUS,
  REG_TIMESTAMP
};

static const struct dcpipe_column registration_columns[] = {
  [REG_BLOCK_OFFSET] = LOG_BLOCK_OFFSET,
  [REG_ENTRY_INDEX] = LOG_ENTRY_INDEX,
  [REG_LABEL] = COLUMN ("label", DCPIPE_TEXT, "As what the key registers: the entry's label."),
  [REG_PUBKEY] = COLUMN ("pubkey", DCPIPE_TEXT, "The public key, in lower-case hexadecimal."),
  [REG_PRINCIPAL] = COLUMN ("principal", DCPIPE_TEXT, "The principal of the public key."),
  [REG_SIGNATURE] = SIGNATURE,
  [REG_STATUS] = SIGNATURE_STATUS,
  [REG_TIMESTAMP] = LOG_TIMESTAMP,
};

static const struct dcpipe_index registration_indexes[] = {
  { .name = "registrations_by_pubkey", .columns = "pubkey" },
};

static const struct dcpipe_table_def tables[] = {
  [USERS] = { .name = "users",
              .columns = DCPIPE_ARRAY (user_columns),
              .indexes = DCPIPE_ARRAY (user_indexes),
              .count_as = "usersCreated",
              .help = "Every public key that has registered, with its last registration." },
  [REGISTRATIONS] = { .name = "registrations",
                      .columns = DCPIPE_ARRAY (registration_columns),
                      .indexes = DCPIPE_ARRAY (registration_indexes),
                      .flags = DCPIPE_TABLE_LOG,
                      .help = "Every registration." },
};

/* Whoever has registered, and every public key (of the length of one) that has only a profile or offering.
 * The ids are numbers of entries, so they do not meet. */
static const struct dcpipe_view views[] = {
  { .name = "dc_users",
    .sql =
        "WITH known AS ("
        " SELECT id, pubkey, principal, created_at, updated_at FROM users"
        " UNION ALL"
        " SELECT id, pubkey, principal, created_at, updated_at FROM provider_profiles p"
        "  WHERE principal IS NOT NULL AND NOT EXISTS (SELECT 1 FROM users u WHERE u.pubkey = p.pubkey)"
        " UNION ALL"
        " SELECT id, provider_pubkey, provider_principal, created_at, updated_at FROM provider_offerings o"
        "  WHERE provider_principal IS NOT NULL"
        "   AND NOT EXISTS (SELECT 1 FROM users u WHERE u.pubkey = o.provider_pubkey)"
        "   AND NOT EXISTS (SELECT 1 FROM provider_profiles p WHERE p.pubkey = o.provider_pubkey))"
        " SELECT k.id AS id, k.pubkey AS pubkey, k.principal AS principal,"
        "  COALESCE(r.reputation, 0) AS reputation,"
        "  COALESCE(b.balance, 0) AS balance_tokens, k.created_at AS created_at, k.updated_at AS updated_at"
        " FROM known k"
        " LEFT JOIN reputations r ON r.pubkey = k.pubkey"
        " LEFT JOIN token_balances b ON b.owner = k.principal AND b.subaccount IS NULL" },
};

/* ---- decoding -------------------------------------------------------------------------------------- */

enum { PROV_REGISTER, USER_REGISTER, NP_REGISTER };

static const struct dcpipe_label labels[] = {
  [PROV_REGISTER] = { .name = "ProvRegister" },
  [USER_REGISTER] = { .name = "UserRegister" },
  [NP_REGISTER] = { .name = "NPRegister" },
};

static const struct dcpipe_option options[] = { VERIFY_SIGNATURES (struct signature_config) };

/* What was registered before stays true: the first row of a key says that it is neither, and each
 * registration adds what it is. */
static void
add_user (dcpipe_rows *rows, struct bytes key, struct bytes signature, enum signature_status status)
{
  bool is_user = dcpipe_rows_label (rows) == USER_REGISTER;
  dcpipe_row *row = dcpipe_row_add (rows, USERS, DCPIPE_INSERT);

  payload_set_hex (row, USER_PUBKEY, key);
  identity_set_principal (row, USER_PRINCIPAL, key);
  dcpipe_set_bool (row, USER_IS_PROVIDER, false);
  dcpipe_set_bool (row, USER_IS_USER, false);

  row = dcpipe_row_add (rows, USERS, DCPIPE_UPDATE);
  payload_set_hex (row, USER_PUBKEY, key);
  dcpipe_set_bool (row, is_user ? USER_IS_USER : USER_IS_PROVIDER, true);
  payload_set_hex (row, USER_SIGNATURE, signature);
  signature_set_status (row, USER_STATUS, status);
}

/* A log row for each: users shows only the last. */
static void
add_registration (dcpipe_rows *rows, struct bytes key, struct bytes signature, enum signature_status status)
{
  dcpipe_row *row = dcpipe_row_add (rows, REGISTRATIONS, DCPIPE_INSERT);

  dcpipe_set_string (row, REG_LABEL, labels[dcpipe_rows_label (rows)].name);
  payload_set_hex (row, REG_PUBKEY, key);
  identity_set_principal (row, REG_PRINCIPAL, key);
  payload_set_hex (row, REG_SIGNATURE, signature);
  signature_set_status (row, REG_STATUS, status);
}

/* The signature is of the key by itself, which proves no more than that somebody has its other half. */
static int
registration_decode (const void *handle, const dcpipe_entry *entry, dcpipe_rows *rows)
{
  struct bytes key = payload_bytes (dcpipe_entry_key (entry));
  struct bytes signature = payload_bytes (dcpipe_entry_value (entry));
  enum signature_status status;

  if (dcpipe_entry_deleted (entry))
    return DCPIPE_OK;
  if (!ledger_ed25519_is_key (key)) {
    dcpipe_fail_entry (rows, 0, "invalid_pubkey: the key of %zu byte%s is not an Ed25519 public key",
                       key.size, plural_s (key.size));
    return DCPIPE_OK;
  }
  if (!signature_accepted (handle, key, key, signature, rows, &status))
    return DCPIPE_OK;
  add_user (rows, key, signature, status);
  add_registration (rows, key, signature, status);
  return DCPIPE_OK;
}

static const struct dcpipe_decoder registration_decoder = {
  .name = "registration",
  .version = PACKAGE_VERSION,
  .description = "decodes the registrations of providers and users",
  .license = "Apache-2.0",
  .options = DCPIPE_ARRAY (options),
  .handle_size = sizeof (struct signature_config),
  .labels = DCPIPE_ARRAY (labels),
  .tables = DCPIPE_ARRAY (tables),
  .views = DCPIPE_ARRAY (views),
  .row_format = 1,
  .decode = registration_decode,
};
DCPIPE_REGISTER_DECODER (registration_decoder)
