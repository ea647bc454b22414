/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers as providers write them: what Rust's f64 and u32 parse. */
#ifndef DCPIPE_OFFERING_NUMBER_H
#define DCPIPE_OFFERING_NUMBER_H

#include "bytes/bytes.h"

enum number {
  NUMBER_FINITE,
  NUMBER_NOT_FINITE, /* inf, nan, or more than a double can hold */
  NUMBER_BAD,        /* no number */
  NUMBER_NO_MEMORY
};

/* Reads a decimal number, with an exponent or without. A finite one is written to `decimal` without an
 * exponent, without needless zeros, exactly as far as its digits go (what a double takes for 0 is 0), in
 * memory that the caller frees; otherwise it is set to NULL. */
enum number number_decimal (struct bytes text, char **decimal);

/* Reads an unsigned number of 32 bits; false if it is none. */
bool number_u32 (struct bytes text, uint32_t *number);

#endif
