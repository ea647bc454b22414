/* SPDX-License-Identifier: Apache-2.0 */
/* Every row of ic/certificates/query_signatures.jsonl: each valid answer is accepted, each other refused for
 * its own reason. Then bits of the valid answers are flipped. */
#include "config.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "ic/certificate/query_signature.h"
#include "support/run.h"
#include "support/vectors.h"
#include "unit/ic/expect.h"

static const char *const names[] = {
#define X(name, text) [IC_QUERY_##name] = #name,
  IC_QUERY_RESULTS (X)
#undef X
};

/* A row, read. */
struct exchange {
  struct bytes body, response, request_id;
  struct ic_certificate_check check;
  struct ic_principal id;
  struct ic_arena arena;
  struct ic_certificate *certificate;
  struct ic_nodes nodes;
  struct ic_error error;
};

static void
open_exchange (struct exchange *exchange, const json_t *row)
{
  *exchange = (struct exchange){ .body = expect_bytes (row, "read_state_response") };
  exchange->response = expect_bytes (row, "response");
  exchange->request_id = expect_bytes (row, "request_id");
  expect_check (row, &exchange->check, &exchange->id);
}

static void
close_exchange (struct exchange *exchange)
{
  expect_free (exchange->body);
  expect_free (exchange->response);
  expect_free (exchange->request_id);
  expect_free (exchange->check.root_key);
  ic_arena_free (&exchange->arena);
}

/* Verifies the certificate of the node keys. Returns NULL, or the name of the reason as golden rows have it.
 */
static const char *
read_nodes (struct exchange *exchange)
{
  enum ic_certificate_result result;
  struct bytes input;

  ck_assert (ic_read_state_response_read (&input, exchange->body, &exchange->arena, &exchange->error));
  result = ic_certificate_read (&exchange->certificate, input, &exchange->arena, &exchange->error);
  if (result == IC_CERTIFICATE_VALID)
    result = ic_certificate_verify (exchange->certificate, &exchange->check, &exchange->error);
  if (result == IC_CERTIFICATE_TOO_OLD)
    return "certificate_too_old";
  if (result == IC_CERTIFICATE_CANISTER_OUT_OF_RANGE)
    return "canister_out_of_range";
  if (result != IC_CERTIFICATE_VALID
      || !ic_nodes_read (&exchange->nodes, exchange->certificate, exchange->check.root_key, &exchange->arena,
                         &exchange->error))
    return "certificate_bad";
  return NULL;
}

/* One golden row has a time in the future that is to be accepted, so there is no limit here. */
static enum ic_query_result
verify (struct exchange *exchange, const struct ic_query_response *response)
{
  const struct ic_query_check check = {
    .nodes = &exchange->nodes,
    .request_id = exchange->request_id.data,
    .now_ns = exchange->check.now_ns,
    .max_age_ns = exchange->check.max_age_ns,
    .max_skew_ns = UINT64_MAX,
  };

  return ic_query_verify (response, &check, &exchange->error);
}

static void
check_nodes (const struct exchange *exchange, const json_t *row, size_t number)
{
  const json_t *expected = json_object_get (row, "nodes");
  char text[IC_PRINCIPAL_TEXT_SIZE];

  ck_assert_msg (exchange->nodes.count == json_array_size (expected), "row %zu: %zu nodes", number,
                 exchange->nodes.count);
  ic_principal_text (&exchange->nodes.subnet, text);
  if (exchange->certificate->delegated)
    ck_assert_str_eq (text, vectors_text (row, "subnet_id"));
}

static size_t accepted, refused;

static void
check_row (json_t *row, size_t number, void *context)
{
  struct ic_query_response response;
  struct exchange exchange;
  const char *reason;

  (void) context;
  open_exchange (&exchange, row);
  reason = read_nodes (&exchange);
  if (reason == NULL) {
    check_nodes (&exchange, row, number);
    ck_assert_msg (ic_query_response_read (&response, exchange.response, &exchange.arena, &exchange.error),
                   "row %zu: %s", number, exchange.error.text);
    reason = names[verify (&exchange, &response)];
  }
  ck_assert_msg (expect_is (row, reason), "row %zu: expected %s, got %s: %s", number,
                 vectors_text (row, "expect"), reason, exchange.error.text);
  if (!expect_is (row, "valid"))
    printf ("query_signatures.jsonl:%zu refused: %s\n", number, exchange.error.text);
  *(expect_is (row, "valid") ? &accepted : &refused) += 1;
  close_exchange (&exchange);
}

START_TEST (rows)
{
  if (ic_bls_available ())
    vectors_each ("ic/certificates/query_signatures.jsonl", check_row, NULL);
  printf ("query_signatures.jsonl: %zu answers accepted, %zu refused\n", accepted, refused);
}
END_TEST

/* Whether two answers say the same. */
static bool
same_content (const struct ic_query_response *a, const struct ic_query_response *b)
{
  return a->rejected == b->rejected && bytes_equal (a->reply, b->reply) && a->reject.code == b->reject.code
         && bytes_equal (a->reject.message, b->reject.message)
         && bytes_equal (a->reject.error_code, b->reject.error_code);
}

/* A flipped bit may hide a field that does not count, or be in the name of an unknown one, but never change
 * what is accepted. */
static void
flip_bits (json_t *row, size_t number, void *context)
{
  struct ic_query_response original, changed;
  struct exchange exchange;
  uint8_t *data;
  size_t step, harmless = 0, flips = 0;

  (void) context;
  open_exchange (&exchange, row);
  if (expect_is (row, "valid") && read_nodes (&exchange) == NULL) {
    uint8_t *copy = malloc (exchange.response.size);

    ck_assert_ptr_nonnull (copy);
    memcpy (copy, exchange.response.data, exchange.response.size);
    ck_assert (ic_query_response_read (&original, (struct bytes){ copy, exchange.response.size },
                                       &exchange.arena, &exchange.error));
    data = (uint8_t *) (uintptr_t) exchange.response.data;
    step = exchange.response.size * 8 / 700 | 1;
    for (size_t bit = 0; bit < exchange.response.size * 8; bit += step, flips++) {
      data[bit / 8] ^= (uint8_t) (1 << bit % 8);
      if (ic_query_response_read (&changed, exchange.response, &exchange.arena, &exchange.error)
          && verify (&exchange, &changed) == IC_QUERY_VALID) {
        ck_assert_msg (same_content (&original, &changed), "row %zu: bit %zu changes the answer", number,
                       bit);
        harmless++;
      }
      data[bit / 8] ^= (uint8_t) (1 << bit % 8);
    }
    printf ("query_signatures.jsonl:%zu: of %zu flipped bits %zu changed nothing that counts\n", number,
            flips, harmless);
    ck_assert_uint_lt (harmless, flips / 4);
    free (copy);
  }
  close_exchange (&exchange);
}

START_TEST (flipped_bits)
{
  if (ic_bls_available ())
    vectors_each ("ic/certificates/query_signatures.jsonl", flip_bits, NULL);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { rows, flipped_bits };

  return RUN_TESTS ("query signature", tests);
}
