/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a Decent Cloud ledger from the canister that keeps it.
 *
 *                                  icp
 *          ┌────────┬──────────┬────┴─────┬─────────┬────────┬─────────┐
 *        chunks   blocks     lists     pending    choose   probe    options
 *          │        │          │  └─ tables ─┘      │        │
 *        ahead      │        pages ◀────────────────┘        │
 *          └─▶ reading ─────────┴──────▶ canister ◀──────────┘
 *                                           │
 *             data_fetch  block_sync  listing  transactions  metadata: arguments and replies, pure
 *
 * Who is believed is for lib/ic/agent/origin to say, and what it means if an answer contradicts those before
 * for `reading`. doc/network-faults.md lists what can come. */
#include "config.h"

#include <stdlib.h>

#include "blocks.h"
#include "choose.h"
#include "chunks.h"
#include "dcledger/unpack.h"
#include "lists.h"
#include "options.h"
#include "pending.h"
#include "probe.h"
#include "progress.h"

struct icp {
  struct canister canister;
  int method; /* enum icp_method */
  bool pending;
  int64_t prefetch;

  struct choice choice;
  struct reading reading;
  struct chunks chunks; /* these, blocks and lists: by the choice */
  struct blocks blocks;
  struct lists lists;
  struct pending pending_list;
  bool at_pending; /* blocks and listings are at their tip; what is pending is being looked at */
  struct progress progress;
};

/* With `method = auto` blocks are promised until another thing is found out. */
static unsigned
icp_capabilities (const void *context)
{
  const struct icp *handle = context;
  int method = handle->method == METHOD_AUTO && handle->choice.made ? handle->choice.method : handle->method;

  if (method == METHOD_LEDGER_ENTRIES || method == METHOD_TRANSACTIONS)
    return 0;
  return DCPIPE_SOURCE_POSITIONS | DCPIPE_SOURCE_HASHES | DCPIPE_SOURCE_TIMES | DCPIPE_SOURCE_ALL_LABELS;
}

static bool
icp_fills_table (const void *context, size_t table)
{
  const struct icp *handle = context;

  if (table == TABLE_PENDING)
    return handle->pending;
  return handle->method == METHOD_AUTO
         || handle->method == (table == TABLE_LISTED_ENTRIES ? METHOD_LEDGER_ENTRIES : METHOD_TRANSACTIONS);
}

/* ---- configuration -------------------------------------------------------------------------------- */

static int
icp_config_complete (void *context)
{
  struct icp *handle = context;

  return options_complete (&handle->canister);
}

static void
icp_config_free (void *context)
{
  struct icp *handle = context;

  canister_disconnect (&handle->canister);
  options_free (&handle->canister);
}

/* ---- open and close ------------------------------------------------------------------------------- */

/* Connections, keys and the choice of a method are kept from one open to the next: the engine opens once for
 * every frontier that it checks before a run. */
static int
icp_open (void *context, const dcpipe_resume *resume)
{
  struct icp *handle = context;
  bool resuming = dcpipe_resume_at_block (resume);
  uint64_t place = resuming ? dcpipe_resume_position (resume) : 0;
  const uint64_t *position = resuming ? &place : NULL;
  int result = canister_connect (&handle->canister);

  if (result == DCPIPE_OK)
    result = choose_method (&handle->choice, &handle->canister, handle->method, resuming);
  if (result != DCPIPE_OK)
    return result;
  lists_open (&handle->lists, &handle->canister, handle->choice.list_entries,
              handle->choice.list_transactions);
  pending_open (&handle->pending_list, &handle->canister);
  handle->at_pending = false;
  reading_begin (&handle->reading, &handle->canister,
                 handle->choice.method == METHOD_BLOCK_SYNC ? "next_block_sync" : "data_fetch", resume);
  blocks_open (&handle->blocks, position);
  if (chunks_open (&handle->chunks, &handle->reading, position, (size_t) handle->prefetch))
    return DCPIPE_OK;
  dcpipe_error ("no memory to read from %s", handle->canister.where);
  return DCPIPE_FAIL;
}

static void
icp_close (void *context)
{
  struct icp *handle = context;

  chunks_close (&handle->chunks);
  progress_clear (&handle->progress);
  ic_question_clear (&handle->canister.question);
  pending_close (&handle->pending_list);
}

/* ---- next ----------------------------------------------------------------------------------------- */

/* Says a fault, unless the result is none. */
static int
say (const struct fault *fault, int result)
{
  if (result == DCPIPE_OK || result == DCPIPE_TIP || result == DCPIPE_WAIT)
    return result;
  if (fault->retry_after_ms > 0)
    dcpipe_retry_after (fault->retry_after_ms);
  dcpipe_error ("%s", fault->error.text);
  return result;
}

/* What the method gives, up to its tip. */
static int
next_content (struct icp *handle, uint64_t deadline, dcpipe_batch *batch, struct fault *fault)
{
  int result;

  switch (handle->choice.method) {
  case METHOD_DATA_FETCH:
    result = chunks_next (&handle->chunks, &handle->reading, deadline, batch, fault);
    if (result == DCPIPE_OK)
      progress_look (&handle->progress, &handle->canister, handle->chunks.ahead.more);
    return result;
  case METHOD_BLOCK_SYNC:
    result = blocks_next (&handle->blocks, &handle->reading, deadline, batch, fault);
    if (result == DCPIPE_OK)
      progress_look (&handle->progress, &handle->canister, true);
    return result;
  default:
    return lists_next (&handle->lists, deadline, batch, fault);
  }
}

static uint64_t
known_end (const struct icp *handle)
{
  const struct reading *reading = &handle->reading;
  uint64_t end = reading->end > handle->progress.end ? reading->end : handle->progress.end;

  return end > reading->first ? end : reading->first;
}

static int
icp_next (void *context, uint64_t deadline, dcpipe_batch *batch)
{
  struct icp *handle = context;
  struct fault fault = { 0 };
  int result = handle->at_pending ? DCPIPE_TIP : next_content (handle, deadline, batch, &fault);

  if (result == DCPIPE_TIP && handle->pending) {
    result = pending_next (&handle->pending_list, deadline, batch, &fault);
    handle->at_pending = result != DCPIPE_TIP;
  }
  dcpipe_batch_trust (batch, handle->canister.trust);
  if (handle->reading.first_known)
    dcpipe_batch_extent (batch, handle->reading.first, known_end (handle));
  return say (&fault, result);
}

static int
icp_unpack (const void *context, const dcpipe_frame *frame, dcpipe_block *block)
{
  const struct icp *handle = context;

  return frame_unpack (handle->canister.where, frame, block);
}

/* ---- online --------------------------------------------------------------------------------------- */

static int
icp_probe (void *context, uint64_t deadline)
{
  struct icp *handle = context;

  return probe (&handle->canister, deadline);
}

static int
icp_tip (void *context, uint64_t deadline, dcpipe_tip *tip)
{
  struct icp *handle = context;

  return probe_tip (&handle->canister, deadline, tip);
}

/* ---- registration --------------------------------------------------------------------------------- */

static const struct dcpipe_option options[] = {
  { .key = "url",
    .type = DCPIPE_OPTION_LIST,
    .default_value = "https://icp-api.io",
    .help = "Where the network is reached: one URL or several, of which another is tried when one fails.",
    .offset = offsetof (struct icp, canister.urls) },
  { .key = "canister_id",
    .type = DCPIPE_OPTION_TEXT,
    .default_value = "ggi4a-wyaaa-aaaai-actqq-cai",
    .help = "The canister that keeps the ledger.",
    .offset = offsetof (struct icp, canister.id) },
  { .key = "method",
    .type = DCPIPE_OPTION_ENUM,
    .default_value = "data_fetch",
    .values = METHOD_VALUES,
    .help = "How the ledger is read: data_fetch streams its bytes; next_block_sync gives one block at a time "
            "(slower, and only by canisters whose method gives committed blocks). ledger_entries and "
            "get_transactions are listings without positions, into the tables listed_entries and "
            "listed_transactions alone. auto takes the first of these that the canister has.",
    .offset = offsetof (struct icp, method) },
  { .key = "pending",
    .type = DCPIPE_OPTION_BOOL,
    .default_value = "no",
    .help = "Keep the table pending_entries like the list of entries that are not yet committed, looked at "
            "whenever the tip is reached.",
    .offset = offsetof (struct icp, pending) },
  { .key = "trust",
    .type = DCPIPE_OPTION_ENUM,
    .default_value = "signatures",
    .values = TRUST_VALUES,
    .help = "What must prove an answer: signatures of nodes whose keys are certified, a certificate of the "
            "subnet (certified: slower, since all its nodes do the work), or none.",
    .offset = offsetof (struct icp, canister.trust) },
  { .key = "root_key",
    .type = DCPIPE_OPTION_TEXT,
    .help =
        "The network's public key: DER in hexadecimal, or fetch to ask for it, on this machine alone. "
        "Without it that of the public network, or fetch if ENVIRONMENT is development and every url leads "
        "to this machine.",
    .offset = offsetof (struct icp, canister.root_key_text) },
  { .key = "prefetch",
    .type = DCPIPE_OPTION_INT,
    .default_value = "4",
    .min = 1,
    .max = PREFETCH_MAX,
    .help = "How many chunks of 1 MiB are asked for at once.",
    .offset = offsetof (struct icp, prefetch) },
  { .key = "timeout",
    .type = DCPIPE_OPTION_DURATION,
    .default_value = "30s",
    .min = 1,
    .max = 3600000,
    .help = "How long one request may take before it counts as failed.",
    .offset = offsetof (struct icp, canister.timeout) },
  { .key = "max_age",
    .type = DCPIPE_OPTION_DURATION,
    .default_value = "5m",
    .min = 1000,
    .max = 86400000,
    .help = "How old signatures and certificates may be when they come.",
    .offset = offsetof (struct icp, canister.max_age) },
  { .key = "identity",
    .type = DCPIPE_OPTION_PATH,
    .flags = DCPIPE_OPTION_READ,
    .help = "A PEM file with the Ed25519 key to sign requests with; without it they are anonymous.",
    .offset = offsetof (struct icp, canister.identity_path) },
};

static const struct dcpipe_source icp_source = {
  .name = "icp",
  .version = PACKAGE_VERSION,
  .description = "reads a Decent Cloud ledger from its canister on the Internet Computer, verified",
  .license = "Apache-2.0",
  .options = DCPIPE_ARRAY (options),
  .handle_size = sizeof (struct icp),
  .config_complete = icp_config_complete,
  .config_free = icp_config_free,
  .capabilities = icp_capabilities,
  .open = icp_open,
  .next = icp_next,
  .unpack = icp_unpack,
  .close = icp_close,
  .tables = DCPIPE_ARRAY (icp_tables),
  .fills_table = icp_fills_table,
  .probe = icp_probe,
  .tip = icp_tip,
};
DCPIPE_REGISTER_SOURCE (icp_source)
