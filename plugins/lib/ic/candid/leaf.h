/* SPDX-License-Identifier: Apache-2.0 */
/* Internal to the Candid modules: reading values that are not made of others. */
#ifndef IC_CANDID_LEAF_H
#define IC_CANDID_LEAF_H

#include "ic/candid/decoder.h"

/* Reads a value that is not made of others, of one and the same kind on both sides. */
enum ic_candid_outcome ic_candid_decode_leaf (struct ic_candid_decoder *d, struct ic_candid_pair pair,
                                              enum ic_candid_kind kind, struct ic_candid_value *out);

/* Reads a nat or an int, the former also as the latter. */
enum ic_candid_outcome ic_candid_decode_number (struct ic_candid_decoder *d, enum ic_candid_kind wire,
                                                enum ic_candid_kind kind, struct ic_candid_value *out);

/* Reads a principal, or the address of a service. */
enum ic_candid_outcome ic_candid_decode_principal (struct ic_candid_decoder *d, enum ic_candid_kind kind,
                                                   struct ic_candid_value *out);

#endif
