/* SPDX-License-Identifier: Apache-2.0 */
/* The text of every account in the ledger vectors. */
#include "config.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ic/principal/account.h"
#include "support/run.h"
#include "support/vectors.h"

static size_t plain, with_subaccount;

/* Checks an object that is an account: it has `owner`, `subaccount` and `icrc1`. */
static void
check_account (json_t *account)
{
  const char *owner_text = vectors_text (account, "owner");
  const char *expected = vectors_text (account, "icrc1");
  struct ic_principal owner;
  char text[IC_ACCOUNT_TEXT_SIZE];
  uint8_t *subaccount;
  size_t size;

  if (owner_text == NULL || expected == NULL)
    return;
  ck_assert_msg (ic_principal_parse (&owner, owner_text, strlen (owner_text)) == NULL, "%s", owner_text);
  subaccount = vectors_hex (account, "subaccount", &size);
  if (subaccount != NULL)
    ck_assert_uint_eq (size, IC_SUBACCOUNT_SIZE);
  ck_assert_uint_eq (ic_account_text (text, &owner, subaccount), strlen (expected));
  ck_assert_str_eq (text, expected);
  *(subaccount != NULL ? &with_subaccount : &plain) += 1;
  free (subaccount);
}

static void
walk (json_t *value, size_t number, void *context)
{
  const char *name;
  json_t *member;
  size_t i;

  if (json_is_object (value))
    check_account (value);
  json_object_foreach (value, name, member)
    walk (member, number, context);
  json_array_foreach (value, i, member)
    walk (member, number, context);
}

START_TEST (every_account)
{
  static const char *const files[] = { "small", "medium", "edge", "malformed" };
  static const char *const suffixes[] = { "expected.jsonl", "expected.jsonl.gz" };
  char name[80];

  for (size_t i = 0; i < 8; i++) {
    snprintf (name, sizeof name, "ledger/%s.%s", files[i / 2], suffixes[i % 2]);
    vectors_each (name, walk, NULL);
  }
  printf ("accounts: %zu plain, %zu with a subaccount\n", plain, with_subaccount);
  if (getenv ("DCPIPE_VECTORS") == NULL)
    ck_assert (plain > 100 && with_subaccount > 20);
}
END_TEST

START_TEST (zeros_name_the_main_account)
{
  struct ic_principal owner = IC_PRINCIPAL_ANONYMOUS;
  uint8_t subaccount[IC_SUBACCOUNT_SIZE] = { 0 };
  char text[IC_ACCOUNT_TEXT_SIZE];

  ic_account_text (text, &owner, subaccount);
  ck_assert_str_eq (text, "2vxsx-fae");
  ic_account_text (text, &owner, NULL);
  ck_assert_str_eq (text, "2vxsx-fae");
}
END_TEST

/* The examples of the ICRC-1 standard. */
START_TEST (examples_of_the_standard)
{
  static const char owner_text[] = "k2t6j-2nvnp-4zjm3-25dtz-6xhaa-c7boj-5gayf-oj3xs-i43lp-teztq-6ae";
  struct ic_principal owner;
  uint8_t subaccount[IC_SUBACCOUNT_SIZE];
  char text[IC_ACCOUNT_TEXT_SIZE];

  ck_assert (ic_principal_parse (&owner, owner_text, strlen (owner_text)) == NULL);
  for (size_t i = 0; i < sizeof subaccount; i++)
    subaccount[i] = (uint8_t) (i + 1);
  ck_assert_uint_eq (ic_account_text (text, &owner, subaccount), strlen (text));
  ck_assert_str_eq (text, "k2t6j-2nvnp-4zjm3-25dtz-6xhaa-c7boj-5gayf-oj3xs-i43lp-teztq-6ae-dfxgiyy"
                          ".102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20");
  memset (subaccount, 0, sizeof subaccount);
  subaccount[31] = 1;
  ic_account_text (text, &owner, subaccount);
  ck_assert_str_eq (text, "k2t6j-2nvnp-4zjm3-25dtz-6xhaa-c7boj-5gayf-oj3xs-i43lp-teztq-6ae-6cc627i.1");
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { every_account, zeros_name_the_main_account, examples_of_the_standard };

  return RUN_TESTS ("account", tests);
}
