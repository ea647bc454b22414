/* SPDX-License-Identifier: Apache-2.0 */
/* Profiles of providers: the tables provider_profiles and provider_profile_contacts.
 *
 * The payload is a signed text of bytes (profile_data) that holds the profile. When only that inner part
 * cannot be read the row is kept, without the profile's fields. */
#include "config.h"

#include "decoder/columns.h"
#include "decoder/identity.h"
#include "decoder/payload.h"
#include "decoder/signature.h"

enum { PROFILES, CONTACTS };

/* ---- tables ---------------------------------------------------------------------------------------- */

enum {
  PROFILE_ID,
  PROFILE_PUBKEY,
  PROFILE_PRINCIPAL,
  PROFILE_DATA,
  PROFILE_SIGNATURE,
  PROFILE_STATUS,
  PROFILE_VERSION,
  PROFILE_KIND,
  PROFILE_NAME,
  PROFILE_METADATA_VERSION,
  PROFILE_API_VERSION,
  PROFILE_DESCRIPTION,
  PROFILE_URL,
  PROFILE_LOGO_URL,
  PROFILE_WHY_CHOOSE_US,
  PROFILE_BLOCK_OFFSET,
  PROFILE_ENTRY_INDEX,
  PROFILE_CREATED_AT,
  PROFILE_UPDATED_AT,
  PROFILE_TIMESTAMP
};

static const struct dcpipe_column profile_columns[] = {
  [PROFILE_ID] = ROW_ID,
  [PROFILE_PUBKEY] =
      KEY_COLUMN (1, "pubkey", DCPIPE_TEXT, "The provider's public key, in lower-case hexadecimal."),
  [PROFILE_PRINCIPAL] =
      COLUMN ("principal", DCPIPE_TEXT, "The principal of the public key; null if the key is not 32 bytes."),
  [PROFILE_DATA] = COLUMN ("profile_data", DCPIPE_BLOB, "The profile as it was signed."),
  [PROFILE_SIGNATURE] = SIGNATURE,
  [PROFILE_STATUS] = SIGNATURE_STATUS,
  [PROFILE_VERSION] = PAYLOAD_VERSION,
  [PROFILE_KIND] =
      COLUMN ("kind", DCPIPE_TEXT, "The kind of document; null, like all that follow, if it cannot be read."),
  [PROFILE_NAME] = COLUMN ("name", DCPIPE_TEXT, "The provider's name."),
  [PROFILE_METADATA_VERSION] =
      COLUMN ("metadata_version", DCPIPE_TEXT, "The provider's own version of the profile."),
  [PROFILE_API_VERSION] = COLUMN ("api_version", DCPIPE_TEXT, "The version of the profile's fields."),
  [PROFILE_DESCRIPTION] =
      COLUMN ("description", DCPIPE_TEXT, "What the provider says of himself; null if nothing."),
  [PROFILE_URL] = COLUMN ("url", DCPIPE_TEXT, "The address of the provider's site; null if none."),
  [PROFILE_LOGO_URL] = COLUMN ("logo_url", DCPIPE_TEXT, "The address of the provider's logo; null if none."),
  [PROFILE_WHY_CHOOSE_US] =
      COLUMN ("why_choose_us", DCPIPE_TEXT, "Why to choose this provider; null if not said."),
  [PROFILE_BLOCK_OFFSET] = LAST_BLOCK_OFFSET,
  [PROFILE_ENTRY_INDEX] = LAST_ENTRY_INDEX,
  [PROFILE_CREATED_AT] = CREATED_AT,
  [PROFILE_UPDATED_AT] = UPDATED_AT,
  [PROFILE_TIMESTAMP] = LAST_TIMESTAMP,
};

enum { CONTACT_PUBKEY, CONTACT_KIND, CONTACT_VALUE, CONTACT_BLOCK_OFFSET, CONTACT_ENTRY_INDEX };

static const struct dcpipe_column contact_columns[] = {
  [CONTACT_PUBKEY] =
      KEY_COLUMN (1, "pubkey", DCPIPE_TEXT, "The provider's public key, in lower-case hexadecimal."),
  [CONTACT_KIND] = KEY_COLUMN (2, "contact", DCPIPE_TEXT, "What kind of contact it is, such as email."),
  [CONTACT_VALUE] = COLUMN ("value", DCPIPE_TEXT, "Where to reach the provider."),
  [CONTACT_BLOCK_OFFSET] = LAST_BLOCK_OFFSET,
  [CONTACT_ENTRY_INDEX] = LAST_ENTRY_INDEX,
};

static const struct dcpipe_index profile_indexes[] = {
  { .name = "provider_profiles_by_principal", .columns = "principal" },
};

static const struct dcpipe_table_def tables[] = {
  [PROFILES] = { .name = "provider_profiles",
                 .columns = DCPIPE_ARRAY (profile_columns),
                 .indexes = DCPIPE_ARRAY (profile_indexes),
                 .flags = DCPIPE_TABLE_LONG_KEYS,
                 .count_as = "profilesCreated",
                 .help = "The last profile of every provider." },
  [CONTACTS] = { .name = "provider_profile_contacts",
                 .columns = DCPIPE_ARRAY (contact_columns),
                 .flags = DCPIPE_TABLE_LONG_KEYS,
                 .help = "The contacts in the last profile of every provider." },
};

/* ---- the inner payload ----------------------------------------------------------------------------- */

struct profile {
  struct bytes kind, name, metadata_version, api_version;
  struct payload_option description, url, logo_url, why_choose_us;
  uint32_t contacts;
  struct borsh first_contact; /* the reader, before it read them */
};

/* Contacts are passed over here, and read again when their rows are made. */
static bool
read_profile (struct bytes data, struct profile *profile, dcpipe_rows *rows)
{
  struct borsh in = payload_over (data);

  profile->kind = borsh_string (&in);
  profile->name = borsh_string (&in);
  profile->metadata_version = borsh_string (&in);
  profile->api_version = borsh_string (&in);
  profile->description = payload_read_option (&in);
  profile->url = payload_read_option (&in);
  profile->logo_url = payload_read_option (&in);
  profile->why_choose_us = payload_read_option (&in);
  profile->contacts = borsh_u32 (&in);
  profile->first_contact = in;
  for (uint32_t i = 0; i < profile->contacts && in.error == BORSH_OK; i++) {
    borsh_string (&in);
    borsh_string (&in);
  }
  return payload_finish (&in, rows, PAYLOAD_INNER, "profile");
}

/* ---- rows ------------------------------------------------------------------------------------------ */

static void
set_profile (dcpipe_row *row, const struct profile *profile)
{
  payload_set_text (row, PROFILE_KIND, profile->kind);
  payload_set_text (row, PROFILE_NAME, profile->name);
  payload_set_text (row, PROFILE_METADATA_VERSION, profile->metadata_version);
  payload_set_text (row, PROFILE_API_VERSION, profile->api_version);
  payload_set_option (row, PROFILE_DESCRIPTION, profile->description);
  payload_set_option (row, PROFILE_URL, profile->url);
  payload_set_option (row, PROFILE_LOGO_URL, profile->logo_url);
  payload_set_option (row, PROFILE_WHY_CHOOSE_US, profile->why_choose_us);
}

/* Of contacts with the same key the last one counts. */
static void
add_contacts (dcpipe_rows *rows, struct bytes key, const struct profile *profile)
{
  struct borsh in = profile->first_contact;

  for (uint32_t i = 0; i < profile->contacts; i++) {
    dcpipe_row *row = dcpipe_row_add (rows, CONTACTS, DCPIPE_UPSERT);

    payload_set_hex (row, CONTACT_PUBKEY, key);
    payload_set_text (row, CONTACT_KIND, borsh_string (&in));
    payload_set_text (row, CONTACT_VALUE, borsh_string (&in));
  }
}

/* ---- decoding -------------------------------------------------------------------------------------- */

static const struct dcpipe_label labels[] = { { .name = "ProvProfile" }, { .name = "NPProfile" } };

static const struct dcpipe_option options[] = { VERIFY_SIGNATURES (struct signature_config) };

/* The row goes in even if the profile inside cannot be read: who signed what is known. Contacts of the
 * profile before are taken away in either case, for they are not this one's. */
static int
profile_decode (const void *handle, const dcpipe_entry *entry, dcpipe_rows *rows)
{
  struct bytes key = payload_bytes (dcpipe_entry_key (entry));
  struct payload_signed payload;
  enum signature_status status;
  struct profile profile;
  dcpipe_row *row;

  if (dcpipe_entry_deleted (entry)) {
    payload_delete_rows (rows, PROFILES, PROFILE_PUBKEY, key);
    payload_delete_rows (rows, CONTACTS, CONTACT_PUBKEY, key);
    return DCPIPE_OK;
  }
  if (!payload_read_signed (payload_bytes (dcpipe_entry_value (entry)), rows, "profile payload", &payload)
      || !signature_accepted (handle, key, payload.data, payload.signature, rows, &status))
    return DCPIPE_OK;
  row = dcpipe_row_add (rows, PROFILES, DCPIPE_UPSERT);
  payload_set_hex (row, PROFILE_PUBKEY, key);
  identity_set_principal (row, PROFILE_PRINCIPAL, key);
  signature_set (row, PROFILE_DATA, &payload, status);
  dcpipe_set_u64 (row, PROFILE_VERSION, PAYLOAD_V1);
  payload_delete_rows (rows, CONTACTS, CONTACT_PUBKEY, key);
  if (read_profile (payload.data, &profile, rows)) {
    set_profile (row, &profile);
    add_contacts (rows, key, &profile);
  }
  return DCPIPE_OK;
}

static const struct dcpipe_decoder profile_decoder = {
  .name = "profile",
  .version = PACKAGE_VERSION,
  .description = "decodes the profiles of providers",
  .license = "Apache-2.0",
  .options = DCPIPE_ARRAY (options),
  .handle_size = sizeof (struct signature_config),
  .labels = DCPIPE_ARRAY (labels),
  .tables = DCPIPE_ARRAY (tables),
  .row_format = 1,
  .decode = profile_decode,
};
DCPIPE_REGISTER_DECODER (profile_decoder)
