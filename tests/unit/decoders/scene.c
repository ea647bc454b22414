/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "unit/decoders/scene.h"

#include <check.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bytes/cleanup.h"
#include "support/ledger-writer.h"

static struct {
  char directory[4000], ledger[4100], config[4100], database[4100];
  struct ledger_writer *writer;
  uint64_t time, serial;
  char answer[16384];
} scene;

/* ---- the ledger ------------------------------------------------------------------------------------ */

struct bytes
scene_bytes (const char *text)
{
  return (struct bytes){ (const uint8_t *) text, strlen (text) };
}

void
scene_begin (void)
{
  const char *parent = getenv ("TMPDIR");

  snprintf (scene.directory, sizeof scene.directory, "%.3900s/dcpipe-scene.XXXXXX", parent ? parent : "/tmp");
  ck_assert_ptr_nonnull (mkdtemp (scene.directory));
  snprintf (scene.ledger, sizeof scene.ledger, "%s/a.ledger", scene.directory);
  snprintf (scene.config, sizeof scene.config, "%s/a.ini", scene.directory);
  snprintf (scene.database, sizeof scene.database, "%s/a.db", scene.directory);
  scene.writer = ledger_writer_new (scene.ledger, 65536);
  scene.time = UINT64_C (1700000000000000000);
}

void
scene_end (void)
{
  char command[4100];

  snprintf (command, sizeof command, "rm -rf '%s'", scene.directory);
  ck_assert_int_eq (system (command), 0);
}

void
scene_entry (const char *label, struct bytes key, struct bytes value)
{
  ledger_writer_entry (scene.writer, label, key, value, false);
}

void
scene_delete (const char *label, struct bytes key)
{
  ledger_writer_entry (scene.writer, label, key, (struct bytes){ NULL, 0 }, true);
}

void
scene_commit (void)
{
  ledger_writer_commit (scene.writer, scene.time);
  scene.time += UINT64_C (600000000000);
}

/* ---- the run --------------------------------------------------------------------------------------- */

static void
write_config (const char *verify_signatures)
{
  static const char *const sections[][2] = {
    { "ProvRegister", "registration" },  { "UserRegister", "registration" },
    { "ProvProfile", "profile" },        { "ProvOffering", "offering" },
    { "ProvCheckIn", "check_in" },       { "ContractSignRequest", "contract" },
    { "ContractSignReply", "contract" }, { "DCTokenTransfer", "transfer" },
    { "ProvRegister", "transfer" },      { "DCTokenApproval", "approval" },
    { "RewardDistribution", "reward" },  { "RepChange", "reputation" },
    { "RepAge", "reputation" },          { "LinkedIcIds", "linked_ids" },
  };
  FILE *file = fopen (scene.config, "w");

  ck_assert_ptr_nonnull (file);
  fprintf (file, "[source]\nplugin = ledger_file\npath = a.ledger\n");
  for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
    fprintf (file, "[decoder %s]\nplugin = %s\n", sections[i][0], sections[i][1]);
    if (i < 7)
      fprintf (file, "verify_signatures = %s\n", verify_signatures);
  }
  fprintf (file, "[sink main]\nplugin = sqlite\npath = a.db\n");
  ck_assert_int_eq (fclose (file), 0);
}

int
scene_run (const char *verify_signatures)
{
  const char *build = getenv ("top_builddir");
  char command[16384];
  int status;

  ledger_writer_close (scene.writer);
  write_config (verify_signatures);
  snprintf (command, sizeof command, "'%.4000s/dcpipe' --quiet -c '%s' 2>'%s/stderr'", build ? build : "..",
            scene.config, scene.directory);
  status = system (command);
  ck_assert (WIFEXITED (status));
  return WEXITSTATUS (status);
}

const char *
scene_ask (const char *query)
{
  sqlite3 *database = NULL;
  sqlite3_stmt *statement = NULL;
  size_t size = 0;

  ck_assert_int_eq (sqlite3_open_v2 (scene.database, &database, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
  ck_assert_msg (sqlite3_prepare_v2 (database, query, -1, &statement, NULL) == SQLITE_OK, "%s",
                 sqlite3_errmsg (database));
  scene.answer[0] = '\0';
  while (sqlite3_step (statement) == SQLITE_ROW)
    for (int i = 0; i < sqlite3_column_count (statement) && size < sizeof scene.answer; i++) {
      const char *text = (const char *) sqlite3_column_text (statement, i);

      size += (size_t) snprintf (scene.answer + size, sizeof scene.answer - size, "%s%s",
                                 size == 0 ? ""
                                 : i == 0  ? ", "
                                           : " ",
                                 text ? text : "null");
    }
  sqlite3_finalize (statement);
  sqlite3_close (database);
  return scene.answer;
}

/* ---- payloads -------------------------------------------------------------------------------------- */

/* A key of its own for each entry, since they mean nothing to most labels. */
static void
add (const char *label, struct borsh_out *value)
{
  uint8_t key[8];

  store_be64 (key, scene.serial++);
  scene_entry (label, (struct bytes){ key, sizeof key }, (struct bytes){ value->data, value->size });
  free (value->data);
}

static void
put_account (struct borsh_out *out, const char *owner, const void *subaccount)
{
  put_text (out, owner ? owner : "MINTING");
  put_u8 (out, subaccount != NULL);
  if (subaccount != NULL)
    put_bytes (out, subaccount, 32);
}

void
scene_transfer (const struct scene_transfer *transfer)
{
  struct borsh_out out = { 0 };

  put_u8 (&out, 0);
  put_account (&out, transfer->from, transfer->from_subaccount);
  put_account (&out, transfer->to, transfer->to_subaccount);
  put_u8 (&out, transfer->fee > 0);
  if (transfer->fee > 0)
    put_u64 (&out, transfer->fee);
  put_u8 (&out, 0); /* fees_accounts */
  put_u8 (&out, 0); /* created_at_time */
  put_text (&out, "");
  put_u64 (&out, transfer->amount);
  put_u64 (&out, 0);
  put_u64 (&out, 0);
  add ("DCTokenTransfer", &out);
}

void
scene_approval (const char *approver, const void *approver_subaccount, const char *spender,
                uint64_t allowance)
{
  struct borsh_out out = { 0 };

  put_u8 (&out, 0);
  put_account (&out, approver, approver_subaccount);
  put_account (&out, spender, NULL);
  put_u64 (&out, allowance);
  put_u8 (&out, 0); /* expires_at */
  put_u64 (&out, 0);
  put_text (&out, "");
  put_u64 (&out, 0);
  add ("DCTokenApproval", &out);
}

void
scene_rep_change (const char *identity, int64_t delta)
{
  struct borsh_out out = { 0 };

  put_u8 (&out, 0);
  put_u32 (&out, 1);
  put_text (&out, identity);
  put_u64 (&out, (uint64_t) delta);
  add ("RepChange", &out);
}

void
scene_rep_age (uint64_t ppm)
{
  struct borsh_out out = { 0 };

  put_u8 (&out, 0);
  put_u64 (&out, ppm);
  add ("RepAge", &out);
}

static void
put_principals (struct borsh_out *out, const char *principal)
{
  put_u32 (out, principal != NULL);
  if (principal != NULL)
    put_text (out, principal);
}

void
scene_link (const char *main_principal, const char *add_principal, const char *remove_principal)
{
  struct borsh_out out = { 0 };

  put_u8 (&out, 0);
  put_text (&out, main_principal);
  put_principals (&out, add_principal);
  put_principals (&out, remove_principal);
  add ("LinkedIcIds", &out);
}

/* The bytes, and their signature by `key`, as the payload of an entry. */
static void
put_signed (struct borsh_out *out, const struct signing_key *key, struct bytes data)
{
  uint8_t signature[64];

  ed25519ph_sign (key, data, signature);
  put_u8 (out, 0);
  put_bytes (out, data.data, data.size);
  put_bytes (out, signature, sizeof signature);
}

void
scene_request (const char *id, const struct signing_key *requester, const struct signing_key *provider)
{
  struct borsh_out inner = { 0 }, out = { 0 };

  put_u8 (&inner, 0);
  put_bytes (&inner, requester->pubkey, 32);
  put_text (&inner, "ssh");
  put_text (&inner, "contact");
  put_bytes (&inner, provider->pubkey, 32);
  put_text (&inner, "offering");
  for (int i = 0; i < 3; i++)
    put_u8 (&inner, 0); /* region_name, contract_id, instance_config */
  put_u64 (&inner, 1000);
  put_u32 (&inner, 1);
  put_text (&inner, "on_demand");
  put_text (&inner, "hour");
  put_u64 (&inner, 24);
  put_u64 (&inner, 1000);
  put_u8 (&inner, 0);
  put_text (&inner, "memo");
  put_signed (&out, requester, (struct bytes){ inner.data, inner.size });
  scene_entry ("ContractSignReq", scene_bytes (id), (struct bytes){ out.data, out.size });
  free (inner.data);
  free (out.data);
}

void
scene_reply (const char *id, const struct signing_key *signer, uint8_t accepted)
{
  struct borsh_out inner = { 0 }, out = { 0 };

  put_u8 (&inner, 0);
  put_text (&inner, "requester");
  put_text (&inner, "memo");
  put_text (&inner, "another id");
  put_u8 (&inner, accepted);
  put_text (&inner, "text");
  put_text (&inner, "details");
  put_signed (&out, signer, (struct bytes){ inner.data, inner.size });
  scene_entry ("ContractSignReply", scene_bytes (id), (struct bytes){ out.data, out.size });
  free (inner.data);
  free (out.data);
}

void
scene_signed (const char *label, const struct signing_key *key, struct bytes data)
{
  struct borsh_out out = { 0 };

  put_signed (&out, key, data);
  scene_entry (label, (struct bytes){ key->pubkey, 32 }, (struct bytes){ out.data, out.size });
  free (out.data);
}

void
scene_profile (const struct signing_key *key, const char *name, const char *contact, const char *value)
{
  struct borsh_out inner = { 0 };

  put_u8 (&inner, 0);
  put_text (&inner, "Profile");
  put_text (&inner, name);
  put_text (&inner, "1");
  put_text (&inner, "v0.1.0");
  for (int i = 0; i < 4; i++)
    put_option_text (&inner, NULL);
  put_u32 (&inner, 1);
  put_text (&inner, contact);
  put_text (&inner, value);
  scene_signed ("ProvProfile", key, (struct bytes){ inner.data, inner.size });
  free (inner.data);
}
