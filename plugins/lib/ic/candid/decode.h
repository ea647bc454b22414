/* SPDX-License-Identifier: Apache-2.0 */
/* Candid values out of messages. */
#ifndef IC_CANDID_DECODE_H
#define IC_CANDID_DECODE_H

#include <stdbool.h>
#include <stdint.h>

#include "bytes/bytes.h"
#include "ic/candid/arena.h"
#include "ic/candid/error.h"
#include "ic/candid/value.h"

/* What a message may cost the reader. A value of a few bytes can claim to be a vector of a thousand million
 * nulls: work is counted in values read (and bytes, where they are looked at one by one), memory
 * in bytes of the arena, and a message that needs more is refused. An honest one stays far below. */
#define IC_CANDID_WORK(size) (2000000 + 16 * (uint64_t) (size))
#define IC_CANDID_MEMORY(size) ((4 << 20) + 64 * (uint64_t) (size))

/* Decodes a message at the expected types, with the coercions of the specification: what is expected and
 * missing is null, what is not expected is skipped, and what does not fit under an opt becomes null.
 *
 * Sets `*values` to an array of `expected->arg_count` values, in `arena`; they point into `message` too.
 * Returns false with `error` set if the message is malformed, is of other types, or costs too much. */
bool ic_candid_decode (const struct ic_candid_value **values, struct bytes message,
                       const struct ic_candid_types *expected, struct ic_arena *arena,
                       struct ic_error *error);

#endif
