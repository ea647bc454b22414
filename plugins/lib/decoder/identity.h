/* SPDX-License-Identifier: Apache-2.0 */
/* Who stands behind a public key. */
#ifndef DCPIPE_LIB_DECODER_IDENTITY_H
#define DCPIPE_LIB_DECODER_IDENTITY_H

#include "dcpipe-plugin.h"

#include "bytes/bytes.h"
#include "ic/principal/principal.h"

/* Sets a text column to the principal of an Ed25519 key, and leaves it null if the bytes are not as many as
 * such a key has. */
void identity_set_principal (dcpipe_row *row, size_t column, struct bytes key);

/* Sets a text column to the text of a principal, which has at most IC_PRINCIPAL_MAX bytes. */
void identity_set_text (dcpipe_row *row, size_t column, struct bytes principal);

#endif
