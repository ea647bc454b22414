/* SPDX-License-Identifier: Apache-2.0 */
/* Cuts a stream of bytes, which may come in chunks of any size, into whole blocks.
 *
 *     framer = ledger_framer_new (start, limit);
 *     for (;;) {
 *       switch (ledger_framer_next (framer, &frame, &reason)) {
 *       case LEDGER_FRAME:
 *         deliver (&frame);
 *         continue;
 *       case LEDGER_MORE:
 *         read more bytes;
 *         ledger_framer_give (framer, position, chunk, &reason);
 *         continue;
 *       ...
 *
 * A frame that lies whole in one chunk is a view into that chunk. Only one that lies across chunks is put
 * together in the framer's own memory, which grows with the bytes that have come and never with what a
 * header announces. A framer belongs to one thread at a time. */
#ifndef DCPIPE_LIB_DCLEDGER_FRAMER_H
#define DCPIPE_LIB_DCLEDGER_FRAMER_H

#include "dcledger/block.h"

struct ledger_framer;

struct ledger_frame {
  uint64_t position; /* of the header */
  struct ledger_header header;
  struct bytes bytes; /* header and compressed part */
};

enum ledger_framing {
  LEDGER_FRAME,    /* a block; its bytes are valid until the next call that does not return LEDGER_FRAME, and
                      no longer than the chunk */
  LEDGER_MORE,     /* all whole blocks are out; what is left of the chunk is kept, so the chunk may go */
  LEDGER_END,      /* a header of version 0: the ledger ends here; nothing behind it is looked at */
  LEDGER_FAULT,    /* no block can be here; `reason` says why */
  LEDGER_NO_MEMORY /* nothing is lost: the call may be made again */
};

/* A framer for the blocks from `position` on, each of at most `limit` bytes as they come; NULL if memory
 * is short. */
struct ledger_framer *ledger_framer_new (uint64_t position, uint32_t limit);
void ledger_framer_free (struct ledger_framer *framer);

/* Forgets everything and begins anew at `position`, where a header is expected. */
void ledger_framer_seek (struct ledger_framer *framer, uint64_t position);

/* The position of the block that is delivered next, or of the end or fault. */
uint64_t ledger_framer_position (const struct ledger_framer *framer);

/* Gives the bytes at `position`, which is behind those already given, or ledger_framer_position when a reader
 * prefers to read the begun block again as a whole. They stay the caller's, unchanged until
 * ledger_framer_next returns something other than LEDGER_FRAME. Call it only at the beginning or after
 * LEDGER_MORE. False if the position is another one. */
bool ledger_framer_give (struct ledger_framer *framer, uint64_t position, struct bytes chunk,
                         struct ledger_reason *reason);

enum ledger_framing ledger_framer_next (struct ledger_framer *framer, struct ledger_frame *frame,
                                        struct ledger_reason *reason);

/* After LEDGER_MORE, when there are no more bytes: LEDGER_END if the ledger is whole (nothing is left but
 * zeros too few for a header), LEDGER_FAULT if it ends inside a block. Changes nothing: bytes that come
 * later may still be given. */
enum ledger_framing ledger_framer_finish (const struct ledger_framer *framer, struct ledger_reason *reason);

#endif
