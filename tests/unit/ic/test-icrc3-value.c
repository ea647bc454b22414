/* SPDX-License-Identifier: Apache-2.0 */
/* Every row of ic/icrc3/value_hash.jsonl. */
#include "config.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes/hex.h"
#include "ic/candid/candid.h"
#include "ic/candid/icrc3_value.h"
#include "support/run.h"
#include "support/vectors.h"

static size_t rows;

static void
check_hash_of (const struct ic_candid_value *value, const char *expected, size_t number)
{
  char text[2 * IC_HASH_SIZE + 1];
  uint8_t hash[IC_HASH_SIZE];
  struct ic_error error = { "" };

  ck_assert_msg (ic_icrc3_hash (hash, value, &error), "row %zu: %s", number, error.text);
  hex_encode (text, hash, sizeof hash);
  ck_assert_msg (strcmp (text, expected) == 0, "row %zu: %s", number, text);
}

static void
check_row (json_t *row, size_t number, void *context)
{
  struct ic_arena arena = { NULL };
  struct ic_candid_types types;
  const struct ic_candid_value *values;
  struct ic_error error = { "" };
  struct bytes message;
  uint8_t *data = vectors_hex (row, "candid", &message.size);

  (void) context;
  message.data = data;
  ck_assert (ic_candid_types_parse (&types, IC_ICRC3_VALUE "(Value)", &arena, &error));
  ck_assert_msg (ic_candid_decode (&values, message, &types, &arena, &error), "row %zu: %s", number,
                 error.text);
  check_hash_of (values, vectors_text (row, "hash"), number);
  ic_arena_free (&arena);
  free (data);
  rows++;
}

START_TEST (every_row)
{
  vectors_each ("ic/icrc3/value_hash.jsonl", check_row, NULL);
  printf ("value_hash.jsonl: %zu rows\n", rows);
  if (getenv ("DCPIPE_VECTORS") == NULL)
    ck_assert_uint_ge (rows, 67);
}
END_TEST

/* The same number in two encodings has one hash: here 2^64, and -2^64, with bytes that say nothing behind. */
START_TEST (long_encodings_hash_like_short_ones)
{
  static const uint8_t nat[] = { 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x82, 0x80, 0x00 };
  static const uint8_t minus[] = { 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0xfe, 0xff, 0x7f };
  uint8_t brief[10], long_hash[IC_HASH_SIZE], short_hash[IC_HASH_SIZE];

  for (int i = 0; i < 2; i++) {
    const uint8_t *data = i == 0 ? nat : minus;
    struct ic_candid_value inner = { .kind = i == 0 ? IC_CANDID_NAT : IC_CANDID_INT, .big = true };
    struct ic_candid_value value = ic_candid_variant (i == 0 ? "Nat" : "Int", &inner);

    inner.bytes = (struct bytes){ data, sizeof nat };
    ck_assert (ic_icrc3_hash (long_hash, &value, NULL));
    memcpy (brief, data, sizeof brief);
    brief[9] &= 0x7f;
    ic_hash_of_blob (short_hash, (struct bytes){ brief, sizeof brief });
    ck_assert_mem_eq (long_hash, short_hash, sizeof long_hash);
  }
}
END_TEST

START_TEST (other_values_are_refused)
{
  struct ic_candid_value text = ic_candid_text ("x", 1), item = ic_candid_null ();
  struct ic_candid_value values[] = { ic_candid_null (), ic_candid_variant ("Nat", &text),
                                      ic_candid_variant ("Other", &text), ic_candid_variant ("Map", &text),
                                      ic_candid_variant ("Array", &item) };
  uint8_t hash[IC_HASH_SIZE];
  struct ic_error error = { "" };

  for (size_t i = 0; i < sizeof values / sizeof *values; i++)
    ck_assert (!ic_icrc3_hash (hash, &values[i], &error));
  ck_assert_str_eq (error.text, "no ICRC-3 value");
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { every_row, long_encodings_hash_like_short_ones, other_values_are_refused };

  return RUN_TESTS ("icrc3-value", tests);
}
