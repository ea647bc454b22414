/* SPDX-License-Identifier: Apache-2.0 */
/* method = auto: the first method that the canister has, of those that give most. */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "bytes/cleanup.h"
#include "dcledger/partition.h"
#include "icp.h"
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
try_data_fetch (struct icp *handle, uint64_t end, uint64_t deadline, struct reasons *reasons,
                struct fault *fault)
{
  CLEANUP_FREE uint8_t *data = NULL;
  struct ic_candid_buffer buffer = { NULL };
  struct answer *answer = NULL;
  struct chunk chunk;
  int result = DCPIPE_RETRY;

  if (data_fetch_put (&buffer, &handle->types, end > 0 ? &end : NULL, (struct bytes){ NULL, 0 },
                      &fault->error))
    result = origin_inquire (handle->origin, &handle->question, "data_fetch",
                             (struct bytes){ buffer.data, buffer.size }, deadline, &answer, fault);
  data = buffer.data;
  if (result == DCPIPE_OK
      && data_fetch_read (&chunk, &handle->types, answer->reply, &fault->error) == DATA_FETCH_NONSENSE)
    result = DCPIPE_FAIL;
  answer_free (answer);
  return judge (reasons, "data_fetch", result, fault);
}

static int
read_block (const struct icp *handle, struct bytes reply, struct fault *fault)
{
  struct synced_block block;

  switch (block_sync_read (&block, &handle->block_types, reply, &fault->error)) {
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
try_block_sync (struct icp *handle, uint64_t deadline, struct reasons *reasons, struct fault *fault)
{
  CLEANUP_FREE uint8_t *data = NULL;
  struct ic_candid_buffer buffer = { NULL };
  struct answer *answer = NULL;
  int result = DCPIPE_RETRY;

  if (block_sync_put (&buffer, &handle->block_types, NULL, &fault->error))
    result = origin_inquire (handle->origin, &handle->question, "next_block_sync",
                             (struct bytes){ buffer.data, buffer.size }, deadline, &answer, fault);
  data = buffer.data;
  if (result == DCPIPE_OK)
    result = read_block (handle, answer->reply, fault);
  answer_free (answer);
  return judge (reasons, "next_block_sync", result, fault);
}

/* Which listings there are; all of them are taken. */
static int
try_lists (struct icp *handle, uint64_t deadline, struct reasons *reasons, struct fault *fault)
{
  const struct listing_request request = { .limit = 1 };
  struct page page = { .answer = NULL };
  int entries = judge (reasons, "ledger_entries",
                       page_of_entries (handle, "ledger_entries", &request, deadline, &page, fault), fault);
  int transactions = entries;

  if (entries == DCPIPE_OK || entries == DCPIPE_NONE)
    transactions = judge (reasons, "get_transactions",
                          page_of_transactions (handle, 0, 1, deadline, &page, fault), fault);
  page_clear (&page);
  handle->list_entries = entries == DCPIPE_OK;
  handle->list_transactions = transactions == DCPIPE_OK;
  return transactions == DCPIPE_NONE ? entries : transactions;
}

static void
announce (const struct icp *handle, const struct reasons *reasons)
{
  static const char *const names[] = { [METHOD_DATA_FETCH] = "data_fetch",
                                       [METHOD_BLOCK_SYNC] = "next_block_sync",
                                       [METHOD_LEDGER_ENTRIES] = "ledger_entries",
                                       [METHOD_TRANSACTIONS] = "get_transactions" };
  const char *also =
      handle->chosen == METHOD_LEDGER_ENTRIES && handle->list_transactions ? " and get_transactions" : "";

  dcpipe_info ("method = auto: %s reads with %s%s%s%s", handle->where, names[handle->chosen], also,
               reasons->text.text[0] != '\0' ? "; " : ", the whole ledger as it stands", reasons->text.text);
}

/* DCPIPE_OK, DCPIPE_NONE if there is nothing to read by, or another result. */
static int
try_all (struct icp *handle, uint64_t deadline, struct reasons *reasons, struct fault *fault)
{
  struct metadata metadata = { .end = 0 };
  int result = page_of_metadata (handle, deadline, &metadata, fault);

  if (result == DCPIPE_RETRY || result == DCPIPE_WAIT)
    return result;
  handle->chosen = METHOD_DATA_FETCH;
  result = try_data_fetch (handle, metadata.end, deadline, reasons, fault);
  if (result != DCPIPE_NONE)
    return result;
  handle->chosen = METHOD_BLOCK_SYNC;
  result = try_block_sync (handle, deadline, reasons, fault);
  if (result != DCPIPE_NONE)
    return result;
  result = try_lists (handle, deadline, reasons, fault);
  handle->chosen = handle->list_entries ? METHOD_LEDGER_ENTRIES : METHOD_TRANSACTIONS;
  return result;
}

int
icp_choose (struct icp *handle)
{
  struct reasons reasons = { .text.text = "" };
  struct fault fault = { .result = DCPIPE_OK };
  struct timespec now;
  int result;

  if (handle->method != METHOD_AUTO) {
    handle->chosen = handle->method;
    handle->list_entries = handle->method == METHOD_LEDGER_ENTRIES;
    handle->list_transactions = handle->method == METHOD_TRANSACTIONS;
    return DCPIPE_OK;
  }
  if (handle->has_chosen)
    return DCPIPE_OK;
  clock_gettime (CLOCK_MONOTONIC, &now);
  result = try_all (handle, ((uint64_t) now.tv_sec + 4 * handle->timeout / 1000 + 1) * UINT64_C (1000000000),
                    &reasons, &fault);
  handle->has_chosen = result == DCPIPE_OK;
  if (result == DCPIPE_OK) {
    announce (handle, &reasons);
    return DCPIPE_OK;
  }
  if (fault.retry_after_ms > 0)
    dcpipe_retry_after (fault.retry_after_ms);
  if (result == DCPIPE_NONE)
    dcpipe_error ("%s: no method to read a ledger by: %s", handle->where, reasons.text.text);
  else
    dcpipe_error ("%s: %s", handle->where, result == DCPIPE_WAIT ? "no answer in time" : fault.error.text);
  return result == DCPIPE_NONE ? DCPIPE_FAIL : DCPIPE_RETRY;
}
