/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the payloads of entries. */
#ifndef DCPIPE_LIB_DECODER_PAYLOAD_H
#define DCPIPE_LIB_DECODER_PAYLOAD_H

#include "dcpipe-plugin.h"

#include "dcledger/borsh.h"

/* Of what several payloads have there is one version so far. */
#define PAYLOAD_V1 1

/* The same bytes, as the libraries for ledgers know them. */
static inline struct bytes
payload_bytes (struct dcpipe_bytes bytes)
{
  return (struct bytes){ bytes.data, bytes.size };
}

/* A reader of a payload, behind the number of its version. */
struct borsh payload_over (struct bytes payload);

/* The items that failed entries are told apart by: the entry itself, and the payload inside its payload. */
enum payload_item { PAYLOAD_OUTER = 0, PAYLOAD_INNER = 1 };

/* True if `in` was read to its end without an error. Otherwise the entry's `item` failed, with a reason that
 * begins with the error's name and says what is wrong with `what` ("check-in"). */
bool payload_finish (struct borsh *in, dcpipe_rows *rows, uint64_t item, const char *what);

/* What most payloads are: bytes, in which the rest is, and a signature of them. */
struct payload_signed {
  struct bytes data, signature;
};

/* Reads the value of an entry as such a payload, which `what` names. False if it cannot be read: the entry
 * failed. */
bool payload_read_signed (struct bytes value, dcpipe_rows *rows, const char *what,
                          struct payload_signed *payload);

/* A text that may be absent. */
struct payload_option {
  bool present;
  struct bytes text;
};

struct payload_option payload_read_option (struct borsh *in);

/* Sets a text that was read by borsh_string, or nothing (null) if it is absent. */
void payload_set_text (dcpipe_row *row, size_t column, struct bytes text);
void payload_set_option (dcpipe_row *row, size_t column, struct payload_option option);

/* Sets a text column to bytes that are text, and leaves it null if they are not UTF-8. */
void payload_set_if_text (dcpipe_row *row, size_t column, struct bytes bytes);

/* Sets hexadecimal digits. */
void payload_set_hex (dcpipe_row *row, size_t column, struct bytes bytes);

/* Sets two columns by the SHA-256 of `content`, by which some entries are keyed: to its hexadecimal digits,
 * and to whether it is the entry's key. */
void payload_set_id (dcpipe_row *row, size_t id, size_t matches, struct bytes key, struct bytes content);

/* Removes the rows of a table whose primary key begins with `key`, which `column` holds in hexadecimal. */
void payload_delete_rows (dcpipe_rows *rows, size_t table, size_t column, struct bytes key);

#endif
