/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "pending.h"

#include <stdlib.h>

#include "pages.h"

/* A list that changes while it is read is read again; one that changes all the time, at the next look. */
#define ROUNDS_MAX 3

void
pending_open (struct pending *pending, struct canister *canister)
{
  enum pending_way way = pending->way == PENDING_NONE ? PENDING_UNKNOWN : pending->way;

  pending_close (pending);
  *pending = (struct pending){ .canister = canister, .way = way, .size = PAGE_SIZE };
}

void
pending_close (struct pending *pending)
{
  free (pending->hashes);
  pending->hashes = NULL;
}

/* ---- differences ---------------------------------------------------------------------------------- */

static bool
make_room (struct pending *pending)
{
  size_t capacity = pending->capacity > 0 ? 2 * pending->capacity : 256;
  void *hashes;

  if (pending->place < pending->capacity)
    return true;
  hashes = realloc (pending->hashes, capacity * sizeof *pending->hashes);
  if (hashes == NULL)
    return false;
  pending->hashes = hashes;
  pending->capacity = capacity;
  return true;
}

/* Emits the entry if another one, or none, is at its place. False if there is no memory. */
static bool
put_entry (struct pending *pending, dcpipe_rows *rows, const struct listed_entry *entry)
{
  uint8_t hash[CONTENT_SIZE];
  uint64_t place = pending->place;

  if (!make_room (pending))
    return false;
  table_entry_hash (hash, entry);
  if (place >= pending->stored || memcmp (pending->hashes[place], hash, sizeof hash) != 0) {
    table_pending_put (rows, place, entry);
    pending->emitted = true;
  }
  memcpy (pending->hashes[place], hash, sizeof hash);
  pending->place++;
  if (pending->stored < pending->place)
    pending->stored = pending->place;
  return true;
}

/* Takes away what is behind the last entry. */
static void
end_table (struct pending *pending, dcpipe_rows *rows)
{
  for (uint64_t place = pending->place; place < pending->stored; place++)
    table_pending_remove (rows, place);
  pending->stored = pending->place;
}

/* ---- pages ---------------------------------------------------------------------------------------- */

static int
give_up (struct pending *pending)
{
  pending->way = PENDING_NONE;
  dcpipe_warning ("pending: canister %s has no method that lists entries which are not yet committed",
                  pending->canister->id);
  return DCPIPE_TIP;
}

static void
begin_pages (struct pending *pending)
{
  pending->step = pending->way == PENDING_BY_OFFSET ? PENDING_OFFSET : PENDING_PAGES;
  pending->place = 0;
  pending->request = (struct listing_request){ .by_cursor = pending->way == PENDING_BY_CURSOR,
                                               .cursor = { .position = pending->end },
                                               .next_block = true };
}

/* From generation 2 on the method with cursors, or offsets, lists these entries too. */
static const char *
method_of (const struct pending *pending)
{
  return pending->way == PENDING_NEXT_BLOCK ? "next_block_entries" : "ledger_entries";
}

/* The methods are tried in their order of age: an old one may be gone, and is tried no more even if nobody
 * signed that, since the list is the same by the next one. That there is none at all is another matter. */
static int
next_way (struct pending *pending)
{
  if (pending->way != PENDING_NEXT_BLOCK)
    return give_up (pending);
  pending->way = PENDING_BY_CURSOR;
  begin_pages (pending);
  return DCPIPE_OK;
}

/* A canister of generation 2 without the older method takes the cursor for no offset, and lists what is
 * committed first: `total_count` with the next block, and where that begins without. */
static int
find_offset (struct pending *pending, uint64_t deadline, struct fault *fault)
{
  const struct listing_request request = { .limit = 1 };
  struct page page = { .answer = NULL };
  int result = page_of_entries (pending->canister, "ledger_entries", &request, deadline, &page, fault);

  if (result == DCPIPE_OK && !page.listing.counted)
    result = give_up (pending);
  else if (result == DCPIPE_OK) {
    pending->request.offset = page.listing.total;
    pending->step = PENDING_PAGES;
  }
  page_clear (&page);
  return result;
}

/* Whether there is another page, and where. */
static bool
turn (struct pending *pending, const struct listing *listing)
{
  struct listing_request *request = &pending->request;
  uint32_t count = listing_count (listing);

  if (count == 0 || pending->place >= PENDING_MAX)
    return false;
  if (!listing->counted) {
    bool onward = listing->has_next && listing->next.position == request->cursor.position
                  && listing->next.index > request->cursor.index;

    request->cursor = listing->next;
    return onward;
  }
  request->offset += count;
  return listing->has_more && request->offset < listing->total;
}

static int
take_page (struct pending *pending, const struct listing *listing, dcpipe_batch *batch, struct fault *fault)
{
  dcpipe_rows *rows = dcpipe_batch_rows (batch);

  if (!pending->cleared)
    table_pending_clear (rows);
  pending->emitted |= !pending->cleared;
  pending->cleared = true;
  for (uint32_t i = 0; i < listing_count (listing) && pending->place < PENDING_MAX; i++) {
    struct listed_entry entry = listing_entry (listing, i);

    if (!put_entry (pending, rows, &entry)) {
      ic_error_set (&fault->error, "no memory for the entries that are not yet committed");
      return DCPIPE_FAIL;
    }
  }
  if (pending->place >= PENDING_MAX)
    dcpipe_warning ("pending: canister %s lists more than %d entries; the others are left out",
                    pending->canister->id, PENDING_MAX - 1);
  if (!turn (pending, listing))
    pending->step = PENDING_COMPARE;
  return DCPIPE_OK;
}

static int
next_page (struct pending *pending, uint64_t deadline, dcpipe_batch *batch, struct fault *fault)
{
  struct page page = { .answer = NULL };
  bool lacks;
  int result;

  if (pending->way == PENDING_BY_CURSOR && pending->end == 0)
    return give_up (pending);
  pending->request.limit = pending->size;
  result =
      page_of_entries (pending->canister, method_of (pending), &pending->request, deadline, &page, fault);
  lacks = fault->no_method
          && (result == DCPIPE_FAIL || (result == DCPIPE_RETRY && pending->way == PENDING_NEXT_BLOCK));
  if (lacks)
    result = next_way (pending);
  else if (page_halve (fault, &pending->size))
    result = DCPIPE_OK;
  else if (result == DCPIPE_OK && page.listing.counted && pending->way == PENDING_BY_CURSOR) {
    pending->way = PENDING_BY_OFFSET;
    begin_pages (pending);
  } else if (result == DCPIPE_OK)
    result = take_page (pending, &page.listing, batch, fault);
  page_clear (&page);
  return result;
}

/* ---- looks ---------------------------------------------------------------------------------------- */

/* Where the ledger ends; 0 with a canister that does not say. */
static int
ask_end (struct pending *pending, uint64_t deadline, uint64_t *end, struct fault *fault)
{
  struct metadata metadata = { .end = 0 };
  int result = page_of_metadata (pending->canister, deadline, &metadata, fault);

  if ((result == DCPIPE_FAIL || result == DCPIPE_RETRY) && fault->no_method)
    result = DCPIPE_OK;
  *end = metadata.end;
  return result;
}

/* A block that was committed meanwhile has taken entries away. */
static int
compare (struct pending *pending, uint64_t end, dcpipe_batch *batch)
{
  if (end != pending->end && pending->rounds < ROUNDS_MAX) {
    pending->end = end;
    pending->rounds++;
    begin_pages (pending);
    return DCPIPE_OK;
  }
  end_table (pending, dcpipe_batch_rows (batch));
  pending->step = PENDING_BEGIN;
  return DCPIPE_TIP;
}

static int
step (struct pending *pending, uint64_t deadline, dcpipe_batch *batch, struct fault *fault)
{
  uint64_t end;
  int result;

  if (pending->way == PENDING_NONE)
    return DCPIPE_TIP;
  if (pending->step == PENDING_OFFSET)
    return find_offset (pending, deadline, fault);
  if (pending->step == PENDING_PAGES)
    return next_page (pending, deadline, batch, fault);
  result = ask_end (pending, deadline, &end, fault);
  if (result != DCPIPE_OK)
    return result;
  if (pending->step == PENDING_COMPARE)
    return compare (pending, end, batch);
  if (pending->way == PENDING_UNKNOWN)
    pending->way = PENDING_NEXT_BLOCK;
  pending->end = end;
  pending->rounds = 0;
  begin_pages (pending);
  return DCPIPE_OK;
}

int
pending_next (struct pending *pending, uint64_t deadline, dcpipe_batch *batch, struct fault *fault)
{
  int result;

  /* A page is handed over before anything can go wrong with the next one. */
  pending->emitted = false;
  do
    result = step (pending, deadline, batch, fault);
  while (result == DCPIPE_OK && !pending->emitted);
  return result;
}
