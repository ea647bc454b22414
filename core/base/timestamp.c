/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/timestamp.h"

#include <string.h>

#define NS_PER_MS 1000000u
#define MS_PER_DAY 86400000u

/* Days since 1970-01-01 of a date of the proleptic Gregorian calendar, and back. Years are counted from
 * March, so that the leap day is the last of its year; 719468 days lie between 0000-03-01 and 1970-01-01. */
static int64_t
days_from_date (int64_t year, unsigned month, unsigned day)
{
  int64_t y = year - (month <= 2), era = y / 400;
  unsigned year_of_era = (unsigned) (y - era * 400);
  unsigned day_of_year = (153 * (month + (month > 2 ? -3u : 9u)) + 2) / 5 + day - 1;

  return era * 146097 + (int64_t) (year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year)
         - 719468;
}

static void
date_from_days (uint64_t days, unsigned *year, unsigned *month, unsigned *day)
{
  uint64_t z = days + 719468, era = z / 146097;
  unsigned day_of_era = (unsigned) (z - era * 146097);
  unsigned year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  unsigned day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  unsigned m = (5 * day_of_year + 2) / 153;

  *day = day_of_year - (153 * m + 2) / 5 + 1;
  *month = m < 10 ? m + 3 : m - 9;
  *year = (unsigned) (year_of_era + era * 400 + (*month <= 2));
}

/* By hand rather than by gmtime_r and strftime: a dump writes millions of them, and both would ask for the
 * time zone. */
void
timestamp_format (char text[DCPIPE_TIME_SIZE], uint64_t ns)
{
  static const char form[] = "0000-00-00T00:00:00.000Z";
  uint64_t ms = ns / NS_PER_MS;
  unsigned in_day = (unsigned) (ms % MS_PER_DAY), year, month, day;
  struct {
    size_t at, digits;
    unsigned value;
  } fields[7];

  date_from_days (ms / MS_PER_DAY, &year, &month, &day);
  fields[0].at = 0, fields[0].digits = 4, fields[0].value = year;
  fields[1].at = 5, fields[1].digits = 2, fields[1].value = month;
  fields[2].at = 8, fields[2].digits = 2, fields[2].value = day;
  fields[3].at = 11, fields[3].digits = 2, fields[3].value = in_day / 3600000;
  fields[4].at = 14, fields[4].digits = 2, fields[4].value = in_day / 60000 % 60;
  fields[5].at = 17, fields[5].digits = 2, fields[5].value = in_day / 1000 % 60;
  fields[6].at = 20, fields[6].digits = 3, fields[6].value = in_day % 1000;
  memcpy (text, form, sizeof form);
  for (size_t i = 0; i < 7; i++)
    for (size_t digit = fields[i].digits; digit-- > 0; fields[i].value /= 10)
      text[fields[i].at + digit] = (char) ('0' + fields[i].value % 10);
}

/* Reads exactly `digits` digits. */
static bool
number (const char *text, size_t digits, unsigned *value)
{
  *value = 0;
  for (size_t i = 0; i < digits; i++) {
    if (text[i] < '0' || text[i] > '9')
      return false;
    *value = *value * 10 + (unsigned) (text[i] - '0');
  }
  return true;
}

/* Exactly the form that is written, and nothing that only looks like it: a value that came back in another
 * form would make a row differ from itself. The round trip at the end finds days that no month has. */
bool
timestamp_parse (const char *text, size_t size, uint64_t *ns)
{
  unsigned year, month, day, hour, minute, second, ms;
  char again[DCPIPE_TIME_SIZE];

  if (size != DCPIPE_TIME_SIZE - 1 || !number (text, 4, &year) || !number (text + 5, 2, &month)
      || !number (text + 8, 2, &day) || !number (text + 11, 2, &hour) || !number (text + 14, 2, &minute)
      || !number (text + 17, 2, &second) || !number (text + 20, 3, &ms))
    return false;
  /* 2554 is where 64 bits of nanoseconds end. */
  if (year < 1970 || year > 2554 || month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59
      || second > 59)
    return false;
  *ns = ((uint64_t) days_from_date (year, month, day) * MS_PER_DAY + hour * 3600000u + minute * 60000u
         + second * 1000u + ms)
        * NS_PER_MS;
  timestamp_format (again, *ns);
  return memcmp (again, text, size) == 0;
}

/* ---- for plugins --------------------------------------------------------------------------------- */

void
dcpipe_format_time (char text[DCPIPE_TIME_SIZE], uint64_t ns)
{
  timestamp_format (text, ns);
}

bool
dcpipe_parse_time (const char *text, size_t size, uint64_t *ns)
{
  return timestamp_parse (text, size, ns);
}
