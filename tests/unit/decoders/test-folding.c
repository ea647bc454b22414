/* SPDX-License-Identifier: Apache-2.0 */
/* What follows from all entries together: balances, allowances, reputations, contracts, links, the last
 * profile. */
#include "config.h"

#include "support/run.h"
#include "unit/decoders/scene.h"

static const uint8_t zeros[32];
static const uint8_t ones[32] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
                                  1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 };

#define TRANSFER(...) scene_transfer (&(struct scene_transfer){ __VA_ARGS__ })

static struct signing_key
key_of (uint8_t number)
{
  struct signing_key key;
  uint8_t secret[32] = { number };

  signing_key_init (&key, secret);
  return key;
}

/* ---- tokens ---------------------------------------------------------------------------------------- */

static const char balances[] = "SELECT account, balance FROM token_balances ORDER BY account";

START_TEST (transfers_move_tokens_and_burn_fees)
{
  scene_begin ();
  TRANSFER (.to = "a", .amount = 100);
  TRANSFER (.from = "a", .to = "b", .amount = 30, .fee = 5);
  TRANSFER (.from = "b", .amount = 10, .fee = 1);
  scene_commit ();
  ck_assert_int_eq (scene_run ("flag"), 0);
  ck_assert_str_eq (scene_ask (balances), "61. 65, 62. 19");
  ck_assert_str_eq (scene_ask ("SELECT sum(applied) FROM token_transfers"), "3");
  scene_end ();
}
END_TEST

START_TEST (what_cannot_be_paid_moves_nothing)
{
  scene_begin ();
  TRANSFER (.to = "a", .amount = 10);
  TRANSFER (.from = "a", .to = "b", .amount = 10, .fee = 1);
  TRANSFER (.from = "c", .to = "b", .amount = 1);
  TRANSFER (.from = "a", .to = "b", .amount = UINT64_MAX, .fee = UINT64_MAX);
  scene_commit ();
  TRANSFER (.from = "a", .to = "b", .amount = 10);
  scene_commit ();
  ck_assert_int_eq (scene_run ("flag"), 0);
  ck_assert_str_eq (scene_ask (balances), "61. 0, 62. 10, 63. 0");
  ck_assert_str_eq (
      scene_ask ("SELECT applied, not_applied FROM token_transfers ORDER BY block_offset, entry_index"),
      "1 null, 0 insufficient funds, 0 insufficient funds, 0 insufficient funds, 1 null");
  scene_end ();
}
END_TEST

/* As in the canister: what goes beyond the largest number is taken from the payer, and lost. */
START_TEST (balances_stop_at_the_largest_number)
{
  scene_begin ();
  TRANSFER (.to = "a", .amount = UINT64_MAX);
  TRANSFER (.to = "a", .amount = 1);
  TRANSFER (.to = "b", .amount = 1);
  TRANSFER (.from = "b", .to = "a", .amount = 1);
  scene_commit ();
  ck_assert_int_eq (scene_run ("flag"), 0);
  ck_assert_str_eq (scene_ask (balances), "61. 18446744073709551615, 62. 0");
  ck_assert_str_eq (scene_ask ("SELECT sum(applied) FROM token_transfers"), "4");
  scene_end ();
}
END_TEST

START_TEST (a_transfer_to_oneself_costs_the_fee)
{
  scene_begin ();
  TRANSFER (.to = "a", .amount = UINT64_MAX);
  TRANSFER (.from = "a", .to = "a", .amount = 7, .fee = 3);
  scene_commit ();
  ck_assert_int_eq (scene_run ("flag"), 0);
  ck_assert_str_eq (scene_ask (balances), "61. 18446744073709551612");
  scene_end ();
}
END_TEST

START_TEST (subaccounts_are_accounts_of_their_own)
{
  scene_begin ();
  TRANSFER (.to = "a", .amount = 1);
  TRANSFER (.to = "a", .to_subaccount = zeros, .amount = 2);
  TRANSFER (.to = "a", .to_subaccount = ones, .amount = 4);
  TRANSFER (.from = NULL, .from_subaccount = ones, .to = "b", .amount = 8);
  scene_commit ();
  ck_assert_int_eq (scene_run ("flag"), 0);
  ck_assert_str_eq (scene_ask ("SELECT substr(account, 1, 5), balance FROM token_balances ORDER BY account"),
                    "61. 1, 61.00 2, 61.01 4, 62. 8");
  ck_assert_str_eq (scene_ask ("SELECT count(DISTINCT to_account) FROM token_transfers WHERE to_owner ="
                               " (SELECT owner FROM token_balances WHERE account = '61.')"),
                    "2");
  scene_end ();
}
END_TEST

/* The principal of a public key is known once it has registered. */
START_TEST (transfers_tell_public_keys)
{
  struct signing_key key = key_of (1);
  uint8_t signature[64];

  scene_begin ();
  ed25519ph_sign (&key, (struct bytes){ key.pubkey, 32 }, signature);
  scene_entry ("ProvRegister", (struct bytes){ key.pubkey, 32 }, (struct bytes){ signature, 64 });
  scene_commit ();
  TRANSFER (.to = "a", .amount = 1);
  scene_commit ();
  ck_assert_int_eq (scene_run ("flag"), 0);
  ck_assert_str_eq (scene_ask ("SELECT from_pubkey, to_pubkey FROM token_transfers"), "null null");
  ck_assert_str_eq (scene_ask (
                        "SELECT count(*) FROM registered_principals r JOIN users u ON u.pubkey = r.pubkey"
                        " AND u.principal = r.principal WHERE u.is_provider AND NOT u.is_user"),
                    "1");
  ck_assert_str_eq (scene_ask ("SELECT signature_status FROM registrations"), "valid");
  scene_end ();
}
END_TEST

START_TEST (approvals_replace_and_end)
{
  scene_begin ();
  scene_approval ("a", NULL, "b", 5);
  scene_approval ("a", zeros, "b", 6); /* the same account by the rules of ICRC-1 */
  scene_approval ("a", ones, "b", 7);
  scene_approval ("a", NULL, "c", 8);
  scene_commit ();
  scene_approval ("a", NULL, "c", 0);
  scene_approval ("a", NULL, "d", 0);
  scene_commit ();
  ck_assert_int_eq (scene_run ("flag"), 0);
  ck_assert_str_eq (scene_ask ("SELECT allowance FROM token_approvals ORDER BY allowance"), "6, 7");
  ck_assert_str_eq (scene_ask ("SELECT count(*) FROM token_approval_changes"), "6");
  scene_end ();
}
END_TEST

/* ---- identities ------------------------------------------------------------------------------------ */

START_TEST (reputations_never_fall_below_zero)
{
  scene_begin ();
  scene_rep_change ("a", -5);
  scene_rep_change ("b", 10);
  scene_rep_change ("b", -11);
  scene_rep_change ("b", 4);
  scene_rep_change ("c", INT64_MAX);
  scene_rep_change ("c", INT64_MAX);
  scene_rep_change ("c", INT64_MAX);
  scene_rep_change ("d", 1);
  scene_rep_change ("d", INT64_MIN);
  scene_commit ();
  ck_assert_int_eq (scene_run ("flag"), 0);
  ck_assert_str_eq (scene_ask ("SELECT pubkey, reputation FROM reputations ORDER BY pubkey"),
                    "61 0, 62 4, 63 18446744073709551615, 64 0");
  scene_end ();
}
END_TEST

START_TEST (ageing_takes_a_share_and_at_most_a_hundred)
{
  scene_begin ();
  scene_rep_change ("a", 1000);
  scene_rep_change ("b", 1000000);
  scene_rep_change ("c", 3);
  scene_rep_age (10000); /* 1% */
  scene_commit ();
  scene_rep_age (3000000);
  scene_commit ();
  ck_assert_int_eq (scene_run ("flag"), 0);
  ck_assert_str_eq (scene_ask ("SELECT pubkey, reputation FROM reputations ORDER BY pubkey"),
                    "61 890, 62 999800, 63 0");
  ck_assert_str_eq (scene_ask (
                        "SELECT target_pubkey, change_amount, age_reductions_ppm FROM reputation_changes"
                        " WHERE reason = 'ageing' ORDER BY block_offset"),
                    "null -110 10000, null -203 3000000");
  scene_end ();
}
END_TEST

static const char links[] =
    "SELECT (SELECT count(DISTINCT main_principal) FROM linked_ic_ids), count(*) FROM linked_ic_ids";
static const char applied[] =
    "SELECT additions_applied FROM linked_ic_id_changes ORDER BY block_offset, entry_index";

START_TEST (what_is_linked_is_not_linked_again)
{
  scene_begin ();
  scene_link ("m", "a", NULL);
  scene_link ("n", "a", NULL);
  scene_link ("m", "a", NULL);
  scene_link ("n", "b", NULL);
  scene_commit ();
  ck_assert_int_eq (scene_run ("flag"), 0);
  ck_assert_str_eq (scene_ask (links), "2 2");
  ck_assert_str_eq (scene_ask (applied), "1, 0, 0, 1");
  scene_end ();
}
END_TEST

START_TEST (links_end_under_their_main_principal)
{
  scene_begin ();
  scene_link ("m", "a", NULL);
  scene_link ("n", NULL, "a");
  scene_commit ();
  scene_link ("m", "b", "a");
  scene_link ("n", "a", "a"); /* added, then removed */
  scene_commit ();
  ck_assert_int_eq (scene_run ("flag"), 0);
  ck_assert_str_eq (scene_ask (links), "1 1");
  ck_assert_str_eq (scene_ask (applied), "1, 1, 1, 1");
  scene_end ();
}
END_TEST

/* ---- contracts ------------------------------------------------------------------------------------- */

static const char contracts[] =
    "SELECT contract_id, status, reply_signature_status FROM contract_signatures ORDER BY contract_id";

START_TEST (replies_close_contracts_and_requests_open_them)
{
  struct signing_key user = key_of (1), provider = key_of (2);

  scene_begin ();
  scene_request ("a", &user, &provider);
  scene_request ("b", &user, &provider);
  scene_request ("c", &user, &provider);
  scene_request ("d", &user, &provider);
  scene_request ("e", &user, &provider);
  scene_commit ();
  scene_reply ("b", &provider, 1);
  scene_reply ("c", &provider, 0);
  scene_reply ("d", &provider, 2);
  scene_reply ("e", &provider, 1);
  scene_reply ("f", &provider, 1);
  scene_commit ();
  scene_request ("e", &user, &provider);
  scene_commit ();
  ck_assert_int_eq (scene_run ("flag"), 3);
  ck_assert_str_eq (scene_ask (contracts),
                    "61 pending null, 62 signed valid, 63 rejected valid, 64 unreadable none, "
                    "65 pending null");
  ck_assert_str_eq (scene_ask (
                        "SELECT contract_id, signature_status, provider_pubkey IS NULL FROM contract_replies"
                        " ORDER BY contract_id"),
                    "62 valid 0, 63 valid 0, 64 none 0, 65 valid 0, 66 none 1");
  ck_assert_str_eq (scene_ask ("SELECT count(*) FROM contract_payment_entries"), "6");
  ck_assert_str_eq (scene_ask ("SELECT entry_index, item FROM failed_entries"), "2 1");
  scene_end ();
}
END_TEST

START_TEST (replies_count_whatever_their_verdict)
{
  struct signing_key user = key_of (1), provider = key_of (2);

  scene_begin ();
  scene_request ("a", &user, &provider);
  scene_reply ("a", &user, 1);
  scene_commit ();
  ck_assert_int_eq (scene_run ("flag"), 0);
  ck_assert_str_eq (scene_ask (contracts), "61 signed invalid");
  scene_end ();
}
END_TEST

START_TEST (rejected_replies_leave_nothing)
{
  struct signing_key user = key_of (1), provider = key_of (2);

  scene_begin ();
  scene_request ("a", &user, &provider);
  scene_request ("b", &user, &provider);
  scene_reply ("a", &user, 1);
  scene_reply ("b", &provider, 1);
  scene_commit ();
  ck_assert_int_eq (scene_run ("reject"), 3);
  ck_assert_str_eq (scene_ask (contracts), "61 pending null, 62 signed valid");
  ck_assert_str_eq (scene_ask ("SELECT contract_id FROM contract_replies"), "62");
  ck_assert_str_eq (scene_ask ("SELECT entry_index, substr(reason, 1, 18) FROM failed_entries"),
                    "2 invalid_signature:");
  scene_end ();
}
END_TEST

/* ---- profiles and offerings ------------------------------------------------------------------------ */

START_TEST (the_last_profile_counts)
{
  struct signing_key a = key_of (1), b = key_of (2);

  scene_begin ();
  scene_profile (&a, "first", "email", "x");
  scene_profile (&b, "other", "email", "y");
  scene_commit ();
  scene_profile (&a, "second", "phone", "z");
  scene_delete ("ProvProfile", (struct bytes){ b.pubkey, 32 });
  scene_commit ();
  ck_assert_int_eq (scene_run ("flag"), 0);
  ck_assert_str_eq (
      scene_ask ("SELECT p.name, c.contact, c.value, p.created_at < p.updated_at FROM provider_profiles p"
                 " JOIN provider_profile_contacts c ON c.pubkey = p.pubkey"),
      "second phone z 1");
  ck_assert_str_eq (scene_ask ("SELECT count(*) FROM provider_profile_contacts"), "1");
  ck_assert_str_eq (scene_ask ("SELECT count(*), min(reputation), max(balance_tokens) FROM dc_users"),
                    "1 0 0");
  scene_end ();
}
END_TEST

START_TEST (offerings_inside_json_are_marked)
{
  static const char json[] =
      "{\"provider_pubkey_pem\":\"no key\",\"server_offerings_csv\":\"a,b\\nx,y\\n1\\n\"}";
  struct signing_key key = key_of (1);

  scene_begin ();
  scene_signed ("ProvOffering", &key, scene_bytes (json));
  scene_commit ();
  ck_assert_int_eq (scene_run ("flag"), 0);
  ck_assert_str_eq (
      scene_ask ("SELECT format, item_count, wrapped_item_count, wrapped_row_error_count, wrapper_pubkey"
                 " FROM provider_offerings"),
      "json 0 0 2 null");
  ck_assert_str_eq (
      scene_ask ("SELECT in_wrapper, row, line, error FROM offering_row_errors ORDER BY row"),
      "1 0 2 Parse error: Invalid currency: , 1 1 3 CSV error: record 2 (line: 3, byte: 8): found record "
      "with 1 fields, but the previous record has 2 fields");
  scene_end ();
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    transfers_move_tokens_and_burn_fees,
    what_cannot_be_paid_moves_nothing,
    balances_stop_at_the_largest_number,
    a_transfer_to_oneself_costs_the_fee,
    subaccounts_are_accounts_of_their_own,
    transfers_tell_public_keys,
    approvals_replace_and_end,
    reputations_never_fall_below_zero,
    ageing_takes_a_share_and_at_most_a_hundred,
    what_is_linked_is_not_linked_again,
    links_end_under_their_main_principal,
    replies_close_contracts_and_requests_open_them,
    replies_count_whatever_their_verdict,
    rejected_replies_leave_nothing,
    the_last_profile_counts,
    offerings_inside_json_are_marked,
  };

  return RUN_TESTS ("folding", tests);
}
