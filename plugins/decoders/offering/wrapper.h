/* SPDX-License-Identifier: Apache-2.0 */
/* Offerings inside JSON. */
#ifndef DCPIPE_OFFERING_WRAPPER_H
#define DCPIPE_OFFERING_WRAPPER_H

#include "bytes/bytes.h"

/* The JSON in which some clients wrap their CSV. */
struct wrapper {
  char *csv; /* freed by wrapper_free */
  size_t csv_size;
  bool has_pubkey;
  uint8_t pubkey[32];
};

/* True if the payload is such JSON; then wrapper_free must follow. */
bool wrapper_read (struct bytes payload, struct wrapper *wrapper);
void wrapper_free (struct wrapper *wrapper);

#endif
