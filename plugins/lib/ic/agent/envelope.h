/* SPDX-License-Identifier: Apache-2.0 */
/* Envelopes: what is sent to a replica, a request with the signature of its sender ("Authentication" in the
 * Internet Computer Interface Specification). */
#ifndef IC_AGENT_ENVELOPE_H
#define IC_AGENT_ENVELOPE_H

#include "ic/agent/identity.h"
#include "ic/candid/hash.h"
#include "ic/certificate/cbor_write.h"

/* Appends the envelope of `request`, sent by `identity`, to `writer`, and tells its request id. The request's
 * own `sender` does not matter: the identity's principal is put in its place. Look at writer->failed
 * afterwards. Pure, save for the writer. */
void ic_envelope_put (struct ic_cbor_writer *writer, const struct ic_request *request,
                      const struct ic_identity *identity, uint8_t request_id[IC_HASH_SIZE]);

#endif
