/* SPDX-License-Identifier: Apache-2.0 */
/* What every fuzz target has in common. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* Called by libFuzzer with each input. */
int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* What must hold for every input. */
static inline void
require (bool condition)
{
  if (!condition)
    abort ();
}

#endif
