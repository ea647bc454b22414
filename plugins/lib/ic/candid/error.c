/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ic/candid/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Bytes from 0x80 are left alone: they belong to UTF-8 characters. */
static void
replace_controls (char *text)
{
  for (; *text != '\0'; text++)
    if ((unsigned char) *text < ' ' || *text == 0x7f)
      *text = ' ';
}

void
ic_error_set (struct ic_error *error, const char *format, ...)
{
  va_list arguments;

  if (error == NULL)
    return;
  va_start (arguments, format);
  vsnprintf (error->text, sizeof error->text, format, arguments);
  va_end (arguments);
  replace_controls (error->text);
}

void
ic_error_prefix (struct ic_error *error, const char *format, ...)
{
  struct ic_error rest;
  va_list arguments;
  size_t used;

  if (error == NULL)
    return;
  rest = *error;
  va_start (arguments, format);
  vsnprintf (error->text, sizeof error->text, format, arguments);
  va_end (arguments);
  used = strlen (error->text);
  snprintf (error->text + used, sizeof error->text - used, ": %s", rest.text);
  replace_controls (error->text);
}
