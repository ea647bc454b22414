/* SPDX-License-Identifier: Apache-2.0 */
/* The key that all certificates of the public Internet Computer go back to. */
#ifndef IC_CERTIFICATE_ROOT_KEY_H
#define IC_CERTIFICATE_ROOT_KEY_H

#include "ic/certificate/bls.h"

/* In DER. It has not changed since the network began; another network has another one. */
extern const unsigned char ic_mainnet_root_key[IC_BLS_DER_SIZE];

#endif
