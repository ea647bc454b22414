/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "golden/decoded.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char *
text (json_t *object, const char *name)
{
  const char *value = json_string_value (json_object_get (object, name));

  return value != NULL ? value : "-";
}

/* Compares two objects whose members are texts. */
static void
compare_texts (const char *what, json_t *found, json_t *expected)
{
  const char *key;
  json_t *value;

  json_object_foreach (expected, key, value)
    if (!json_equal (json_object_get (found, key), value))
      complain ("%s: %s is %s, expected %s", what, key, text (found, key), json_string_value (value));
  json_object_foreach (found, key, value)
    if (json_object_get (expected, key) == NULL)
      complain ("%s: %s is %s, expected nothing", what, key, json_string_value (value));
  json_decref (found);
  json_decref (expected);
}

static void add_text (json_t *object, const char *value, const char *format, ...)
    __attribute__ ((format (printf, 3, 4)));

static void
add_text (json_t *object, const char *value, const char *format, ...)
{
  char key[1024];
  va_list arguments;

  va_start (arguments, format);
  vsnprintf (key, sizeof key, format, arguments);
  va_end (arguments);
  json_object_set_new (object, key, json_string (value));
}

/* Where the block lies that an item of the state names by its number. */
static json_t *
position_of (const struct golden *golden, json_t *item)
{
  char block[32];

  snprintf (block, sizeof block, "%" JSON_INTEGER_FORMAT,
            json_integer_value (json_object_get (item, "block")));
  return json_object_get (golden->positions, block);
}

/* ---- tokens ---------------------------------------------------------------------------------------- */

static void
check_balances (const struct golden *golden, json_t *state)
{
  json_t *found = json_object (), *expected = json_object (), *item;
  uint64_t outstanding = 0;
  size_t i;

  json_array_foreach (table_open (golden->dumps, "token_balances")->rows, i, item) {
    add_text (found, text (item, "balance"), "%s.%s", text (item, "owner"), text (item, "subaccount"));
    outstanding += strtoull (text (item, "balance"), NULL, 10);
  }
  json_array_foreach (json_object_get (state, "balances"), i, item)
    add_text (expected, text (item, "balance_e9s"), "%s.%s", text (item, "owner"), text (item, "subaccount"));
  compare_texts ("balance", found, expected);
  if (outstanding != strtoull (text (json_object_get (state, "supply"), "outstanding"), NULL, 10))
    complain ("all balances together are %" PRIu64, outstanding);
}

/* Other obstacles than the common one have no words in common. */
static const char *
obstacle (json_t *object, const char *name)
{
  return strcmp (text (object, name), "insufficient funds") == 0 ? "insufficient funds" : "other";
}

/* The state names entries of other labels, too. */
static void
check_not_applied (const struct golden *golden, json_t *state)
{
  const struct table *transfers = table_open (golden->dumps, "token_transfers");
  json_t *found = json_object (), *expected = json_object (), *item, *position, *index;
  size_t i;

  json_array_foreach (transfers->rows, i, item)
    if (!json_is_true (json_object_get (item, "applied")))
      add_text (found, obstacle (item, "not_applied"), "%s/%s", text (item, "block_offset"),
                text (item, "entry_index"));
  json_array_foreach (json_object_get (state, "not_applied"), i, item) {
    position = position_of (golden, item);
    index = json_object_get (item, "entry");
    if (table_at (transfers, position, index) != NULL)
      add_text (expected, obstacle (item, "why"), "%" JSON_INTEGER_FORMAT "/%" JSON_INTEGER_FORMAT,
                json_integer_value (position), json_integer_value (index));
  }
  compare_texts ("transfer not applied", found, expected);
}

static void
check_approvals (const struct golden *golden, json_t *state)
{
  json_t *found = json_object (), *expected = json_object (), *item, *approver, *spender;
  size_t i;

  json_array_foreach (table_open (golden->dumps, "token_approvals")->rows, i, item)
    add_text (found, text (item, "allowance"), "%s.%s/%s.%s until %s", text (item, "approver_owner"),
              text (item, "approver_subaccount"), text (item, "spender_owner"),
              text (item, "spender_subaccount"), text (item, "expires_at"));
  json_array_foreach (json_object_get (state, "approvals"), i, item) {
    approver = json_object_get (item, "approver");
    spender = json_object_get (item, "spender");
    add_text (expected, text (item, "allowance"), "%s.%s/%s.%s until %s", text (approver, "owner"),
              text (approver, "subaccount"), text (spender, "owner"), text (spender, "subaccount"),
              text (item, "expires_at"));
  }
  compare_texts ("approval", found, expected);
}

/* ---- identities ------------------------------------------------------------------------------------ */

static void
check_reputations (const struct golden *golden, json_t *state)
{
  json_t *found = json_object (), *expected = json_object (), *item;
  size_t i;

  json_array_foreach (table_open (golden->dumps, "reputations")->rows, i, item)
    add_text (found, text (item, "reputation"), "%s", text (item, "pubkey"));
  json_array_foreach (json_object_get (state, "reputation"), i, item)
    add_text (expected, text (item, "reputation"), "%s", text (item, "identity"));
  compare_texts ("reputation", found, expected);
}

static void
check_linked_ids (const struct golden *golden, json_t *state)
{
  json_t *found = json_object (), *expected = json_object (), *item, *alternative;
  size_t i, j;

  json_array_foreach (table_open (golden->dumps, "linked_ic_ids")->rows, i, item)
    add_text (found, text (item, "main_principal"), "%s", text (item, "linked_principal"));
  json_array_foreach (json_object_get (state, "linked_ic_ids"), i, item)
    json_array_foreach (json_object_get (item, "alts"), j, alternative)
      add_text (expected, text (item, "main"), "%s", json_string_value (alternative));
  compare_texts ("linked id", found, expected);
}

/* A deleted registration stays what it was, and the state does not tell what that was. */
static void
pass_over_user (json_t *users, const char *pubkey)
{
  static const char *const endings[] = { "", " is", " is also" };
  char name[256];

  for (size_t i = 0; i < 3; i++) {
    snprintf (name, sizeof name, "%s%s", pubkey, endings[i]);
    json_object_del (users, name);
  }
}

static void
check_users (const struct golden *golden, json_t *state)
{
  static const char *const labels[] = { "ProvRegister", "NPRegister", "UserRegister" };
  json_t *registrations = json_object_get (state, "registrations");
  json_t *found = json_object (), *expected = json_object (), *item;
  size_t i;

  json_array_foreach (table_open (golden->dumps, "users")->rows, i, item) {
    add_text (found, text (item, "principal"), "%s", text (item, "pubkey"));
    if (json_is_true (json_object_get (item, "is_provider")))
      add_text (found, "provider", "%s is", text (item, "pubkey"));
    if (json_is_true (json_object_get (item, "is_user")))
      add_text (found, "user", "%s is also", text (item, "pubkey"));
  }
  for (size_t label = 0; label < 3; label++)
    json_array_foreach (json_object_get (registrations, labels[label]), i, item)
      if (json_is_true (json_object_get (item, "decodes"))) {
        add_text (expected, text (item, "principal"), "%s", text (item, "pubkey"));
        add_text (expected, label < 2 ? "provider" : "user", label < 2 ? "%s is" : "%s is also",
                  text (item, "pubkey"));
      }
  for (size_t label = 0; label < 3; label++)
    json_array_foreach (json_object_get (registrations, labels[label]), i, item)
      if (strcmp (text (item, "op"), "Delete") == 0) {
        pass_over_user (found, text (item, "pubkey"));
        pass_over_user (expected, text (item, "pubkey"));
      }
  compare_texts ("user", found, expected);
}

static void
count (json_t *object, const char *key)
{
  json_int_t before = json_integer_value (json_object_get (object, key));

  json_object_set_new (object, key, json_integer (before + 1));
}

static void
check_check_ins (const struct golden *golden, json_t *state)
{
  json_t *all = json_object (), *valid = json_object (), *item;
  size_t i;

  json_array_foreach (table_open (golden->dumps, "provider_check_ins")->rows, i, item) {
    count (all, text (item, "pubkey"));
    if (strcmp (text (item, "signature_status"), "valid") == 0)
      count (valid, text (item, "pubkey"));
  }
  if (json_object_size (all) != json_array_size (json_object_get (state, "check_ins")))
    complain ("%zu keys have checked in", json_object_size (all));
  json_array_foreach (json_object_get (state, "check_ins"), i, item)
    if (json_integer_value (json_object_get (all, text (item, "pubkey")))
            != json_integer_value (json_object_get (item, "count"))
        || json_integer_value (json_object_get (valid, text (item, "pubkey")))
               != json_integer_value (json_object_get (item, "valid")))
      complain ("check-ins of %s", text (item, "pubkey"));
  json_decref (all);
  json_decref (valid);
}

/* ---- contracts ------------------------------------------------------------------------------------- */

/* A request's or reply's place and verdict, from the companion. */
static void
add_event (const struct golden *golden, json_t *expected, const char *contract, const char *name,
           json_t *event)
{
  char place[128] = "-/- -";

  if (json_is_object (event))
    snprintf (place, sizeof place, "%" JSON_INTEGER_FORMAT "/%" JSON_INTEGER_FORMAT " %s",
              json_integer_value (position_of (golden, event)),
              json_integer_value (json_object_get (event, "entry")), text (event, "signature"));
  add_text (expected, place, "%s of %s", name, contract);
}

static void
add_contract (json_t *found, json_t *row)
{
  const char *contract = text (row, "contract_id");
  char place[128];

  add_text (found, text (row, "status"), "status of %s", contract);
  add_text (found, text (row, "payment_amount_e9s"), "payment of %s", contract);
  add_text (found, json_is_true (json_object_get (row, "id_matches_payload")) ? "yes" : "no", "match of %s",
            contract);
  snprintf (place, sizeof place, "%s/%s %s", text (row, "request_block_offset"),
            text (row, "request_entry_index"), text (row, "signature_status"));
  add_text (found, place, "request of %s", contract);
  snprintf (place, sizeof place, "%s/%s %s", text (row, "reply_block_offset"),
            text (row, "reply_entry_index"), text (row, "reply_signature_status"));
  add_text (found, place, "reply of %s", contract);
}

static const char *
status_of (const char *status)
{
  if (strcmp (status, "requested") == 0)
    return "pending";
  if (strcmp (status, "accepted") == 0)
    return "signed";
  return strcmp (status, "reply_undecodable") == 0 ? "unreadable" : status;
}

static void
check_contracts (const struct golden *golden, json_t *state)
{
  json_t *found = json_object (), *expected = json_object (), *item;
  size_t i;

  json_array_foreach (table_open (golden->dumps, "contract_signatures")->rows, i, item)
    add_contract (found, item);
  json_array_foreach (json_object_get (state, "contracts"), i, item) {
    const char *contract = text (item, "contract_id");

    add_text (expected, status_of (text (item, "status")), "status of %s", contract);
    add_text (expected, text (item, "payment_amount_e9s"), "payment of %s", contract);
    add_text (expected, json_is_true (json_object_get (item, "id_matches_payload")) ? "yes" : "no",
              "match of %s", contract);
    add_event (golden, expected, contract, "request", json_object_get (item, "request"));
    add_event (golden, expected, contract, "reply", json_object_get (item, "reply"));
  }
  compare_texts ("contract", found, expected);
}

/* ---- the last of each ------------------------------------------------------------------------------ */

static bool
is_later (json_t *item, json_t *other)
{
  json_int_t block = json_integer_value (json_object_get (item, "block"));
  json_int_t other_block = json_integer_value (json_object_get (other, "block"));

  return other == NULL || block > other_block
         || (block == other_block
             && json_integer_value (json_object_get (item, "entry"))
                    > json_integer_value (json_object_get (other, "entry")));
}

/* The last entry of each key, by key: labels that share a table follow one another there. */
static json_t *
last_of_all (json_t *labels)
{
  json_t *all = json_object (), *list, *item;
  const char *label;
  size_t i;

  json_object_foreach (labels, label, list)
    json_array_foreach (list, i, item)
      if (is_later (item, json_object_get (all, text (item, "key"))))
        json_object_set (all, text (item, "key"), item);
  return all;
}

/* Profiles and offerings: a deleted key has no row, one whose last entry decodes has its row. */
static void
check_last (const struct golden *golden, json_t *labels, const char *table, const char *column)
{
  json_t *all = last_of_all (labels), *item, *row;
  const char *key;

  json_object_foreach (all, key, item) {
    row = table_find (table_open (golden->dumps, table), column, key);
    if (strcmp (text (item, "op"), "Delete") == 0
            ? row != NULL
            : json_is_true (json_object_get (item, "decodes"))
                  && (!same_value (json_object_get (row, "block_offset"), position_of (golden, item))
                      || !same_value (json_object_get (row, "entry_index"), json_object_get (item, "entry"))))
      complain ("%s: the row of %s", table, key);
  }
  json_decref (all);
}

static void
check_all_last (const struct golden *golden, json_t *state)
{
  json_t *rewards = table_open (golden->dumps, "reward_distributions")->rows;
  json_t *last = json_array_get (rewards, json_array_size (rewards) - 1);

  check_last (golden, json_object_get (state, "profiles"), "provider_profiles", "pubkey");
  check_last (golden, json_object_get (state, "offerings"), "provider_offerings", "provider_pubkey");
  if (!same_value (json_object_get (last, "timestamp_ns"),
                   json_object_get (state, "last_reward_distribution_ns")))
    complain ("the last distribution of rewards is of %s", text (last, "timestamp_ns"));
}

/* ---- counts ---------------------------------------------------------------------------------------- */

static void
count_entry (json_t *labels, json_t *live, json_t *row)
{
  json_t *label = json_object_get (row, "label");
  bool deleted = strcmp (text (row, "operation"), "DELETE") == 0;
  char name[8192] = "";
  json_t *counts, *keys;

  /* A NUL cannot be in the name of a member. */
  for (size_t i = 0, size = 0; i < json_string_length (label) && size < sizeof name - 4; i++) {
    const char *c = json_string_value (label) + i;

    if (*c == '\0')
      size += (size_t) snprintf (name + size, 4, "\xe2\x90\x80");
    else
      name[size++] = *c;
  }
  counts = json_object_get (labels, name);
  keys = json_object_get (live, name);
  if (counts == NULL) {
    json_object_set_new (labels, name, counts = json_object ());
    json_object_set_new (live, name, keys = json_object ());
  }
  count (counts, "entries");
  count (counts, deleted ? "deletes" : "upserts");
  if (deleted)
    json_object_del (keys, text (row, "key"));
  else
    json_object_set_new (keys, text (row, "key"), json_true ());
}

static void
check_counts (const struct golden *golden, json_t *state)
{
  static const char *const names[] = { "entries", "upserts", "deletes" };
  json_t *labels = json_object (), *live = json_object (), *row, *expected, *found;
  const char *label;
  size_t i;

  json_array_foreach (table_open (golden->dumps, "ledger_entries")->rows, i, row)
    count_entry (labels, live, row);
  json_object_foreach (json_object_get (state, "labels"), label, expected) {
    found = json_object_get (labels, label);
    for (i = 0; i < sizeof names / sizeof names[0]; i++)
      if (json_integer_value (json_object_get (found, names[i]))
          != json_integer_value (json_object_get (expected, names[i])))
        complain ("label %s: %" JSON_INTEGER_FORMAT " %s", label,
                  json_integer_value (json_object_get (found, names[i])), names[i]);
    if ((json_int_t) json_object_size (json_object_get (live, label))
        != json_integer_value (json_object_get (expected, "live_keys")))
      complain ("label %s: %zu live keys", label, json_object_size (json_object_get (live, label)));
  }
  json_decref (labels);
  json_decref (live);
}

void
check_state (const struct golden *golden, json_t *state)
{
  check_balances (golden, state);
  check_not_applied (golden, state);
  check_approvals (golden, state);
  check_reputations (golden, state);
  check_linked_ids (golden, state);
  check_users (golden, state);
  check_check_ins (golden, state);
  check_contracts (golden, state);
  check_all_last (golden, state);
  check_counts (golden, state);
}
