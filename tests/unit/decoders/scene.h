/* SPDX-License-Identifier: Apache-2.0 */
/* A ledger written for one test, and what dcpipe makes of it.
 *
 *     scene_begin ();
 *     scene_transfer (&(struct scene_transfer) { .to = "a", .amount = 5 });
 *     scene_commit ();
 *     scene_run ("flag");
 *     ck_assert_str_eq (scene_ask ("SELECT balance FROM token_balances"), "5");
 *     scene_end ();
 *
 * Accounts are named by the text of their owner's bytes; "MINTING" is the minting account, which NULL stands
 * for. There is one scene at a time. */
#ifndef TESTS_UNIT_DECODERS_SCENE_H
#define TESTS_UNIT_DECODERS_SCENE_H

#include "bytes/bytes.h"
#include "support/borsh-writer.h"
#include "support/ed25519ph-sign.h"

void scene_begin (void);
void scene_end (void);

void scene_entry (const char *label, struct bytes key, struct bytes value);
void scene_delete (const char *label, struct bytes key);
void scene_commit (void);

/* Closes the ledger and runs every decoder over it, into SQLite; the run's exit status. */
int scene_run (const char *verify_signatures);

/* All values that the query gives, parted by blanks, rows by commas. Valid until the next call. */
const char *scene_ask (const char *query);

struct bytes scene_bytes (const char *text);

struct scene_transfer {
  const char *from, *to;
  const void *from_subaccount, *to_subaccount; /* 32 bytes, or NULL */
  uint64_t amount, fee;
};

void scene_transfer (const struct scene_transfer *transfer);
void scene_approval (const char *approver, const void *approver_subaccount, const char *spender,
                     uint64_t allowance);
void scene_rep_change (const char *identity, int64_t delta);
void scene_rep_age (uint64_t ppm);

/* One principal to be linked to `main_principal` and one no more; NULL for none. */
void scene_link (const char *main_principal, const char *add, const char *remove);

/* A request under `id` to `provider`, signed by `requester`. */
void scene_request (const char *id, const struct signing_key *requester, const struct signing_key *provider);

/* A reply under `id`, signed by `signer`; `accepted` other than 0 and 1 cannot be read. */
void scene_reply (const char *id, const struct signing_key *signer, uint8_t accepted);

/* A signed payload: the bytes and their signature, as profiles and offerings are. */
void scene_signed (const char *label, const struct signing_key *key, struct bytes data);

/* A profile with one contact. */
void scene_profile (const struct signing_key *key, const char *name, const char *contact, const char *value);

#endif
