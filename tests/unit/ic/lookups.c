/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "unit/ic/lookups.h"

#include <check.h>
#include <stdlib.h>

#include "support/vectors.h"

#define MAX_LABELS 16

static const char *const results[] = {
  [IC_LOOKUP_FOUND] = "found",
  [IC_LOOKUP_ABSENT] = "absent",
  [IC_LOOKUP_UNKNOWN] = "unknown",
  [IC_LOOKUP_ERROR] = "error",
};

/* The labels are the members of an array, wrapped one by one so that vectors_hex can read them. */
static size_t
read_path (const json_t *lookup, struct bytes path[MAX_LABELS])
{
  json_t *labels = json_object_get (lookup, "path"), *label;
  size_t index;

  ck_assert_uint_le (json_array_size (labels), MAX_LABELS);
  json_array_foreach (labels, index, label) {
    json_t *wrapped = json_pack ("{s:O}", "label", label);

    path[index].data = vectors_hex (wrapped, "label", &path[index].size);
    json_decref (wrapped);
  }
  return json_array_size (labels);
}

static void
check_value (const struct ic_tree *tree, const json_t *lookup, const struct bytes *path, size_t count,
             const char *where)
{
  const char *text = vectors_text (lookup, "text");
  struct bytes value = { NULL, 0 }, expected;
  enum ic_lookup result = ic_tree_value (tree, path, count, &value);

  ck_assert_msg (strcmp (results[result], vectors_text (lookup, "result")) == 0, "%s %s: %s", where, text,
                 results[result]);
  expected.data = vectors_hex (lookup, "value", &expected.size);
  ck_assert_msg (result != IC_LOOKUP_FOUND || bytes_equal (value, expected), "%s %s: other value", where,
                 text);
  free ((void *) (uintptr_t) expected.data);
}

static void
check_subtree (const struct ic_tree *tree, const json_t *lookup, const struct bytes *path, size_t count,
               const char *where)
{
  const char *text = vectors_text (lookup, "text");
  const struct ic_tree *subtree;
  enum ic_lookup result = ic_tree_subtree (tree, path, count, &subtree);
  uint8_t hash[IC_HASH_SIZE], *digest;
  size_t size;

  ck_assert_msg (strcmp (results[result], vectors_text (lookup, "subtree")) == 0, "%s %s: subtree %s", where,
                 text, results[result]);
  digest = vectors_hex (lookup, "subtree_digest", &size);
  if (result == IC_LOOKUP_FOUND && digest != NULL) {
    ic_tree_hash (subtree, hash);
    ck_assert_msg (memcmp (hash, digest, IC_HASH_SIZE) == 0, "%s %s: other hash", where, text);
  }
  free (digest);
}

size_t
lookups_check (const struct ic_tree *tree, const json_t *lookups, const char *where)
{
  struct bytes path[MAX_LABELS];
  json_t *lookup;
  size_t index;

  json_array_foreach (lookups, index, lookup) {
    size_t count = read_path (lookup, path);

    check_value (tree, lookup, path, count, where);
    check_subtree (tree, lookup, path, count, where);
    for (size_t i = 0; i < count; i++)
      free ((void *) (uintptr_t) path[i].data);
  }
  return json_array_size (lookups);
}
