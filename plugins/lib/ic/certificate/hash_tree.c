/* SPDX-License-Identifier: Apache-2.0 */
/* A tree comes with a certificate, and its hash is what is signed: so absence can be proven as well as
 * presence, if lookups tell "not there" from "not shown". */
#include "config.h"

#include "ic/certificate/hash_tree.h"

#include <assert.h>
#include <nettle/sha2.h>

/* The numbers are those of the CBOR form. */
enum kind { EMPTY = 0, FORK = 1, LABELED = 2, LEAF = 3, PRUNED = 4 };

struct ic_tree {
  enum kind kind;
  union {
    const struct ic_tree *fork[2];
    struct {
      struct bytes bytes; /* label, value or hash */
      const struct ic_tree *below;
    };
  };
};

static const struct ic_tree *read_node (struct ic_cbor_reader *reader, size_t *nodes);

static bool
next_element (struct ic_cbor_reader *reader, struct ic_cbor_list *list)
{
  return ic_cbor_more (reader, list) || ic_cbor_fail (reader, "a node of a hash tree has too few elements");
}

/* Takes the elements behind the kind:
 *
 *   [0]  [1, left, right]  [2, label, below]  [3, value]  [4, hash]
 */
static bool
read_content (struct ic_cbor_reader *reader, struct ic_cbor_list *list, struct ic_tree *node, size_t *nodes)
{
  switch (node->kind) {
  case EMPTY:
    return true;
  case FORK:
    for (int i = 0; i < 2; i++)
      if (!next_element (reader, list) || (node->fork[i] = read_node (reader, nodes)) == NULL)
        return false;
    return true;
  case LABELED:
    if (!next_element (reader, list) || !ic_cbor_bytes (reader, &node->bytes) || !next_element (reader, list))
      return false;
    node->below = read_node (reader, nodes);
    return node->below != NULL;
  case LEAF:
    return next_element (reader, list) && ic_cbor_bytes (reader, &node->bytes);
  case PRUNED:
    if (!next_element (reader, list) || !ic_cbor_bytes (reader, &node->bytes))
      return false;
    return node->bytes.size == IC_HASH_SIZE || ic_cbor_fail (reader, "a pruned hash is not 32 bytes long");
  }
  return ic_cbor_fail (reader, "unknown kind of hash tree node");
}

/* Recursion is bounded by the reader's limit on nesting. */
static const struct ic_tree *
read_node (struct ic_cbor_reader *reader, size_t *nodes)
{
  struct ic_cbor_list list;
  struct ic_tree *node;
  uint64_t kind;

  if (!ic_cbor_open_array (reader, &list) || !next_element (reader, &list) || !ic_cbor_uint (reader, &kind))
    return NULL;
  if (kind > PRUNED || ++*nodes > IC_TREE_MAX_NODES) {
    ic_cbor_fail (reader,
                  kind > PRUNED ? "unknown kind of hash tree node" : "a hash tree has too many nodes");
    return NULL;
  }
  node = ic_arena_alloc (reader->arena, sizeof *node);
  if (node == NULL) {
    ic_cbor_fail (reader, "out of memory");
    return NULL;
  }
  node->kind = (enum kind) kind;
  if (!read_content (reader, &list, node, nodes))
    return NULL;
  if (ic_cbor_more (reader, &list))
    ic_cbor_fail (reader, "a node of a hash tree has too many elements");
  return reader->failed ? NULL : node;
}

/* The count of nodes bounds memory: a node of two bytes takes many times as much here. */
const struct ic_tree *
ic_tree_read (struct ic_cbor_reader *reader)
{
  size_t nodes = 0;

  return read_node (reader, &nodes);
}

/* Domain separators: their length in one byte, then the text. */
static const char *const separators[] = {
  [EMPTY] = "\x11ic-hashtree-empty",
  [FORK] = "\x10ic-hashtree-fork",
  [LABELED] = "\x13ic-hashtree-labeled",
  [LEAF] = "\x10ic-hashtree-leaf",
};

/* Recursion is as deep as the tree, which was bounded when it was read. */
void
ic_tree_hash (const struct ic_tree *tree, uint8_t hash[IC_HASH_SIZE])
{
  uint8_t below[2 * IC_HASH_SIZE];
  struct sha256_ctx sha;
  size_t hashes = 0;

  if (tree->kind == PRUNED) {
    memcpy (hash, tree->bytes.data, IC_HASH_SIZE);
    return;
  }
  if (tree->kind == FORK) {
    ic_tree_hash (tree->fork[0], below);
    ic_tree_hash (tree->fork[1], below + IC_HASH_SIZE);
    hashes = 2;
  } else if (tree->kind == LABELED) {
    ic_tree_hash (tree->below, below);
    hashes = 1;
  }
  assert (tree->kind < PRUNED);
  sha256_init (&sha);
  sha256_update (&sha, strlen (separators[tree->kind]), (const uint8_t *) separators[tree->kind]);
  if (tree->kind == LABELED || tree->kind == LEAF)
    sha256_update (&sha, tree->bytes.size, tree->bytes.data);
  sha256_update (&sha, hashes * IC_HASH_SIZE, below);
  sha256_digest (&sha, IC_HASH_SIZE, hash);
}

int
ic_label_compare (struct bytes a, struct bytes b)
{
  size_t common = a.size < b.size ? a.size : b.size;
  int order = common > 0 ? memcmp (a.data, b.data, common) : 0;

  if (order != 0)
    return order < 0 ? -1 : 1;
  return a.size < b.size ? -1 : a.size > b.size;
}

/* Calls `visit` with the nodes that are left when forks and empty nodes are taken away, in order. */
static void
flatten (const struct ic_tree *tree, void (*visit) (const struct ic_tree *node, void *context), void *context)
{
  if (tree->kind == FORK) {
    flatten (tree->fork[0], visit, context);
    flatten (tree->fork[1], visit, context);
  } else if (tree->kind != EMPTY) {
    visit (tree, context);
  }
}

/* A search for one label among the flattened nodes. */
struct search {
  struct bytes label;
  const struct ic_tree *found, *last;
  size_t visited;
  bool gap; /* two neighbours, or the beginning and the first node, prove that the label is not there */
};

/* A single pass decides: the label itself, or a gap between two neighbours that are both shown. */
static void
search_visit (const struct ic_tree *node, void *context)
{
  struct search *search = context;
  const struct ic_tree *last = search->last;
  bool beyond_last =
      last == NULL || (last->kind == LABELED && ic_label_compare (last->bytes, search->label) < 0);

  if (node->kind == LABELED) {
    int order = ic_label_compare (search->label, node->bytes);

    if (order == 0 && search->found == NULL)
      search->found = node;
    if (order < 0 && beyond_last)
      search->gap = true;
  }
  search->last = node;
  search->visited++;
}

/* A label that is there is found, wherever it stands. Otherwise two neighbouring labels prove its absence if
 * it would have to stand between them; so does the first label if it would stand before it, the last if
 * behind it, and a tree that is empty or a single leaf. Pruned nodes between prove nothing. */
static enum ic_lookup
find_label (const struct ic_tree *tree, struct bytes label, const struct ic_tree **below)
{
  struct search search = { .label = label };
  const struct ic_tree *last;

  flatten (tree, search_visit, &search);
  last = search.last;
  if (search.found != NULL) {
    *below = search.found->below;
    return IC_LOOKUP_FOUND;
  }
  if (search.gap || last == NULL || (last->kind == LEAF && search.visited == 1))
    return IC_LOOKUP_ABSENT;
  if (last->kind == LABELED && ic_label_compare (last->bytes, label) < 0)
    return IC_LOOKUP_ABSENT;
  return IC_LOOKUP_UNKNOWN;
}

/* A path that ends earlier gives the verdict of where it ended. */
enum ic_lookup
ic_tree_subtree (const struct ic_tree *tree, const struct bytes *path, size_t count,
                 const struct ic_tree **subtree)
{
  for (size_t i = 0; i < count; i++) {
    enum ic_lookup result = find_label (tree, path[i], &tree);

    if (result != IC_LOOKUP_FOUND)
      return result;
  }
  *subtree = tree;
  return IC_LOOKUP_FOUND;
}

/* A label behind an empty node is proven absent; pruned, it may be there. */
enum ic_lookup
ic_tree_value (const struct ic_tree *tree, const struct bytes *path, size_t count, struct bytes *value)
{
  enum ic_lookup result = ic_tree_subtree (tree, path, count, &tree);

  if (result != IC_LOOKUP_FOUND)
    return result;
  switch (tree->kind) {
  case EMPTY:
    return IC_LOOKUP_ABSENT;
  case LEAF:
    *value = tree->bytes;
    return IC_LOOKUP_FOUND;
  case PRUNED:
    return IC_LOOKUP_UNKNOWN;
  default:
    return IC_LOOKUP_ERROR;
  }
}

struct listing {
  void (*child) (struct bytes label, const struct ic_tree *subtree, void *context);
  void *context;
};

static void
list_visit (const struct ic_tree *node, void *context)
{
  const struct listing *listing = context;

  if (node->kind == LABELED)
    listing->child (node->bytes, node->below, listing->context);
}

void
ic_tree_children (const struct ic_tree *tree,
                  void (*child) (struct bytes label, const struct ic_tree *subtree, void *context),
                  void *context)
{
  struct listing listing = { child, context };

  flatten (tree, list_visit, &listing);
}
