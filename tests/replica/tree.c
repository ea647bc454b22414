/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "replica/tree.h"

#include <nettle/sha2.h>

#include "ic/certificate/hash_tree.h"

/* How much of a node its hash tree shows. */
enum shown { HIDDEN, NAMED, PARTLY, WHOLE };

struct tree {
  struct bytes label;
  enum shown shown;
  bool leaf;
  struct bytes value;     /* of a leaf */
  struct tree **children; /* of any other: by rising label */
  size_t count, capacity;
};

struct tree *
tree_new (struct ic_arena *arena)
{
  return ic_arena_alloc (arena, sizeof (struct tree));
}

/* The index of the first child whose label is not below `label`. */
static size_t
lower_bound (const struct tree *tree, struct bytes label)
{
  size_t index = 0;

  while (index < tree->count && ic_label_compare (tree->children[index]->label, label) < 0)
    index++;
  return index;
}

static bool
is_child (const struct tree *tree, size_t index, struct bytes label)
{
  return index < tree->count && bytes_equal (tree->children[index]->label, label);
}

static bool
grow (struct ic_arena *arena, struct tree *tree)
{
  size_t capacity = tree->capacity == 0 ? 4 : 2 * tree->capacity;
  struct tree **children;

  if (tree->count < tree->capacity)
    return true;
  children = ic_arena_alloc (arena, capacity * sizeof (struct tree *));
  if (children == NULL)
    return false;
  if (tree->count > 0)
    memcpy (children, tree->children, tree->count * sizeof (struct tree *));
  tree->children = children;
  tree->capacity = capacity;
  return true;
}

struct tree *
tree_at (struct ic_arena *arena, struct tree *tree, struct bytes label)
{
  struct tree *child;
  size_t index;

  if (tree == NULL)
    return NULL;
  index = lower_bound (tree, label);
  if (is_child (tree, index, label))
    return tree->children[index];
  child = tree_new (arena);
  if (child == NULL || !grow (arena, tree))
    return NULL;
  child->label = label;
  memmove (tree->children + index + 1, tree->children + index,
           (tree->count - index) * sizeof (struct tree *));
  tree->children[index] = child;
  tree->count++;
  return child;
}

void
tree_set (struct ic_arena *arena, struct tree *tree, struct bytes label, struct bytes value)
{
  struct tree *child = tree_at (arena, tree, label);

  if (child == NULL)
    return;
  child->leaf = true;
  child->value = value;
}

static void
raise_shown (struct tree *tree, enum shown shown)
{
  if (tree->shown < shown)
    tree->shown = shown;
}

void
tree_show (struct tree *tree, const struct bytes *path, size_t count)
{
  size_t index;

  if (tree == NULL)
    return;
  /* A leaf where more labels were expected proves their absence only if its value is seen. */
  raise_shown (tree, count == 0 || tree->leaf ? WHOLE : PARTLY);
  if (count == 0 || tree->leaf)
    return;
  index = lower_bound (tree, path[0]);
  if (is_child (tree, index, path[0])) {
    tree_show (tree->children[index], path + 1, count - 1);
    return;
  }
  if (index > 0)
    raise_shown (tree->children[index - 1], NAMED);
  if (index < tree->count)
    raise_shown (tree->children[index], NAMED);
}

static void
hash_with (const char *separator, struct bytes first, struct bytes second, uint8_t hash[IC_HASH_SIZE])
{
  struct sha256_ctx sha;

  sha256_init (&sha);
  sha256_update (&sha, strlen (separator), (const uint8_t *) separator);
  sha256_update (&sha, first.size, first.data);
  sha256_update (&sha, second.size, second.data);
  sha256_digest (&sha, IC_HASH_SIZE, hash);
}

/* The children from `first` to before `last` as one binary tree, halved again and again. */
static void
hash_range (const struct tree *tree, size_t first, size_t last, uint8_t hash[IC_HASH_SIZE])
{
  static const struct bytes none = { NULL, 0 };
  uint8_t below[2 * IC_HASH_SIZE];
  const struct bytes one = { below, IC_HASH_SIZE }, both = { below, sizeof below };
  size_t middle = first + (last - first) / 2;

  if (first == last) {
    hash_with ("\x11ic-hashtree-empty", none, none, hash);
    return;
  }
  if (last - first == 1) {
    tree_hash (tree->children[first], below);
    hash_with ("\x13ic-hashtree-labeled", tree->children[first]->label, one, hash);
    return;
  }
  hash_range (tree, first, middle, below);
  hash_range (tree, middle, last, below + IC_HASH_SIZE);
  hash_with ("\x10ic-hashtree-fork", both, none, hash);
}

void
tree_hash (const struct tree *tree, uint8_t hash[IC_HASH_SIZE])
{
  if (tree == NULL)
    memset (hash, 0, IC_HASH_SIZE);
  else if (tree->leaf)
    hash_with ("\x10ic-hashtree-leaf", tree->value, (struct bytes){ NULL, 0 }, hash);
  else
    hash_range (tree, 0, tree->count, hash);
}

static void
put_kind (struct ic_cbor_writer *writer, size_t elements, uint64_t kind)
{
  ic_cbor_put_array (writer, elements);
  ic_cbor_put_uint (writer, kind);
}

static void
put_pruned (struct ic_cbor_writer *writer, const uint8_t hash[IC_HASH_SIZE])
{
  put_kind (writer, 2, 4);
  ic_cbor_put_bytes (writer, (struct bytes){ hash, IC_HASH_SIZE });
}

static bool
range_hidden (const struct tree *tree, size_t first, size_t last)
{
  for (size_t i = first; i < last; i++)
    if (tree->children[i]->shown != HIDDEN)
      return false;
  return true;
}

static void put_node (struct ic_cbor_writer *writer, const struct tree *tree, bool whole);

static void
put_range (struct ic_cbor_writer *writer, const struct tree *tree, size_t first, size_t last, bool whole)
{
  size_t middle = first + (last - first) / 2;
  uint8_t hash[IC_HASH_SIZE];

  if (first == last) {
    put_kind (writer, 1, 0);
  } else if (!whole && range_hidden (tree, first, last)) {
    hash_range (tree, first, last, hash);
    put_pruned (writer, hash);
  } else if (last - first == 1) {
    put_kind (writer, 3, 2);
    ic_cbor_put_bytes (writer, tree->children[first]->label);
    put_node (writer, tree->children[first], whole);
  } else {
    put_kind (writer, 3, 1);
    put_range (writer, tree, first, middle, whole);
    put_range (writer, tree, middle, last, whole);
  }
}

/* `whole`: something above is shown with all that is below it. */
static void
put_node (struct ic_cbor_writer *writer, const struct tree *tree, bool whole)
{
  uint8_t hash[IC_HASH_SIZE];

  whole = whole || tree->shown == WHOLE;
  if (!whole && tree->shown != PARTLY) {
    tree_hash (tree, hash);
    put_pruned (writer, hash);
  } else if (tree->leaf) {
    put_kind (writer, 2, 3);
    ic_cbor_put_bytes (writer, tree->value);
  } else {
    put_range (writer, tree, 0, tree->count, whole);
  }
}

void
tree_put (struct ic_cbor_writer *writer, const struct tree *tree)
{
  if (tree == NULL)
    writer->failed = true;
  else
    put_node (writer, tree, false);
}
