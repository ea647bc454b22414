/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "dcledger/ed25519ph.h"

#include <stdio.h>
#include <stdlib.h>

#include "support/run.h"
#include "support/vectors.h"

static void
check_row (json_t *row, size_t number, void *context)
{
  size_t *valid = context;
  struct bytes key, message, signature;
  const char *name = vectors_text (row, "what");
  uint8_t *parts[] = { vectors_hex (row, "pubkey", &key.size), vectors_hex (row, "message", &message.size),
                       vectors_hex (row, "signature", &signature.size) };
  bool expected = json_is_true (json_object_get (row, "valid")), found;

  key.data = parts[0];
  message.data = parts[1];
  signature.data = parts[2];
  found = ledger_ed25519ph_verify (vectors_text (row, "context"), key, message, signature);
  ck_assert_msg (found == expected, "row %zu (%s): %d, expected %d", number,
                 name != NULL ? name : vectors_text (row, "name"), found, expected);
  valid[found]++;
  for (size_t i = 0; i < 3; i++)
    free (parts[i]);
}

START_TEST (every_row)
{
  static const char *const names[] = { "ledger/ed25519ph.jsonl", "ledger/ed25519ph_edge.jsonl" };

  for (size_t i = 0; i < 2; i++) {
    size_t verdicts[2] = { 0, 0 };
    size_t rows = vectors_each (names[i], check_row, verdicts);

    printf ("%s: %zu rows, %zu valid, %zu invalid\n", names[i], rows, verdicts[true], verdicts[false]);
    ck_assert (rows > 0 || getenv ("DCPIPE_VECTORS") != NULL);
  }
}
END_TEST

START_TEST (sizes_and_contexts)
{
  uint8_t zeros[65] = { 0 };
  char context[257];

  memset (context, 'x', sizeof context - 1);
  context[256] = '\0';
  for (size_t size = 0; size <= 65; size++) {
    struct bytes part = { zeros, size };

    ck_assert (size == 64
               || !ledger_ed25519ph_verify ("decent-cloud", (struct bytes){ zeros, 32 }, part, part));
    ck_assert (size == 32
               || !ledger_ed25519ph_verify ("decent-cloud", part, part, (struct bytes){ zeros, 64 }));
  }
  ck_assert (!ledger_ed25519ph_verify (context, (struct bytes){ zeros, 32 }, (struct bytes){ NULL, 0 },
                                       (struct bytes){ zeros, 64 }));
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { every_row, sizes_and_contexts };

  return RUN_TESTS ("ed25519ph", tests);
}
