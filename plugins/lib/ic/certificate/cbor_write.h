/* SPDX-License-Identifier: Apache-2.0 */
/* Writing CBOR (RFC 8949). One thread at a time for each writer. */
#ifndef IC_CERTIFICATE_CBOR_WRITE_H
#define IC_CERTIFICATE_CBOR_WRITE_H

#include <stdbool.h>

#include "bytes/bytes.h"

/* What is being written. Begin with zeroed memory. When there is no memory, `failed` is set and
 * further calls do nothing: look at it once, at the end. The caller frees `data` with ic_cbor_writer_free. */
struct ic_cbor_writer {
  uint8_t *data;
  size_t size, capacity;
  bool failed;
};

void ic_cbor_put_uint (struct ic_cbor_writer *writer, uint64_t value);
void ic_cbor_put_bytes (struct ic_cbor_writer *writer, struct bytes value);
void ic_cbor_put_text (struct ic_cbor_writer *writer, const char *text, size_t size);
void ic_cbor_put_array (struct ic_cbor_writer *writer, size_t count);
void ic_cbor_put_map (struct ic_cbor_writer *writer, size_t count);

/* The tag 55799, which comes first in a message and says that CBOR follows. */
void ic_cbor_put_self_described (struct ic_cbor_writer *writer);

void ic_cbor_writer_free (struct ic_cbor_writer *writer);

#endif
