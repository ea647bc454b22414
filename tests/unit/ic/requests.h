/* SPDX-License-Identifier: Apache-2.0 */
/* Requests as golden rows write them. */
#ifndef TESTS_IC_REQUESTS_H
#define TESTS_IC_REQUESTS_H

#include <jansson.h>

#include "ic/candid/hash.h"
#include "ic/principal/principal.h"

/* A request, and the memory that it points into. */
struct golden_request {
  struct ic_request request;
  struct ic_principal sender, canister;
};

/* Reads the `content` of a row. The row must live as long; the rest is freed by golden_request_free. */
void golden_request_read (struct golden_request *golden, json_t *content);
void golden_request_free (struct golden_request *golden);

#endif
