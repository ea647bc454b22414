/* SPDX-License-Identifier: Apache-2.0 */
/* What the decoders of the tests share: a table and a decode that emits nothing. */
#ifndef TEST_DECODER_H
#define TEST_DECODER_H

#include "dcpipe-plugin.h"

__attribute__ ((unused)) static const struct dcpipe_column trial_columns[] = {
  { "block_offset", DCPIPE_U64, 1, DCPIPE_FILL_BLOCK_OFFSET, 0, "the block's position" },
  { "entry_index", DCPIPE_U64, 2, DCPIPE_FILL_ENTRY_INDEX, 0, "the entry in it" },
};

static inline int
trial_decode (const void *handle, const dcpipe_entry *entry, dcpipe_rows *rows)
{
  (void) handle;
  (void) entry;
  (void) rows;
  return DCPIPE_OK;
}

#define TRIAL_DECODER(name_)                                                                                 \
  .name = name_, .version = "1", .description = "decodes nothing", .license = "Apache-2.0", .row_format = 3

#endif
