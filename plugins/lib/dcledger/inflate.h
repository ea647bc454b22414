/* SPDX-License-Identifier: Apache-2.0 */
/* Inflates one zlib stream (RFC 1950) into memory of the caller's, never past a bound. */
#ifndef DCPIPE_LIB_DCLEDGER_INFLATE_H
#define DCPIPE_LIB_DCLEDGER_INFLATE_H

#include "bytes/bytes.h"
#include "dcledger/reason.h"

/* Memory for what is inflated, owned by the caller, who may account for it and refuse. */
struct ledger_room {
  /* Gives at least `size` bytes, in place of what was given before, whose contents need not be kept; NULL
   * refuses. `size` never exceeds the limit. */
  void *(*grow) (void *context, size_t size);
  void *context;
};

/* Inflates the stream at the start of `stream` and checks its Adler-32; bytes behind its end are ignored.
 * At most `limit` bytes come out, or it is refused. `content` is set to the result, which lies at the
 * start of what `room` gave last.
 * It keeps nothing and may be called from any number of threads. */
bool ledger_inflate (struct bytes stream, size_t limit, const struct ledger_room *room, struct bytes *content,
                     struct ledger_reason *reason);

#endif
