/* SPDX-License-Identifier: Apache-2.0 */
/* What a single node answers to a query is believed only with its signature, by a key that the subnet
 * certified: less than a certificate, for one node may lie, but it can be shown to have lied. */
#include "config.h"

#include "ic/certificate/query_signature.h"

#include <assert.h>
#include <inttypes.h>
#include <sodium.h>

#include "ic/candid/hash.h"

#define ED25519_KEY_SIZE 32
#define ED25519_PREFIX_SIZE (IC_ED25519_DER_SIZE - ED25519_KEY_SIZE)

/* status, reply or reject_code and reject_message, error_code, timestamp, request_id */
#define MAX_FIELDS 6

static const char *const result_texts[] = {
#define X(name, text) [IC_QUERY_##name] = text,
  IC_QUERY_RESULTS (X)
#undef X
};

static const char *
result_text (enum ic_query_result result)
{
  return result_texts[result];
}

/* The nodes that are being listed: first counted, then stored. */
struct listing {
  struct ic_node *list;
  size_t count;
};

/* Nodes whose key is not shown cannot sign anything, and are left out. */
static void
list_node (struct bytes label, const struct ic_tree *subtree, void *context)
{
  const struct bytes path[] = { ic_label ("public_key") };
  struct listing *listing = context;
  struct ic_node node;

  if (!ic_principal_set (&node.id, label.data, label.size)
      || ic_tree_value (subtree, path, 1, &node.key) != IC_LOOKUP_FOUND)
    return;
  if (listing->list != NULL)
    listing->list[listing->count] = node;
  listing->count++;
}

/* Twice over the tree, so that the list is made in its size: a subnet's nodes are few, and trees are small.
 */
bool
ic_nodes_read (struct ic_nodes *nodes, const struct ic_certificate *certificate, struct bytes root_key,
               struct ic_arena *arena, struct ic_error *error)
{
  struct bytes path[] = { ic_label ("subnet"), { nodes->subnet.bytes, 0 }, ic_label ("node") };
  struct listing listing = { NULL, 0 };
  const struct ic_tree *subtree;

  ic_certificate_subnet (certificate, root_key, &nodes->subnet);
  path[1].size = nodes->subnet.size;
  if (ic_tree_subtree (certificate->tree, path, 3, &subtree) == IC_LOOKUP_FOUND)
    ic_tree_children (subtree, list_node, &listing);
  if (listing.count == 0) {
    ic_error_set (error, "certificate: it shows no node of the subnet");
    return false;
  }
  listing.list = ic_arena_alloc (arena, listing.count * sizeof *listing.list);
  if (listing.list == NULL) {
    ic_error_set (error, "out of memory");
    return false;
  }
  listing.count = 0;
  ic_tree_children (subtree, list_node, &listing);
  nodes->list = listing.list;
  nodes->count = listing.count;
  return true;
}

/* Hashes what a node signs when it answers: the answer, the time and the request. An error code that is empty
 * is hashed, one that is absent or null is not. */
static void
hash_response (uint8_t hash[IC_HASH_SIZE], const struct ic_query_response *response, uint64_t timestamp,
               const uint8_t *request_id)
{
  struct ic_hash_field fields[MAX_FIELDS], arg;
  uint8_t reply[IC_HASH_SIZE];
  size_t count = 0;

  ic_hash_field_blob (&fields[count++], "request_id", (struct bytes){ request_id, IC_HASH_SIZE });
  ic_hash_field_nat (&fields[count++], "timestamp", timestamp);
  ic_hash_field_blob (&fields[count++], "status", ic_label (response->rejected ? "rejected" : "replied"));
  if (response->rejected) {
    ic_hash_field_nat (&fields[count++], "reject_code", response->reject.code);
    ic_hash_field_blob (&fields[count++], "reject_message", response->reject.message);
    if (response->reject.error_code.data != NULL)
      ic_hash_field_blob (&fields[count++], "error_code", response->reject.error_code);
  } else {
    ic_hash_field_blob (&arg, "arg", response->reply);
    ic_hash_of_map (reply, &arg, 1);
    ic_hash_field_hash (&fields[count++], "reply", reply);
  }
  assert (count <= MAX_FIELDS);
  ic_hash_of_map (hash, fields, count);
}

static const struct ic_node *
find_node (const struct ic_nodes *nodes, struct bytes id)
{
  for (size_t i = 0; i < nodes->count; i++)
    if (bytes_equal ((struct bytes){ nodes->list[i].id.bytes, nodes->list[i].id.size }, id))
      return &nodes->list[i];
  return NULL;
}

/* Each signature has a time of its own, since nodes answer by their own clocks. */
static enum ic_query_result
check_time (uint64_t timestamp, const struct ic_query_check *check)
{
  if (timestamp < check->now_ns && check->now_ns - timestamp > check->max_age_ns)
    return IC_QUERY_TOO_OLD;
  if (timestamp > check->now_ns && timestamp - check->now_ns > check->max_skew_ns)
    return IC_QUERY_FUTURE;
  return IC_QUERY_VALID;
}

/* The prefix of the DER form is compared by making the whole of it again. */
static enum ic_query_result
check_key (struct bytes der)
{
  uint8_t expected[IC_ED25519_DER_SIZE];

  if (der.size != IC_ED25519_DER_SIZE)
    return IC_QUERY_BAD_KEY_LENGTH;
  ic_ed25519_der (expected, der.data + ED25519_PREFIX_SIZE);
  if (memcmp (der.data, expected, sizeof expected) != 0)
    return IC_QUERY_BAD_KEY_PREFIX;
  return IC_QUERY_VALID;
}

/* libsodium does not tell a key that is no point from a signature that does not match, so the key is looked
 * at once more after a failure. */
static enum ic_query_result
verify_one (const struct ic_query_response *response, const struct ic_node_signature *signature,
            const struct ic_query_check *check)
{
  static const char domain[] = "\x0bic-response";
  uint8_t message[sizeof domain - 1 + IC_HASH_SIZE];
  const struct ic_node *node = find_node (check->nodes, signature->identity);
  enum ic_query_result result = check_time (signature->timestamp, check);
  const uint8_t *key;

  if (result != IC_QUERY_VALID)
    return result;
  if (node == NULL)
    return IC_QUERY_UNKNOWN_NODE;
  result = check_key (node->key);
  if (result != IC_QUERY_VALID)
    return result;
  if (signature->signature.size != crypto_sign_BYTES)
    return IC_QUERY_MALFORMED_SIGNATURE;
  memcpy (message, domain, sizeof domain - 1);
  hash_response (message + sizeof domain - 1, response, signature->timestamp, check->request_id);
  key = node->key.data + ED25519_PREFIX_SIZE;
  if (crypto_sign_verify_detached (signature->signature.data, message, sizeof message, key) == 0)
    return IC_QUERY_VALID;
  return crypto_core_ed25519_is_valid_point (key) ? IC_QUERY_BAD_SIGNATURE : IC_QUERY_BAD_KEY;
}

static void
describe (struct ic_error *error, enum ic_query_result result, struct bytes identity)
{
  char text[IC_PRINCIPAL_TEXT_SIZE] = "?";
  struct ic_principal node;

  if (ic_principal_set (&node, identity.data, identity.size))
    ic_principal_text (&node, text);
  ic_error_set (error, "answer to a query, signed by node %s: %s", text, result_text (result));
}

/* All signatures must hold: one that does not is a sign that somebody tampered, however good the others
 * are. More than there are nodes cannot be honest, and each costs a verification. */
enum ic_query_result
ic_query_verify (const struct ic_query_response *response, const struct ic_query_check *check,
                 struct ic_error *error)
{
  enum ic_query_result result = IC_QUERY_VALID;

  if (response->signature_count == 0)
    result = IC_QUERY_MISSING_SIGNATURE;
  else if (response->signature_count > check->nodes->count)
    result = IC_QUERY_TOO_MANY_SIGNATURES;
  if (result != IC_QUERY_VALID) {
    ic_error_set (error, "answer to a query: %s", result_text (result));
    return result;
  }
  for (const struct ic_node_signature *signature = response->signatures; signature != NULL;
       signature = signature->next) {
    result = verify_one (response, signature, check);
    if (result != IC_QUERY_VALID) {
      describe (error, result, signature->identity);
      return result;
    }
  }
  return IC_QUERY_VALID;
}
