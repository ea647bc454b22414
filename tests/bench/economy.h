/* SPDX-License-Identifier: Apache-2.0 */
/* An invented Decent Cloud: people who register, pay, offer, sign contracts and lose reputation, so that a
 * ledger of any length has entries of all labels in the proportions and sizes of a real one. The same seed
 * gives the same entries. */
#ifndef TESTS_BENCH_ECONOMY_H
#define TESTS_BENCH_ECONOMY_H

#include "support/borsh-writer.h"
#include "support/ed25519ph-sign.h"
#include "support/ledger-writer.h"

/* Label, share of all entries in 1/10,000. */
#define KINDS(X)                                                                                             \
  X (TRANSFER, "DCTokenTransfer", 6211)                                                                      \
  X (REPUTATION, "RepChange", 1108)                                                                          \
  X (CHECK_IN, "ProvCheckIn", 939)                                                                           \
  X (REWARD, "RewardDistr", 402)                                                                             \
  X (OFFERING, "ProvOffering", 255)                                                                          \
  X (REQUEST, "ContractSignReq", 251)                                                                        \
  X (APPROVAL, "DCTokenApproval", 227)                                                                       \
  X (PROFILE, "ProvProfile", 212)                                                                            \
  X (REPLY, "ContractSignReply", 199)                                                                        \
  X (AGEING, "RepAge", 69)                                                                                   \
  X (USER, "UserRegister", 60)                                                                               \
  X (LINK, "LinkedIcIds", 28)                                                                                \
  X (FUTURE, "FutureLabel", 14)                                                                              \
  X (PROVIDER, "ProvRegister", 15)                                                                           \
  X (TELEMETRY, "Telemetry", 10)

enum kind {
#define KIND(kind, label, share) kind,
  KINDS (KIND)
#undef KIND
      KIND_COUNT
};

struct actor {
  struct signing_key key;
  uint8_t principal[29], subaccount[32];
  bool has_subaccount;
  uint64_t balance;
  uint32_t last[KIND_COUNT]; /* the block in which the actor last wrote such an entry, counted from 1 */
};

struct contract {
  uint8_t id[32];
  uint32_t requester, provider;
  char memo[24];
};

#define OPEN_CONTRACTS 256

struct economy {
  struct ledger_writer *writer;
  uint64_t random[2];
  uint64_t limit, written; /* entries */
  bool sign;               /* else signatures are random bytes */
  uint64_t now;            /* time of the block to come, ns */
  uint32_t block;          /* its number, from 1 */
  bool rewarded;           /* it has a reward already */
  struct actor *actors;
  uint32_t actor_count, actor_room;
  uint32_t *providers; /* indexes of actors */
  uint32_t provider_count, provider_room;
  struct contract open[OPEN_CONTRACTS];
  uint32_t open_count;
  uint64_t links;
  struct borsh_out value, inner;
};

void economy_init (struct economy *economy, struct ledger_writer *writer, uint64_t seed, uint64_t limit,
                   bool sign);
void economy_free (struct economy *economy);

/* Adds one entry of that kind, or of another where it cannot be (a reply when no contract is open); none
 * once the limit is reached. */
void economy_entry (struct economy *economy, enum kind kind);

/* A number below `limit`, and random bytes. */
uint64_t economy_random (struct economy *economy, uint64_t limit);
void economy_bytes (struct economy *economy, uint8_t *bytes, size_t size);

/* ---- payloads.c: the values, written to economy->value ------------------------------------------- */

void payload_check_in (struct economy *economy, const struct actor *actor);
void payload_profile (struct economy *economy, uint32_t index);
void payload_offering (struct economy *economy, uint32_t index);
void payload_request (struct economy *economy, struct contract *contract);
void payload_reply (struct economy *economy, const struct contract *contract);

/* The signature of `actor`, or random bytes. */
void payload_signature (struct economy *economy, const struct actor *actor, struct bytes message,
                        uint8_t signature[64]);

#endif
