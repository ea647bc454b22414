/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ic/agent/subnet_keys.h"

#include <stdlib.h>

#include "bytes/cleanup.h"

#define SECOND UINT64_C (1000000000)

struct ic_subnet_keys {
  struct ic_principal canister;
  struct ic_subnet_keys_limits limits;
  struct ic_arena arena; /* holds what `nodes` points to */
  struct ic_nodes nodes;
  uint64_t updated_ns;
  bool loaded, unknown_node;
  size_t root_key_size;
  uint8_t root_key[];
};

static const struct bytes subnet_label = { (const uint8_t *) "subnet", 6 };
const struct ic_path ic_subnet_keys_paths[1] = { { &subnet_label, 1 } };

static uint64_t
or_default (uint64_t value, uint64_t otherwise)
{
  return value != 0 ? value : otherwise;
}

struct ic_subnet_keys *
ic_subnet_keys_new (struct bytes root_key, const struct ic_principal *canister,
                    const struct ic_subnet_keys_limits *limits)
{
  struct ic_subnet_keys *keys = calloc (1, sizeof *keys + root_key.size);

  if (keys == NULL)
    return NULL;
  keys->canister = *canister;
  keys->limits = (struct ic_subnet_keys_limits){
    .max_age = or_default (limits->max_age, 300 * SECOND),
    .max_skew = or_default (limits->max_skew, 60 * SECOND),
    .refresh = or_default (limits->refresh, 3600 * SECOND),
    .min_interval = or_default (limits->min_interval, 10 * SECOND),
  };
  keys->root_key_size = root_key.size;
  if (root_key.size > 0)
    memcpy (keys->root_key, root_key.data, root_key.size);
  return keys;
}

void
ic_subnet_keys_free (struct ic_subnet_keys *keys)
{
  if (keys == NULL)
    return;
  ic_arena_free (&keys->arena);
  free (keys);
}

/* A clock that was set back makes keys due as well. */
bool
ic_subnet_keys_due (const struct ic_subnet_keys *keys, uint64_t now_ns)
{
  uint64_t age = now_ns - keys->updated_ns;

  if (!keys->loaded || now_ns < keys->updated_ns)
    return true;
  return age >= keys->limits.refresh || (keys->unknown_node && age >= keys->limits.min_interval);
}

uint64_t
ic_subnet_keys_wait (const struct ic_subnet_keys *keys, uint64_t now_ns)
{
  return keys->unknown_node && !ic_subnet_keys_due (keys, now_ns)
             ? keys->updated_ns + keys->limits.min_interval - now_ns
             : 0;
}

/* Copies what points into a certificate that is about to go away. */
static bool
copy_keys (struct ic_nodes *nodes, struct ic_arena *arena)
{
  struct ic_node *copy = ic_arena_alloc (arena, nodes->count * sizeof *copy);

  if (copy == NULL)
    return false;
  for (size_t i = 0; i < nodes->count; i++) {
    uint8_t *key = ic_arena_alloc (arena, nodes->list[i].key.size);

    if (key == NULL)
      return false;
    memcpy (key, nodes->list[i].key.data, nodes->list[i].key.size);
    copy[i] = nodes->list[i];
    copy[i].key.data = key;
  }
  nodes->list = copy;
  return true;
}

/* Verifies the certificate in `body` and lists its nodes, in `arena` and `body`. */
static enum ic_certificate_result
read_nodes (const struct ic_subnet_keys *keys, struct bytes body, uint64_t now_ns, struct ic_nodes *nodes,
            struct ic_arena *arena, struct ic_error *error)
{
  const struct ic_certificate_check check = {
    .root_key = { keys->root_key, keys->root_key_size },
    .canister = &keys->canister,
    .now_ns = now_ns,
    .max_age_ns = keys->limits.max_age,
    .max_skew_ns = keys->limits.max_skew,
  };
  struct ic_certificate *certificate;
  enum ic_certificate_result result;
  struct bytes input;

  if (!ic_read_state_response_read (&input, body, arena, error))
    return IC_CERTIFICATE_MALFORMED;
  result = ic_certificate_read (&certificate, input, arena, error);
  if (result == IC_CERTIFICATE_VALID)
    result = ic_certificate_verify (certificate, &check, error);
  if (result == IC_CERTIFICATE_VALID && !ic_nodes_read (nodes, certificate, check.root_key, arena, error))
    result = IC_CERTIFICATE_MALFORMED;
  return result;
}

/* The earlier keys are given back only when the new ones are whole. */
enum ic_certificate_result
ic_subnet_keys_update (struct ic_subnet_keys *keys, struct bytes body, uint64_t now_ns,
                       struct ic_error *error)
{
  CLEANUP (ic_arena_free) struct ic_arena work = { NULL }, kept = { NULL };
  struct ic_arena earlier = keys->arena;
  enum ic_certificate_result result;
  struct ic_nodes nodes;

  result = read_nodes (keys, body, now_ns, &nodes, &work, error);
  if (result == IC_CERTIFICATE_VALID && !copy_keys (&nodes, &kept)) {
    ic_error_set (error, "out of memory");
    result = IC_CERTIFICATE_MALFORMED;
  }
  if (result != IC_CERTIFICATE_VALID)
    return result;
  keys->arena = kept;
  kept = earlier;
  keys->nodes = nodes;
  keys->updated_ns = now_ns;
  keys->loaded = true;
  keys->unknown_node = false;
  return result;
}

/* A subnet that has grown shows by unknown nodes or by more signatures than it had nodes. */
enum ic_query_result
ic_subnet_keys_verify (struct ic_subnet_keys *keys, const struct ic_query_response *response,
                       const uint8_t request_id[IC_HASH_SIZE], uint64_t now_ns, struct ic_error *error)
{
  const struct ic_query_check check = {
    .nodes = &keys->nodes,
    .request_id = request_id,
    .now_ns = now_ns,
    .max_age_ns = keys->limits.max_age,
    .max_skew_ns = keys->limits.max_skew,
  };
  enum ic_query_result result;

  if (!keys->loaded) {
    ic_error_set (error, "answer to a query: the node keys of the subnet are not known yet");
    return IC_QUERY_UNKNOWN_NODE;
  }
  result = ic_query_verify (response, &check, error);
  if (result == IC_QUERY_UNKNOWN_NODE || result == IC_QUERY_TOO_MANY_SIGNATURES)
    keys->unknown_node = true;
  return result;
}

const struct ic_nodes *
ic_subnet_keys_nodes (const struct ic_subnet_keys *keys)
{
  return keys->loaded ? &keys->nodes : NULL;
}
