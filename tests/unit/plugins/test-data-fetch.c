/* SPDX-License-Identifier: Apache-2.0 */
/* Arguments and replies of data_fetch: recorded messages, golden cursors, and cursors that make no sense. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data_fetch.h"
#include "support/run.h"
#include "support/vectors.h"

static struct data_fetch_types types;
static struct ic_error error;

static void
set_up (void)
{
  ck_assert_msg (data_fetch_types (&types, &error), "%s", error.text);
}

/* The Candid message of a reply with this cursor and bytes, or of an error. */
static struct ic_candid_buffer
make_reply (const char *cursor, size_t size, const char *refusal)
{
  uint8_t *bytes = calloc (1, size + 1);
  const struct ic_candid_value tuple[] = { ic_candid_text (cursor, strlen (cursor)),
                                           ic_candid_blob (bytes, size) };
  const struct ic_candid_value ok = ic_candid_tuple (tuple, 2),
                               words = ic_candid_text (refusal, refusal ? strlen (refusal) : 0);
  const struct ic_candid_value reply =
      refusal != NULL ? ic_candid_variant ("Err", &words) : ic_candid_variant ("Ok", &ok);
  struct ic_candid_buffer buffer = { NULL };

  ck_assert (ic_candid_encode (&buffer, &types.reply, &reply, &error));
  free (bytes);
  return buffer;
}

static enum data_fetch_reply
read_reply (struct chunk *chunk, const char *cursor, size_t size, const char *refusal)
{
  struct ic_candid_buffer buffer = make_reply (cursor, size, refusal);
  enum data_fetch_reply reply =
      data_fetch_read (chunk, &types, (struct bytes){ buffer.data, buffer.size }, &error);

  free (buffer.data);
  return reply;
}

/* ---- golden data ---------------------------------------------------------------------------------- */

struct tally {
  size_t rows, refused;
};

static void
check_exchange (json_t *row, size_t number, void *context)
{
  struct tally *tally = context;
  const json_t *reply = json_object_get (row, "reply");
  const char *cursor = vectors_text (reply, "cursor"), *refusal = vectors_text (reply, "err");
  struct chunk chunk;

  if (cursor == NULL && refusal == NULL) /* a trap has no reply */
    return;
  tally->rows++;
  if (refusal != NULL) {
    enum data_fetch_reply expected =
        strstr (refusal, "after the end") ? DATA_FETCH_BEYOND_END : DATA_FETCH_MISMATCH;

    ck_assert_int_eq (read_reply (&chunk, "", 0, refusal), expected);
    ck_assert_ptr_nonnull (strstr (error.text, refusal));
    tally->refused++;
    return;
  }
  ck_assert_msg (read_reply (&chunk, cursor, (size_t) json_integer_value (json_object_get (reply, "length")),
                             NULL)
                     == DATA_FETCH_CHUNK,
                 "row %zu: %s", number, error.text);
  ck_assert_uint_eq (chunk.position, (uint64_t) json_integer_value (json_object_get (reply, "file_offset")));
  ck_assert_uint_eq (chunk.bytes.size, (size_t) json_integer_value (json_object_get (reply, "length")));
  ck_assert_int_eq (chunk.more, strstr (cursor, "more=true") != NULL);
}

START_TEST (golden_replies_are_read)
{
  static const char *const ledgers[] = { "small", "medium", "malformed", "edge" };

  set_up ();
  for (size_t i = 0; i < sizeof ledgers / sizeof *ledgers; i++) {
    struct tally tally = { 0 };
    char name[64];

    snprintf (name, sizeof name, "ledger/%s.data_fetch.jsonl", ledgers[i]);
    vectors_each (name, check_exchange, &tally);
    if (getenv ("V") != NULL)
      printf ("%s: %zu replies read, %zu of them errors\n", name, tally.rows, tally.refused);
  }
  ic_arena_free (&types.arena);
}
END_TEST

/* Rows of endpoints.jsonl: the arguments that other clients encode say what those made here do. Type tables
 * may differ, so theirs are decoded and encoded again. */
static void
check_message (json_t *row, size_t number, void *context)
{
  size_t *rows = context, size;
  const char *method = vectors_text (row, "method"), *direction = vectors_text (row, "direction");
  const json_t *arguments = json_object_get (row, "json");
  const char *cursor = json_string_value (json_array_get (json_array_get (arguments, 0), 0));
  struct ic_candid_buffer buffer = { NULL }, theirs = { NULL };
  const struct ic_candid_value *values;
  struct ic_arena arena = { NULL };
  uint64_t position;
  uint8_t *before, *expected;
  size_t before_size = 0;

  (void) number;
  if (method == NULL || strcmp (method, "data_fetch") != 0 || strcmp (direction, "args") != 0
      || !json_is_true (json_object_get (row, "good")) || json_object_get (row, "wire_type") != NULL)
    return;
  if (cursor != NULL && (strncmp (cursor, "position=", 9) != 0 || strchr (cursor, '&') != NULL))
    return; /* this client sends the position alone */
  position = cursor != NULL ? strtoull (cursor + 9, NULL, 10) : 0;
  before = vectors_hex (json_array_get (json_array_get (arguments, 1), 0), "blob", &before_size);
  expected = vectors_hex (row, "hex", &size);
  ck_assert (data_fetch_put (&buffer, &types, cursor != NULL ? &position : NULL,
                             (struct bytes){ before, before_size }, &error));
  ck_assert (ic_candid_decode (&values, (struct bytes){ expected, size }, &types.arguments, &arena, &error));
  ck_assert (ic_candid_encode (&theirs, &types.arguments, values, &error));
  ck_assert_uint_eq (buffer.size, theirs.size);
  ck_assert_mem_eq (buffer.data, theirs.data, theirs.size);
  ic_arena_free (&arena);
  free (theirs.data);
  free (buffer.data);
  free (before);
  free (expected);
  ++*rows;
}

START_TEST (arguments_are_those_of_other_clients)
{
  size_t rows = 0;

  set_up ();
  vectors_each ("ic/candid/endpoints.jsonl", check_message, &rows);
  if (getenv ("V") != NULL)
    printf ("endpoints.jsonl: %zu arguments of data_fetch compared\n", rows);
  ic_arena_free (&types.arena);
}
END_TEST

/* ---- cursors -------------------------------------------------------------------------------------- */

START_TEST (cursors_that_make_no_sense_are_refused)
{
  static const char *const cursors[] = {
    "",
    "more=true",
    "position=1",
    "position=&more=true",
    "position=-1&more=false",
    "position=1x&more=false",
    "position=18446744073709551616&more=false",
    "position=1&more=maybe",
    "position=1&more=false&response_bytes=4",
    "position=18446744073709551615&more=false",
    "position=+&more=false",
    "position&more=false",
  };
  struct chunk chunk;

  set_up ();
  for (size_t i = 0; i < sizeof cursors / sizeof *cursors; i++)
    ck_assert_msg (read_reply (&chunk, cursors[i], 3, NULL) == DATA_FETCH_NONSENSE, "%s", cursors[i]);
  ck_assert_int_eq (read_reply (&chunk, "position=1&more=true", 0, NULL), DATA_FETCH_NONSENSE);
  ck_assert_int_eq (data_fetch_read (&chunk, &types, (struct bytes){ (const uint8_t *) "DIDL", 4 }, &error),
                    DATA_FETCH_NONSENSE);
  ic_arena_free (&types.arena);
}
END_TEST

START_TEST (parts_may_come_in_any_order_and_new_ones_are_passed_over)
{
  struct chunk chunk;

  set_up ();
  ck_assert_int_eq (read_reply (&chunk,
                                "later=1&more=true&response_bytes=3&position=+77&direction=forward&flag", 3,
                                NULL),
                    DATA_FETCH_CHUNK);
  ck_assert_uint_eq (chunk.position, 77);
  ck_assert (chunk.more);
  ck_assert_int_eq (read_reply (&chunk, "position=18446744073709551612&more=false", 3, NULL),
                    DATA_FETCH_CHUNK);
  ic_arena_free (&types.arena);
}
END_TEST

START_TEST (other_words_of_the_canister_are_handed_on)
{
  struct chunk chunk;

  set_up ();
  ck_assert_int_eq (read_reply (&chunk, "", 0, "Failed to parse cursor: it rains"), DATA_FETCH_REFUSED);
  ck_assert_str_eq (error.text, "the canister says: Failed to parse cursor: it rains");
  ic_arena_free (&types.arena);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    golden_replies_are_read,
    arguments_are_those_of_other_clients,
    cursors_that_make_no_sense_are_refused,
    parts_may_come_in_any_order_and_new_ones_are_passed_over,
    other_words_of_the_canister_are_handed_on,
  };

  return RUN_TESTS ("data_fetch", tests);
}
