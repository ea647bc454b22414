/* SPDX-License-Identifier: Apache-2.0 */
/* Every row of ic/candid/principals.jsonl, and what no row has. */
#include "config.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ic/principal/principal.h"
#include "support/run.h"
#include "support/vectors.h"

static size_t good_rows, bad_rows;

static void
check_good (json_t *row, size_t number, const char *text)
{
  const char *canonical = vectors_text (row, "canonical_text");
  struct ic_principal principal, parsed;
  char written[IC_PRINCIPAL_TEXT_SIZE];
  uint8_t *bytes, *der;
  size_t size, der_size;

  bytes = vectors_hex (row, "bytes", &size);
  ck_assert_msg (ic_principal_set (&principal, bytes, size), "row %zu", number);
  ck_assert_uint_eq (ic_principal_text (&principal, written), strlen (written));
  ck_assert_str_eq (written, canonical != NULL ? canonical : text);
  ck_assert_msg (ic_principal_parse (&parsed, text, strlen (text)) == NULL, "row %zu", number);
  ck_assert_msg (ic_principal_equal (&parsed, &principal), "row %zu", number);

  der = vectors_hex (row, "der_public_key", &der_size);
  if (der != NULL) {
    ic_principal_of_public_key (&parsed, der, der_size);
    ck_assert_msg (ic_principal_equal (&parsed, &principal), "row %zu", number);
    if (der_size == IC_ED25519_DER_SIZE) {
      ic_principal_of_ed25519 (&parsed, der + der_size - 32);
      ck_assert_msg (ic_principal_equal (&parsed, &principal), "row %zu", number);
    }
  }
  free (bytes);
  free (der);
  good_rows++;
}

static void
check_row (json_t *row, size_t number, void *context)
{
  const char *text = vectors_text (row, "text");
  struct ic_principal parsed;
  const char *fault;

  (void) context;
  if (json_is_true (json_object_get (row, "good"))) {
    check_good (row, number, text);
    return;
  }
  fault = ic_principal_parse (&parsed, text, strlen (text));
  ck_assert_msg (fault != NULL, "row %zu: %s was taken", number, text);
  printf ("principals.jsonl:%zu refused: %s\n", number, fault);
  bad_rows++;
}

START_TEST (every_row)
{
  vectors_each ("ic/candid/principals.jsonl", check_row, NULL);
  printf ("principals.jsonl: %zu good, %zu refused\n", good_rows, bad_rows);
  if (getenv ("DCPIPE_VECTORS") == NULL)
    ck_assert_uint_ge (good_rows + bad_rows, 60);
}
END_TEST

START_TEST (every_changed_character_is_refused)
{
  const char text[] = "ggi4a-wyaaa-aaaai-actqq-cai";
  char changed[sizeof text];
  struct ic_principal principal;

  for (size_t i = 0; text[i] != '\0'; i++)
    for (int c = 1; c < 256; c++) {
      memcpy (changed, text, sizeof text);
      changed[i] = (char) c;
      if ((text[i] | 0x20) == (c | 0x20) && text[i] != '-' && text[i] > '9')
        continue;
      if (changed[i] != text[i])
        ck_assert_msg (ic_principal_parse (&principal, changed, sizeof text - 1) != NULL, "%s", changed);
    }
}
END_TEST

START_TEST (thirty_bytes_are_too_many)
{
  uint8_t bytes[30] = { 0 };
  struct ic_principal principal = IC_PRINCIPAL_ANONYMOUS;

  ck_assert (!ic_principal_set (&principal, bytes, sizeof bytes));
  ck_assert_uint_eq (principal.size, 1);
  ck_assert (ic_principal_set (&principal, bytes, sizeof bytes - 1));
}
END_TEST

START_TEST (anonymous_has_its_known_text)
{
  struct ic_principal principal = IC_PRINCIPAL_ANONYMOUS;
  char text[IC_PRINCIPAL_TEXT_SIZE];

  ic_principal_text (&principal, text);
  ck_assert_str_eq (text, "2vxsx-fae");
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { every_row, every_changed_character_is_refused, thirty_bytes_are_too_many,
                                 anonymous_has_its_known_text };

  return RUN_TESTS ("principal", tests);
}
