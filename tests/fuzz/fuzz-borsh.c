/* SPDX-License-Identifier: Apache-2.0 */
/* A program of reads, one byte each, runs over the rest of the input. */
#include "config.h"

#include "dcledger/borsh.h"

#include "fuzz/fuzz.h"

#define PROGRAM 24

static struct bytes
step (struct borsh *in, uint8_t operation)
{
  switch (operation % 7) {
  case 0:
    borsh_u32 (in);
    break;
  case 1:
    borsh_u64 (in);
    break;
  case 2:
    borsh_bool (in);
    break;
  case 3:
    borsh_option (in);
    break;
  case 4:
    borsh_variant (in, (uint8_t) (1 + operation / 7));
    break;
  case 5:
    return borsh_string (in);
  default:
    return borsh_bytes (in);
  }
  return (struct bytes){ NULL, 0 };
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  struct borsh in;
  char text[100];

  if (size < PROGRAM)
    return 0;
  in = borsh_over ((struct bytes){ data + PROGRAM, size - PROGRAM });
  for (size_t i = 0; i < PROGRAM; i++) {
    enum borsh_error before = in.error;
    struct bytes view = step (&in, data[i]);

    require (before == BORSH_OK || in.error == before);
    require (in.error == BORSH_OK || borsh_left (&in) == 0);
    require (view.size == 0 || (view.data >= in.start && view.size <= (size_t) (in.at - view.data)));
  }
  require (borsh_finish (&in) == (in.error == BORSH_OK));
  borsh_explain (&in, "the input", text, sizeof text);
  require ((text[0] == '\0') == (in.error == BORSH_OK));
  return 0;
}
