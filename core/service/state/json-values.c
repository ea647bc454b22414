/* SPDX-License-Identifier: Apache-2.0 */
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
  return json_integer (number <= INT64_MAX ? (json_int_t) number : INT64_MAX);
}

json_t *
position_json (uint64_t position)
{
  return position > 0 ? number_json (position) : json_null ();
}
