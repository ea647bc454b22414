/* SPDX-License-Identifier: Apache-2.0 */
/* Every method takes the golden arguments and replies with the golden types, in each generation; and the
 * transactions that are listed are those of the ledger. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "bytes/cleanup.h"
#include "ic/candid/type_table.h"
#include "replica/desk.h"
#include "support/run.h"
#include "support/vectors.h"

struct tally {
  struct desk desk;
  size_t args, replies, passed_over;
};

/* What to ask with, to be given a reply. */
static const struct {
  const char *method, *types;
} questions[] = {
  { "data_fetch", "(opt text, opt blob)" },
  { "metadata", "()" },
  { "next_block_sync", "()" },
  { "next_block_entries", "()" },
  { "ledger_entries", "()" },
  { "get_transactions", "(record { start : nat; length : nat })" },
};

static const char *
find_question (const char *method)
{
  for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++)
    if (strcmp (questions[i].method, method) == 0)
      return questions[i].types;
  return NULL;
}

/* Whatever else the canister says to arguments, they are of the right types. */
static void
check_args (struct tally *tally, const char *method, struct bytes arg)
{
  struct run *run = &tally->desk.run;

  run_free (run);
  canister_run (run, &tally->desk.canister, method, arg, true);
  ck_assert_msg (!run->rejected || strstr (run->message, "failed to decode") == NULL, "%s: %s", method,
                 run->message);
  ck_assert_msg (!run->rejected || strcmp (run->error_code, "IC0536") != 0, "%s: %s", method, run->message);
  tally->args++;
}

static void
check_reply (struct tally *tally, const char *method, const char *question, struct bytes types_didl)
{
  struct desk *desk = &tally->desk;
  const struct ic_candid_named fields[] = { { "start", ic_candid_nat (IC_CANDID_NAT, 0) },
                                            { "length", ic_candid_nat (IC_CANDID_NAT, 400) } };
  const struct ic_candid_value *values;
  struct ic_candid_value args[2] = { ic_candid_none (), ic_candid_none () };
  struct ic_candid_reader head = { .message = types_didl };
  struct ic_candid_types types;
  struct ic_error error;

  if (strcmp (method, "get_transactions") == 0)
    ck_assert (ic_candid_record (&args[0], fields, 2, &desk->arena));
  desk_ask (desk, method, question, args);
  ck_assert_msg (!desk->run.rejected, "%s: %s", method, desk->run.message);
  ck_assert_msg (ic_candid_read_types (&head, &types, &desk->arena), "%s: %s", method, head.fault);
  ck_assert_msg (ic_candid_decode (&values, (struct bytes){ desk->run.reply.data, desk->run.reply.size },
                                   &types, &desk->arena, &error),
                 "%s: %s", method, error.text);
  tally->replies++;
}

/* Rows with types on the wire that are not those of the method show what clients must bear from others. */
static void
check_row (json_t *row, size_t number, void *context)
{
  struct tally *tally = context;
  const char *method = vectors_text (row, "method"), *generation = vectors_text (row, "generation");
  const char *question = find_question (method), *direction = vectors_text (row, "direction");
  const bool deployed = strcmp (generation, "deployed") == 0;
  size_t size, didl_size;
  CLEANUP_FREE uint8_t *hex = vectors_hex (row, "hex", &size);
  CLEANUP_FREE uint8_t *didl = vectors_hex (row, "types_didl", &didl_size);

  (void) number;
  if (question == NULL || !json_is_true (json_object_get (row, "good"))) {
    tally->passed_over++;
    return;
  }
  tally->desk.canister.generation = deployed ? 3 : (unsigned) strtoul (generation, NULL, 10);
  tally->desk.canister.block_sync = deployed ? SYNC_BLOCKS : SYNC_RECORD;
  if (strcmp (direction, "args") == 0)
    check_args (tally, method, (struct bytes){ hex, size });
  else
    check_reply (tally, method, question, (struct bytes){ didl, didl_size });
  ic_arena_free (&tally->desk.arena);
}

START_TEST (types_are_those_of_the_endpoints)
{
  struct tally tally = { .args = 0 };

  desk_open (&tally.desk, "ledger/small.ledger", NULL);
  vectors_each ("ic/candid/endpoints.jsonl", check_row, &tally);
  printf ("endpoints.jsonl: %zu arguments, %zu replies; %zu rows are of other methods or must be refused\n",
          tally.args, tally.replies, tally.passed_over);
  ck_assert_uint_gt (tally.args, 0);
  ck_assert_uint_gt (tally.replies, 0);
  desk_close (&tally.desk);
}
END_TEST

/* ---- transactions -------------------------------------------------------------------------------- */

#define PAGE 500

struct listing {
  struct desk desk;
  const struct ic_candid_value *list; /* a page of transactions */
  uint64_t first, number;             /* of the page, and of the transaction to come */
};

static void
turn_page (struct listing *listing)
{
  const struct ic_candid_named fields[] = { { "start", ic_candid_nat (IC_CANDID_NAT, listing->number + 1) },
                                            { "length", ic_candid_nat (IC_CANDID_NAT, PAGE) } };
  struct ic_candid_value arg;
  const struct ic_candid_value *reply;

  ic_arena_free (&listing->desk.arena);
  ck_assert (ic_candid_record (&arg, fields, 2, &listing->desk.arena));
  reply =
      desk_get (&listing->desk, "get_transactions", "(record { start : nat; length : nat })", &arg,
                "type Account = record { owner : principal; subaccount : opt blob };\n"
                "type Detail = record { amount : nat; from : opt Account; to : opt Account };\n"
                "(record { log_length : nat; transactions : vec record { kind : text; timestamp : nat64;\n"
                "  mint : opt Detail; burn : opt Detail; transfer : opt Detail } })");
  listing->list = ic_candid_field (reply, "transactions");
  listing->first = listing->number;
}

static uint64_t
decimal (const json_t *object, const char *member)
{
  const char *text = vectors_text (object, member);

  return text != NULL ? strtoull (text, NULL, 10) : 0;
}

static void
assert_account (const struct ic_candid_value *detail, const char *side, const json_t *expected)
{
  const struct ic_candid_value *account = ic_candid_field (detail, side)->some;
  const char *text = vectors_text (json_object_get (expected, side), "owner");
  struct ic_principal owner;

  ck_assert_ptr_nonnull (account);
  ck_assert_ptr_null (ic_principal_parse (&owner, text, strlen (text)));
  ck_assert (
      bytes_equal (ic_candid_field (account, "owner")->bytes, (struct bytes){ owner.bytes, owner.size }));
}

static void
check_transaction (json_t *row, size_t number, void *context)
{
  static const char minting[] = "zjbo4-sknjf-hfisk-oi4";
  struct listing *listing = context;
  const json_t *expected = json_object_get (row, "decoded");
  const char *from = vectors_text (json_object_get (expected, "from"), "owner");
  const char *to = vectors_text (json_object_get (expected, "to"), "owner");
  const struct ic_candid_value *transaction, *detail;
  const char *kind;
  uint64_t amount = decimal (expected, "amount");

  (void) number;
  if (strcmp (vectors_text (row, "label"), "DCTokenTransfer") != 0)
    return;
  if (listing->list == NULL || listing->number - listing->first == PAGE)
    turn_page (listing);
  ck_assert_uint_lt (listing->number - listing->first, listing->list->count);
  transaction = &listing->list->items[listing->number++ - listing->first];
  kind = strcmp (from, minting) == 0 ? "mint" : strcmp (to, minting) == 0 ? "burn" : "transfer";
  ck_assert_uint_eq (ic_candid_field (transaction, "kind")->bytes.size, strlen (kind));
  detail = ic_candid_field (transaction, kind)->some;
  ck_assert_ptr_nonnull (detail);
  if (strcmp (kind, "burn") == 0)
    amount += decimal (expected, "fee");
  ck_assert_uint_eq (ic_candid_field (detail, "amount")->nat, amount);
  ck_assert_uint_eq (ic_candid_field (transaction, "timestamp")->nat, decimal (expected, "created_at_time"));
  if (strcmp (kind, "mint") != 0)
    assert_account (detail, "from", expected);
  if (strcmp (kind, "burn") != 0)
    assert_account (detail, "to", expected);
}

START_TEST (transactions_are_those_of_the_ledger)
{
  static const char *const names[] = { "small", "medium" };

  for (size_t i = 0; i < 2; i++) {
    struct listing listing = { .list = NULL };
    char ledger[64], companion[64];

    snprintf (ledger, sizeof ledger, "ledger/%s.ledger", names[i]);
    snprintf (companion, sizeof companion, "ledger/%s.expected.jsonl%s", names[i], i == 1 ? ".gz" : "");
    desk_open (&listing.desk, ledger, NULL);
    vectors_each (companion, check_transaction, &listing);
    printf ("%s: %" PRIu64 " transactions\n", companion, listing.number);
    ck_assert_uint_eq (listing.number,
                       listing.desk.run.view.store->blocks[listing.desk.run.view.blocks - 1].transfers);
    desk_close (&listing.desk);
  }
}
END_TEST

static const char transactions_reply[] =
    "type Detail = record { amount : nat; fee : opt nat; created_at_time : opt nat64 };\n"
    "type Transaction = record { kind : text; timestamp : nat64; mint : opt Detail; burn : opt Detail;\n"
    "  transfer : opt Detail };\n"
    "(record { first_index : nat; log_length : nat; transactions : vec Transaction })";

static const struct ic_candid_value *
transactions (struct desk *desk, uint64_t start, uint64_t length)
{
  const struct ic_candid_named fields[] = {
    { "start", ic_candid_nat (IC_CANDID_NAT, start) },
    { "length", ic_candid_nat (IC_CANDID_NAT, length) },
  };
  struct ic_candid_value arg;

  ck_assert (ic_candid_record (&arg, fields, 2, &desk->arena));
  return desk_get (desk, "get_transactions", "(record { start : nat; length : nat })", &arg,
                   transactions_reply);
}

static uint32_t
transaction_count (const struct ic_candid_value *reply)
{
  return ic_candid_field (reply, "transactions")->count;
}

START_TEST (transactions_are_counted_in_two_ways)
{
  const struct ic_candid_value *reply;
  uint64_t all, first;
  struct desk desk;

  desk_open (&desk, "ledger/small.ledger", NULL);
  all = desk.canister.ledger != NULL ? ledger_view (desk.canister.ledger).store->blocks[25].transfers : 0;
  reply = transactions (&desk, 0, 1000);
  ck_assert_uint_eq (transaction_count (reply), all);
  ck_assert_uint_eq (ic_candid_field (reply, "log_length")->nat, all + 1);
  first = ic_candid_field (&ic_candid_field (reply, "transactions")->items[0], "timestamp")->nat;
  reply = transactions (&desk, 1, 1);
  ck_assert_uint_eq (transaction_count (reply), 1);
  ck_assert_uint_eq (ic_candid_field (&ic_candid_field (reply, "transactions")->items[0], "timestamp")->nat,
                     first);
  ck_assert_uint_eq (transaction_count (transactions (&desk, 0, 0)), 1);
  ck_assert_uint_eq (transaction_count (transactions (&desk, 1, 0)), 0);
  ck_assert_uint_eq (transaction_count (transactions (&desk, all, 10)), 1);
  ck_assert_uint_eq (transaction_count (transactions (&desk, all + 1, 10)), 0);
  ck_assert_uint_eq (transaction_count (transactions (&desk, UINT64_MAX, 10)), 0);
  desk_close (&desk);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    types_are_those_of_the_endpoints,
    transactions_are_those_of_the_ledger,
    transactions_are_counted_in_two_ways,
  };

  return RUN_TESTS ("replica-endpoints", tests);
}
