/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "bench/economy.h"

#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const labels[] = {
#define LABEL(kind, label, share) label,
  KINDS (LABEL)
#undef LABEL
};

static const uint8_t minting[7] = { 'M', 'I', 'N', 'T', 'I', 'N', 'G' };

/* ---- random numbers (xoroshiro128+) -------------------------------------------------------------- */

static uint64_t
rotate (uint64_t x, int bits)
{
  return x << bits | x >> (64 - bits);
}

static uint64_t
next_random (struct economy *economy)
{
  uint64_t a = economy->random[0], b = economy->random[1], sum = a + b;

  b ^= a;
  economy->random[0] = rotate (a, 24) ^ b ^ b << 16;
  economy->random[1] = rotate (b, 37);
  return sum;
}

uint64_t
economy_random (struct economy *economy, uint64_t limit)
{
  return (next_random (economy) >> 11) % limit;
}

void
economy_bytes (struct economy *economy, uint8_t *bytes, size_t size)
{
  while (size > 0) {
    uint64_t word = next_random (economy);
    size_t part = size < sizeof word ? size : sizeof word;

    memcpy (bytes, &word, part);
    bytes += part;
    size -= part;
  }
}

/* ---- actors -------------------------------------------------------------------------------------- */

static void
emit (struct economy *economy, enum kind kind, const void *key, size_t key_size, bool deleted)
{
  struct bytes value = { economy->value.data, economy->value.size };

  if (economy->written == economy->limit)
    return;
  ledger_writer_entry (economy->writer, labels[kind], (struct bytes){ key, key_size }, value, deleted);
  economy->written++;
}

static void *
grown (void *array, uint32_t count, uint32_t *room, size_t size)
{
  if (count < *room)
    return array;
  *room = 2 * *room + 64;
  array = realloc (array, *room * size);
  if (array == NULL)
    abort ();
  return array;
}

/* SHA-224 of the key's DER form, and 2. */
static void
self_authenticating (uint8_t principal[29], const uint8_t pubkey[32])
{
  static const uint8_t der[12] = { 0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00 };
  struct sha224_ctx sha;

  sha224_init (&sha);
  sha224_update (&sha, sizeof der, der);
  sha224_update (&sha, 32, pubkey);
  sha224_digest (&sha, SHA224_DIGEST_SIZE, principal);
  principal[28] = 2;
}

static struct actor *
add_actor (struct economy *economy)
{
  struct actor *actor;
  uint8_t secret[32];

  economy->actors =
      grown (economy->actors, economy->actor_count, &economy->actor_room, sizeof *economy->actors);
  actor = &economy->actors[economy->actor_count++];
  memset (actor, 0, sizeof *actor);
  economy_bytes (economy, secret, sizeof secret);
  signing_key_init (&actor->key, secret);
  self_authenticating (actor->principal, actor->key.pubkey);
  actor->has_subaccount = economy_random (economy, 5) == 0;
  economy_bytes (economy, actor->subaccount, sizeof actor->subaccount);
  return actor;
}

/* An actor who has not written such an entry in this block; NULL if none is found soon. */
static struct actor *
pick (struct economy *economy, enum kind kind, bool provider)
{
  for (int i = 0; i < 8; i++) {
    uint32_t index = provider ? economy->providers[economy_random (economy, economy->provider_count)]
                              : (uint32_t) economy_random (economy, economy->actor_count);
    struct actor *actor = &economy->actors[index];

    if (actor->last[kind] != economy->block) {
      actor->last[kind] = economy->block;
      return actor;
    }
  }
  return NULL;
}

static uint32_t
index_of (const struct economy *economy, const struct actor *actor)
{
  return (uint32_t) (actor - economy->actors);
}

/* ---- money --------------------------------------------------------------------------------------- */

/* The account of an actor, or of the mint if it is NULL. */
static void
put_account (struct borsh_out *out, const struct actor *actor)
{
  if (actor == NULL)
    put_bytes (out, minting, sizeof minting);
  else
    put_bytes (out, actor->principal, sizeof actor->principal);
  put_u8 (out, actor != NULL && actor->has_subaccount);
  if (actor != NULL && actor->has_subaccount)
    put_bytes (out, actor->subaccount, sizeof actor->subaccount);
}

static void
hash_account (struct sha256_ctx *sha, const struct actor *actor)
{
  static const uint8_t zeros[32];

  if (actor == NULL)
    sha256_update (sha, sizeof minting, minting);
  else
    sha256_update (sha, sizeof actor->principal, actor->principal);
  sha256_update (sha, 32, actor != NULL && actor->has_subaccount ? actor->subaccount : zeros);
}

static void
hash_number (struct sha256_ctx *sha, uint64_t number)
{
  uint8_t bytes[8];

  store_be64 (bytes, number);
  sha256_update (sha, sizeof bytes, bytes);
}

static void
transfer (struct economy *economy, struct actor *from, struct actor *to, uint64_t amount, uint64_t fee,
          const char *memo)
{
  struct borsh_out *out = &economy->value;
  uint64_t created = economy->now - economy_random (economy, 600000000000);
  struct sha256_ctx sha;
  uint8_t id[32];

  if (from != NULL)
    from->balance -= amount + fee;
  if (to != NULL)
    to->balance += amount;
  out->size = 0;
  put_u8 (out, 0);
  put_account (out, from);
  put_account (out, to);
  put_u8 (out, 1);
  put_u64 (out, fee);
  put_u8 (out, 0);
  put_u8 (out, 1);
  put_u64 (out, created);
  put_text (out, memo);
  put_u64 (out, amount);
  put_u64 (out, from != NULL ? from->balance : 0);
  put_u64 (out, to != NULL ? to->balance : 0);
  sha256_init (&sha);
  hash_account (&sha, from);
  hash_account (&sha, to);
  hash_number (&sha, amount);
  hash_number (&sha, fee);
  sha256_update (&sha, strlen (memo), (const uint8_t *) memo);
  hash_number (&sha, created);
  sha256_digest (&sha, sizeof id, id);
  emit (economy, TRANSFER, id, sizeof id, false);
}

/* Mostly payments, some of them fees for services (nothing to the mint), some mints and burns. */
static void
any_transfer (struct economy *economy)
{
  static const char *const memos[] = { "", "ok", "invoice 2024-17",
                                       "payment for one month of vm.small in Zurich" };
  const char *memo = memos[economy_random (economy, 4)];
  struct actor *from = &economy->actors[economy_random (economy, economy->actor_count)];
  struct actor *to = &economy->actors[economy_random (economy, economy->actor_count)];
  uint64_t fee = 1000000, style = economy_random (economy, 100);

  if (from->balance < 10 * fee || style < 8)
    transfer (economy, NULL, from, 1000000000 + economy_random (economy, 50000000000), 0, "reward");
  else if (style < 20)
    transfer (economy, from, NULL, 0, 1 + economy_random (economy, from->balance / 4), "service");
  else if (style < 23)
    transfer (economy, from, NULL, economy_random (economy, from->balance / 8), fee, "burn");
  else
    transfer (economy, from, to, economy_random (economy, from->balance / 3), fee, memo);
}

static void
approval (struct economy *economy)
{
  struct borsh_out *out = &economy->value;
  struct sha256_ctx sha;
  uint8_t id[32];
  bool expires = economy_random (economy, 2) == 0;

  out->size = 0;
  put_u8 (out, 0);
  put_account (out, &economy->actors[economy_random (economy, economy->actor_count)]);
  put_account (out, &economy->actors[economy_random (economy, economy->actor_count)]);
  put_u64 (out, economy_random (economy, 6) == 0 ? 0 : economy_random (economy, 1000000000000));
  put_u8 (out, expires);
  if (expires)
    put_u64 (out, economy->now + economy_random (economy, 86400000000000));
  put_u64 (out, 1000000);
  put_text (out, "ok");
  put_u64 (out, economy->now - economy_random (economy, 600000000000));
  sha256_init (&sha);
  sha256_update (&sha, out->size - 1, out->data + 1);
  sha256_digest (&sha, sizeof id, id);
  emit (economy, APPROVAL, id, sizeof id, false);
}

/* ---- the other kinds ----------------------------------------------------------------------------- */

static void
registration (struct economy *economy, enum kind kind)
{
  struct actor *actor = add_actor (economy);
  struct bytes key = { actor->key.pubkey, sizeof actor->key.pubkey };

  if (kind == PROVIDER) {
    economy->providers = grown (economy->providers, economy->provider_count, &economy->provider_room,
                                sizeof *economy->providers);
    economy->providers[economy->provider_count++] = index_of (economy, actor);
  }
  economy->value.size = 0;
  payload_signature (economy, actor, key, put_room (&economy->value, 64));
  emit (economy, kind, key.data, key.size, false);
}

static void
reputation (struct economy *economy)
{
  struct borsh_out *out = &economy->value;
  uint32_t changes = economy_random (economy, 8) == 0 ? 3 : 1;
  struct sha256_ctx sha;
  uint8_t hash[32];

  out->size = 0;
  put_u8 (out, 0);
  put_u32 (out, changes);
  while (changes-- > 0) {
    const struct actor *actor = &economy->actors[economy_random (economy, economy->actor_count)];

    put_bytes (out, actor->key.pubkey, sizeof actor->key.pubkey);
    put_u64 (out, economy_random (economy, 1000000) - 300000);
  }
  sha256_init (&sha);
  sha256_update (&sha, out->size, out->data);
  sha256_digest (&sha, sizeof hash, hash);
  emit (economy, REPUTATION, hash, sizeof hash, false);
}

static void
small_kinds (struct economy *economy, enum kind kind)
{
  struct borsh_out *out = &economy->value;
  uint8_t key[8];
  size_t size;
  bool deleted;

  out->size = 0;
  switch (kind) {
  case REWARD:
    put_u64 (out, economy->now);
    emit (economy, REWARD, "LastRewardNs", 12, false);
    economy->rewarded = true;
    break;
  case AGEING:
    put_u8 (out, 0);
    put_u64 (out, economy_random (economy, 1000));
    store_le64 (key, economy->now + economy_random (economy, 1000000));
    emit (economy, AGEING, key, sizeof key, false);
    break;
  default:
    size = 40 + economy_random (economy, 150);
    economy_bytes (economy, put_room (out, size), size);
    deleted = kind == FUTURE && out->data[0] < 150;
    memcpy (key, out->data, sizeof key);
    if (deleted)
      out->size = 0;
    emit (economy, kind, key, sizeof key, deleted);
  }
}

static void
link_ids (struct economy *economy)
{
  struct borsh_out *out = &economy->value;
  bool remove = economy_random (economy, 6) == 0;
  uint8_t key[8];

  out->size = 0;
  put_u8 (out, 0);
  put_bytes (out, economy->actors[economy_random (economy, economy->actor_count)].principal, 29);
  put_u32 (out, !remove);
  if (remove)
    put_u32 (out, 1);
  put_bytes (out, economy->actors[economy_random (economy, economy->actor_count)].principal, 29);
  if (!remove)
    put_u32 (out, 0);
  store_le64 (key, economy->links++);
  emit (economy, LINK, key, sizeof key, false);
}

/* What providers write about themselves. */
static void
provider_entry (struct economy *economy, enum kind kind)
{
  struct actor *actor = pick (economy, kind, true);
  bool deleted = kind == OFFERING && economy_random (economy, 170) == 0;

  if (actor == NULL) {
    any_transfer (economy);
    return;
  }
  economy->value.size = 0;
  if (kind == CHECK_IN)
    payload_check_in (economy, actor);
  else if (kind == PROFILE)
    payload_profile (economy, index_of (economy, actor));
  else if (!deleted)
    payload_offering (economy, index_of (economy, actor));
  emit (economy, kind, actor->key.pubkey, sizeof actor->key.pubkey, deleted);
}

static void
request (struct economy *economy)
{
  struct contract *contract = &economy->open[economy->open_count];

  if (economy->open_count == OPEN_CONTRACTS) /* the oldest is never answered */
    contract = &economy->open[0];
  else
    economy->open_count++;
  contract->requester = (uint32_t) economy_random (economy, economy->actor_count);
  contract->provider = economy->providers[economy_random (economy, economy->provider_count)];
  snprintf (contract->memo, sizeof contract->memo, "req %012llu",
            (unsigned long long) economy_random (economy, UINT64_C (1000000000000)));
  payload_request (economy, contract);
  emit (economy, REQUEST, contract->id, sizeof contract->id, false);
}

static void
reply (struct economy *economy)
{
  uint32_t index = (uint32_t) economy_random (economy, economy->open_count);
  struct contract contract = economy->open[index];

  economy->open[index] = economy->open[--economy->open_count];
  payload_reply (economy, &contract);
  emit (economy, REPLY, contract.id, sizeof contract.id, false);
}

void
economy_entry (struct economy *economy, enum kind kind)
{
  bool has_provider = economy->provider_count > 0;

  if (!has_provider
      && (kind == CHECK_IN || kind == OFFERING || kind == PROFILE || kind == REQUEST || kind == REPLY))
    kind = PROVIDER;
  if (economy->actor_count == 0 && kind != PROVIDER)
    kind = USER;
  if (kind == REPLY && economy->open_count == 0)
    kind = REQUEST;
  if (kind == REWARD && economy->rewarded)
    kind = TRANSFER;
  switch (kind) {
  case TRANSFER:
    any_transfer (economy);
    break;
  case APPROVAL:
    approval (economy);
    break;
  case USER:
  case PROVIDER:
    registration (economy, kind);
    break;
  case REPUTATION:
    reputation (economy);
    break;
  case CHECK_IN:
  case PROFILE:
  case OFFERING:
    provider_entry (economy, kind);
    break;
  case REQUEST:
    request (economy);
    break;
  case REPLY:
    reply (economy);
    break;
  case LINK:
    link_ids (economy);
    break;
  default:
    small_kinds (economy, kind);
  }
}

void
economy_init (struct economy *economy, struct ledger_writer *writer, uint64_t seed, uint64_t limit, bool sign)
{
  memset (economy, 0, sizeof *economy);
  economy->writer = writer;
  economy->random[0] = seed ^ UINT64_C (0x9e3779b97f4a7c15);
  economy->random[1] = ~seed * UINT64_C (0xbf58476d1ce4e5b9) + 1;
  economy->limit = limit;
  economy->sign = sign;
  for (int i = 0; i < 20; i++)
    next_random (economy);
}

void
economy_free (struct economy *economy)
{
  free (economy->actors);
  free (economy->providers);
  free (economy->value.data);
  free (economy->inner.data);
}
