/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "lists.h"

#include <inttypes.h>
#include <nettle/sha2.h>

#include "dcledger/partition.h"
#include "pages.h"

void
lists_open (struct lists *lists, struct canister *canister, bool entries, bool transactions)
{
  *lists = (struct lists){ .canister = canister,
                           .entries = entries,
                           .transactions = transactions,
                           .entry.size = PAGE_SIZE,
                           .size = PAGE_SIZE };
}

/* ---- entries -------------------------------------------------------------------------------------- */

/* A page that is the one before would be followed by itself for ever. Pages of one entry may well be alike.
 */
static bool
repeats (struct entry_list *entry, const struct listing *listing)
{
  uint8_t hash[CONTENT_SIZE], last[CONTENT_SIZE];
  struct sha256_ctx context;
  uint32_t count = listing_count (listing);
  bool alike;

  sha256_init (&context);
  for (uint32_t i = 0; i < count; i++) {
    struct listed_entry listed = listing_entry (listing, i);

    table_entry_hash (hash, &listed);
    sha256_update (&context, sizeof hash, hash);
  }
  sha256_digest (&context, sizeof last, last);
  alike = entry->has_last && count > 1 && memcmp (entry->last, last, sizeof last) == 0;
  memcpy (entry->last, last, sizeof last);
  entry->has_last = count > 1;
  return alike;
}

static int
no_progress (struct lists *lists, struct fault *fault, const char *what)
{
  const struct listing_request *request = &lists->entry.request;

  ic_error_set (&fault->error,
                "ledger_entries of canister %s cannot be paged: %s behind position %" PRIu64
                ", entry %" PRIu32
                "; what was listed before is stored. Read the ledger with method = data_fetch",
                lists->canister->id, what, request->cursor.position,
                request->by_cursor ? request->cursor.index : request->offset);
  return fault->result = DCPIPE_FAIL;
}

static bool
lies_behind (struct listing_cursor next, struct listing_cursor cursor)
{
  return next.position > cursor.position || (next.position == cursor.position && next.index > cursor.index);
}

/* Generation 3. A page that is filled by the last entry of a block ends as if it were the last: it is asked
 * for again, and longer by one entry more than a page has, so that blocks of that length are no trap. */
static int
turn_by_cursor (struct lists *lists, const struct listing *listing, struct fault *fault)
{
  struct entry_list *entry = &lists->entry;
  uint32_t count = listing_count (listing);
  bool full = count >= entry->request.limit;

  if (!listing->has_next) {
    entry->skip = count;
    return full ? DCPIPE_OK : DCPIPE_TIP;
  }
  if (!lies_behind (listing->next, entry->request.cursor))
    return no_progress (lists, fault, "its cursor leads back");
  entry->request.cursor = listing->next;
  entry->skip = 0;
  return DCPIPE_OK;
}

/* Generations 1 and 2. */
static int
turn_by_offset (struct lists *lists, const struct listing *listing, struct fault *fault)
{
  struct entry_list *entry = &lists->entry;
  uint32_t count = listing_count (listing);

  if (!listing->has_more || count == 0 || count > UINT32_MAX - entry->request.offset)
    return DCPIPE_TIP;
  if (repeats (entry, listing))
    return no_progress (lists, fault, "a page repeats the one before");
  entry->request.offset += count;
  return entry->request.offset < listing->total ? DCPIPE_OK : DCPIPE_TIP;
}

static int
take_entries (struct lists *lists, const struct listing *listing, dcpipe_batch *batch, bool *emitted,
              struct fault *fault)
{
  struct entry_list *entry = &lists->entry;
  uint32_t skip = entry->skip;

  entry->counted = listing->counted;
  entry->request.by_cursor = !listing->counted;
  for (uint32_t i = skip; i < listing_count (listing); i++) {
    struct listed_entry listed = listing_entry (listing, i);

    table_list_entry (dcpipe_batch_rows (batch), &listed);
    *emitted = true;
  }
  return listing->counted ? turn_by_offset (lists, listing, fault) : turn_by_cursor (lists, listing, fault);
}

/* DCPIPE_TIP: all entries are listed. */
static int
next_entries (struct lists *lists, uint64_t deadline, dcpipe_batch *batch, bool *emitted, struct fault *fault)
{
  struct entry_list *entry = &lists->entry;
  struct page page = { .answer = NULL };
  int result;

  entry->request.limit = entry->skip > 0 ? entry->skip + entry->size + 1 : entry->size;
  result = page_of_entries (lists->canister, "ledger_entries", &entry->request, deadline, &page, fault);
  if (result == DCPIPE_OK)
    result = take_entries (lists, &page.listing, batch, emitted, fault);
  else if (page_halve (fault, &entry->size))
    result = DCPIPE_OK;
  page_clear (&page);
  return result;
}

/* ---- transactions --------------------------------------------------------------------------------- */

static void
warn_of_archives (struct lists *lists, const struct transactions *transactions)
{
  if (transactions->archives > 0 && !lists->warned)
    dcpipe_warning ("get_transactions of canister %s names %" PRIu32
                    " archives with older transactions, which are not read",
                    lists->canister->id, transactions->archives);
  lists->warned |= transactions->archives > 0;
}

/* Canisters count from 0 when they start there, and perhaps from 1 later on, and their log is perhaps too
 * long by one. So pages overlap by one transaction, and end where nothing comes. */
static int
take_transactions (struct lists *lists, const struct transactions *transactions, dcpipe_batch *batch,
                   bool *emitted)
{
  uint32_t count = transactions_count (transactions), onward = count > 1 ? count - 1 : 1;

  warn_of_archives (lists, transactions);
  for (uint32_t i = 0; i < count; i++) {
    struct transaction transaction = transactions_at (transactions, i);

    table_list_transaction (dcpipe_batch_rows (batch), &transaction);
    *emitted = true;
  }
  if (count == 0 || lists->start > UINT64_MAX - onward || lists->start + onward >= transactions->log_length)
    return DCPIPE_TIP;
  lists->start += onward;
  return DCPIPE_OK;
}

/* DCPIPE_TIP: all transactions are listed. */
static int
next_transactions (struct lists *lists, uint64_t deadline, dcpipe_batch *batch, bool *emitted,
                   struct fault *fault)
{
  struct page page = { .answer = NULL };
  int result = page_of_transactions (lists->canister, lists->start, lists->size, deadline, &page, fault);

  if (result == DCPIPE_OK)
    result = take_transactions (lists, &page.transactions, batch, emitted);
  else if (page_halve (fault, &lists->size))
    result = DCPIPE_OK;
  page_clear (&page);
  return result;
}

/* ---- looks ---------------------------------------------------------------------------------------- */

/* The canister's null cursor counts positions from 0, although its blocks begin elsewhere: asked to start
 * where they do, it tells cursors that can be followed. */
static void
begin_entries (struct entry_list *entry, uint64_t start)
{
  if (entry->request.cursor.position == 0) {
    entry->request.by_cursor = true;
    entry->request.cursor.position = start > 0 ? start : LEDGER_DATA_START;
  }
  entry->request.offset = 0;
  entry->has_last = false;
}

static int
begin (struct lists *lists, uint64_t deadline, struct fault *fault)
{
  struct metadata metadata = { .end = 0 };
  int result = page_of_metadata (lists->canister, deadline, &metadata, fault);

  if ((result == DCPIPE_FAIL || result == DCPIPE_RETRY) && fault->no_method)
    result = DCPIPE_OK;
  if (result != DCPIPE_OK)
    return result;
  lists->end = metadata.end;
  if (lists->end > 0 && lists->end == lists->listed)
    return DCPIPE_TIP;
  begin_entries (&lists->entry, metadata.start);
  lists->step = lists->entries ? LISTS_ENTRIES : LISTS_TRANSACTIONS;
  return DCPIPE_OK;
}

/* One listing, or the look, has come to its end. */
static int
end_step (struct lists *lists)
{
  if (lists->step == LISTS_ENTRIES && lists->transactions) {
    lists->step = LISTS_TRANSACTIONS;
    return DCPIPE_OK;
  }
  lists->listed = lists->end;
  lists->step = LISTS_BEGIN;
  return DCPIPE_TIP;
}

int
lists_next (struct lists *lists, uint64_t deadline, dcpipe_batch *batch, struct fault *fault)
{
  bool emitted = false;
  int result;

  if (lists->kept.result != DCPIPE_OK) {
    *fault = lists->kept;
    return fault->result;
  }
  do {
    if (lists->step == LISTS_BEGIN) {
      result = begin (lists, deadline, fault);
      continue;
    }
    if (lists->step == LISTS_ENTRIES)
      result = next_entries (lists, deadline, batch, &emitted, fault);
    else
      result = next_transactions (lists, deadline, batch, &emitted, fault);
    if (result == DCPIPE_TIP)
      result = end_step (lists);
  } while (result == DCPIPE_OK && !emitted);
  if (result != DCPIPE_FAIL || !emitted)
    return result;
  lists->kept = *fault;
  return DCPIPE_OK;
}
