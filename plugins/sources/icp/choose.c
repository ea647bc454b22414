/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "choose.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "bytes/cleanup.h"
#include "dcledger/partition.h"
#include "pages.h"

/* Why methods were passed over, for the line that tells of the choice. */
struct reasons {
  struct ic_error text;
};

static void
add_reason (struct reasons *reasons, const char *method, const char *reason)
{
  struct ic_error before = reasons->text;

  ic_error_set (&reasons->text, "%s%s%s: %s", before.text, before.text[0] != '\0' ? "; " : "", method,
                reason);
}

/* DCPIPE_OK: it has the method; DCPIPE_NONE: it has not, or cannot be read by it, and the reason was added.
 */
static int
judge (struct reasons *reasons, const char *method, int result, const struct fault *fault)
{
  if (result == DCPIPE_OK || result == DCPIPE_RETRY || result == DCPIPE_WAIT)
    return result;
  add_reason (reasons, method, fault->no_method ? "there is no such method" : fault->error.text);
  return DCPIPE_NONE;
}

/* Asked for the bytes behind the last one it gives none, if it is a canister that tells where that is. */
static int
try_data_fetch (struct canister *canister, uint64_t end, uint64_t deadline, struct reasons *reasons,
                struct fault *fault)
{
  CLEANUP_FREE uint8_t *data = NULL;
  struct ic_candid_buffer buffer = { NULL };
  struct ic_answer *answer = NULL;
  struct chunk chunk;
  int result = DCPIPE_RETRY;

  if (data_fetch_put (&buffer, &canister->data_fetch_types, end > 0 ? &end : NULL, (struct bytes){ NULL, 0 },
                      &fault->error))
    result =
        canister_inquire (canister,
                          &(struct ic_ask){ .method = "data_fetch", .arg = { buffer.data, buffer.size } },
                          deadline, &answer, fault);
  data = buffer.data;
  if (result == DCPIPE_OK
      && data_fetch_read (&chunk, &canister->data_fetch_types, answer->reply, &fault->error)
             == DATA_FETCH_NONSENSE)
    result = DCPIPE_FAIL;
  ic_answer_free (answer);
  return judge (reasons, "data_fetch", result, fault);
}

static int
read_block (const struct canister *canister, struct bytes reply, struct fault *fault)
{
  struct synced_block block;

  switch (block_sync_read (&block, &canister->block_sync_types, reply, &fault->error)) {
  case BLOCK_SYNC_BLOCK:
    return DCPIPE_OK;
  case BLOCK_SYNC_END:
    if (!block.has_position || block.position <= LEDGER_DATA_START)
      return DCPIPE_OK;
    /* fall through */
  case BLOCK_SYNC_UNCOMMITTED:
    ic_error_set (&fault->error, "it gives no blocks, only entries that are not yet committed");
    return DCPIPE_FAIL;
  default:
    return DCPIPE_FAIL;
  }
}

static int
try_block_sync (struct canister *canister, uint64_t deadline, struct reasons *reasons, struct fault *fault)
{
  CLEANUP_FREE uint8_t *data = NULL;
  struct ic_candid_buffer buffer = { NULL };
  struct ic_answer *answer = NULL;
  int result = DCPIPE_RETRY;

  if (block_sync_put (&buffer, &canister->block_sync_types, NULL, &fault->error))
    result = canister_inquire (canister,
                               &(struct ic_ask){ .method = "next_block_sync",
                                                 .arg = { buffer.data, buffer.size } },
                               deadline, &answer, fault);
  data = buffer.data;
  if (result == DCPIPE_OK)
    result = read_block (canister, answer->reply, fault);
  ic_answer_free (answer);
  return judge (reasons, "next_block_sync", result, fault);
}

/* Which listings there are; all of them are taken. */
static int
try_lists (struct canister *canister, struct choice *choice, uint64_t deadline, struct reasons *reasons,
           struct fault *fault)
{
  const struct listing_request request = { .limit = 1 };
  struct page page = { .answer = NULL };
  int entries = judge (reasons, "ledger_entries",
                       page_of_entries (canister, "ledger_entries", &request, deadline, &page, fault), fault);
  int transactions = entries;

  if (entries == DCPIPE_OK || entries == DCPIPE_NONE)
    transactions = judge (reasons, "get_transactions",
                          page_of_transactions (canister, 0, 1, deadline, &page, fault), fault);
  page_clear (&page);
  choice->list_entries = entries == DCPIPE_OK;
  choice->list_transactions = transactions == DCPIPE_OK;
  return transactions == DCPIPE_NONE ? entries : transactions;
}

static void
announce (const struct canister *canister, const struct choice *choice, const struct reasons *reasons)
{
  static const char *const names[] = { [METHOD_DATA_FETCH] = "data_fetch",
                                       [METHOD_BLOCK_SYNC] = "next_block_sync",
                                       [METHOD_LEDGER_ENTRIES] = "ledger_entries",
                                       [METHOD_TRANSACTIONS] = "get_transactions" };
  const char *also =
      choice->method == METHOD_LEDGER_ENTRIES && choice->list_transactions ? " and get_transactions" : "";

  dcpipe_info ("method = auto: %s reads with %s%s%s%s", canister->where, names[choice->method], also,
               reasons->text.text[0] != '\0' ? "; " : ", the whole ledger as it stands", reasons->text.text);
}

/* How long the ledger is, for a canister that tells. Without trust in anybody its reject is as good as
 * another answer: this chooses nothing. */
static int
ask_end (struct canister *canister, uint64_t deadline, uint64_t *end, struct fault *fault)
{
  struct metadata metadata = { .end = 0 };
  int result = page_of_metadata (canister, deadline, &metadata, fault);

  *end = metadata.end;
  return result == DCPIPE_WAIT || (result == DCPIPE_RETRY && !fault->no_method) ? result : DCPIPE_OK;
}

/* DCPIPE_OK, DCPIPE_NONE if there is nothing to read by, or another result. */
static int
try_all (struct canister *canister, struct choice *choice, uint64_t deadline, struct reasons *reasons,
         struct fault *fault)
{
  uint64_t end;
  int result = ask_end (canister, deadline, &end, fault);

  if (result != DCPIPE_OK)
    return result;
  choice->method = METHOD_DATA_FETCH;
  result = try_data_fetch (canister, end, deadline, reasons, fault);
  if (result != DCPIPE_NONE)
    return result;
  choice->method = METHOD_BLOCK_SYNC;
  result = try_block_sync (canister, deadline, reasons, fault);
  if (result != DCPIPE_NONE)
    return result;
  result = try_lists (canister, choice, deadline, reasons, fault);
  choice->method = choice->list_entries ? METHOD_LEDGER_ENTRIES : METHOD_TRANSACTIONS;
  return result;
}

/* The end of a choice that failed. */
static int
say (const struct canister *canister, int result, const struct reasons *reasons, const struct fault *fault)
{
  if (result == DCPIPE_NONE) {
    dcpipe_error ("%s: no method to read a ledger by: %s", canister->where, reasons->text.text);
    return DCPIPE_FAIL;
  }
  if (fault->retry_after_ms > 0)
    dcpipe_retry_after (fault->retry_after_ms);
  dcpipe_error ("%s: %s", canister->where, result == DCPIPE_WAIT ? "no answer in time" : fault->error.text);
  return DCPIPE_RETRY;
}

int
choose_method (struct choice *choice, struct canister *canister, int method, bool has_blocks)
{
  struct reasons reasons = { .text.text = "" };
  struct fault fault = { .result = DCPIPE_OK };
  struct timespec now;
  int result;

  if (choice->made)
    return DCPIPE_OK;
  if (method != METHOD_AUTO) {
    *choice = (struct choice){ .made = true,
                               .method = method,
                               .list_entries = method == METHOD_LEDGER_ENTRIES,
                               .list_transactions = method == METHOD_TRANSACTIONS };
    return DCPIPE_OK;
  }
  clock_gettime (CLOCK_MONOTONIC, &now);
  result = try_all (canister, choice,
                    ((uint64_t) now.tv_sec + 4 * canister->timeout / 1000 + 1) * UINT64_C (1000000000),
                    &reasons, &fault);
  if (result != DCPIPE_OK)
    return say (canister, result, &reasons, &fault);
  if (has_blocks && choice->method != METHOD_DATA_FETCH && choice->method != METHOD_BLOCK_SYNC) {
    dcpipe_error (
        "%s gives listings and no blocks, of which some are stored here already (%s): to have what it "
        "lists beside them, say 'method = ledger_entries'",
        canister->where, reasons.text.text);
    return DCPIPE_FAIL;
  }
  choice->made = true;
  announce (canister, choice, &reasons);
  return DCPIPE_OK;
}
