/* SPDX-License-Identifier: Apache-2.0 */
/* Byte forms of rows: the primary key whose memcmp order is the order of dumps, and the canonical form
 * that digests are taken of (doc/formats.md). */
#ifndef DCPIPE_DATA_ROW_KEY_H
#define DCPIPE_DATA_ROW_KEY_H

#include <stddef.h>
#include <stdint.h>

#include "data/row.h"

/* Sets the key columns of `row` from the bytes that dcpipe_row_key made. */
void row_key_parse (struct dcpipe_row *row, const uint8_t *key, size_t size);

/* Adds the hash of each decoded row of `list` from number `from` on to the list's digest. */
void rows_digest (struct row_list *list, size_t from);

/* Adds modulo 2^256; limbs from the least significant on. */
void digest_add (uint64_t sum[4], const uint64_t addend[4]);

#endif
