/* SPDX-License-Identifier: Apache-2.0 */
/* Every row of ic/http/responses.jsonl. */
#include "config.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "ic/certificate/response.h"
#include "ic/principal/principal.h"
#include "support/run.h"
#include "support/vectors.h"
#include "unit/ic/expect.h"

static size_t good_rows, bad_rows;

static void
check_text (const json_t *expect, const char *member, struct bytes found, const char *where)
{
  const char *text = vectors_text (expect, member);

  ck_assert_msg ((text != NULL) == (found.data != NULL), "%s: %s", where, member);
  if (text != NULL)
    ck_assert_msg (found.size == strlen (text) && memcmp (found.data, text, found.size) == 0, "%s: %s", where,
                   member);
}

static void
check_bytes (const json_t *expect, const char *member, struct bytes found, const char *where)
{
  struct bytes expected = expect_bytes (expect, member);

  ck_assert_msg ((expected.data != NULL) == (found.data != NULL), "%s: %s", where, member);
  ck_assert_msg (bytes_equal (expected, found), "%s: %s", where, member);
  expect_free (expected);
}

static void
check_reject (const json_t *expect, const struct ic_reject *reject, const char *where)
{
  ck_assert_msg (json_integer_value (json_object_get (expect, "reject_code")) == reject->code, "%s", where);
  check_text (expect, "reject_message", reject->message, where);
  check_text (expect, "error_code", reject->error_code, where);
}

static void
check_signatures (const json_t *expect, const struct ic_query_response *response, const char *where)
{
  json_t *signatures = json_object_get (expect, "signatures"), *expected;
  const struct ic_node_signature *found = response->signatures;
  struct ic_principal identity;
  char text[IC_PRINCIPAL_TEXT_SIZE];
  size_t index;

  ck_assert_msg (json_array_size (signatures) == response->signature_count, "%s", where);
  json_array_foreach (signatures, index, expected) {
    ck_assert_ptr_nonnull (found);
    ck_assert (ic_principal_set (&identity, found->identity.data, found->identity.size));
    ic_principal_text (&identity, text);
    ck_assert_str_eq (text, vectors_text (expected, "identity"));
    check_bytes (expected, "signature", found->signature, where);
    ck_assert_uint_eq (found->timestamp, expect_number (expected, "timestamp"));
    found = found->next;
  }
  ck_assert_ptr_null (found);
}

static bool
check_query (struct bytes body, const json_t *expect, struct ic_arena *arena, struct ic_error *error,
             const char *where)
{
  struct ic_query_response response;

  if (!ic_query_response_read (&response, body, arena, error))
    return false;
  ck_assert_str_eq (vectors_text (expect, "status"), response.rejected ? "rejected" : "replied");
  if (response.rejected)
    check_reject (expect, &response.reject, where);
  else
    check_bytes (expect, "arg", response.reply, where);
  check_signatures (expect, &response, where);
  return true;
}

static bool
check_call (struct bytes body, long status, const json_t *expect, struct ic_arena *arena,
            struct ic_error *error, const char *where)
{
  static const char *const names[] = { [IC_CALL_REPLIED] = "replied",
                                       [IC_CALL_ACCEPTED] = "accepted",
                                       [IC_CALL_REJECTED] = "non_replicated_rejection" };
  struct ic_call_response response;

  if (!ic_call_response_read (&response, status, body, arena, error))
    return false;
  ck_assert_str_eq (vectors_text (expect, "status"), names[response.status]);
  if (response.status == IC_CALL_REPLIED)
    check_bytes (expect, "certificate", response.certificate, where);
  if (response.status == IC_CALL_REJECTED)
    check_reject (expect, &response.reject, where);
  return true;
}

static bool
check_read_state (struct bytes body, const json_t *expect, struct ic_arena *arena, struct ic_error *error,
                  const char *where)
{
  struct bytes certificate;

  if (!ic_read_state_response_read (&certificate, body, arena, error))
    return false;
  check_bytes (expect, "certificate", certificate, where);
  return true;
}

static bool
check_status (struct bytes body, const json_t *expect, struct ic_arena *arena, struct ic_error *error,
              const char *where)
{
  struct ic_status_response response;

  if (!ic_status_response_read (&response, body, arena, error))
    return false;
  check_bytes (expect, "root_key", response.root_key, where);
  check_text (expect, "impl_version", response.impl_version, where);
  check_text (expect, "replica_health_status", response.replica_health_status, where);
  return true;
}

static void
check_row (json_t *row, size_t number, void *context)
{
  const char *kind = vectors_text (row, "kind");
  const json_t *expect = json_object_get (row, "expect");
  long status = (long) json_integer_value (json_object_get (row, "http_status"));
  struct bytes body = expect_bytes (row, "cbor");
  struct ic_arena arena = { NULL };
  struct ic_error error = { "" };
  char where[32];
  bool good;

  (void) context;
  snprintf (where, sizeof where, "responses.jsonl:%zu", number);
  if (strcmp (kind, "query") == 0)
    good = check_query (body, expect, &arena, &error, where);
  else if (strcmp (kind, "call") == 0)
    good = check_call (body, status, expect, &arena, &error, where);
  else if (strcmp (kind, "read_state") == 0)
    good = check_read_state (body, expect, &arena, &error, where);
  else if (strcmp (kind, "status") == 0)
    good = check_status (body, expect, &arena, &error, where);
  else
    ck_abort_msg ("%s: unknown kind %s", where, kind);
  ck_assert_msg (good == json_is_true (json_object_get (row, "good")), "%s: %s", where,
                 good ? "taken" : error.text);
  if (!good)
    printf ("%s refused: %s\n", where, error.text);
  *(good ? &good_rows : &bad_rows) += 1;
  ic_arena_free (&arena);
  expect_free (body);
}

START_TEST (rows)
{
  vectors_each ("ic/http/responses.jsonl", check_row, NULL);
  printf ("responses.jsonl: %zu bodies taken, %zu refused\n", good_rows, bad_rows);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { rows };

  return RUN_TESTS ("response", tests);
}
