/* SPDX-License-Identifier: Apache-2.0 */
/* Every read is checked here, so that nothing above this file looks at bytes by itself. */
#include "config.h"

#include "ic/candid/reader.h"

#include "bytes/utf8.h"
#include "ic/candid/leb128.h"

static const char cut_short[] = "the message ends too early";

/* The first fault is the one to report; those after it are its consequences. */
bool
ic_candid_fail (struct ic_candid_reader *reader, const char *fault)
{
  if (reader->fault == NULL) {
    reader->fault = fault;
    reader->fault_at = reader->at;
  }
  return false;
}

bool
ic_candid_read_byte (struct ic_candid_reader *reader, uint8_t *byte)
{
  if (ic_candid_left (reader) == 0)
    return ic_candid_fail (reader, cut_short);
  *byte = reader->message.data[reader->at++];
  return true;
}

/* Reports how a number was read, and moves on to `rest` if that went well. */
static bool
took_number (struct ic_candid_reader *reader, enum ic_leb128_result result, struct bytes rest)
{
  if (result == IC_LEB128_TRUNCATED)
    return ic_candid_fail (reader, cut_short);
  if (result == IC_LEB128_TOO_LARGE)
    return ic_candid_fail (reader, "a count or index that does not fit in 64 bits");
  reader->at = reader->message.size - rest.size;
  return true;
}

static struct bytes
rest_of (const struct ic_candid_reader *reader)
{
  return (struct bytes){ reader->message.data + reader->at, ic_candid_left (reader) };
}

bool
ic_candid_read_uleb (struct ic_candid_reader *reader, uint64_t *value)
{
  struct bytes rest = rest_of (reader);
  enum ic_leb128_result result = ic_uleb128_read (&rest, value);

  return took_number (reader, result, rest);
}

bool
ic_candid_read_sleb (struct ic_candid_reader *reader, int64_t *value)
{
  struct bytes rest = rest_of (reader);
  enum ic_leb128_result result = ic_sleb128_read (&rest, value);

  return took_number (reader, result, rest);
}

bool
ic_candid_read_bytes (struct ic_candid_reader *reader, uint64_t size, struct bytes *bytes)
{
  if (size > ic_candid_left (reader))
    return ic_candid_fail (reader, cut_short);
  *bytes = (struct bytes){ reader->message.data + reader->at, (size_t) size };
  reader->at += (size_t) size;
  return true;
}

bool
ic_candid_read_blob (struct ic_candid_reader *reader, struct bytes *bytes)
{
  uint64_t size;

  return ic_candid_read_uleb (reader, &size) && ic_candid_read_bytes (reader, size, bytes);
}

bool
ic_candid_read_text (struct ic_candid_reader *reader, struct bytes *text)
{
  if (!ic_candid_read_blob (reader, text))
    return false;
  if (!utf8_valid (text->data, text->size))
    return ic_candid_fail (reader, "a text that is not UTF-8");
  return true;
}
