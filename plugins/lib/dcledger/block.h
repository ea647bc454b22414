/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks of a Decent Cloud ledger: header, content, hash. See tests/data/vectors/ledger/README.md.
 *
 *     header (16 bytes) | zlib stream of: entries, timestamp, parent hash
 *
 *     struct ledger_walk walk;
 *     ledger_inflate (body, limit, &room, &content, &reason);
 *     ledger_walk_begin (&walk, content);
 *     while (ledger_walk_next (&walk, &entry))
 *       take (&entry);
 *     ledger_walk_end (&walk, &block, &reason);
 *
 * Everything here is a pure function of its arguments; a walk belongs to one thread at a time. */
#ifndef DCPIPE_LIB_DCLEDGER_BLOCK_H
#define DCPIPE_LIB_DCLEDGER_BLOCK_H

#include "bytes/bytes.h"
#include "dcledger/borsh.h"
#include "dcledger/reason.h"

#define LEDGER_HEADER_SIZE 16
#define LEDGER_HASH_SIZE 32

/* ---- header -------------------------------------------------------------------------------------- */

struct ledger_header {
  uint32_t version;   /* 1, or 0 where the ledger ends */
  int32_t jump_prev;  /* minus the length of the block before; readers ignore it */
  uint32_t jump_next; /* length of this block: header, zlib stream, and bytes behind that if there are any */
  uint32_t reserved;  /* ignored */
};

struct ledger_header ledger_header_load (const uint8_t bytes[LEDGER_HEADER_SIZE]);

/* True if a block with this header can be there: version 1, a length that leaves room for content and
 * does not exceed `limit` bytes. Version 0 is the caller's to look at first. */
bool ledger_header_check (const struct ledger_header *header, uint32_t limit, struct ledger_reason *reason);

/* The compressed part of a whole block, or false if its header is unfit or disagrees with the size. */
bool ledger_block_body (struct bytes frame, struct bytes *body, struct ledger_reason *reason);

/* ---- content ------------------------------------------------------------------------------------- */

/* One entry. The views point into the content. */
struct ledger_entry {
  struct bytes label; /* UTF-8 */
  struct bytes key, value;
  bool deleted; /* the operation: delete, not upsert */
};

struct ledger_block {
  uint32_t entries;
  uint64_t timestamp;       /* ns since 1970 */
  struct bytes parent_hash; /* a view into the content; empty or LEDGER_HASH_SIZE bytes */
  uint8_t hash[LEDGER_HASH_SIZE];
};

struct ledger_walk {
  uint32_t count; /* entries that the block announces; memory for as many is bounded by its size */
  uint32_t index; /* of the next entry */
  struct bytes content;
  size_t entry; /* offset of the entry read last */
  struct borsh in;
};

/* Begins to walk the inflated content of a block. A fault is reported by ledger_walk_end. */
void ledger_walk_begin (struct ledger_walk *walk, struct bytes content);

/* Reads the next entry; false behind the last one and at a fault. */
bool ledger_walk_next (struct ledger_walk *walk, struct ledger_entry *entry);

/* Reads what follows the last entry, and computes the block's hash. False if anything in the content was
 * not well-formed: then the entries seen must be thrown away too. Call it after ledger_walk_next has
 * returned false. That the parent hash is the hash of the block before is the caller's to check. */
bool ledger_walk_end (struct ledger_walk *walk, struct ledger_block *block, struct ledger_reason *reason);

#endif
