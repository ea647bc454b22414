/* SPDX-License-Identifier: Apache-2.0 */
/* Every row of ic/candid/decode.jsonl, the official conformance suite, and of ic/candid/endpoints.jsonl: at
 * the types of the row written in Candid's syntax, and at the same types from the head of a message. What
 * decodes is encoded and decoded again. */
#include "config.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "bytes/cleanup.h"
#include "candid-json.h"
#include "ic/candid/candid.h"
#include "ic/candid/type_table.h"
#include "support/run.h"
#include "support/vectors.h"

static size_t good_rows, bad_rows, skipped_rows;

/* A row and the two ways in which its types are given. */
struct row {
  json_t *json;
  const char *file;
  size_t number;
  struct ic_arena arena;
  char *did; /* the types as text, and as the head of a message: names point into both */
  uint8_t *didl;
  struct ic_candid_types parsed, read;
};

static void
open_row (struct row *row, json_t *json, const char *file, size_t number)
{
  struct ic_candid_reader head = { .fault = NULL };
  struct ic_error error = { "" };

  *row = (struct row){ .json = json, .file = file, .number = number };
  row->did = candid_did (json_object_get (json, "types"), json_object_get (json, "defs"));
  ck_assert_msg (ic_candid_types_parse (&row->parsed, row->did, &row->arena, &error), "%s:%zu: %s: %s", file,
                 number, row->did, error.text);
  head.message.data = row->didl = vectors_hex (json, "types_didl", &head.message.size);
  ck_assert_msg (ic_candid_read_types (&head, &row->read, &row->arena), "%s:%zu: %s", file, number,
                 head.fault);
  ck_assert_uint_eq (ic_candid_left (&head), 0);
  ck_assert_uint_eq (row->read.arg_count, row->parsed.arg_count);
}

static void
close_row (struct row *row)
{
  ic_arena_free (&row->arena);
  free (row->did);
  free (row->didl);
}

/* The JSON of a message at the row's types; NULL if it is refused, with the reason in `error`. */
static json_t *
decode_json (struct row *row, const struct ic_candid_types *types, struct bytes message,
             struct ic_error *error)
{
  const struct ic_candid_value *values;

  if (!ic_candid_decode (&values, message, types, &row->arena, error))
    return NULL;
  return candid_json (types == &row->read ? &row->parsed : types, values);
}

/* Encodes what decoded and decodes that. */
static void
check_round_trip (struct row *row, struct bytes message, json_t *expected)
{
  struct ic_candid_buffer buffer = { NULL, 0, 0 };
  const struct ic_candid_value *values;
  struct ic_error error = { "" };
  json_t *again;

  ck_assert (ic_candid_decode (&values, message, &row->parsed, &row->arena, &error));
  ck_assert_msg (ic_candid_encode (&buffer, &row->parsed, values, &error), "%s:%zu: %s", row->file,
                 row->number, error.text);
  again = decode_json (row, &row->parsed, (struct bytes){ buffer.data, buffer.size }, &error);
  ck_assert_msg (again != NULL, "%s:%zu: encoded and not decoded: %s", row->file, row->number, error.text);
  ck_assert_msg (json_equal (again, expected), "%s:%zu: not the same after encoding", row->file, row->number);
  json_decref (again);
  free (buffer.data);
}

static void
check_good (struct row *row, struct bytes message)
{
  json_t *expected = json_object_get (row->json, "json"), *json;
  struct ic_error error = { "" };

  json = decode_json (row, &row->parsed, message, &error);
  ck_assert_msg (json != NULL, "%s:%zu: %s", row->file, row->number, error.text);
  ck_assert_msg (json_equal (json, expected), "%s:%zu: %s", row->file, row->number, json_dumps (json, 0));
  json_decref (json);
  json = decode_json (row, &row->read, message, &error);
  ck_assert_msg (json != NULL && json_equal (json, expected), "%s:%zu: %s", row->file, row->number,
                 error.text);
  json_decref (json);
  check_round_trip (row, message, expected);
  good_rows++;
}

static void
check_bad (struct row *row, struct bytes message)
{
  struct ic_error error = { "" };
  json_t *json = decode_json (row, &row->parsed, message, &error);

  ck_assert_msg (json == NULL, "%s:%zu: taken as %s", row->file, row->number,
                 json_dumps (json, JSON_ENCODE_ANY));
  ck_assert (error.text[0] != '\0');
  ck_assert (decode_json (row, &row->read, message, &error) == NULL);
  printf ("%s:%zu refused: %s\n", row->file, row->number, error.text);
  bad_rows++;
}

/* The other message of a row, which decodes to the same value, or to another. */
static void
check_other (struct row *row, const char *member, bool same)
{
  struct bytes other;
  uint8_t *data = vectors_hex (row->json, member, &other.size);
  struct ic_error error = { "" };
  json_t *json;

  if (data == NULL)
    return;
  other.data = data;
  json = decode_json (row, &row->parsed, other, &error);
  ck_assert_msg (json != NULL, "%s:%zu, %s: %s", row->file, row->number, member, error.text);
  ck_assert_msg (json_equal (json, json_object_get (row->json, "json")) == same, "%s:%zu, %s: %s", row->file,
                 row->number, member, json_dumps (json, 0));
  json_decref (json);
  free (data);
}

static void
check_message (json_t *json, const char *file, size_t number, const char *member)
{
  struct bytes message;
  uint8_t *data = vectors_hex (json, member, &message.size);
  struct row row;

  if (data == NULL) {
    skipped_rows++;
    return;
  }
  message.data = data;
  open_row (&row, json, file, number);
  if (json_is_true (json_object_get (json, "good")))
    check_good (&row, message);
  else
    check_bad (&row, message);
  check_other (&row, "same_as", true);
  check_other (&row, "differs_from", false);
  close_row (&row);
  free (data);
}

static void
check_suite_row (json_t *json, size_t number, void *context)
{
  (void) context;
  check_message (json, "decode.jsonl", number, "blob");
}

static void
check_endpoint_row (json_t *json, size_t number, void *context)
{
  (void) context;
  check_message (json, "endpoints.jsonl", number, "hex");
}

START_TEST (every_row_of_the_conformance_suite)
{
  vectors_each ("ic/candid/decode.jsonl", check_suite_row, NULL);
  printf ("decode.jsonl: %zu good, %zu refused, %zu of the text parser only\n", good_rows, bad_rows,
          skipped_rows);
  if (getenv ("DCPIPE_VECTORS") == NULL)
    ck_assert (good_rows >= 270 && bad_rows >= 180);
}
END_TEST

START_TEST (every_row_of_the_endpoints)
{
  vectors_each ("ic/candid/endpoints.jsonl", check_endpoint_row, NULL);
  printf ("endpoints.jsonl: %zu good, %zu refused\n", good_rows, bad_rows);
  if (getenv ("DCPIPE_VECTORS") == NULL)
    ck_assert_uint_ge (good_rows + bad_rows, 353);
}
END_TEST

static long
peak_memory (void)
{
  struct rusage usage;

  ck_assert_int_eq (getrusage (RUSAGE_SELF, &usage), 0);
  return usage.ru_maxrss;
}

/* ms of the processor: ThreadSanitizer makes everything several times slower. */
#ifdef __SANITIZE_THREAD__
#define AT_ONCE 10000
#else
#define AT_ONCE 1000
#endif

/* The bombs of the suite: a few bytes that claim to hold what would take gigabytes or minutes. */
static void
check_bomb (json_t *json, size_t number, void *context)
{
  struct timespec before, after;
  long memory, took;

  (void) context;
  if (strcmp (vectors_text (json, "file"), "spacebomb.test.did") != 0)
    return;
  memory = peak_memory ();
  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &before);
  check_message (json, "decode.jsonl", number, "blob");
  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &after);
  took = (long) (after.tv_sec - before.tv_sec) * 1000 + (after.tv_nsec - before.tv_nsec) / 1000000;
  printf ("%s: %ld ms, %ld KiB more\n", vectors_text (json, "name"), took, peak_memory () - memory);
  ck_assert_msg (took < AT_ONCE, "%s took %ld ms", vectors_text (json, "name"), took);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  /* Two decodings, at two forms of the types, share an arena here. */
  ck_assert_msg (peak_memory () - memory < 12 * 1024, "%s took %ld KiB", vectors_text (json, "name"),
                 peak_memory () - memory);
#endif
}

START_TEST (bombs_are_refused_at_once)
{
  vectors_each ("ic/candid/decode.jsonl", check_bomb, NULL);
  if (getenv ("DCPIPE_VECTORS") == NULL)
    ck_assert_uint_ge (bad_rows, 17);
}
END_TEST

/* Every prefix of every message is refused or, cut behind the last value, equal; none may crash. */
static void
check_cut (json_t *json, size_t number, void *context)
{
  struct bytes message;
  uint8_t *data = vectors_hex (json, "hex", &message.size);
  struct row row;

  (void) context;
  if (message.size > 600) {
    free (data);
    return;
  }
  open_row (&row, json, "endpoints.jsonl", number);
  for (size_t size = 0; size < message.size; size++) {
    uint8_t *copy = malloc (size + 1); /* of its own, so that a sanitizer sees a byte read too far */
    const struct ic_candid_value *values;

    ck_assert_ptr_nonnull (copy);
    memcpy (copy, data, size);
    ck_assert (!ic_candid_decode (&values, (struct bytes){ copy, size }, &row.parsed, &row.arena, NULL));
    free (copy);
  }
  close_row (&row);
  free (data);
  good_rows++;
}

START_TEST (messages_cut_short_are_refused)
{
  vectors_each ("ic/candid/endpoints.jsonl", check_cut, NULL);
  if (getenv ("DCPIPE_VECTORS") == NULL)
    ck_assert_uint_ge (good_rows, 200);
}
END_TEST

/* What data_fetch replies: the blob is not copied. */
START_TEST (blobs_are_not_copied)
{
  const size_t size = 1 << 20;
  CLEANUP_FREE uint8_t *block = calloc (1, size);
  struct ic_arena arena = { NULL };
  struct ic_candid_types types;
  struct ic_candid_buffer buffer = { NULL, 0, 0 };
  struct ic_candid_value items[2] = { ic_candid_text ("cursor", 6), ic_candid_blob (block, size) };
  struct ic_candid_value ok = ic_candid_tuple (items, 2), reply = ic_candid_variant ("Ok", &ok);
  const struct ic_candid_value *values, *chunk;
  struct ic_error error;

  ck_assert_ptr_nonnull (block);
  ck_assert (
      ic_candid_types_parse (&types, "(variant { Ok : record { text; blob }; Err : text })", &arena, &error));
  ck_assert (ic_candid_encode (&buffer, &types, &reply, &error));
  ck_assert (ic_candid_decode (&values, (struct bytes){ buffer.data, buffer.size }, &types, &arena, &error));
  chunk = ic_candid_case (&values[0], "Ok");
  ck_assert_ptr_nonnull (chunk);
  ck_assert (ic_candid_case (&values[0], "Err") == NULL);
  ck_assert_mem_eq (chunk->items[0].bytes.data, "cursor", 6);
  ck_assert_uint_eq (chunk->items[1].bytes.size, size);
  ck_assert (chunk->items[1].bytes.data == buffer.data + buffer.size - size);
  ic_arena_free (&arena);
  free (buffer.data);
}
END_TEST

/* Says where: which field, what was found, what was expected. */
START_TEST (errors_name_the_field)
{
  static const uint8_t message[] = "DIDL\x01\x6c\x01\xe0\xaa\xfa\xab\x0d\x7d\x01\x00\x05";
  struct ic_arena arena = { NULL };
  struct ic_candid_types types;
  const struct ic_candid_value *values;
  struct ic_error error;

  ck_assert (ic_candid_types_parse (&types, "(record { entries_count : nat64 })", &arena, &error));
  ck_assert (
      !ic_candid_decode (&values, (struct bytes){ message, sizeof message - 1 }, &types, &arena, &error));
  ck_assert_str_eq (error.text,
                    "byte 15 of the Candid message, field entries_count: nat found where nat64 was expected");
  ic_arena_free (&arena);
}
END_TEST

START_TEST (deep_values_are_refused)
{
  struct ic_arena arena = { NULL };
  struct ic_candid_types types;
  const struct ic_candid_value *values;
  uint8_t message[2000] = "DIDL\x01\x6e\x00\x01\x00";
  struct ic_error error;

  memset (message + 9, 1, sizeof message - 9);
  message[sizeof message - 1] = 0;
  ck_assert (ic_candid_types_parse (&types, "type Opt = opt Opt; (Opt)", &arena, &error));
  ck_assert (!ic_candid_decode (&values, (struct bytes){ message, sizeof message }, &types, &arena, &error));
  ck_assert_msg (strstr (error.text, "deep") != NULL, "%s", error.text);
  message[9 + 400] = 0;
  ck_assert (ic_candid_decode (&values, (struct bytes){ message, 9 + 401 }, &types, &arena, &error));
  ic_arena_free (&arena);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { every_row_of_the_conformance_suite,
                                 every_row_of_the_endpoints,
                                 bombs_are_refused_at_once,
                                 messages_cut_short_are_refused,
                                 blobs_are_not_copied,
                                 errors_name_the_field,
                                 deep_values_are_refused };

  return RUN_TESTS ("candid", tests);
}
