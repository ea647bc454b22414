/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "replica/state.h"

#include "bytes/cleanup.h"
#include "ic/candid/leb128.h"
#include "ic/certificate/hash_tree.h"
#include "replica/tree.h"

/* The state, of which a certificate shows what was asked for:
 *
 *     time
 *     canister        / CANISTER / module_hash, controllers
 *     canister_ranges / SUBNET / FIRST CANISTER OF A SHARD
 *     request_status  / REQUEST ID / status, reply or reject_code, reject_message, error_code
 *     subnet          / SUBNET / public_key, canister_ranges, node / NODE / public_key
 *
 * The root's state, for delegations, has `time`, `canister_ranges` and `subnet` in the same shape. */

#define SECOND_NS UINT64_C (1000000000)
#define CANISTER_ID_SIZE 10

/* Canister ids that the network gives out are a number and two bytes; a subnet has a range of numbers. */
#define RANGE_MASK UINT64_C (0xfffff)

/* A time as it stands in a tree. */
struct time_value {
  uint8_t data[IC_LEB128_SIZE];
  size_t size;
};

static struct bytes
principal_bytes (const struct ic_principal *principal)
{
  return (struct bytes){ principal->bytes, principal->size };
}

static void
set (struct ic_arena *arena, struct tree *tree, const char *label, struct bytes value)
{
  tree_set (arena, tree, ic_label (label), value);
}

static struct bytes
text (const char *value)
{
  return ic_label (value);
}

static struct time_value
time_value (uint64_t time_ns)
{
  struct time_value value;

  value.size = ic_uleb128_write (value.data, time_ns);
  return value;
}

/* ---- canister ranges ------------------------------------------------------------------------------ */

struct range {
  struct ic_principal first, last;
};

/* The range around a canister, or one that lies far from it. */
static struct range
make_range (const struct ic_principal *canister, bool elsewhere)
{
  struct range range = { *canister, *canister };
  uint64_t number;

  if (canister->size != CANISTER_ID_SIZE)
    return range;
  number = load_be64 (canister->bytes) + (elsewhere ? 16 * (RANGE_MASK + 1) : 0);
  store_be64 (range.first.bytes, number & ~RANGE_MASK);
  store_be64 (range.last.bytes, number | RANGE_MASK);
  return range;
}

/* A list of ranges in CBOR, here of one. Ids are compared byte by byte, so first and last are of equal
 * length. */
static struct bytes
encode_range (struct ic_arena *arena, const struct range *range)
{
  struct ic_cbor_writer writer = { NULL };
  struct bytes encoded = { NULL, 0 };
  uint8_t *copy;

  ic_cbor_put_self_described (&writer);
  ic_cbor_put_array (&writer, 1);
  ic_cbor_put_array (&writer, 2);
  ic_cbor_put_bytes (&writer, principal_bytes (&range->first));
  ic_cbor_put_bytes (&writer, principal_bytes (&range->last));
  copy = ic_arena_alloc (arena, writer.size + 1);
  if (copy != NULL && !writer.failed) {
    memcpy (copy, writer.data, writer.size);
    encoded = (struct bytes){ copy, writer.size };
  }
  ic_cbor_writer_free (&writer);
  return encoded;
}

/* Both layouts are part of the state; a certificate shows one of them. A second shard, behind the canister's,
 * is there to be told apart. `in_range` is false for a subnet that has other canisters. */
static void
add_ranges (struct ic_arena *arena, struct tree *root, struct tree *subnet, const struct network *network,
            bool in_range)
{
  const struct range mine = make_range (&network->canister, !in_range);
  const struct range next = make_range (&mine.first, true);
  struct tree *shards = tree_at (arena, tree_at (arena, root, ic_label ("canister_ranges")),
                                 principal_bytes (&network->keys.subnet_id));
  struct range *kept = ic_arena_alloc (arena, 2 * sizeof *kept);

  if (kept == NULL)
    return;
  kept[0] = mine;
  kept[1] = next;
  set (arena, subnet, "canister_ranges", encode_range (arena, &mine));
  tree_set (arena, shards, principal_bytes (&kept[0].first), encode_range (arena, &mine));
  if (!ic_principal_equal (&mine.first, &next.first))
    tree_set (arena, shards, principal_bytes (&kept[1].first), encode_range (arena, &next));
}

/* ---- signing ------------------------------------------------------------------------------------- */

/* A certificate is signed over its root hash alone: pruning a tree does not change what was signed. */
static void
sign_tree (const struct bls_key *key, const struct tree *tree, uint8_t signature[IC_BLS_SIGNATURE_SIZE])
{
  static const char domain[] = "\x0dic-state-root";
  uint8_t message[sizeof domain - 1 + IC_HASH_SIZE];

  memcpy (message, domain, sizeof domain - 1);
  tree_hash (tree, message + sizeof domain - 1);
  bls_sign (key, (struct bytes){ message, sizeof message }, signature);
}

/* Begins a certificate with `fields` fields: its tree and signature. */
static void
put_signed (struct ic_cbor_writer *writer, size_t fields, const struct tree *tree, const struct bls_key *key)
{
  uint8_t signature[IC_BLS_SIGNATURE_SIZE];

  sign_tree (key, tree, signature);
  ic_cbor_put_self_described (writer);
  ic_cbor_put_map (writer, fields);
  ic_cbor_put_text (writer, "tree", 4);
  tree_put (writer, tree);
  ic_cbor_put_text (writer, "signature", 9);
  ic_cbor_put_bytes (writer, (struct bytes){ signature, sizeof signature });
}

/* The root's word for the subnet's key and canisters, out of a state that has the root's own subnet, too. */
static void
put_delegation (struct ic_cbor_writer *writer, const struct network *network,
                const struct certificate_request *request)
{
  CLEANUP (ic_arena_free) struct ic_arena arena = { NULL };
  CLEANUP (ic_cbor_writer_free) struct ic_cbor_writer certificate = { NULL };
  const struct keys *keys = &network->keys;
  const struct bytes subnet_id = principal_bytes (&keys->subnet_id);
  const struct bytes key_path[] = { ic_label ("subnet"), subnet_id, ic_label ("public_key") };
  const struct bytes listed[] = { ic_label ("subnet"), subnet_id, ic_label ("canister_ranges") };
  const struct bytes sharded[] = { ic_label ("canister_ranges"), subnet_id };
  const struct bytes time_path[] = { ic_label ("time") };
  const struct time_value time = time_value (request->now_ns);
  const enum fault_kind fault = request->fault->kind;
  struct tree *root = tree_new (&arena), *subnets = tree_at (&arena, root, ic_label ("subnet"));
  struct tree *subnet = tree_at (&arena, subnets, subnet_id);

  set (&arena, tree_at (&arena, subnets, principal_bytes (&keys->root_id)), "public_key",
       (struct bytes){ keys->root.der, IC_BLS_DER_SIZE });
  set (&arena, subnet, "public_key", (struct bytes){ keys->subnet.der, IC_BLS_DER_SIZE });
  add_ranges (&arena, root, subnet, network, fault != FAULT_OUT_OF_RANGE);
  set (&arena, root, "time", (struct bytes){ time.data, time.size });
  tree_show (root, key_path, 3);
  tree_show (root, time_path, 1);
  if (fault != FAULT_NO_RANGES) {
    if (request->layout == RANGES_SHARDED)
      tree_show (root, sharded, 2);
    else
      tree_show (root, listed, 3);
  }
  put_signed (&certificate, 2, root, fault == FAULT_BAD_DELEGATION ? &keys->stranger : &keys->root);
  if (certificate.failed)
    writer->failed = true;
  ic_cbor_put_text (writer, "delegation", 10);
  ic_cbor_put_map (writer, 2);
  ic_cbor_put_text (writer, "subnet_id", 9);
  ic_cbor_put_bytes (writer, subnet_id);
  ic_cbor_put_text (writer, "certificate", 11);
  ic_cbor_put_bytes (writer, (struct bytes){ certificate.data, certificate.size });
}

/* ---- the subnet's state -------------------------------------------------------------------------- */

/* Numbers are LEB128 in a tree, which for reject codes is the one byte that they take. */
static void
add_call (struct ic_arena *arena, struct tree *root, const struct call *call)
{
  struct tree *statuses = tree_at (arena, root, ic_label ("request_status"));
  struct tree *status = tree_at (arena, statuses, (struct bytes){ call->id, IC_HASH_SIZE });

  if (!call->ready) {
    set (arena, status, "status", text ("processing"));
  } else if (!call->rejected) {
    set (arena, status, "status", text ("replied"));
    set (arena, status, "reply", call->reply);
  } else {
    set (arena, status, "status", text ("rejected"));
    set (arena, status, "reject_code", (struct bytes){ &call->reject_code, 1 });
    set (arena, status, "reject_message", call->message);
    if (call->error_code.size > 0)
      set (arena, status, "error_code", call->error_code);
  }
}

/* The keys that the answers to queries are checked with. */
static void
add_nodes (struct ic_arena *arena, struct tree *subnet, const struct keys *keys)
{
  struct tree *nodes = tree_at (arena, subnet, ic_label ("node"));

  for (unsigned i = 0; i < KEYS_NODES; i++) {
    const struct ic_identity *node = keys_node (keys, (unsigned) i);

    set (arena, tree_at (arena, nodes, principal_bytes (&node->principal)), "public_key",
         (struct bytes){ node->public_key, IC_ED25519_DER_SIZE });
  }
}

/* 32 zero bytes stand for the hash of the canister's code. */
static struct tree *
build_state (struct ic_arena *arena, const struct network *network, const struct certificate_request *request)
{
  static const uint8_t module_hash[IC_HASH_SIZE];
  const struct keys *keys = &network->keys;
  struct tree *root = tree_new (arena);
  struct tree *subnet =
      tree_at (arena, tree_at (arena, root, ic_label ("subnet")), principal_bytes (&keys->subnet_id));
  struct tree *canister =
      tree_at (arena, tree_at (arena, root, ic_label ("canister")), principal_bytes (&network->canister));

  set (arena, canister, "module_hash", (struct bytes){ module_hash, sizeof module_hash });
  set (arena, canister, "controllers", (struct bytes){ (const uint8_t *) "\xd9\xd9\xf7\x80", 4 });
  set (arena, subnet, "public_key", (struct bytes){ keys->subnet.der, IC_BLS_DER_SIZE });
  add_ranges (arena, root, subnet, network, true);
  add_nodes (arena, subnet, keys);
  for (size_t i = 0; i < request->call_count; i++)
    add_call (arena, root, &request->calls[i]);
  return root;
}

/* Only the certificate's own time is looked at by clients, not that of its delegation, so only this one is
 * bent. */
static uint64_t
certified_time (const struct certificate_request *request)
{
  const struct fault *fault = request->fault;

  if (fault->kind == FAULT_STALE_CERTIFICATE)
    return request->now_ns - fault->age * SECOND_NS;
  if (fault->kind == FAULT_FUTURE_CERTIFICATE)
    return request->now_ns + fault->age * SECOND_NS;
  return request->now_ns;
}

void
certificate_put (struct ic_cbor_writer *writer, const struct network *network,
                 const struct certificate_request *request)
{
  CLEANUP (ic_arena_free) struct ic_arena arena = { NULL };
  const struct bytes time_path[] = { ic_label ("time") };
  const struct time_value time = time_value (certified_time (request));
  const struct keys *keys = &network->keys;
  struct tree *root = build_state (&arena, network, request);

  set (&arena, root, "time", (struct bytes){ time.data, time.size });
  tree_show (root, time_path, 1);
  for (size_t i = 0; i < request->path_count; i++)
    tree_show (root, request->paths[i].labels, request->paths[i].count);
  put_signed (writer, keys->delegated ? 3 : 2, root,
              request->fault->kind == FAULT_BAD_CERTIFICATE ? &keys->stranger : &keys->subnet);
  if (keys->delegated)
    put_delegation (writer, network, request);
}
