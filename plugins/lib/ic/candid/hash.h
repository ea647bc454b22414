/* SPDX-License-Identifier: Apache-2.0 */
/* Representation-independent hashes, and the request ids that are made of them.
 *
 * The hash of a map does not depend on how the map is encoded or in which order its fields come; see
 * "Representation-independent hashing of structured data" and "Request ids" in the Internet Computer
 * Interface Specification. Values are hashed one by one into 32 bytes each; arrays and maps are
 * then hashed from those:
 *
 *     struct ic_hash_field fields[2];
 *
 *     ic_hash_field_blob (&fields[0], "arg", arg);
 *     ic_hash_field_nat (&fields[1], "ingress_expiry", nanoseconds);
 *     ic_hash_of_map (hash, fields, 2);
 *
 * Nothing allocates; all functions are safe from any thread. */
#ifndef IC_CANDID_HASH_H
#define IC_CANDID_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "bytes/bytes.h"

#define IC_HASH_SIZE 32

/* The hash of one value. */
void ic_hash_of_blob (uint8_t hash[IC_HASH_SIZE], struct bytes value); /* texts too: they are their bytes */
void ic_hash_of_nat (uint8_t hash[IC_HASH_SIZE], uint64_t value);

/* The hash of an array of any values, given the hashes of its `count` elements, one after another. */
void ic_hash_of_array (uint8_t hash[IC_HASH_SIZE], const uint8_t *hashes, size_t count);

/* One field of a map, hashed. */
struct ic_hash_field {
  uint8_t key[IC_HASH_SIZE];
  uint8_t value[IC_HASH_SIZE];
};

/* Fill a field: `key` ends in a 0. The last form takes the value's hash, for arrays and maps. */
void ic_hash_field_blob (struct ic_hash_field *field, const char *key, struct bytes value);
void ic_hash_field_nat (struct ic_hash_field *field, const char *key, uint64_t value);
void ic_hash_field_hash (struct ic_hash_field *field, const char *key, const uint8_t hash[IC_HASH_SIZE]);

/* The hash of a map with these fields, which are put in order as a side effect. Keys must differ. */
void ic_hash_of_map (uint8_t hash[IC_HASH_SIZE], struct ic_hash_field *fields, size_t count);

/* A path of a read_state request: its labels. */
struct ic_path {
  const struct bytes *labels;
  size_t count;
};

/* What a request to a replica says. A pointer that is NULL (in `method_name`, and in the `data` of the
 * views save `sender`) leaves its field out; an argument that is present and empty has data that is not
 * NULL. */
struct ic_request {
  const char *request_type; /* "query", "call" or "read_state" */
  struct bytes sender;      /* a principal's bytes */
  uint64_t ingress_expiry;  /* nanoseconds since 1970 */
  struct bytes nonce;
  struct bytes canister_id;
  const char *method_name;
  struct bytes arg;
  const struct ic_path *paths; /* of read_state, else NULL */
  size_t path_count;
};

/* The request id: the hash of the request as a map. */
void ic_request_id (uint8_t id[IC_HASH_SIZE], const struct ic_request *request);

#endif
