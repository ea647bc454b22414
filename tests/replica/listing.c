/* SPDX-License-Identifier: Apache-2.0 */
/* next_block_entries and ledger_entries. Generations 1 and 2 list what the canister keeps indexed in memory:
 * eight labels, the last value of each key. Generation 3 walks through the blocks. */
#include "config.h"

#include "replica/entry-index.h"

#include "replica/canister.h"

#define DEFAULT_LIMIT 100

#define ENTRIES "entries : vec record { key : blob; value : blob; label : text }; has_more : bool; "

static const char counted[] = "(record { " ENTRIES "total_count : nat32 })";
static const char cursored[] =
    "(record { " ENTRIES "next_cursor : opt record { block_position : nat64; entry_index : nat32 } })";

/* The page that is being made. */
struct page {
  struct run *run;
  struct ic_candid_value *items;
  size_t count, capacity;
};

static void
add_item (struct page *page, const struct ledger_entry *entry)
{
  struct ic_candid_named fields[] = {
    { "key", ic_candid_blob (entry->key.data, entry->key.size) },
    { "value", ic_candid_blob (entry->value.data, entry->value.size) },
    { "label", ic_candid_text (entry->label.data, entry->label.size) },
  };

  if (page->count == page->capacity) {
    const size_t capacity = page->capacity == 0 ? 64 : 2 * page->capacity;
    struct ic_candid_value *items = run_alloc (page->run, capacity, sizeof *items);

    if (items == NULL)
      return;
    if (page->count > 0)
      memcpy (items, page->items, page->count * sizeof *items);
    page->items = items;
    page->capacity = capacity;
  }
  if (!ic_candid_record (&page->items[page->count], fields, 3, &page->run->arena))
    run_trap (page->run, "out of memory");
  else
    page->count++;
}

/* Whether an entry is listed at all. */
static bool
wanted (const struct ledger_entry *entry, const struct ic_candid_value *label)
{
  return !entry->deleted && (label->some == NULL || bytes_equal (entry->label, label->some->bytes));
}

static uint64_t
number_or (const struct ic_candid_value *option, uint64_t otherwise)
{
  return option->some != NULL ? option->some->nat : otherwise;
}

/* ---- generations 1 and 2 ------------------------------------------------------------------------- */

/* A part of a list that is counted to its end. */
struct window {
  struct page page;
  const struct ic_candid_value *label;
  uint64_t begin, end, total;
};

static void
offer (const struct ledger_entry *entry, void *context)
{
  struct window *window = context;

  if (!wanted (entry, window->label))
    return;
  if (window->total >= window->begin && window->total < window->end)
    add_item (&window->page, entry);
  window->total++;
}

static void
offer_block (struct run *run, size_t block, struct window *window)
{
  struct ledger_entry entry;
  struct ledger_walk walk;
  struct bytes content;

  if (block == run->view.store->count || !run_content (run, block, &content))
    return;
  ledger_walk_begin (&walk, content);
  while (ledger_walk_next (&walk, &entry))
    offer (&entry, window);
}

static void
reply_window (struct run *run, const struct window *window)
{
  const struct ic_candid_named fields[] = {
    { "entries", ic_candid_vec (window->page.items, (uint32_t) window->page.count) },
    { "has_more", ic_candid_bool (window->end < window->total) },
    { "total_count", ic_candid_nat (IC_CANDID_NAT32, window->total) },
  };
  struct ic_candid_value result;

  if (!ic_candid_record (&result, fields, 3, &run->arena))
    run_trap (run, "out of memory");
  run_reply (run, counted, &result);
}

static struct window
make_window (struct run *run, const struct ic_candid_value *args)
{
  struct window window = { .page.run = run, .label = &args[0] };

  window.begin = run->canister->stuck ? 0 : number_or (&args[1], 0);
  window.end = window.begin + number_or (&args[2], DEFAULT_LIMIT);
  return window;
}

void
method_next_block_entries (struct run *run)
{
  const struct ic_candid_value *args = run_args (run, "(opt text, opt nat32, opt nat32)");
  struct window window;

  if (args == NULL)
    return;
  window = make_window (run, args);
  offer_block (run, run_pending (run), &window);
  reply_window (run, &window);
}

static void
list_index (struct run *run)
{
  const bool second = run->canister->generation == 2;
  const struct ic_candid_value *args = run_args (run, second ? "(opt text, opt nat32, opt nat32, opt bool)"
                                                             : "(opt text, opt nat32, opt nat32)");
  struct window window;

  if (args == NULL)
    return;
  window = make_window (run, args);
  if (!entry_index_each (&run->view, &run->arena, offer, &window)) {
    run_trap (run, "out of memory");
    return;
  }
  if (second && args[3].some != NULL && args[3].some->boolean)
    offer_block (run, run_pending (run), &window);
  reply_window (run, &window);
}

/* ---- generation 3 -------------------------------------------------------------------------------- */

/* A walk through the blocks with the canister's own arithmetic: it counts positions from where the cursor
 * says, which is 0 for none, although the blocks begin elsewhere. */
struct walk {
  struct page page;
  const struct ic_candid_value *label;
  uint64_t limit, start, start_index, position;
  bool has_next;
  uint64_t next_position;
  uint32_t next_index;
};

/* Entries of one block, of which the first `skip` are passed over. Stops at the one that is too many. */
static void
walk_block (struct walk *walk, struct bytes content, uint64_t skip, uint64_t position)
{
  struct ledger_entry entry;
  struct ledger_walk entries;
  uint32_t index = 0;

  ledger_walk_begin (&entries, content);
  while (ledger_walk_next (&entries, &entry)) {
    if (!wanted (&entry, walk->label))
      continue;
    if (index >= skip) {
      if (walk->page.count >= walk->limit) {
        walk->has_next = true;
        walk->next_position = position;
        walk->next_index = index;
        return;
      }
      add_item (&walk->page, &entry);
    }
    index++;
  }
}

static void
walk_committed (struct run *run, struct walk *walk)
{
  const struct view *view = &run->view;
  size_t block =
      store_find (view->store, walk->start > view->store->start ? walk->start : view->store->start);
  struct bytes content;

  for (; block < view->blocks && !run->rejected; block++) {
    if (!run_content (run, block, &content))
      return;
    walk_block (walk, content, walk->position == walk->start ? walk->start_index : 0, walk->position);
    /* The quirk: a page that is filled by the last entry of a block ends without a cursor. */
    if (walk->page.count >= walk->limit)
      return;
    walk->position += view->store->blocks[block].size;
  }
}

static void
walk_pending (struct run *run, struct walk *walk)
{
  const size_t pending = run_pending (run);
  struct bytes content;

  if (pending == run->view.store->count || !run_content (run, pending, &content))
    return;
  walk_block (walk, content, walk->start == run->view.end ? walk->start_index : 0, run->view.end);
}

static void
reply_walk (struct run *run, const struct walk *walk)
{
  const struct ic_candid_named cursor_fields[] = {
    { "block_position", ic_candid_nat (IC_CANDID_NAT64, run->canister->stuck ? 0 : walk->next_position) },
    { "entry_index", ic_candid_nat (IC_CANDID_NAT32, walk->next_index) },
  };
  struct ic_candid_value cursor, result;
  const struct ic_candid_named fields[] = {
    { "entries", ic_candid_vec (walk->page.items, (uint32_t) walk->page.count) },
    { "has_more", ic_candid_bool (walk->has_next) },
    { "next_cursor", walk->has_next ? ic_candid_some (&cursor) : ic_candid_none () },
  };

  if (!ic_candid_record (&cursor, cursor_fields, 2, &run->arena)
      || !ic_candid_record (&result, fields, 3, &run->arena))
    run_trap (run, "out of memory");
  run_reply (run, cursored, &result);
}

static void
list_blocks (struct run *run)
{
  const struct ic_candid_value *args = run_args (
      run, "(opt text, opt record { block_position : nat64; entry_index : nat32 }, opt nat32, opt bool)");
  struct walk walk = { .page.run = run };

  if (args == NULL)
    return;
  walk.label = &args[0];
  if (args[1].some != NULL) {
    walk.start = ic_candid_field (args[1].some, "block_position")->nat;
    walk.start_index = ic_candid_field (args[1].some, "entry_index")->nat;
  }
  walk.position = walk.start;
  walk.limit = number_or (&args[2], DEFAULT_LIMIT);
  walk_committed (run, &walk);
  if (args[3].some != NULL && args[3].some->boolean && walk.page.count < walk.limit && !run->rejected)
    walk_pending (run, &walk);
  reply_walk (run, &walk);
}

void
method_ledger_entries (struct run *run)
{
  if (run->canister->generation >= 3)
    list_blocks (run);
  else
    list_index (run);
}
