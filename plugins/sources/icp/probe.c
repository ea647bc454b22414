/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "probe.h"

#include <inttypes.h>
#include <time.h>

#include "bytes/cleanup.h"
#include "metadata.h"

/* One question, its Candid types, and what came of it. */
struct inquiry {
  const char *method, *argument_types, *reply_types; /* the last is NULL: the reply is not decoded */
  const struct ic_candid_value *arguments;
  struct ic_question question;
  struct ic_arena arena;
  const struct ic_candid_value *reply;
  unsigned ms; /* how long it took */
};

static void
inquiry_clear (struct inquiry *inquiry)
{
  ic_question_clear (&inquiry->question);
  ic_arena_free (&inquiry->arena);
}

static uint64_t
clock_ms (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return (uint64_t) now.tv_sec * 1000 + (uint64_t) now.tv_nsec / 1000000;
}

/* Asks, and waits for the answer. */
static int
inquire (struct canister *canister, struct inquiry *inquiry, uint64_t deadline, struct fault *fault)
{
  CLEANUP_FREE uint8_t *data = NULL;
  struct ic_candid_buffer buffer = { NULL };
  struct ic_candid_types types;
  struct ic_ask asked = { .method = inquiry->method };
  uint64_t began = clock_ms ();
  bool good = ic_candid_types_parse (&types, inquiry->argument_types, &inquiry->arena, &fault->error)
              && ic_candid_encode (&buffer, &types, inquiry->arguments, &fault->error);
  int result;

  data = buffer.data;
  if (!good)
    return DCPIPE_FAIL;
  asked.arg = (struct bytes){ buffer.data, buffer.size };
  ic_origin_ask (canister->origin, &inquiry->question, &asked);
  while ((result = canister_settle (canister, &inquiry->question, fault)) == DCPIPE_WAIT)
    if (!ic_origin_wait (&inquiry->question, deadline)) {
      ic_error_set (&fault->error, "no answer in time");
      return DCPIPE_RETRY;
    }
  inquiry->ms = (unsigned) (clock_ms () - began);
  if (result != DCPIPE_OK || inquiry->reply_types == NULL)
    return result;
  good = ic_candid_types_parse (&types, inquiry->reply_types, &inquiry->arena, &fault->error)
         && ic_candid_decode (&inquiry->reply, inquiry->question.answer->reply, &types, &inquiry->arena,
                              &fault->error);
  return good ? DCPIPE_OK : DCPIPE_FAIL;
}

static void
tell_origin (const struct canister *canister)
{
  static const char *const trusts[] = { "nothing is verified", "verified by its nodes' signatures",
                                        "verified by certificates" };
  char subnet[IC_PRINCIPAL_TEXT_SIZE];
  struct ic_principal id;

  if (ic_origin_subnet (canister->origin, &id)) {
    ic_principal_text (&id, subnet);
    dcpipe_info ("%s answers; subnet %s, %s", canister->where, subnet, trusts[canister->trust]);
  } else {
    dcpipe_info ("%s answers; %s", canister->where, trusts[canister->trust]);
  }
}

static int
ask_metadata (struct canister *canister, uint64_t deadline, struct fault *fault)
{
  CLEANUP (inquiry_clear) struct inquiry inquiry = { .method = "metadata", .argument_types = "()" };
  struct metadata metadata;
  int result = inquire (canister, &inquiry, deadline, fault);

  if (result != DCPIPE_OK)
    return result;
  tell_origin (canister);
  if (metadata_read (&metadata, inquiry.question.answer->reply, &fault->error))
    dcpipe_info ("its ledger has %" PRIu64 " block%s and ends at position %" PRIu64, metadata.blocks,
                 plural_s (metadata.blocks), metadata.end);
  else
    dcpipe_info ("its metadata cannot be used: %s", fault->error.text);
  return DCPIPE_OK;
}

/* Which listing methods it has shows in the reply: the first two generations count all, the third gives a
 * cursor. Without such a method it can still be read. */
static int
ask_generation (struct canister *canister, uint64_t deadline, struct fault *fault)
{
  const struct ic_candid_value one = ic_candid_nat (IC_CANDID_NAT32, 1), no = ic_candid_bool (false);
  const struct ic_candid_value arguments[] = { ic_candid_none (), ic_candid_none (), ic_candid_some (&one),
                                               ic_candid_some (&no) };
  CLEANUP (inquiry_clear)
  struct inquiry inquiry = {
    .method = "ledger_entries",
    .argument_types =
        "(opt text, opt record { block_position : nat64; entry_index : nat32 }, opt nat32, opt bool)",
    .reply_types = "(record { total_count : opt nat32 })",
    .arguments = arguments
  };
  int result = inquire (canister, &inquiry, deadline, fault);

  if (result == DCPIPE_RETRY)
    return result;
  if (result == DCPIPE_FAIL)
    dcpipe_info ("its listing methods are of no known generation: %s", fault->error.text);
  else
    dcpipe_info ("its listing methods are of generation %s",
                 inquiry.reply->items[0].some != NULL ? "1 or 2" : "3");
  return DCPIPE_OK;
}

/* The second question to a canister finds connection and keys at hand: its time is that of a round trip. */
static int
ask_data (struct canister *canister, uint64_t deadline, struct fault *fault)
{
  const struct ic_candid_value cursor = ic_candid_text ("position=0", 10);
  const struct ic_candid_value arguments[] = { ic_candid_some (&cursor), ic_candid_none () };
  CLEANUP (inquiry_clear)
  struct inquiry inquiry = { .method = "data_fetch",
                             .argument_types = "(opt text, opt blob)",
                             .reply_types = "(variant { Ok : record { text; blob }; Err : text })",
                             .arguments = arguments };
  int result = inquire (canister, &inquiry, deadline, fault);
  const struct ic_candid_value *chunk;

  if (result != DCPIPE_OK)
    return result;
  chunk = ic_candid_case (inquiry.reply, "Ok");
  if (chunk == NULL) {
    ic_error_set (&fault->error, "data_fetch is refused");
    return DCPIPE_FAIL;
  }
  dcpipe_info ("data_fetch gives its first %zu byte%s in %u ms", chunk->items[1].bytes.size,
               plural_s (chunk->items[1].bytes.size), inquiry.ms);
  return DCPIPE_OK;
}

int
probe_tip (struct canister *canister, uint64_t deadline, dcpipe_tip *tip)
{
  CLEANUP (inquiry_clear) struct inquiry inquiry = { .method = "metadata", .argument_types = "()" };
  struct fault fault = { .result = DCPIPE_OK };
  struct metadata metadata;
  int result = canister_connect (canister);

  if (result != DCPIPE_OK)
    return result;
  result = inquire (canister, &inquiry, deadline, &fault);
  if (result == DCPIPE_OK && !metadata_read (&metadata, inquiry.question.answer->reply, &fault.error))
    result = DCPIPE_FAIL;
  if (result != DCPIPE_OK) {
    dcpipe_error ("%s: metadata: %s", canister->where, fault.error.text);
    return result;
  }
  dcpipe_tip_end (tip, metadata.end);
  dcpipe_tip_blocks (tip, metadata.blocks);
  return DCPIPE_OK;
}

int
probe (struct canister *canister, uint64_t deadline)
{
  struct fault fault = { .result = DCPIPE_OK };
  int result = canister_connect (canister);

  if (result != DCPIPE_OK)
    return result;
  result = ask_metadata (canister, deadline, &fault);
  if (result == DCPIPE_OK)
    result = ask_generation (canister, deadline, &fault);
  if (result == DCPIPE_OK)
    result = ask_data (canister, deadline, &fault);
  if (result != DCPIPE_OK)
    dcpipe_error ("%s: %s", canister->where, fault.error.text);
  return result;
}
