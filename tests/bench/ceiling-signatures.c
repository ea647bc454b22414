/* SPDX-License-Identifier: Apache-2.0 */
/* The ceiling of checking signatures: how many good ones of short messages libsodium's arithmetic verifies a
 * second on one thread, with nothing around it. Prints seconds and checks. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "dcledger/ed25519ph.h"
#include "support/ed25519ph-sign.h"

#define CHECKS 4000

static double
seconds (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return (double) now.tv_sec + (double) now.tv_nsec * 1e-9;
}

int
main (void)
{
  const uint8_t message[64] = { 0 }, secret[32] = { 1 };
  const struct bytes view = { message, sizeof message };
  struct signing_key key;
  uint8_t signature[64];
  double begin;

  signing_key_init (&key, secret);
  ed25519ph_sign (&key, view, signature);
  begin = seconds ();
  for (unsigned i = 0; i < CHECKS; i++)
    if (!ledger_ed25519ph_verify (LEDGER_SIGNATURE_CONTEXT, (struct bytes){ key.pubkey, sizeof key.pubkey },
                                  view, (struct bytes){ signature, sizeof signature }))
      return EXIT_FAILURE;
  printf ("%.4f %u\n", seconds () - begin, CHECKS);
  return EXIT_SUCCESS;
}
