/* SPDX-License-Identifier: Apache-2.0 */
/* Candid messages out of values. */
#ifndef IC_CANDID_ENCODE_H
#define IC_CANDID_ENCODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ic/candid/error.h"
#include "ic/candid/value.h"

/* Bytes that grow. Begin with { NULL }; the caller frees `data`. */
struct ic_candid_buffer {
  uint8_t *data;
  size_t size, capacity;
};

/* Appends a message with these values, of which there are `types->arg_count`, to `buffer`. Where a record
 * lacks a field that may be null, null is written. Returns false with `error` set if a value is not of its
 * type, or there is no memory; what was appended then means nothing. */
bool ic_candid_encode (struct ic_candid_buffer *buffer, const struct ic_candid_types *types,
                       const struct ic_candid_value *values, struct ic_error *error);

#endif
