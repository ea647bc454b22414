/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ic/principal/account.h"

#include <assert.h>
#include <string.h>

#include "bytes/bytes.h"
#include "bytes/hex.h"
#include "ic/principal/checksum.h"

/* How many hexadecimal zeros a subaccount begins with. */
static size_t
leading_zeros (const uint8_t subaccount[IC_SUBACCOUNT_SIZE])
{
  size_t i = 0;

  while (i < IC_SUBACCOUNT_SIZE && subaccount[i] == 0)
    i++;
  return 2 * i + (i < IC_SUBACCOUNT_SIZE && subaccount[i] < 16);
}

/* As ICRC-1 writes it: the checksum is of owner and subaccount, and the zeros in front are left out. The
 * account without a subaccount, and that of zeros alone, are the owner's name. */
size_t
ic_account_text (char text[IC_ACCOUNT_TEXT_SIZE], const struct ic_principal *owner,
                 const uint8_t subaccount[IC_SUBACCOUNT_SIZE])
{
  size_t size = ic_principal_text (owner, text), zeros;
  char digits[2 * IC_SUBACCOUNT_SIZE + 1];
  uint8_t checksum[4];
  uint32_t crc;

  if (subaccount == NULL || (zeros = leading_zeros (subaccount)) == 2 * IC_SUBACCOUNT_SIZE)
    return size;
  crc = ic_crc32 (ic_crc32 (0, owner->bytes, owner->size), subaccount, IC_SUBACCOUNT_SIZE);
  store_be32 (checksum, crc);
  text[size++] = '-';
  size += ic_base32_encode (text + size, checksum, sizeof checksum);
  text[size++] = '.';
  hex_encode (digits, subaccount, IC_SUBACCOUNT_SIZE);
  assert (size + sizeof digits - zeros <= IC_ACCOUNT_TEXT_SIZE);
  memcpy (text + size, digits + zeros, sizeof digits - zeros);
  return size + sizeof digits - 1 - zeros;
}
