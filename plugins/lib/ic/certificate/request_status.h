/* SPDX-License-Identifier: Apache-2.0 */
/* The outcome of a call, as a certificate shows it under /request_status/<request id>. */
#ifndef IC_CERTIFICATE_REQUEST_STATUS_H
#define IC_CERTIFICATE_REQUEST_STATUS_H

#include "ic/certificate/certificate.h"
#include "ic/certificate/response.h"

enum ic_request_state {
  IC_REQUEST_UNKNOWN,    /* the subnet has not seen it yet, or the certificate does not say */
  IC_REQUEST_PROCESSING, /* received or processing: ask again */
  IC_REQUEST_REPLIED,
  IC_REQUEST_REJECTED,
  IC_REQUEST_DONE, /* it is over, and the outcome has been forgotten */
};

struct ic_request_status {
  enum ic_request_state state;
  struct bytes reply;      /* of IC_REQUEST_REPLIED */
  struct ic_reject reject; /* of IC_REQUEST_REJECTED */
};

/* Reads the outcome from a certificate that has been verified; views point into it. Returns false, after
 * setting `error`, if what it says makes no sense. Pure. */
bool ic_request_status_read (struct ic_request_status *status, const struct ic_certificate *certificate,
                             const uint8_t request_id[IC_HASH_SIZE], struct ic_error *error);

#endif
