/* SPDX-License-Identifier: Apache-2.0 */
/* The decimal digits of numbers of any size.
 *
 * Conversion takes time with the square of the size, so that it has a limit: at IC_NUMBER_MAX_BITS it
 * takes a few milliseconds. Thread-safe. */
#ifndef IC_CANDID_NUMBER_H
#define IC_CANDID_NUMBER_H

#include <stdbool.h>

#include "bytes/bytes.h"
#include "ic/candid/error.h"

#define IC_NUMBER_MAX_BITS 65536

/* The decimal digits, behind a minus sign if the number is negative, of one whole LEB128 encoding, in
 * memory that the caller frees. NULL with `error` set if the number is larger, or there is no memory. */
char *ic_number_digits (struct bytes leb128, bool is_signed, struct ic_error *error);

#endif
