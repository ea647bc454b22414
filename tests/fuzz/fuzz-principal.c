/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of principals: what is read is written back the same, and every principal's text is read. */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "fuzz/fuzz.h"
#include "ic/principal/account.h"
#include "ic/principal/principal.h"

static void
check_text (const uint8_t *data, size_t size)
{
  struct ic_principal principal;
  char text[IC_PRINCIPAL_TEXT_SIZE];

  if (ic_principal_parse (&principal, (const char *) data, size) != NULL)
    return;
  require (ic_principal_text (&principal, text) == size);
  require (strncasecmp (text, (const char *) data, size) == 0);
}

static void
check_bytes (const uint8_t *data, size_t size)
{
  struct ic_principal principal, again;
  char text[IC_ACCOUNT_TEXT_SIZE];
  size_t length;

  require (ic_principal_set (&principal, data, size % (IC_PRINCIPAL_MAX + 1)));
  length = ic_principal_text (&principal, text);
  require (ic_principal_parse (&again, text, length) == NULL && ic_principal_equal (&principal, &again));
  if (size >= IC_SUBACCOUNT_SIZE)
    require (ic_account_text (text, &principal, data) == strlen (text));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  check_text (data, size);
  check_bytes (data, size);
  return 0;
}
