/* SPDX-License-Identifier: Apache-2.0 */
/* A skip list: it is ordered, as scans want it, and takes insertions anywhere without moving what is there.
 */
#include "config.h"

#include "index.h"

#include <stdlib.h>
#include <string.h>

/* A quarter of the nodes of each level reach the next one: enough for 4^16 keys. */
#define LEVELS 16

struct index {
  uint64_t random;
  struct node *head[LEVELS];
};

struct index *
index_make (void)
{
  struct index *index = calloc (1, sizeof *index);

  if (index != NULL)
    index->random = UINT64_C (0x9e3779b97f4a7c15);
  return index;
}

static void
node_free (struct node *node)
{
  if (node->segments != &node->own)
    free (node->segments);
  free (node);
}

void
index_free (struct index *index)
{
  struct node *node = index ? index->head[0] : NULL;

  while (node != NULL) {
    struct node *next = node->next[0];

    node_free (node);
    node = next;
  }
  free (index);
}

static int
compare (const struct node *node, const uint8_t *key, size_t size)
{
  size_t common = node->key_size < size ? node->key_size : size;
  int order = common > 0 ? memcmp (node->key, key, common) : 0;

  if (order != 0)
    return order;
  return (node->key_size > size) - (node->key_size < size);
}

/* Where the links to the first node not less than the key are, one for each level if `links` is given.
 * Links are set at all levels, even at those above the node that is to be put in: what is linked there
 * starts at the head. */
static struct node *
seek (const struct index *index, const uint8_t *key, size_t size, struct node **links[LEVELS])
{
  struct node *const *level = index->head;
  struct node *at = NULL;

  for (int i = LEVELS; i-- > 0;) {
    while (level[i] != NULL && compare (level[i], key, size) < 0)
      level = level[i]->next;
    at = level[i];
    if (links != NULL)
      links[i] = (struct node **) (uintptr_t) &level[i];
  }
  return at;
}

struct node *
index_first (const struct index *index, const uint8_t *key, size_t size)
{
  return seek (index, key, size, NULL);
}

struct node *
index_find (const struct index *index, const uint8_t *key, size_t size)
{
  struct node *node = seek (index, key, size, NULL);

  return node != NULL && compare (node, key, size) == 0 ? node : NULL;
}

bool
node_has_prefix (const struct node *node, const uint8_t *prefix, size_t size)
{
  return node != NULL && node->key_size >= size && (size == 0 || memcmp (node->key, prefix, size) == 0);
}

/* Xorshift from a fixed start: two runs make the same index, which helps to reproduce a fault. Heights do
 * not depend on keys, so that nobody can choose keys against them. */
static int
random_height (struct index *index)
{
  int height = 1;

  index->random ^= index->random << 13;
  index->random ^= index->random >> 7;
  index->random ^= index->random << 17;
  for (uint64_t bits = index->random; height < LEVELS && (bits & 3) == 0; bits >>= 2)
    height++;
  return height;
}

/* Key and links lie in one piece with the node: rows are many, and an allocation each is enough. */
static bool
add (struct index *index, const uint8_t *key, size_t size, const struct mask *columns, uint64_t offset)
{
  int height = random_height (index);
  struct node **links[LEVELS];
  size_t fixed = sizeof (struct node) + (size_t) height * sizeof (struct node *);
  struct node *node = size < SIZE_MAX - fixed ? malloc (fixed + size) : NULL;

  if (node == NULL)
    return false;
  node->own = (struct segment){ offset, *columns };
  node->segments = &node->own;
  node->count = 1;
  node->key = (uint8_t *) node + fixed;
  node->key_size = size;
  if (size > 0)
    memcpy (node->key, key, size);
  seek (index, key, size, links);
  for (int i = 0; i < height; i++) {
    node->next[i] = *links[i];
    *links[i] = node;
  }
  return true;
}

/* Removes the rows whose key begins with the prefix. */
static uint64_t
drop (struct index *index, const uint8_t *prefix, size_t size)
{
  struct node **links[LEVELS], *node;
  uint64_t removed = 0;

  seek (index, prefix, size, links);
  for (node = *links[0]; node_has_prefix (node, prefix, size); removed++) {
    struct node *next = node->next[0];

    for (int i = 0; i < LEVELS && *links[i] == node; i++)
      *links[i] = node->next[i];
    node_free (node);
    node = next;
  }
  return removed;
}

/* Takes `columns` away from the row's lines and gives them to the one at `offset`. */
static bool
change (struct node *node, const struct mask *columns, uint64_t offset)
{
  struct segment *segments = malloc ((node->count + 1) * sizeof *segments);
  size_t count = 0;

  if (segments == NULL)
    return false;
  for (size_t i = 0; i < node->count; i++) {
    struct segment segment = node->segments[i];
    uint64_t left = 0;

    for (size_t word = 0; word < DCPIPE_COLUMNS_MAX / 64; word++)
      left |= segment.columns.bits[word] &= ~columns->bits[word];
    if (left != 0)
      segments[count++] = segment;
  }
  segments[count++] = (struct segment){ offset, *columns };
  if (node->segments != &node->own)
    free (node->segments);
  node->segments = segments;
  node->count = count;
  if (count == 1) {
    node->own = segments[0];
    node->segments = &node->own;
    free (segments);
  }
  return true;
}

bool
index_concerns (const struct index *index, int operation, const uint8_t *key, size_t size)
{
  if (operation == DCPIPE_INSERT)
    return index_find (index, key, size) == NULL;
  if (operation == DCPIPE_UPDATE)
    return index_find (index, key, size) != NULL;
  if (operation == DCPIPE_DELETE)
    return node_has_prefix (index_first (index, key, size), key, size);
  return true;
}

/* What is found here is also what the engine is told, so it must be what a database would have done. */
bool
index_apply (struct index *index, const struct schema *schema, int operation, const uint8_t *key, size_t size,
             const struct mask *columns, uint64_t offset, struct effect *effect)
{
  struct node *node;

  *effect = (struct effect){ 0, 0, 0 };
  if (operation == DCPIPE_DELETE) {
    effect->removed = drop (index, key, size);
    return true;
  }
  node = index_find (index, key, size);
  if (node == NULL && operation != DCPIPE_UPDATE) {
    effect->added = 1;
    return add (index, key, size, columns, offset);
  }
  if (node == NULL || operation == DCPIPE_INSERT)
    return true;
  effect->changed = 1;
  return change (node, operation == DCPIPE_UPSERT ? &schema->replaced : columns, offset);
}
