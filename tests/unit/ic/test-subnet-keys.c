/* SPDX-License-Identifier: Apache-2.0 */
/* When node keys are due, and that a bad certificate does not replace good keys. */
#include "config.h"

#include <check.h>
#include <stdlib.h>

#include "ic/agent/subnet_keys.h"
#include "support/run.h"
#include "support/vectors.h"
#include "unit/ic/expect.h"

#define SECOND UINT64_C (1000000000)

static struct bytes
changed_copy (struct bytes bytes)
{
  uint8_t *copy = malloc (bytes.size);

  ck_assert_ptr_nonnull (copy);
  memcpy (copy, bytes.data, bytes.size);
  copy[bytes.size / 2] ^= 1;
  return (struct bytes){ copy, bytes.size };
}

static void
check_valid (const json_t *row, struct ic_subnet_keys *keys, uint64_t now, struct bytes body)
{
  struct bytes answer = expect_bytes (row, "response"), id = expect_bytes (row, "request_id");
  struct bytes damaged = changed_copy (body);
  struct ic_node_signature stranger = { .timestamp = now };
  struct ic_query_response response, other;
  struct ic_arena arena = { NULL };
  struct ic_error error;

  ck_assert (ic_query_response_read (&response, answer, &arena, &error));
  ck_assert (ic_subnet_keys_due (keys, now));
  ck_assert_ptr_null (ic_subnet_keys_nodes (keys));
  ck_assert_int_eq (ic_subnet_keys_verify (keys, &response, id.data, now, &error), IC_QUERY_UNKNOWN_NODE);
  ck_assert_int_ne (ic_subnet_keys_update (keys, damaged, now, &error), IC_CERTIFICATE_VALID);
  ck_assert (ic_subnet_keys_due (keys, now));
  ck_assert_msg (ic_subnet_keys_update (keys, body, now, &error) == IC_CERTIFICATE_VALID, "%s", error.text);
  memset ((void *) (uintptr_t) body.data, 0, body.size);
  ck_assert (!ic_subnet_keys_due (keys, now + 59 * SECOND));
  ck_assert (ic_subnet_keys_due (keys, now + 60 * SECOND));
  ck_assert (ic_subnet_keys_due (keys, now - 1));
  ck_assert_msg (ic_subnet_keys_verify (keys, &response, id.data, now, &error) == IC_QUERY_VALID, "%s",
                 error.text);
  ck_assert_int_ne (ic_subnet_keys_update (keys, damaged, now, &error), IC_CERTIFICATE_VALID);
  ck_assert_uint_eq (ic_subnet_keys_nodes (keys)->count, json_array_size (json_object_get (row, "nodes")));

  other = response;
  other.signatures = &stranger;
  other.signature_count = 1;
  stranger.identity = (struct bytes){ (const uint8_t *) "\x01\x02", 2 };
  ck_assert_int_eq (ic_subnet_keys_verify (keys, &other, id.data, now, &error), IC_QUERY_UNKNOWN_NODE);
  ck_assert (!ic_subnet_keys_due (keys, now + 4 * SECOND));
  ck_assert (ic_subnet_keys_due (keys, now + 5 * SECOND));
  ic_arena_free (&arena);
  expect_free (damaged);
  expect_free (answer);
  expect_free (id);
}

static void
check_row (json_t *row, size_t number, void *context)
{
  const struct ic_subnet_keys_limits limits = {
    .refresh = 60 * SECOND, .min_interval = 5 * SECOND, .max_age = 240 * SECOND, .max_skew = UINT64_MAX
  };
  struct ic_certificate_check check;
  struct ic_subnet_keys *keys;
  struct ic_principal id;
  struct bytes body;

  (void) number;
  (void) context;
  if (!expect_is (row, "valid"))
    return;
  expect_check (row, &check, &id);
  body = expect_bytes (row, "read_state_response");
  keys = ic_subnet_keys_new (check.root_key, &id, &limits);
  ck_assert_ptr_nonnull (keys);
  check_valid (row, keys, check.now_ns, body);
  ic_subnet_keys_free (keys);
  expect_free (check.root_key);
  expect_free (body);
}

START_TEST (refreshed)
{
  if (ic_bls_available ())
    vectors_each ("ic/certificates/query_signatures.jsonl", check_row, NULL);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { refreshed };

  return RUN_TESTS ("subnet keys", tests);
}
