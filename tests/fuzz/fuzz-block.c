/* SPDX-License-Identifier: Apache-2.0 */
/* The input is taken twice: as a block as it comes, and as the content of one. */
#include "config.h"

#include "dcledger/block.h"
#include "dcledger/inflate.h"

#include "fuzz/fuzz.h"

#define LIMIT 100000

static void *
grow (void *context, size_t size)
{
  uint8_t **data = context;

  require (size <= LIMIT);
  free (*data);
  *data = malloc (size + 1);
  return *data;
}

static void
check_view (struct bytes content, struct bytes view)
{
  if (view.size > 0)
    require (view.data >= content.data && view.size <= (size_t) (content.data + content.size - view.data));
}

static void
walk (struct bytes content)
{
  struct ledger_reason reason = { "" };
  struct ledger_walk state;
  struct ledger_entry entry;
  struct ledger_block block;
  size_t seen = 0;
  bool good;

  ledger_walk_begin (&state, content);
  require ((size_t) state.count * 14 <= content.size);
  while (ledger_walk_next (&state, &entry)) {
    check_view (content, entry.label);
    check_view (content, entry.key);
    check_view (content, entry.value);
    seen++;
  }
  good = ledger_walk_end (&state, &block, &reason);
  require (good ? block.entries == seen : reason.text[0] != '\0');
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const struct bytes input = { data, size };
  struct ledger_reason reason = { "" };
  struct bytes body, content;
  uint8_t *memory = NULL;
  const struct ledger_room room = { grow, &memory };

  walk (input);
  if (ledger_block_body (input, &body, &reason) && ledger_inflate (body, LIMIT, &room, &content, &reason))
    walk (content);
  else
    require (reason.text[0] != '\0');
  if (ledger_inflate (input, LIMIT, &room, &content, &reason))
    walk (content);
  free (memory);
  return 0;
}
