/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "decoder/payload.h"

#include "bytes/utf8.h"

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

void
payload_set_text (dcpipe_row *row, size_t column, struct bytes text)
{
  dcpipe_set_text (row, column, text.data, text.size);
}

void
payload_set_option (dcpipe_row *row, size_t column, bool present, struct bytes text)
{
  if (present)
    dcpipe_set_text (row, column, text.data, text.size);
}

void
payload_set_if_text (dcpipe_row *row, size_t column, struct bytes bytes)
{
  if (utf8_valid (bytes.data, bytes.size))
    dcpipe_set_text (row, column, bytes.data, bytes.size);
}

void
payload_set_hex (dcpipe_row *row, size_t column, struct bytes bytes)
{
  dcpipe_set_hex (row, column, bytes.data, bytes.size);
}
