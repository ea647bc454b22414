/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "replica/entry-index.h"

#include <stdlib.h>
#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "bytes/cleanup.h"

static const char *const indexed_labels[] = {
  "ProvRegister", "ProvCheckIn",  "UserRegister",    "RewardDistr",
  "ProvProfile",  "ProvOffering", "ContractSignReq", "LinkedIcIds",
};

#define LABELS (sizeof indexed_labels / sizeof indexed_labels[0])

struct slot {
  struct ledger_entry entry;
  size_t place;
  UT_hash_handle hh;
};

/* The keys of one label: by key, and by place. */
struct shelf {
  struct bytes label;
  struct slot *by_key, **places;
  size_t count, capacity;
};

struct index {
  struct shelf shelves[LABELS];
  size_t count;
  struct ic_arena *arena; /* for slots, and copies of the entries' bytes */
};

static bool
is_indexed (struct bytes label)
{
  for (size_t i = 0; i < LABELS; i++)
    if (label.size == strlen (indexed_labels[i]) && memcmp (label.data, indexed_labels[i], label.size) == 0)
      return true;
  return false;
}

static struct shelf *
find_shelf (struct index *index, struct bytes label)
{
  for (size_t i = 0; i < index->count; i++)
    if (bytes_equal (index->shelves[i].label, label))
      return &index->shelves[i];
  index->shelves[index->count].label = label;
  return &index->shelves[index->count++];
}

/* The last one moves into the gap. */
static void
remove_slot (struct shelf *shelf, struct slot *slot)
{
  struct slot *last = shelf->places[--shelf->count];

  shelf->places[slot->place] = last;
  last->place = slot->place;
  HASH_DEL (shelf->by_key, slot);
}

static bool
add_slot (struct index *index, struct shelf *shelf, const struct ledger_entry *entry)
{
  struct slot *slot = ic_arena_alloc (index->arena, sizeof *slot);

  if (slot == NULL)
    return false;
  if (shelf->count == shelf->capacity) {
    size_t capacity = shelf->capacity == 0 ? 64 : 2 * shelf->capacity;
    struct slot **places = realloc (shelf->places, capacity * sizeof (struct slot *));

    if (places == NULL)
      return false;
    shelf->places = places;
    shelf->capacity = capacity;
  }
  slot->entry = *entry;
  slot->place = shelf->count;
  shelf->places[shelf->count++] = slot;
  HASH_ADD_KEYPTR (hh, shelf->by_key, slot->entry.key.data, slot->entry.key.size, slot);
  return true;
}

static bool
take_entry (struct index *index, const struct ledger_entry *entry)
{
  struct shelf *shelf = find_shelf (index, entry->label);
  struct slot *slot;

  HASH_FIND (hh, shelf->by_key, entry->key.data, entry->key.size, slot);
  if (entry->deleted) {
    if (slot != NULL)
      remove_slot (shelf, slot);
    return true;
  }
  if (slot == NULL)
    return add_slot (index, shelf, entry);
  slot->entry.value = entry->value;
  return true;
}

static bool
take_block (struct index *index, const struct store *store, size_t block)
{
  CLEANUP_FREE uint8_t *memory = NULL;
  struct ledger_entry entry;
  struct ledger_walk walk;
  struct bytes content;
  uint8_t *kept;

  if (!store_content (store, block, &content))
    return false;
  memory = (uint8_t *) (uintptr_t) content.data;
  kept = ic_arena_alloc (index->arena, content.size);
  if (kept == NULL)
    return false;
  memcpy (kept, content.data, content.size);
  ledger_walk_begin (&walk, (struct bytes){ kept, content.size });
  while (ledger_walk_next (&walk, &entry))
    if (is_indexed (entry.label) && !take_entry (index, &entry))
      return false;
  return true;
}

static void
free_index (struct index *index)
{
  for (size_t i = 0; i < index->count; i++) {
    HASH_CLEAR (hh, index->shelves[i].by_key);
    free (index->shelves[i].places);
  }
}

bool
entry_index_each (const struct view *view, struct ic_arena *arena,
                  void (*take) (const struct ledger_entry *entry, void *context), void *context)
{
  CLEANUP (free_index) struct index index = { .arena = arena };

  for (size_t block = 0; block < view->blocks; block++)
    if (!take_block (&index, view->store, block))
      return false;
  for (size_t i = 0; i < index.count; i++)
    for (size_t place = 0; place < index.shelves[i].count; place++)
      take (&index.shelves[i].places[place]->entry, context);
  return true;
}
