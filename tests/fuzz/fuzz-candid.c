/* SPDX-License-Identifier: Apache-2.0 */
/* Candid messages: the first byte picks the types to decode at, the rest is the message. What decodes must
 * encode, and decode again to what encodes the same. One choice reads the types from the message's own
 * head, and one reads types as text. */
#include "config.h"

#include <string.h>

#include "fuzz/fuzz.h"
#include "ic/candid/candid.h"
#include "ic/candid/type_table.h"

static const char *const expected[] = {
  "()",
  "(variant { Ok : record { text; blob }; Err : text })",
  "type V = variant { Nat : nat; Int : int; Text : text; Blob : blob }; (vec record { text; V })",
  "type V = variant { Nat : nat; Int : int; Text : text; Blob : blob; Array : vec V; "
  "Map : vec record { text; V } }; (opt V)",
  "(record { entries : vec record { key : blob; value : blob; label : text }; next_cursor : opt record { "
  "block_position : nat64; entry_index : nat32 }; has_more : bool; total_count : opt nat32 })",
  "type List = opt record { head : int; tail : List }; (List, opt opt nat, reserved, null)",
  "type S = service { m : (S) -> (opt F) query }; type F = func (F, opt nat) -> (S) oneway; "
  "(opt S, opt F, principal)",
  "(opt record { opt variant { a : nat8; b : int16; c : float32 }; vec opt float64; vec bool }, "
  "vec vec null)",
  "(vec opt record { 0 : opt reserved; 5 : vec record {} }, opt vec nat8, opt empty)",
};

#define CHOICES (sizeof expected / sizeof *expected)

static struct ic_candid_buffer
encode (const struct ic_candid_types *types, const struct ic_candid_value *values)
{
  struct ic_candid_buffer buffer = { NULL, 0, 0 };

  require (ic_candid_encode (&buffer, types, values, NULL));
  return buffer;
}

static void
check_message (struct bytes message, const struct ic_candid_types *types, struct ic_arena *arena)
{
  const struct ic_candid_value *values;
  struct ic_candid_buffer first, second;
  struct ic_error error = { "" };

  if (!ic_candid_decode (&values, message, types, arena, &error)) {
    require (error.text[0] != '\0');
    return;
  }
  first = encode (types, values);
  /* A message may decode within its limits and its copy may not: types that are not used take their share. */
  if (ic_candid_decode (&values, (struct bytes){ first.data, first.size }, types, arena, &error)) {
    second = encode (types, values);
    require (first.size == second.size && memcmp (first.data, second.data, first.size) == 0);
    free (second.data);
  }
  free (first.data);
}

static void
check_types_text (const uint8_t *data, size_t size, struct ic_arena *arena)
{
  struct ic_candid_types types;
  struct ic_error error;
  char *text = ic_arena_alloc (arena, size + 1);

  if (text == NULL)
    return;
  memcpy (text, data, size);
  if (ic_candid_types_parse (&types, text, arena, &error))
    check_message ((struct bytes){ (const uint8_t *) "DIDL\0\0", 6 }, &types, arena);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  struct ic_arena arena = { NULL };
  struct ic_candid_types types;
  struct ic_candid_reader head;
  struct bytes message;
  size_t choice;

  if (size < 1)
    return 0;
  choice = data[0] % (CHOICES + 2);
  message = (struct bytes){ data + 1, size - 1 };
  head = (struct ic_candid_reader){ .message = message };
  if (choice == CHOICES)
    check_types_text (message.data, message.size, &arena);
  else if (choice < CHOICES ? ic_candid_types_parse (&types, expected[choice], &arena, NULL)
                            : ic_candid_read_types (&head, &types, &arena))
    check_message (message, &types, &arena);
  ic_arena_free (&arena);
  return 0;
}
