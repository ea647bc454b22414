/* SPDX-License-Identifier: Apache-2.0 */
/* JSON of the API is made in memory that may run out, and of texts that may be anything. jansson gives NULL
 * for both, and json_pack then gives NULL for the whole, which is answered as a lack of memory: so text is
 * made presentable here. */
#include "config.h"

#include "base/timestamp.h"
#include "service/state/json-values.h"

#include <string.h>
#include <time.h>

#include "bytes/cleanup.h"

json_t *
time_json (uint64_t ns)
{
  char text[DCPIPE_TIME_SIZE];

  if (ns == 0)
    return json_null ();
  timestamp_format (text, ns);
  return json_string (text);
}

/* Reasons may quote what came from a ledger or a server. Bytes that are no UTF-8 are replaced all at once:
 * which of them belong together cannot be told. */
json_t *
text_json (const char *text)
{
  json_t *json = text != NULL ? json_string (text) : json_null ();
  CLEANUP_FREE char *copy = NULL;

  if (json != NULL || text == NULL)
    return json;
  copy = strdup (text);
  for (char *p = copy; p != NULL && *p != '\0'; p++)
    if ((unsigned char) *p >= 0x80)
      *p = '?';
  return copy != NULL ? json_string (copy) : NULL;
}

json_t *
number_json (uint64_t number)
{
  /* jansson has signed integers only; no ledger comes near. */
  return json_integer (number <= INT64_MAX ? (json_int_t) number : INT64_MAX);
}

json_t *
position_json (uint64_t position)
{
  return position > 0 ? number_json (position) : json_null ();
}
