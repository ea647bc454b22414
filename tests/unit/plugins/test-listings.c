/* SPDX-License-Identifier: Apache-2.0 */
/* Arguments and replies of next_block_entries, ledger_entries, get_transactions and metadata: every golden
 * message, in each generation. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ic/principal/principal.h"
#include "listing.h"
#include "metadata.h"
#include "support/run.h"
#include "support/vectors.h"
#include "transactions.h"

static struct listing_types listing;
static struct transactions_types transactions;
static struct ic_error error;

static void
set_up (void)
{
  ck_assert_msg (listing_types (&listing, &error), "%s", error.text);
  ck_assert_msg (transactions_types (&transactions, &error), "%s", error.text);
}

static void
tear_down (void)
{
  ic_arena_free (&listing.arena);
  ic_arena_free (&transactions.arena);
}

/* ---- parts of expected values --------------------------------------------------------------------- */

/* An opt is an array with the value in it, or an empty one. */
static const json_t *
option (const json_t *record, const char *key)
{
  return json_array_get (json_object_get (record, key), 0);
}

static uint64_t
number (const json_t *value)
{
  return strtoull (json_string_value (value), NULL, 10);
}

static void
expect_blob (struct bytes bytes, const json_t *record, const char *key)
{
  const json_t *value = json_object_get (record, key);
  size_t size = 0;
  uint8_t *expected = vectors_hex (json_is_array (value) ? json_array_get (value, 0) : value, "blob", &size);

  ck_assert_uint_eq (bytes.size, size);
  if (size > 0)
    ck_assert_mem_eq (bytes.data, expected, size);
  free (expected);
}

static void
expect_text (struct bytes bytes, const char *text)
{
  ck_assert_uint_eq (bytes.size, strlen (text));
  ck_assert_mem_eq (bytes.data, text, bytes.size);
}

/* A number of any size that is there, or not. */
static void
expect_digits (const struct ic_candid_value *value, const char *digits)
{
  char *text;

  ck_assert_int_eq (value != NULL, digits != NULL);
  if (value == NULL)
    return;
  text = ic_candid_digits (value, &error);
  ck_assert_str_eq (text, digits);
  free (text);
}

/* ---- listings ------------------------------------------------------------------------------------- */

static void
expect_page (const struct listing *page, const json_t *record)
{
  const json_t *entries = json_object_get (record, "entries"),
               *total = json_object_get (record, "total_count");
  const json_t *cursor = option (record, "next_cursor");

  ck_assert_uint_eq (listing_count (page), json_array_size (entries));
  for (uint32_t i = 0; i < listing_count (page); i++) {
    struct listed_entry entry = listing_entry (page, i);

    expect_text (entry.label, vectors_text (json_array_get (entries, i), "label"));
    expect_blob (entry.key, json_array_get (entries, i), "key");
    expect_blob (entry.value, json_array_get (entries, i), "value");
  }
  ck_assert_int_eq (page->has_more, json_is_true (json_object_get (record, "has_more")));
  ck_assert_int_eq (page->counted, total != NULL);
  ck_assert_int_eq (page->has_next, cursor != NULL);
  if (total != NULL)
    ck_assert_uint_eq (page->total, number (total));
  if (cursor != NULL) {
    ck_assert_uint_eq (page->next.position, number (json_object_get (cursor, "block_position")));
    ck_assert_uint_eq (page->next.index, number (json_object_get (cursor, "entry_index")));
  }
}

static void
check_listing (struct bytes message, const json_t *json, bool good)
{
  struct listing page = { .entries = NULL };
  bool read = listing_read (&page, &listing, message, &error);

  ck_assert_msg (read == good, "%s", error.text);
  if (good)
    expect_page (&page, json_array_get (json, 0));
  listing_clear (&page);
}

/* What is asked for here is what other clients ask for, save that no label is. Type tables may differ, and an
 * argument more is passed over: so both are read as the canister of that generation would read them. */
static void
check_listing_arguments (struct bytes message, const json_t *json, const char *did_type)
{
  const json_t *place = json_array_get (json_array_get (json, 1), 0);
  const json_t *limit = json_array_get (json_array_get (json, 2), 0);
  struct listing_request request = { .by_cursor = json_is_object (place) };
  struct ic_candid_buffer ours = { NULL };
  const struct ic_candid_value *values, *expected;
  struct ic_candid_types types;
  struct ic_arena arena = { NULL };

  if (request.by_cursor) {
    request.cursor.position = number (json_object_get (place, "block_position"));
    request.cursor.index = (uint32_t) number (json_object_get (place, "entry_index"));
  } else if (place != NULL)
    request.offset = (uint32_t) number (place);
  request.limit = limit != NULL ? (uint32_t) number (limit) : 0;
  ck_assert (ic_candid_types_parse (&types, did_type, &arena, &error));
  ck_assert (ic_candid_decode (&expected, message, &types, &arena, &error));
  ck_assert (listing_put (&ours, &listing, &request, &error));
  ck_assert_msg (ic_candid_decode (&values, (struct bytes){ ours.data, ours.size }, &types, &arena, &error),
                 "%s", error.text);
  ck_assert_ptr_null (values[0].some);
  if (place != NULL && request.by_cursor)
    ck_assert_uint_eq (ic_candid_field (values[1].some, "block_position")->nat,
                       ic_candid_field (expected[1].some, "block_position")->nat);
  else if (place != NULL)
    ck_assert_uint_eq (values[1].some->nat, expected[1].some->nat);
  if (limit != NULL)
    ck_assert_uint_eq (values[2].some->nat, expected[2].some->nat);
  free (ours.data);
  ic_arena_free (&arena);
}

/* ---- transactions --------------------------------------------------------------------------------- */

static void
expect_account (const struct transaction_account *account, const json_t *record)
{
  char text[IC_PRINCIPAL_TEXT_SIZE];
  struct ic_principal owner;

  if (json_is_array (record))
    record = json_array_get (record, 0);
  ck_assert_int_eq (account->known, record != NULL);
  if (record == NULL)
    return;
  ck_assert (ic_principal_set (&owner, account->owner.data, account->owner.size));
  ic_principal_text (&owner, text);
  ck_assert_str_eq (text, vectors_text (record, "owner"));
  ck_assert_int_eq (account->has_subaccount, option (record, "subaccount") != NULL);
  expect_blob (account->subaccount, record, "subaccount");
}

static void
expect_transaction (const struct transaction *read, const json_t *record)
{
  const char *kind = vectors_text (record, "kind");
  const json_t *details = option (record, kind), *memo = option (details, "memo");

  expect_text (read->kind, kind);
  ck_assert_uint_eq (read->timestamp, number (json_object_get (record, "timestamp")));
  ck_assert_ptr_nonnull (details);
  expect_digits (read->amount, vectors_text (details, "amount"));
  expect_digits (read->fee, json_string_value (option (details, "fee")));
  expect_digits (read->expected_allowance, json_string_value (option (details, "expected_allowance")));
  expect_digits (read->created_at_time, json_string_value (option (details, "created_at_time")));
  expect_digits (read->expires_at, json_string_value (option (details, "expires_at")));
  expect_account (&read->from, json_object_get (details, "from"));
  expect_account (&read->to, json_object_get (details, "to"));
  expect_account (&read->spender, json_object_get (details, "spender"));
  ck_assert_int_eq (read->memo != NULL, memo != NULL);
  if (memo != NULL)
    expect_blob (read->memo->bytes, details, "memo");
}

/* A fee that the .did file does not know of is in the wire type of mint and burn: it is read, not expected.
 */
static void
check_transactions (struct bytes message, const json_t *json, bool good, bool more_on_wire)
{
  struct transactions page = { .list = NULL };
  const json_t *record = json_array_get (json, 0), *list = json_object_get (record, "transactions");
  bool read = transactions_read (&page, &transactions, message, &error);

  ck_assert_msg (read == good, "%s", error.text);
  ck_assert (!good || transactions_count (&page) == json_array_size (list));
  for (uint32_t i = 0; good && i < transactions_count (&page); i++) {
    struct transaction transaction = transactions_at (&page, i);

    if (more_on_wire && (transaction.kind.data[0] == 'm' || transaction.kind.data[0] == 'b'))
      transaction.fee = NULL;
    expect_transaction (&transaction, json_array_get (list, i));
  }
  if (good) {
    ck_assert_uint_eq (page.log_length, number (json_object_get (record, "log_length")));
    ck_assert_uint_eq (page.archives, json_array_size (json_object_get (record, "archived_transactions")));
  }
  transactions_clear (&page);
}

static void
check_range (struct bytes message, const json_t *json)
{
  const json_t *range = json_array_get (json, 0);
  struct ic_candid_buffer ours = { NULL }, theirs = { NULL };
  const struct ic_candid_value *values;
  struct ic_arena arena = { NULL };
  uint64_t start = number (json_object_get (range, "start")),
           length = number (json_object_get (range, "length"));

  ck_assert (ic_candid_decode (&values, message, &transactions.arguments, &arena, &error));
  if (!ic_candid_field (&values[0], "start")->big && !ic_candid_field (&values[0], "length")->big) {
    ck_assert (ic_candid_encode (&theirs, &transactions.arguments, values, &error));
    ck_assert (transactions_put (&ours, &transactions, start, length, &error));
    ck_assert_uint_eq (ours.size, theirs.size);
    ck_assert_mem_eq (ours.data, theirs.data, ours.size);
  }
  free (ours.data);
  free (theirs.data);
  ic_arena_free (&arena);
}

/* ---- rows ----------------------------------------------------------------------------------------- */

struct tally {
  const char *method;
  size_t args, replies, refused;
};

static void
check_reply (struct tally *tally, struct bytes message, const json_t *row)
{
  const json_t *json = json_object_get (row, "json");
  bool good = json_is_true (json_object_get (row, "good"));
  struct metadata metadata;

  if (strcmp (tally->method, "get_transactions") == 0)
    check_transactions (message, json, good, json_object_get (row, "wire_type") != NULL);
  else if (strcmp (tally->method, "metadata") != 0)
    check_listing (message, json, good);
  else if (metadata_read (&metadata, message, &error))
    ck_assert (good);
  tally->replies++;
  tally->refused += !good;
}

static void
check_row (json_t *row, size_t line, void *context)
{
  struct tally *tally = context;
  const char *method = vectors_text (row, "method"), *did_type = vectors_text (row, "did_type");
  const json_t *json = json_object_get (row, "json");
  uint8_t *data;
  size_t size;

  (void) line;
  if (method == NULL || strcmp (method, tally->method) != 0)
    return;
  data = vectors_hex (row, "hex", &size);
  if (strcmp (vectors_text (row, "direction"), "reply") == 0)
    check_reply (tally, (struct bytes){ data, size }, row);
  else if (json_is_true (json_object_get (row, "good"))) {
    tally->args++;
    if (strcmp (method, "get_transactions") == 0)
      check_range ((struct bytes){ data, size }, json);
    else if (strcmp (method, "metadata") != 0)
      check_listing_arguments ((struct bytes){ data, size }, json, did_type);
  }
  free (data);
}

START_TEST (golden_messages_are_read)
{
  static const char *const methods[] = { "next_block_entries", "ledger_entries", "get_transactions",
                                         "metadata" };

  set_up ();
  for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
    struct tally tally = { .method = methods[i] };

    vectors_each ("ic/candid/endpoints.jsonl", check_row, &tally);
    if (getenv ("V") != NULL)
      printf ("endpoints.jsonl: %s: %zu arguments compared, %zu replies read, %zu of them refused\n",
              methods[i], tally.args, tally.replies - tally.refused, tally.refused);
  }
  tear_down ();
}
END_TEST

START_TEST (other_messages_are_refused)
{
  static const struct bytes messages[] = { { (const uint8_t *) "", 0 },
                                           { (const uint8_t *) "DIDL", 4 },
                                           { (const uint8_t *) "DIDL\0\1\x71\3abc", 11 },
                                           { (const uint8_t *) "DIDL\1\x6c\0\1\0", 9 } };
  struct listing page = { .entries = NULL };
  struct transactions log = { .list = NULL };

  set_up ();
  for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
    ck_assert (!listing_read (&page, &listing, messages[i], &error));
    ck_assert (!transactions_read (&log, &transactions, messages[i], &error));
  }
  listing_clear (&page);
  transactions_clear (&log);
  tear_down ();
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { golden_messages_are_read, other_messages_are_refused };

  return RUN_TESTS ("listings", tests);
}
