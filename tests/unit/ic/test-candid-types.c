/* SPDX-License-Identifier: Apache-2.0 */
/* Types as text, values by hand, and what must not be encoded. */
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "bytes/hex.h"
#include "ic/candid/candid.h"
#include "support/run.h"

static struct ic_arena arena;
static struct ic_error error;

static void
forget (void)
{
  ic_arena_free (&arena);
}

static struct ic_candid_types
types_of (const char *text)
{
  struct ic_candid_types types;

  ck_assert_msg (ic_candid_types_parse (&types, text, &arena, &error), "%s: %s", text, error.text);
  return types;
}

/* The message that the values give at these types, in hexadecimal, kept in the arena. */
static const char *
encoded (const char *text, const struct ic_candid_value *values)
{
  struct ic_candid_types types = types_of (text);
  struct ic_candid_buffer buffer = { NULL, 0, 0 };
  char *hex;

  ck_assert_msg (ic_candid_encode (&buffer, &types, values, &error), "%s: %s", text, error.text);
  hex = ic_arena_alloc (&arena, 2 * buffer.size + 1);
  ck_assert_ptr_nonnull (hex);
  hex_encode (hex, buffer.data, buffer.size);
  free (buffer.data);
  return hex;
}

/* Expects that the values cannot be encoded at these types, for this reason. */
static void
check_refused (const char *text, struct ic_candid_value value, const char *reason)
{
  struct ic_candid_types types = types_of (text);
  struct ic_candid_buffer buffer = { NULL, 0, 0 };

  ck_assert_msg (!ic_candid_encode (&buffer, &types, &value, &error), "%s was encoded", text);
  ck_assert_msg (strstr (error.text, reason) != NULL, "%s: %s", text, error.text);
  free (buffer.data);
}

START_TEST (ids_are_hashes_of_names)
{
  ck_assert_uint_eq (ic_candid_id ("Ok", 2), 17724);
  ck_assert_uint_eq (ic_candid_id ("Err", 3), 3456837);
  ck_assert_uint_eq (ic_candid_id ("next_block_position", 19), 399302183);
  ck_assert_uint_eq (ic_candid_id ("", 0), 0);
}
END_TEST

START_TEST (arguments_of_data_fetch)
{
  struct ic_candid_value cursor = ic_candid_text ("abc", 3);
  struct ic_candid_value args[] = { ic_candid_some (&cursor), ic_candid_none () };

  ck_assert_str_eq (encoded ("(cursor : opt text, bytes_before : opt blob)", args), "4449444c"
                                                                                    "03"
                                                                                    "6e71"
                                                                                    "6d7b"
                                                                                    "6e01"
                                                                                    "02"
                                                                                    "0002"
                                                                                    "0103616263"
                                                                                    "00");
}
END_TEST

START_TEST (a_record_takes_its_fields_in_any_order)
{
  struct ic_candid_named fields[] = { { "label", ic_candid_text ("L", 1) },
                                      { "key", ic_candid_blob ("K", 1) },
                                      { "value", ic_candid_blob ("V", 1) } };
  struct ic_candid_value record;
  struct ic_candid_types types =
      types_of ("(record { value : blob; label : text; key : blob; note : opt nat })");
  const struct ic_candid_value *values;
  struct ic_candid_buffer buffer = { NULL, 0, 0 };

  ck_assert (ic_candid_record (&record, fields, 3, &arena));
  ck_assert_msg (ic_candid_encode (&buffer, &types, &record, &error), "%s", error.text);
  ck_assert (ic_candid_decode (&values, (struct bytes){ buffer.data, buffer.size }, &types, &arena, &error));
  ck_assert_mem_eq (ic_candid_field (&values[0], "label")->bytes.data, "L", 1);
  ck_assert_mem_eq (ic_candid_field (&values[0], "key")->bytes.data, "K", 1);
  ck_assert_mem_eq (ic_candid_field (&values[0], "value")->bytes.data, "V", 1);
  ck_assert (ic_candid_field (&values[0], "note")->some == NULL);
  ck_assert (ic_candid_field (&values[0], "other") == NULL);
  free (buffer.data);
}
END_TEST

START_TEST (numbers_are_checked_when_encoded)
{
  check_refused ("(nat8)", ic_candid_nat (IC_CANDID_NAT8, 256), "does not fit in a Candid nat8");
  check_refused ("(nat32)", ic_candid_nat (IC_CANDID_NAT32, UINT64_C (1) << 32), "nat32");
  check_refused ("(int8)", (struct ic_candid_value){ .kind = IC_CANDID_INT8, .integer = -129 }, "int8");
  check_refused ("(int16)", (struct ic_candid_value){ .kind = IC_CANDID_INT16, .integer = 32768 }, "int16");
  ck_assert_str_eq (encoded ("(int8)", &(struct ic_candid_value){ .kind = IC_CANDID_INT8, .integer = -128 }),
                    "4449444c00017780");
}
END_TEST

START_TEST (values_of_other_types_are_not_encoded)
{
  struct ic_candid_value items[2] = { ic_candid_bool (true), ic_candid_bool (false) };
  struct ic_candid_value text = ic_candid_text ("x", 1);
  struct ic_candid_named extra = { "extra", ic_candid_bool (true) };
  struct ic_candid_value record;
  uint8_t id[30] = { 0 };

  ck_assert (ic_candid_record (&record, &extra, 1, &arena));
  check_refused ("(nat)", ic_candid_bool (true), "a Candid bool as nat");
  check_refused ("(text)", ic_candid_blob ("x", 1), "a Candid blob as text");
  check_refused ("(opt bool)", ic_candid_bool (true), "a Candid bool as opt");
  check_refused ("(opt bool)", ic_candid_some (&text), "a Candid text as bool");
  check_refused ("(record { bool })", ic_candid_tuple (items, 2), "a Candid record as record");
  check_refused ("(record { missing : bool })", record, "field missing is missing");
  check_refused ("(record { missing : opt bool })", record, "fields that its type does not have");
  check_refused ("(variant { Ok })", ic_candid_variant ("Err", NULL), "a case that its type does not have");
  check_refused ("(text)", ic_candid_text ("\xff", 1), "not UTF-8");
  check_refused ("(principal)", ic_candid_principal (id, sizeof id), "more than 29 bytes");
  check_refused ("(empty)", ic_candid_null (), "as empty");
}
END_TEST

START_TEST (types_may_be_recursive_and_commented)
{
  static const char text[] = "// a list\n/* of /* nested */ comments */"
                             "type List = opt Node; type Node = record { head : nat; tail : List };\n"
                             "type Alias = Other; type Other = nat8;\n"
                             "(List, Alias, record { 5 : text; blob; \"quoted name\" : null },)";
  struct ic_candid_types types = types_of (text);

  ck_assert_uint_eq (types.arg_count, 3);
  ck_assert_int_eq (ic_candid_kind_of (&types, types.args[0]), IC_CANDID_OPT);
  ck_assert_int_eq (types.args[1], -IC_CANDID_NAT8);
  ck_assert_uint_eq (ic_candid_type_of (&types, types.args[2])->ids[0], 5);
  ck_assert_uint_eq (ic_candid_type_of (&types, types.args[2])->ids[1], 6);
  ck_assert_uint_eq (ic_candid_type_of (&types, types.args[2])->ids[2], ic_candid_id ("quoted name", 11));
}
END_TEST

START_TEST (bad_types_are_refused)
{
  static const char *const texts[] = {
    "",
    "(",
    ")",
    "(nat",
    "nat",
    "(nat) x",
    "(nat nat)",
    "(unknown)",
    "(record {)",
    "(opt)",
    "(vec)",
    "(record { a : })",
    "(record { a : nat; a : int })",
    "(variant { nat : })",
    "(func)",
    "(func () ->)",
    "(service { a : nat })",
    "type A = nat (A)",
    "type A = A; (A)",
    "type A = B; type B = A; (A)",
    "type A = nat; type A = int; (A)",
    "(record { 4294967296 : nat })",
    "(record { 1a : nat })",
    "(nat /* )",
    "(\"a)",
    "(record { \"a\\n\" : nat })",
  };
  struct ic_candid_types types;

  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    error.text[0] = '\0';
    ck_assert_msg (!ic_candid_types_parse (&types, texts[i], &arena, &error), "%s was taken", texts[i]);
    ck_assert (error.text[0] != '\0');
  }
}
END_TEST

START_TEST (deep_types_are_refused)
{
  char text[2000] = "(";
  struct ic_candid_types types;

  for (int i = 0; i < 300; i++)
    memcpy (text + 1 + 4 * i, "opt ", 4);
  memcpy (text + 1201, "nat)", 5);
  ck_assert (!ic_candid_types_parse (&types, text, &arena, &error));
}
END_TEST

/* Decodes "(principal func)" sent as `sent` at `wanted`, both funcs of one argument list. */
static bool
fits (const char *sent, const char *wanted)
{
  struct ic_candid_types sent_types = types_of (sent), wanted_types = types_of (wanted);
  struct ic_candid_func func = { { (const uint8_t *) "\1", 1 }, { (const uint8_t *) "m", 1 } };
  struct ic_candid_value value = { .kind = IC_CANDID_FUNC, .func = &func };
  struct ic_candid_buffer buffer = { NULL, 0, 0 };
  const struct ic_candid_value *values;
  bool ok;

  ck_assert (ic_candid_encode (&buffer, &sent_types, &value, &error));
  ok = ic_candid_decode (&values, (struct bytes){ buffer.data, buffer.size }, &wanted_types, &arena, &error);
  free (buffer.data);
  return ok;
}

/* That B is a subtype of B' follows from A and A' only; so it must be forgotten when x turns out to stand
 * in the way of those, and the second func must not fit where the first did not. */
START_TEST (what_was_assumed_in_vain_is_forgotten)
{
  static const char sent[] = "type A = record { b : B; x : nat }; type B = record { a : A };"
                             "(opt func () -> (A), opt func () -> (B))";
  static const char other[] = "type A = record { b : B; x : text }; type B = record { a : A };"
                              "(opt func () -> (A), opt func () -> (B))";
  static const char wider[] = "type A = record { b : B; x : int }; type B = record { a : A };"
                              "(opt func () -> (A), opt func () -> (B))";
  struct ic_candid_types sent_types = types_of (sent), other_types = types_of (other);
  struct ic_candid_types wider_types = types_of (wider);
  struct ic_candid_func func = { { (const uint8_t *) "\1", 1 }, { (const uint8_t *) "m", 1 } };
  struct ic_candid_value value = { .kind = IC_CANDID_FUNC, .func = &func };
  struct ic_candid_value args[] = { ic_candid_some (&value), ic_candid_some (&value) };
  struct ic_candid_buffer buffer = { NULL, 0, 0 };
  const struct ic_candid_value *values;
  struct bytes message;

  ck_assert (ic_candid_encode (&buffer, &sent_types, args, &error));
  message = (struct bytes){ buffer.data, buffer.size };
  ck_assert (ic_candid_decode (&values, message, &other_types, &arena, &error));
  ck_assert (values[0].some == NULL && values[1].some == NULL);
  ck_assert (ic_candid_decode (&values, message, &wider_types, &arena, &error));
  ck_assert (values[0].some != NULL && values[1].some != NULL);
  free (buffer.data);
}
END_TEST

START_TEST (funcs_are_contravariant)
{
  ck_assert (fits ("(func (int) -> (nat))", "(func (nat) -> (int))"));
  ck_assert (!fits ("(func (nat) -> (int))", "(func (int) -> (nat))"));
  ck_assert (!fits ("(func (nat) -> (int))", "(func (int) -> (int))"));
  ck_assert (fits ("(func (opt nat) -> ())", "(func () -> (opt text))"));
  ck_assert (!fits ("(func () -> () query)", "(func () -> ())"));
  ck_assert (fits ("(func () -> (service { a : () -> (); b : () -> () }))",
                   "(func () -> (service { b : () -> () }))"));
  ck_assert (!fits ("(func () -> (service { b : () -> () }))",
                    "(func () -> (service { a : () -> (); b : () -> () }))"));
}
END_TEST

START_TEST (a_large_nat_becomes_an_int)
{
  uint8_t message[] = "DIDL\x00\x01\x7d\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f";
  struct ic_candid_types types = types_of ("(int)");
  const struct ic_candid_value *values;
  char *digits;
  uint64_t number;

  ck_assert (
      ic_candid_decode (&values, (struct bytes){ message, sizeof message - 1 }, &types, &arena, &error));
  ck_assert (!ic_candid_u64 (&values[0], &number));
  digits = ic_candid_digits (&values[0], &error);
  ck_assert_str_eq (digits, "1180591620717411303423");
  free (digits);
  ck_assert_str_eq (encoded ("(int)", values), "4449444c00017cffffffffffffffffffff00");
}
END_TEST

START_TEST (an_empty_vec_of_anything_is_a_blob)
{
  static const uint8_t empty[] = "DIDL\x01\x6d\x71\x01\x00\x00", full[] = "DIDL\x01\x6d\x71\x01\x00\x01\x00";
  struct ic_candid_types types = types_of ("(blob)");
  const struct ic_candid_value *values;

  ck_assert (ic_candid_decode (&values, (struct bytes){ empty, sizeof empty - 1 }, &types, &arena, &error));
  ck_assert_int_eq (values[0].kind, IC_CANDID_BLOB);
  ck_assert_uint_eq (values[0].bytes.size, 0);
  ck_assert (!ic_candid_decode (&values, (struct bytes){ full, sizeof full - 1 }, &types, &arena, &error));
}
END_TEST

START_TEST (big_numbers_are_encoded_in_their_shortest_form)
{
  static const uint8_t nat[] = { 0x80, 0x82, 0x80, 0x00 }, half[] = { 0x80 }, two[] = { 1, 1 };
  struct ic_candid_value value = (struct ic_candid_value){ .kind = IC_CANDID_NAT,
                                                           .big = true,
                                                           .bytes = (struct bytes){ nat, sizeof nat } };

  ck_assert_str_eq (encoded ("(nat)", &value), "4449444c00017d8002");
  check_refused ("(nat)",
                 (struct ic_candid_value){
                     .kind = IC_CANDID_NAT, .big = true, .bytes = (struct bytes){ half, 1 } },
                 "not one LEB128");
  check_refused ("(int)",
                 (struct ic_candid_value){
                     .kind = IC_CANDID_INT, .big = true, .bytes = (struct bytes){ two, 2 } },
                 "not one LEB128");
  check_refused ("(int)",
                 (struct ic_candid_value){
                     .kind = IC_CANDID_INT, .big = true, .bytes = (struct bytes){ NULL, 0 } },
                 "not one LEB128");
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { ids_are_hashes_of_names,
                                 arguments_of_data_fetch,
                                 a_record_takes_its_fields_in_any_order,
                                 numbers_are_checked_when_encoded,
                                 values_of_other_types_are_not_encoded,
                                 types_may_be_recursive_and_commented,
                                 bad_types_are_refused,
                                 deep_types_are_refused,
                                 what_was_assumed_in_vain_is_forgotten,
                                 funcs_are_contravariant,
                                 a_large_nat_becomes_an_int,
                                 big_numbers_are_encoded_in_their_shortest_form,
                                 an_empty_vec_of_anything_is_a_blob };

  return RUN_TESTS_BETWEEN ("candid-types", tests, NULL, forget);
}
