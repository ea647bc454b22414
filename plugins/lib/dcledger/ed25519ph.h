/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures of ledger entries: Ed25519ph with a context (RFC 8032, sections 5.1 and 8.3). */
#ifndef DCPIPE_LIB_DCLEDGER_ED25519PH_H
#define DCPIPE_LIB_DCLEDGER_ED25519PH_H

#include "bytes/bytes.h"

#define LEDGER_PUBKEY_SIZE 32
#define LEDGER_SIGNATURE_SIZE 64

/* The context that all signatures on a Decent Cloud ledger carry. */
#define LEDGER_SIGNATURE_CONTEXT "decent-cloud"

/* Whether `signature` is one of `message` by `key` under `context` (0-terminated, at most 255 bytes).
 *
 * The verdict is that of ed25519-dalek 2's verify_prehashed, whose rules are looser than those of most
 * libraries: the equation is the cofactorless one, small-order and mixed-order keys are taken, and so are
 * keys whose y is not reduced, as long as they decode to a point. An S of the group order or more is
 * refused, and R must be the canonical form. Keys and signatures of other lengths are invalid.
 *
 * Takes any bytes without failing otherwise, keeps nothing, and may be called from any thread. */
bool ledger_ed25519ph_verify (const char *context, struct bytes key, struct bytes message,
                              struct bytes signature);

/* Whether `key` is a public key at all by the same rules: 32 bytes that decode to a point, be it of small
 * order or not reduced. */
bool ledger_ed25519_is_key (struct bytes key);

#endif
