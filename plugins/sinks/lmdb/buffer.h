/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes that grow. */
#ifndef DCPIPE_SINK_LMDB_BUFFER_H
#define DCPIPE_SINK_LMDB_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buffer {
  uint8_t *data;
  size_t size, capacity;
};

/* Makes room for `more` bytes behind the content. */
bool buffer_reserve (struct buffer *buffer, size_t more);

#endif
