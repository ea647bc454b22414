/* SPDX-License-Identifier: Apache-2.0 */
/* Every row of ic/certificates/hash_trees.jsonl. */
#include "config.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "ic/certificate/hash_tree.h"
#include "support/run.h"
#include "support/vectors.h"
#include "unit/ic/lookups.h"

static void
check_row (json_t *row, size_t number, void *context)
{
  struct ic_arena arena = { NULL };
  struct ic_cbor_reader reader;
  const struct ic_tree *tree;
  struct ic_error error;
  uint8_t hash[IC_HASH_SIZE], *expected;
  struct bytes input;
  char where[32];
  size_t size;

  input.data = vectors_hex (row, "tree_cbor", &input.size);
  ic_cbor_read (&reader, input, &arena, &error);
  tree = ic_tree_read (&reader);
  ck_assert_msg (ic_cbor_finish (&reader), "row %zu: %s", number, error.text);
  ic_tree_hash (tree, hash);
  expected = vectors_hex (row, "root_hash", &size);
  ck_assert_mem_eq (hash, expected, IC_HASH_SIZE);
  snprintf (where, sizeof where, "row %zu", number);
  *(size_t *) context += lookups_check (tree, json_object_get (row, "lookups"), where);
  ic_arena_free (&arena);
  free ((void *) (uintptr_t) input.data);
  free (expected);
}

START_TEST (rows)
{
  size_t lookups = 0, count = vectors_each ("ic/certificates/hash_trees.jsonl", check_row, &lookups);

  printf ("hash_trees.jsonl: %zu trees, %zu lookups\n", count, lookups);
}
END_TEST

static void
collect (struct bytes label, const struct ic_tree *subtree, void *context)
{
  char *text = context;
  struct bytes value;

  strncat (text, (const char *) label.data, label.size);
  strncat (text, ic_tree_value (subtree, NULL, 0, &value) == IC_LOOKUP_FOUND ? "=" : "?", 2);
}

START_TEST (children)
{
  /* fork (labeled "a" (leaf "x"), fork (pruned, fork (empty, labeled "b" (empty)))) */
  static const uint8_t cbor[] = "\x83\x01\x83\x02\x41"
                                "a"
                                "\x82\x03\x41x\x83\x01\x82\x04\x58\x20"
                                "0123456789abcdef0123456789abcdef"
                                "\x83\x01\x81\x00\x83\x02\x41"
                                "b"
                                "\x81";
  struct ic_arena arena = { NULL };
  struct ic_cbor_reader reader;
  struct ic_error error;
  char text[16] = "";

  ic_cbor_read (&reader, (struct bytes){ cbor, sizeof cbor }, &arena, &error);
  ic_tree_children (ic_tree_read (&reader), collect, text);
  ck_assert_msg (ic_cbor_finish (&reader), "%s", error.text);
  ck_assert_str_eq (text, "a=b?");
  ic_arena_free (&arena);
}
END_TEST

static bool
readable (const void *cbor, size_t size)
{
  struct ic_arena arena = { NULL };
  struct ic_cbor_reader reader;
  struct ic_error error;
  bool good;

  ic_cbor_read (&reader, (struct bytes){ cbor, size }, &arena, &error);
  ic_tree_read (&reader);
  good = ic_cbor_finish (&reader);
  ic_arena_free (&arena);
  return good;
}

START_TEST (malformed)
{
  ck_assert (readable ("\x81", 2));
  ck_assert (readable ("\x9f\x00\xff", 3));
  ck_assert (!readable ("", 0));
  ck_assert (!readable ("\x80", 1));
  ck_assert (!readable ("\x82\x00\x00", 3));
  ck_assert (!readable ("\x81\x05", 2));
  ck_assert (!readable ("\x81\x20", 2));
  ck_assert (!readable ("\x82\x03\x61x", 4));
  ck_assert (!readable ("\x82\x04\x41x", 4));
  ck_assert (!readable ("\x82\x01\x81", 4));
  ck_assert (!readable ("\x83\x02\x41x\xf6", 5));
}
END_TEST

START_TEST (deep)
{
  uint8_t cbor[4 * 200] = { 0 };
  size_t size = 0;

  /* Each fork has an empty left side; the innermost right side is empty, too. */
  for (int depth = 0; depth < 126; depth++) {
    memcpy (cbor + size, "\x83\x01\x81\x00", 4);
    size += 4;
  }
  memcpy (cbor + size, "\x81\x00", 2);
  ck_assert (readable (cbor, size + 2));
  memcpy (cbor + size, "\x83\x01\x81\x00\x81\x00", 6);
  ck_assert (!readable (cbor, size + 6));
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { rows, children, malformed, deep };

  return RUN_TESTS ("hash tree", tests);
}
