/* SPDX-License-Identifier: Apache-2.0 */
/* The table of what is served where. */
#ifndef DCPIPE_SERVICE_HTTP_ENDPOINTS_H
#define DCPIPE_SERVICE_HTTP_ENDPOINTS_H

#include "service/http/request.h"

enum endpoint_flags {
  ENDPOINT_OPEN = 1, /* no token is needed */
  ENDPOINT_BODY = 2  /* it takes a body */
};

struct endpoint {
  const char *method; /* GET stands for HEAD, too */
  const char *path;   /* one that ends with '/' is followed by one more part: request.argument */
  unsigned flags;
  void (*handle) (struct request *request, struct reply *reply);
};

/* Finds the endpoint of request.path and method, and checks who asks: sets request.endpoint and
 * request.argument. False after a reply that says why not. */
bool endpoints_find (struct request *request, struct reply *reply);

#endif
