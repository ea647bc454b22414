/* SPDX-License-Identifier: Apache-2.0 */
/* A subnet's state as a tree of labels and values, and the hash trees that show parts of it ("Certification"
 * in the Internet Computer Interface Specification).
 *
 *     root = tree_new (arena);
 *     tree_set (arena, tree_at (arena, root, ic_label ("subnet")), label, value);
 *     tree_show (root, path, count);        any number of times
 *     tree_hash (root, hash);
 *     tree_put (writer, root);              what was shown; all else as hashes
 *
 * Everything lies in the arena. Out of memory, functions return NULL and take NULL, and tree_put fails the
 * writer: one check at the end is enough. */
#ifndef TESTS_REPLICA_TREE_H
#define TESTS_REPLICA_TREE_H

#include "ic/candid/arena.h"
#include "ic/candid/hash.h"
#include "ic/certificate/cbor_write.h"

struct tree;

struct tree *tree_new (struct ic_arena *arena);

/* The node below `label`, which is added if need be. Labels and values are not copied. */
struct tree *tree_at (struct ic_arena *arena, struct tree *tree, struct bytes label);

/* Makes the node below `label` a leaf with this value. */
void tree_set (struct ic_arena *arena, struct tree *tree, struct bytes label, struct bytes value);

/* Shows everything at a path; or, if nothing is there, the neighbours that prove it. */
void tree_show (struct tree *tree, const struct bytes *path, size_t count);

void tree_hash (const struct tree *tree, uint8_t hash[IC_HASH_SIZE]);
void tree_put (struct ic_cbor_writer *writer, const struct tree *tree);

#endif
