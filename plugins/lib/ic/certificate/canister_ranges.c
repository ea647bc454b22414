/* SPDX-License-Identifier: Apache-2.0 */
/* Without this check a subnet could speak for canisters of all others: each of their keys is signed by the
 * same root. */
#include "config.h"

#include "ic/certificate/canister_ranges.h"

#include "bytes/cleanup.h"

static struct bytes
principal_bytes (const struct ic_principal *principal)
{
  return (struct bytes){ principal->bytes, principal->size };
}

/* Both names in full, since the usual cause is a canister id or a root key of another network in the
 * configuration. */
static enum ic_certificate_result
refuse (enum ic_certificate_result result, const struct ic_principal *subnet,
        const struct ic_principal *canister, struct ic_error *error)
{
  char canister_text[IC_PRINCIPAL_TEXT_SIZE], subnet_text[IC_PRINCIPAL_TEXT_SIZE];

  ic_principal_text (canister, canister_text);
  ic_principal_text (subnet, subnet_text);
  ic_error_set (error, "delegation of subnet %s for canister %s: %s", subnet_text, canister_text,
                ic_certificate_result_text (result));
  return result;
}

/* Takes one pair of the first and the last canister id. */
static bool
read_range (struct ic_cbor_reader *reader, struct bytes *first, struct bytes *last)
{
  struct ic_cbor_list pair;

  if (!ic_cbor_open_array (reader, &pair))
    return false;
  if (!ic_cbor_more (reader, &pair) || !ic_cbor_bytes (reader, first) || !ic_cbor_more (reader, &pair)
      || !ic_cbor_bytes (reader, last) || ic_cbor_more (reader, &pair))
    return ic_cbor_fail (reader, "a canister range is not a pair of byte strings");
  return !reader->failed;
}

/* All ranges are read even after a hit, so that a malformed list is always refused. */
static bool
read_ranges (struct ic_cbor_reader *reader, struct bytes canister, bool *inside)
{
  struct bytes first = { NULL, 0 }, last = { NULL, 0 };
  struct ic_cbor_list list;

  *inside = false;
  if (!ic_cbor_open_array (reader, &list))
    return false;
  while (ic_cbor_more (reader, &list) && read_range (reader, &first, &last))
    if (ic_label_compare (first, canister) <= 0 && ic_label_compare (canister, last) <= 0)
      *inside = true;
  return ic_cbor_finish (reader);
}

/* Looks for the canister in one list of ranges. */
static enum ic_certificate_result
check_list (struct bytes value, const struct ic_principal *subnet, const struct ic_principal *canister,
            struct ic_error *error)
{
  CLEANUP (ic_arena_free) struct ic_arena arena = { NULL };
  struct ic_cbor_reader reader;
  bool inside;

  ic_cbor_read (&reader, value, &arena, error);
  if (!read_ranges (&reader, principal_bytes (canister), &inside)) {
    ic_error_prefix (error, "delegation: canister ranges");
    return IC_CERTIFICATE_MALFORMED;
  }
  if (!inside)
    return refuse (IC_CERTIFICATE_CANISTER_OUT_OF_RANGE, subnet, canister, error);
  return IC_CERTIFICATE_VALID;
}

/* The search for the shard that must hold a canister. */
struct shard {
  struct bytes canister, label;
  const struct ic_tree *tree;
};

static void
consider_shard (struct bytes label, const struct ic_tree *subtree, void *context)
{
  struct shard *shard = context;

  if (ic_label_compare (label, shard->canister) > 0)
    return;
  if (shard->tree != NULL && ic_label_compare (label, shard->label) <= 0)
    return;
  shard->label = label;
  shard->tree = subtree;
}

/* A canister id lies in the shard with the greatest label that is not above it, or in none. */
static enum ic_certificate_result
check_shards (const struct ic_tree *shards, const struct ic_principal *subnet,
              const struct ic_principal *canister, struct ic_error *error)
{
  struct shard shard = { .canister = principal_bytes (canister) };
  struct bytes value;

  ic_tree_children (shards, consider_shard, &shard);
  if (shard.tree == NULL)
    return refuse (IC_CERTIFICATE_CANISTER_OUT_OF_RANGE, subnet, canister, error);
  if (ic_tree_value (shard.tree, NULL, 0, &value) != IC_LOOKUP_FOUND)
    return refuse (IC_CERTIFICATE_RANGES_MISSING, subnet, canister, error);
  return check_list (value, subnet, canister, error);
}

/* A subtree of shards that is there but pruned shows nothing, so the older layout is asked. */
enum ic_certificate_result
ic_ranges_check (const struct ic_tree *tree, const struct ic_principal *subnet,
                 const struct ic_principal *canister, struct ic_error *error)
{
  const struct bytes subnet_id = principal_bytes (subnet);
  const struct bytes sharded[] = { ic_label ("canister_ranges"), subnet_id };
  const struct bytes whole[] = { ic_label ("subnet"), subnet_id, ic_label ("canister_ranges") };
  const struct ic_tree *shards;
  struct bytes value;

  if (ic_tree_subtree (tree, sharded, 2, &shards) == IC_LOOKUP_FOUND
      && ic_tree_value (shards, NULL, 0, &value) != IC_LOOKUP_UNKNOWN)
    return check_shards (shards, subnet, canister, error);
  if (ic_tree_value (tree, whole, 3, &value) != IC_LOOKUP_FOUND)
    return refuse (IC_CERTIFICATE_RANGES_MISSING, subnet, canister, error);
  return check_list (value, subnet, canister, error);
}
