/* SPDX-License-Identifier: Apache-2.0 */
/* What most decoders do at the beginning and the end of reading, so that failed entries read alike whoever
 * reports them. */
#include "config.h"

#include "decoder/payload.h"

#include <nettle/sha2.h>

#include "bytes/utf8.h"

/* An unknown version sticks as the reader's error, so that decoders need not ask for it. */
struct borsh
payload_over (struct bytes payload)
{
  struct borsh in = borsh_over (payload);

  borsh_variant (&in, 1);
  return in;
}

/* The name of the error comes first, for those who count failures by kind. */
bool
payload_finish (struct borsh *in, dcpipe_rows *rows, uint64_t item, const char *what)
{
  char text[200];

  if (borsh_finish (in))
    return true;
  borsh_explain (in, what, text, sizeof text);
  dcpipe_fail_entry (rows, item, "%s: %s", borsh_error_name (in->error), text);
  return false;
}

/* What is inside is a payload of its own, with a version of its own: it is kept as bytes, since those are
 * what was signed. */
bool
payload_read_signed (struct bytes value, dcpipe_rows *rows, const char *what, struct payload_signed *payload)
{
  struct borsh in = payload_over (value);

  payload->data = borsh_bytes (&in);
  payload->signature = borsh_bytes (&in);
  return payload_finish (&in, rows, PAYLOAD_OUTER, what);
}

struct payload_option
payload_read_option (struct borsh *in)
{
  struct payload_option option = { .present = borsh_option (in) };

  if (option.present)
    option.text = borsh_string (in);
  return option;
}

void
payload_set_text (dcpipe_row *row, size_t column, struct bytes text)
{
  dcpipe_set_text (row, column, text.data, text.size);
}

void
payload_set_option (dcpipe_row *row, size_t column, struct payload_option option)
{
  if (option.present)
    payload_set_text (row, column, option.text);
}

/* Memos are bytes, and mostly text: a column of text is what people search in, and the bytes have a column
 * beside it. */
void
payload_set_if_text (dcpipe_row *row, size_t column, struct bytes bytes)
{
  if (utf8_valid (bytes.data, bytes.size))
    payload_set_text (row, column, bytes);
}

void
payload_set_hex (dcpipe_row *row, size_t column, struct bytes bytes)
{
  dcpipe_set_hex (row, column, bytes.data, bytes.size);
}

void
payload_set_id (dcpipe_row *row, size_t id, size_t matches, struct bytes key, struct bytes content)
{
  uint8_t digest[SHA256_DIGEST_SIZE];
  struct sha256_ctx hash;

  sha256_init (&hash);
  sha256_update (&hash, content.size, content.data);
  sha256_digest (&hash, sizeof digest, digest);
  dcpipe_set_hex (row, id, digest, sizeof digest);
  dcpipe_set_bool (row, matches, bytes_equal (key, (struct bytes){ digest, sizeof digest }));
}

/* A DELETE by a part of the key: all rows that begin with it go. */
void
payload_delete_rows (dcpipe_rows *rows, size_t table, size_t column, struct bytes key)
{
  payload_set_hex (dcpipe_row_add (rows, table, DCPIPE_DELETE), column, key);
}
