/* SPDX-License-Identifier: Apache-2.0 */
/* Accounts of ledgers: an owner and, for all but his main account, a subaccount of 32 bytes.
 *
 * The text form is that of the ICRC-1 standard ("Textual encoding of ICRC-1 accounts"). */
#ifndef IC_PRINCIPAL_ACCOUNT_H
#define IC_PRINCIPAL_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ic/principal/principal.h"

#define IC_SUBACCOUNT_SIZE 32

/* Room for any account's text and its final 0: owner, dash, checksum, dot, subaccount in hexadecimal. */
#define IC_ACCOUNT_TEXT_SIZE (IC_PRINCIPAL_TEXT_SIZE + 1 + 7 + 1 + 2 * IC_SUBACCOUNT_SIZE)

/* Writes the text form of an account, ended by a 0, and returns its length.
 *
 * `subaccount` is NULL for the owner's main account, which 32 zeros name as well: both are written as
 * the owner alone. Pure, and safe from any thread. */
size_t ic_account_text (char text[IC_ACCOUNT_TEXT_SIZE], const struct ic_principal *owner,
                        const uint8_t subaccount[IC_SUBACCOUNT_SIZE]);

#endif
