/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers of any size between LEB128 and decimal digits.
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

/* The other way round: the canonical LEB128 of an optional minus sign (if `is_signed`) and digits that end
 * in a 0. The caller frees `data`, which is NULL with `error` set if the text is anything else, the number
 * is larger, or there is no memory. */
struct bytes ic_number_leb128 (const char *digits, bool is_signed, struct ic_error *error);

#endif
