/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a Decent Cloud ledger from the canister that keeps it. */
#include "config.h"

#include "icp.h"

#include <inttypes.h>
#include <nettle/base16.h>
#include <stdio.h>
#include <stdlib.h>

#include "bytes/hex.h"
#include "dcledger/partition.h"
#include "metadata.h"

/* With `method = auto` blocks are promised until another thing is found out. */
static unsigned
icp_capabilities (const void *context)
{
  const struct icp *handle = context;
  int method = handle->method == METHOD_AUTO && handle->has_chosen ? handle->chosen : handle->method;

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

/* ---- cursors: start=N&before=HEX, of which the second part is absent at the first block ------------ */

#define START "start="
#define BEFORE "&before="

static void
give_cursor (const struct icp *handle, dcpipe_batch *batch)
{
  char text[sizeof START + 20 + sizeof BEFORE + 2 * DATA_FETCH_BEFORE];
  size_t size = (size_t) snprintf (text, sizeof text, START "%" PRIu64, handle->first);

  if (handle->before.size > 0) {
    memcpy (text + size, BEFORE, sizeof BEFORE - 1);
    size += sizeof BEFORE - 1;
    hex_encode (text + size, handle->before.data, handle->before.size);
    size += 2 * handle->before.size;
  }
  dcpipe_batch_cursor (batch, text, size);
}

/* What cannot be read is done without: it only makes a fork be noticed sooner, and progress right. */
static void
take_cursor (struct icp *handle, struct dcpipe_bytes cursor)
{
  char text[DCPIPE_CURSOR_MAX + 1], *end;
  struct base16_decode_ctx context;
  size_t size = DATA_FETCH_BEFORE;

  handle->first = LEDGER_DATA_START;
  handle->before.size = 0;
  if (cursor.size == 0 || cursor.size > DCPIPE_CURSOR_MAX)
    return;
  memcpy (text, cursor.data, cursor.size);
  text[cursor.size] = '\0';
  if (strncmp (text, START, sizeof START - 1) != 0)
    return;
  handle->first = strtoull (text + sizeof START - 1, &end, 10);
  if (strncmp (end, BEFORE, sizeof BEFORE - 1) != 0)
    return;
  end += sizeof BEFORE - 1;
  base16_decode_init (&context);
  if (strlen (end) == 2 * DATA_FETCH_BEFORE
      && base16_decode_update (&context, &size, handle->before.data, 2 * DATA_FETCH_BEFORE, end))
    handle->before.size = DATA_FETCH_BEFORE;
}

/* ---- open and close ------------------------------------------------------------------------------- */

/* Connections and keys are kept from one open to the next: the engine opens once for every frontier that it
 * checks before a run. */
int
icp_make_origin (struct icp *handle)
{
  const struct origin_options options = {
    .urls = handle->urls,
    .identity = &handle->identity,
    .canister = &handle->canister,
    .root_key = { handle->root_key, handle->root_key_size },
    .trust = handle->trust,
    .timeout_ms = handle->timeout,
    .max_age_ms = handle->max_age,
    .stop_fd = dcpipe_stop_fd (),
  };
  struct ic_error error;

  if (handle->origin == NULL)
    handle->origin = origin_new (&options, &error);
  if (handle->origin == NULL)
    dcpipe_error ("%s: %s", handle->where, error.text);
  return handle->origin != NULL ? DCPIPE_OK : DCPIPE_FAIL;
}

static int
icp_open (void *context, const dcpipe_resume *resume)
{
  struct icp *handle = context;
  uint64_t position = 0;

  int result = icp_make_origin (handle);

  if (result == DCPIPE_OK)
    result = icp_choose (handle);
  if (result != DCPIPE_OK)
    return result;
  lists_open (&handle->lists, handle->list_entries, handle->list_transactions);
  pending_open (&handle->pending_list);
  handle->at_pending = false;
  handle->resuming = dcpipe_resume_at_block (resume);
  handle->first_known = handle->resuming;
  handle->end = handle->announced = 0;
  handle->announcing = false;
  handle->before.size = 0;
  handle->at_tip = handle->fell_short = false;
  handle->fault.result = DCPIPE_OK;
  if (handle->resuming) {
    position = dcpipe_resume_position (resume);
    take_cursor (handle, dcpipe_resume_cursor (resume));
  }
  ahead_begin (handle, handle->resuming ? &position : NULL, &handle->before);
  handle->framer = ledger_framer_new (position, frame_limit ());
  if (handle->framer != NULL)
    return DCPIPE_OK;
  dcpipe_error ("no memory to read from %s", handle->where);
  return DCPIPE_FAIL;
}

static void
icp_close (void *context)
{
  struct icp *handle = context;

  if (handle->origin != NULL) {
    ahead_clear (handle);
    origin_cancel (handle->origin);
  }
  question_clear (&handle->metadata);
  question_clear (&handle->question);
  pending_close (&handle->pending_list);
  ledger_framer_free (handle->framer);
  handle->framer = NULL;
}

/* ---- blocks --------------------------------------------------------------------------------------- */

/* A chunk on its way into a batch. */
struct cut {
  struct chunk chunk;
  struct answer *answer; /* holds the chunk's bytes; NULL when the batch does */
  bool any;              /* frames were delivered */
};

static bool
lies_in (struct bytes inner, struct bytes outer)
{
  return (uintptr_t) inner.data >= (uintptr_t) outer.data
         && (uintptr_t) inner.data + inner.size <= (uintptr_t) outer.data + outer.size;
}

void
icp_give_frame (struct icp *handle, dcpipe_batch *batch, const struct ledger_frame *frame)
{
  struct bytes bytes = frame->bytes;

  dcpipe_batch_frame (batch, frame->position, bytes.data, bytes.size);
  give_cursor (handle, batch);
  handle->before.size = DATA_FETCH_BEFORE;
  memcpy (handle->before.data, bytes.data + bytes.size - DATA_FETCH_BEFORE, DATA_FETCH_BEFORE);
  handle->resuming = false;
}

/* Delivers one block: in place, or copied if it was put together from several chunks. */
static bool
deliver (struct icp *handle, dcpipe_batch *batch, struct cut *cut, const struct ledger_frame *frame)
{
  struct bytes bytes = frame->bytes;
  uint8_t *copy;

  if (!lies_in (bytes, cut->chunk.bytes)) {
    copy = dcpipe_batch_memory (batch, bytes.size);
    if (copy == NULL)
      return false;
    memcpy (copy, bytes.data, bytes.size);
    bytes.data = copy;
  } else if (cut->answer != NULL) {
    dcpipe_batch_adopt (batch, cut->chunk.bytes.data, cut->chunk.bytes.size, answer_free, cut->answer);
    cut->answer = NULL;
  }
  icp_give_frame (handle, batch, &(struct ledger_frame){ .position = frame->position, .bytes = bytes });
  cut->any = true;
  return true;
}

/* Keeps a fault for when the blocks before it have been delivered. */
static void
block_fault (struct icp *handle, const char *reason)
{
  handle->fault = (struct fault){ .result = DCPIPE_DIVERGED };
  ic_error_set (&handle->fault.error, "%s: block at position %" PRIu64 ": %s", handle->where,
                ledger_framer_position (handle->framer), reason);
}

/* Behind all blocks of the chunk: should there be more of the ledger? */
static void
look_behind (struct icp *handle, const struct chunk *chunk)
{
  struct ledger_reason reason;

  if (chunk->more || handle->ahead.wanted < handle->end)
    return;
  if (ledger_framer_finish (handle->framer, &reason) == LEDGER_END)
    handle->at_tip = true;
  else
    block_fault (handle, reason.text);
}

/* The chunk is given up and fetched again. */
static void
begin_again (struct icp *handle, const char *reason)
{
  uint64_t position = ledger_framer_position (handle->framer);

  ledger_framer_seek (handle->framer, position);
  ahead_begin (handle, &position, &handle->before);
  block_fault (handle, reason);
  handle->fault.result = DCPIPE_RETRY;
}

/* Delivers the blocks of a chunk, and keeps what ends them other than the chunk's end. False if the engine
 * has no memory for one, as it has said. */
static bool
cut_blocks (struct icp *handle, dcpipe_batch *batch, struct cut *cut)
{
  struct ledger_frame frame;
  struct ledger_reason reason;
  enum ledger_framing end;

  ledger_framer_give (handle->framer, cut->chunk.position, cut->chunk.bytes, &reason);
  while ((end = ledger_framer_next (handle->framer, &frame, &reason)) == LEDGER_FRAME)
    if (!deliver (handle, batch, cut, &frame))
      return false;
  if (end == LEDGER_MORE)
    look_behind (handle, &cut->chunk);
  else if (end == LEDGER_END)
    block_fault (handle, "the ledger ends here, says a header, but more bytes follow");
  else if (end == LEDGER_NO_MEMORY)
    begin_again (handle, reason.text);
  else
    block_fault (handle, reason.text);
  return true;
}

/* ---- progress ------------------------------------------------------------------------------------- */

/* Behind the first chunk of several the canister is asked once how far it goes. Only progress is told by it,
 * so it does not matter if there is no answer. */
static void
look_ahead (struct icp *handle, bool more)
{
  struct metadata metadata;
  struct fault fault;

  if (more && !handle->announcing)
    origin_ask (handle->origin, &handle->metadata, "metadata", metadata_arguments);
  handle->announcing |= more;
  if (handle->metadata.state != QUESTION_ANSWERED
      || origin_settle (handle->origin, &handle->metadata, &fault) != DCPIPE_OK)
    return;
  if (metadata_read (&metadata, handle->metadata.answer->reply, &fault.error))
    handle->announced = metadata.end;
  else
    dcpipe_debug ("metadata of canister %s: %s", handle->canister_id, fault.error.text);
  question_clear (&handle->metadata);
}

static uint64_t
known_end (const struct icp *handle)
{
  uint64_t end = handle->end > handle->announced ? handle->end : handle->announced;

  return end > handle->first ? end : handle->first;
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

/* Says the fault that was kept. One that does not pass is said again by every later call. */
static int
tell (struct icp *handle)
{
  struct fault fault = handle->fault;

  if (fault.result == DCPIPE_RETRY)
    handle->fault.result = DCPIPE_OK;
  return say (&fault, fault.result);
}

void
icp_note_start (struct icp *handle, uint64_t position)
{
  if (handle->first_known)
    return;
  handle->first_known = true;
  handle->first = position;
  ledger_framer_seek (handle->framer, position);
}

/* One chunk. DCPIPE_OK with or without blocks, or another result. */
static int
next_chunk (struct icp *handle, uint64_t deadline, dcpipe_batch *batch, bool *any)
{
  struct cut cut = { .any = false };
  int result = ahead_next (handle, deadline, &cut.chunk, &cut.answer, &handle->fault);
  bool good;

  if (result == DCPIPE_WAIT)
    return DCPIPE_WAIT;
  if (result != DCPIPE_OK)
    return tell (handle);
  icp_note_start (handle, cut.chunk.position);
  look_ahead (handle, cut.chunk.more);
  good = cut_blocks (handle, batch, &cut);
  answer_free (cut.answer);
  *any = cut.any;
  return good ? DCPIPE_OK : DCPIPE_FAIL;
}

/* Goes on until there are blocks to deliver: one may be longer than many chunks. */
static int
next_blocks (struct icp *handle, uint64_t deadline, dcpipe_batch *batch)
{
  bool any = false;
  int result;

  for (;;) {
    if (any)
      return DCPIPE_OK;
    if (handle->fault.result != DCPIPE_OK)
      return tell (handle);
    if (handle->at_tip) {
      handle->at_tip = false;
      return DCPIPE_TIP;
    }
    result = next_chunk (handle, deadline, batch, &any);
    if (result != DCPIPE_OK)
      return result;
  }
}

static int
next_block (struct icp *handle, uint64_t deadline, dcpipe_batch *batch)
{
  struct fault fault = { 0 };
  int result = blocks_next (handle, deadline, batch, &fault);

  if (result == DCPIPE_OK)
    look_ahead (handle, true);
  return say (&fault, result);
}

/* What the method gives, up to its tip. */
static int
next_content (struct icp *handle, uint64_t deadline, dcpipe_batch *batch)
{
  struct fault fault = { 0 };

  switch (handle->chosen) {
  case METHOD_DATA_FETCH:
    return next_blocks (handle, deadline, batch);
  case METHOD_BLOCK_SYNC:
    return next_block (handle, deadline, batch);
  default:
    return say (&fault, lists_next (handle, deadline, batch, &fault));
  }
}

static int
icp_next (void *context, uint64_t deadline, dcpipe_batch *batch)
{
  struct icp *handle = context;
  struct fault fault = { 0 };
  int result = handle->at_pending ? DCPIPE_TIP : next_content (handle, deadline, batch);

  if (result == DCPIPE_TIP && handle->pending) {
    result = say (&fault, pending_next (handle, deadline, batch, &fault));
    handle->at_pending = result != DCPIPE_TIP;
  }

  dcpipe_batch_trust (batch, handle->trust);
  if (handle->first_known)
    dcpipe_batch_extent (batch, handle->first, known_end (handle));
  return result;
}

static int
icp_unpack (const void *context, const dcpipe_frame *frame, dcpipe_block *block)
{
  const struct icp *handle = context;

  return frame_unpack (handle->where, frame, block);
}

/* ---- registration --------------------------------------------------------------------------------- */

static const struct dcpipe_option options[] = {
  { .key = "url",
    .type = DCPIPE_OPTION_LIST,
    .default_value = "https://icp-api.io",
    .help = "Where the network is reached: one URL or several, of which another is tried when one fails.",
    .offset = offsetof (struct icp, urls) },
  { .key = "canister_id",
    .type = DCPIPE_OPTION_TEXT,
    .default_value = "ggi4a-wyaaa-aaaai-actqq-cai",
    .help = "The canister that keeps the ledger.",
    .offset = offsetof (struct icp, canister_id) },
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
    .offset = offsetof (struct icp, trust) },
  { .key = "root_key",
    .type = DCPIPE_OPTION_TEXT,
    .help =
        "The network's public key: DER in hexadecimal, or fetch to ask for it, on this machine alone. "
        "Without it that of the public network, or fetch if ENVIRONMENT is development and every url leads "
        "to this machine.",
    .offset = offsetof (struct icp, root_key_text) },
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
    .offset = offsetof (struct icp, timeout) },
  { .key = "max_age",
    .type = DCPIPE_OPTION_DURATION,
    .default_value = "5m",
    .min = 1000,
    .max = 86400000,
    .help = "How old signatures and certificates may be when they come.",
    .offset = offsetof (struct icp, max_age) },
  { .key = "identity",
    .type = DCPIPE_OPTION_PATH,
    .flags = DCPIPE_OPTION_READ,
    .help = "A PEM file with the Ed25519 key to sign requests with; without it they are anonymous.",
    .offset = offsetof (struct icp, identity_path) },
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
