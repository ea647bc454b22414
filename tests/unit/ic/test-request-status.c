/* SPDX-License-Identifier: Apache-2.0 */
/* The request statuses that the certificates of ic/certificates/synthesized.jsonl show. */
#include "config.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "ic/certificate/request_status.h"
#include "support/run.h"
#include "support/vectors.h"
#include "unit/ic/expect.h"

static size_t statuses;

/* The lookup at /request_status/<id>/<field> of a row, or NULL. */
static const json_t *
find_lookup (const json_t *lookups, const char *id, const char *field)
{
  const json_t *lookup;
  char path[160];
  size_t index;

  snprintf (path, sizeof path, "/request_status/0x%s/%s", id, field);
  json_array_foreach (lookups, index, lookup)
    if (strcmp (vectors_text (lookup, "text"), path) == 0)
      return lookup;
  return NULL;
}

static void
check_field (const json_t *lookups, const char *id, const char *field, struct bytes found)
{
  struct bytes expected = expect_bytes (find_lookup (lookups, id, field), "value");

  ck_assert_msg (bytes_equal (expected, found), "%s of %s", field, id);
  expect_free (expected);
}

static void
check_status (const struct ic_certificate *certificate, const json_t *lookups, const json_t *lookup,
              const char *id)
{
  struct bytes request_id, text = expect_bytes (lookup, "value"), code;
  struct ic_request_status status;
  struct ic_error error;
  json_t *wrapped = json_pack ("{ss}", "id", id);
  uint8_t number;

  request_id = expect_bytes (wrapped, "id");
  ck_assert_msg (ic_request_status_read (&status, certificate, request_id.data, &error), "%s", error.text);
  if (bytes_equal (text, ic_label ("replied"))) {
    ck_assert_int_eq (status.state, IC_REQUEST_REPLIED);
    check_field (lookups, id, "reply", status.reply);
  } else if (bytes_equal (text, ic_label ("rejected"))) {
    ck_assert_int_eq (status.state, IC_REQUEST_REJECTED);
    number = (uint8_t) status.reject.code;
    code = (struct bytes){ &number, 1 };
    check_field (lookups, id, "reject_code", code);
    check_field (lookups, id, "reject_message", status.reject.message);
    if (find_lookup (lookups, id, "error_code") != NULL)
      check_field (lookups, id, "error_code", status.reject.error_code);
  } else {
    ck_assert_int_ne (status.state, IC_REQUEST_REPLIED);
    ck_assert_int_ne (status.state, IC_REQUEST_REJECTED);
  }
  statuses++;
  expect_free (text);
  expect_free (request_id);
  json_decref (wrapped);
}

static void
check_row (json_t *row, size_t number, void *context)
{
  const json_t *lookups = json_object_get (row, "lookups"), *lookup;
  struct ic_certificate *certificate;
  struct ic_arena arena = { NULL };
  struct ic_error error;
  struct bytes input;
  size_t index;

  (void) context;
  if (!expect_is (row, "valid"))
    return;
  input = expect_bytes (row, "certificate");
  ck_assert_msg (ic_certificate_read (&certificate, input, &arena, &error) == IC_CERTIFICATE_VALID,
                 "row %zu: %s", number, error.text);
  json_array_foreach (lookups, index, lookup) {
    char id[2 * IC_HASH_SIZE + 1], rest[16];

    if (sscanf (vectors_text (lookup, "text"), "/request_status/0x%64[0-9a-f]/%15s", id, rest) == 2
        && strcmp (rest, "status") == 0 && expect_is (row, "valid")
        && strcmp (vectors_text (lookup, "result"), "found") == 0)
      check_status (certificate, lookups, lookup, id);
  }
  ic_arena_free (&arena);
  expect_free (input);
}

START_TEST (rows)
{
  vectors_each ("ic/certificates/synthesized.jsonl", check_row, NULL);
  printf ("synthesized.jsonl: %zu request statuses\n", statuses);
  if (getenv ("DCPIPE_VECTORS") == NULL)
    ck_assert_uint_gt (statuses, 0);
}
END_TEST

/* Reads the status of the request id 00…00 from a tree in CBOR, with an empty signature. */
static bool
read_tree (struct ic_request_status *status, const void *tree, size_t size, struct ic_arena *arena)
{
  static const uint8_t head[] = "\xa2\x69signature\x40\x64tree", id[IC_HASH_SIZE] = { 0 };
  uint8_t *input = ic_arena_alloc (arena, sizeof head - 1 + size);
  struct ic_certificate *certificate;
  struct ic_error error;

  memcpy (input, head, sizeof head - 1);
  memcpy (input + sizeof head - 1, tree, size);
  ck_assert_msg (ic_certificate_read (&certificate, (struct bytes){ input, sizeof head - 1 + size }, arena,
                                      &error)
                     == IC_CERTIFICATE_VALID,
                 "%s", error.text);
  return ic_request_status_read (status, certificate, id, &error);
}

#define ID "\x58\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define STATUS "\x83\x02\x4erequest_status\x83\x02" ID
#define READ(text) read_tree (&status, STATUS text, sizeof (STATUS text) - 1, &arena)

START_TEST (unknown)
{
  struct ic_request_status status;
  struct ic_arena arena = { NULL };

  ck_assert (read_tree (&status, "\x81", 2, &arena));
  ck_assert_int_eq (status.state, IC_REQUEST_UNKNOWN);
  ck_assert (READ ("\x83\x02\x46status\x82\x03\x48received"));
  ck_assert_int_eq (status.state, IC_REQUEST_PROCESSING);
  ck_assert (READ ("\x83\x02\x46status\x82\x03\x44"
                   "done"));
  ck_assert_int_eq (status.state, IC_REQUEST_DONE);
  ck_assert (!READ ("\x83\x02\x46status\x82\x03\x45weird"));
  ck_assert (!READ ("\x83\x02\x46status\x82\x03\x47replied"));
  ck_assert (!READ ("\x83\x02\x46status\x82\x03\x48rejected"));
  ck_assert (READ ("\x83\x01\x83\x02\x45reply\x82\x03\x41x\x83\x02\x46status\x82\x03\x47replied"));
  ck_assert_int_eq (status.state, IC_REQUEST_REPLIED);
  ck_assert_uint_eq (status.reply.size, 1);
  ck_assert (
      !READ ("\x83\x01\x83\x02\x4breject_code\x82\x03\x41\x09\x83\x01\x83\x02\x4ereject_message\x82\x03\x40"
             "\x83\x02\x46status\x82\x03\x48rejected"));
  ck_assert (
      READ ("\x83\x01\x83\x02\x4breject_code\x82\x03\x41\x04\x83\x01\x83\x02\x4ereject_message\x82\x03\x40"
            "\x83\x02\x46status\x82\x03\x48rejected"));
  ck_assert_uint_eq (status.reject.code, IC_REJECT_CANISTER_REJECT);
  ck_assert_ptr_null (status.reject.error_code.data);
  ic_arena_free (&arena);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { rows, unknown };

  return RUN_TESTS ("request status", tests);
}
