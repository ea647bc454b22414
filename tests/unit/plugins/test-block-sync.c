/* SPDX-License-Identifier: Apache-2.0 */
/* Arguments and replies of next_block_sync: every golden message, in the form of the .did file and in the
 * one that is deployed, and blocks whose parts do not belong together. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "block_sync.h"
#include "support/run.h"
#include "support/vectors.h"

static struct block_sync_types types;
static struct ic_error error;

static void
set_up (void)
{
  ck_assert_msg (block_sync_types (&types, &error), "%s", error.text);
}

/* ---- golden data ---------------------------------------------------------------------------------- */

struct tally {
  size_t args, blocks, ends, uncommitted, refusals;
};

static void
check_blob (const json_t *record, const char *key, struct bytes blob)
{
  size_t size = 0;
  uint8_t *expected = vectors_hex (json_array_get (json_object_get (record, key), 0), "blob", &size);

  ck_assert_uint_eq (blob.size, size);
  if (size > 0)
    ck_assert_mem_eq (blob.data, expected, size);
  free (expected);
}

static bool
number_of (const json_t *record, const char *key, uint64_t *number)
{
  const char *text = json_string_value (json_array_get (json_object_get (record, key), 0));

  *number = text != NULL ? strtoull (text, NULL, 10) : 0;
  return text != NULL;
}

static void
check_record (const json_t *record, const struct synced_block *block)
{
  uint64_t position, next;

  ck_assert_int_eq (block->has_position, number_of (record, "block_position", &position));
  ck_assert_int_eq (block->has_next, number_of (record, "next_block_position", &next));
  ck_assert_uint_eq (block->position, position);
  ck_assert_uint_eq (block->next, next);
  check_blob (record, "block_header", block->header);
  check_blob (record, "block_data", block->data);
  check_blob (record, "block_hash", block->hash);
}

/* `json` is absent where the message must not be read at the type of the .did file: it is then the deployed
 * form, which this reader takes. */
static void
check_reply (struct bytes message, const json_t *json, struct tally *tally)
{
  const json_t *value = json_array_get (json, 0), *ok = json_object_get (value, "Ok");
  const char *refusal = json_string_value (json_object_get (value, "Err"));
  struct synced_block block;
  enum block_sync_reply reply = block_sync_read (&block, &types, message, &error);

  ck_assert_msg (reply != BLOCK_SYNC_NONSENSE, "%s", error.text);
  tally->blocks += reply == BLOCK_SYNC_BLOCK;
  tally->ends += reply == BLOCK_SYNC_END;
  tally->uncommitted += reply == BLOCK_SYNC_UNCOMMITTED;
  tally->refusals += reply == BLOCK_SYNC_REFUSED;
  if (refusal != NULL) {
    ck_assert_int_eq (reply, BLOCK_SYNC_REFUSED);
    ck_assert_ptr_nonnull (strstr (error.text, refusal));
  } else if (value != NULL) {
    check_record (ok != NULL ? ok : value, &block);
    ck_assert_int_eq (reply == BLOCK_SYNC_END,
                      json_is_false (json_object_get (ok != NULL ? ok : value, "has_block")));
  }
}

/* The arguments of other clients can be read, and the same position is asked for here. */
static void
check_arguments (struct bytes message, const json_t *json, struct tally *tally)
{
  const char *position = json_string_value (json_array_get (json_array_get (json, 0), 0));
  struct ic_candid_buffer ours = { NULL };
  const struct ic_candid_value *values;
  struct ic_arena arena = { NULL };
  uint64_t number = position != NULL ? strtoull (position, NULL, 10) : 0;

  ck_assert (ic_candid_decode (&values, message, &types.arguments, &arena, &error));
  ck_assert (values[0].some == NULL || values[0].some->nat == number);
  ck_assert (block_sync_put (&ours, &types, position != NULL ? &number : NULL, &error));
  ck_assert (
      ic_candid_decode (&values, (struct bytes){ ours.data, ours.size }, &types.arguments, &arena, &error));
  ck_assert_int_eq (values[0].some != NULL, position != NULL);
  if (position != NULL)
    ck_assert_uint_eq (values[0].some->nat, number);
  ck_assert (values[1].some != NULL && values[1].some->boolean);
  ic_arena_free (&arena);
  free (ours.data);
  tally->args++;
}

static void
check_row (json_t *row, size_t number, void *context)
{
  const char *method = vectors_text (row, "method"), *direction = vectors_text (row, "direction");
  const json_t *json = json_object_get (row, "json");
  uint8_t *message;
  size_t size;

  (void) number;
  if (method == NULL || strcmp (method, "next_block_sync") != 0)
    return;
  message = vectors_hex (row, "hex", &size);
  if (strcmp (direction, "args") == 0)
    check_arguments ((struct bytes){ message, size }, json, context);
  else
    check_reply ((struct bytes){ message, size }, json, context);
  free (message);
}

START_TEST (golden_messages_of_both_forms_are_read)
{
  struct tally tally = { 0 };

  set_up ();
  vectors_each ("ic/candid/endpoints.jsonl", check_row, &tally);
  if (getenv ("V") != NULL)
    printf (
        "endpoints.jsonl: next_block_sync: %zu arguments, %zu blocks, %zu ends, %zu of uncommitted entries, "
        "%zu errors\n",
        tally.args, tally.blocks, tally.ends, tally.uncommitted, tally.refusals);
  ic_arena_free (&types.arena);
}
END_TEST

/* ---- what makes no sense -------------------------------------------------------------------------- */

START_TEST (parts_that_do_not_belong_together_are_refused)
{
  static const uint8_t bytes[64];
  const struct synced_block good = { .has_position = true,
                                     .has_next = true,
                                     .position = 100,
                                     .next = 126,
                                     .header = { bytes, 16 },
                                     .data = { bytes, 10 },
                                     .hash = { bytes, 32 } };
  struct synced_block bad[7] = { good, good, good, good, good, good, good };

  ck_assert (block_sync_check (&good, &error));
  bad[0].has_position = false;
  bad[1].header.size = 15;
  bad[2].hash.size = 31;
  bad[3].data.size = 0;
  bad[4].next = 127;
  bad[5].position = UINT64_MAX - 25;
  bad[5].has_next = false;
  bad[6].next = 0;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    ck_assert_msg (!block_sync_check (&bad[i], &error), "case %zu", i);
  bad[4].has_next = false;
  ck_assert (block_sync_check (&bad[4], &error));
}
END_TEST

START_TEST (other_messages_are_refused)
{
  static const char *const messages[] = { "", "DIDL", "DIDL\0\1\x71\3abc" };
  static const size_t sizes[] = { 0, 4, 11 };
  struct synced_block block;

  set_up ();
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
    ck_assert_int_eq (block_sync_read (&block, &types,
                                       (struct bytes){ (const uint8_t *) messages[i], sizes[i] }, &error),
                      BLOCK_SYNC_NONSENSE);
  ic_arena_free (&types.arena);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    golden_messages_of_both_forms_are_read,
    parts_that_do_not_belong_together_are_refused,
    other_messages_are_refused,
  };

  return RUN_TESTS ("next_block_sync", tests);
}
