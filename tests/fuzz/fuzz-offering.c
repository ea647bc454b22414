/* SPDX-License-Identifier: Apache-2.0 */
/* Entries of the decoder offering. */
#include "config.h"

#include "fuzz/fuzz-decoder.h"
