/* SPDX-License-Identifier: Apache-2.0 */
/* Hash trees: a tree of labels and values of which only parts need be shown, the rest being given by hashes
 * ("Certification" in the Internet Computer Interface Specification).
 *
 * All functions are pure; a tree is not changed once read, so any number of threads may look into it. */
#ifndef IC_CERTIFICATE_HASH_TREE_H
#define IC_CERTIFICATE_HASH_TREE_H

#include "bytes/bytes.h"
#include "ic/candid/arena.h"
#include "ic/candid/hash.h"
#include "ic/certificate/cbor.h"

/* Nodes of one tree, at the most. */
#define IC_TREE_MAX_NODES 262144

/* A node, with all below it. */
struct ic_tree;

/* Takes a tree in CBOR from `reader`. Its nodes are put into the reader's arena, which must not be NULL, and
 * point into the reader's input. Returns NULL if the reader has failed. */
const struct ic_tree *ic_tree_read (struct ic_cbor_reader *reader);

/* The root hash. */
void ic_tree_hash (const struct ic_tree *tree, uint8_t hash[IC_HASH_SIZE]);

/* What a tree says of a path. */
enum ic_lookup {
  IC_LOOKUP_FOUND,   /* there it is */
  IC_LOOKUP_ABSENT,  /* the tree proves that there is nothing */
  IC_LOOKUP_UNKNOWN, /* the tree does not show whether there is something */
  IC_LOOKUP_ERROR,   /* there is something, but no value: labels follow */
};

/* Looks up the value at a path of `count` labels, as lookup_path of the specification does. */
enum ic_lookup ic_tree_value (const struct ic_tree *tree, const struct bytes *path, size_t count,
                              struct bytes *value);

/* Looks up whatever is at a path, even if its content is pruned; never IC_LOOKUP_ERROR. */
enum ic_lookup ic_tree_subtree (const struct ic_tree *tree, const struct bytes *path, size_t count,
                                const struct ic_tree **subtree);

/* Calls `child` with every label shown right below `tree`, from left to right, and what is below
 * that label. */
void ic_tree_children (const struct ic_tree *tree,
                       void (*child) (struct bytes label, const struct ic_tree *subtree, void *context),
                       void *context);

/* A label that is a C string. */
static inline struct bytes
ic_label (const char *text)
{
  return (struct bytes){ (const uint8_t *) text, strlen (text) };
}

/* -1, 0 or 1 as `a` comes before, with or after `b`, byte by byte, a prefix first. */
int ic_label_compare (struct bytes a, struct bytes b);

#endif
