/* SPDX-License-Identifier: Apache-2.0 */
/* A request as it came, and the answer to it. */
#ifndef DCPIPE_SERVICE_HTTP_REQUEST_H
#define DCPIPE_SERVICE_HTTP_REQUEST_H

#include <jansson.h>
#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>

#include "service/jobs/jobs.h"
#include "service/state/service.h"

#define BODY_MAX ((size_t) 64 * 1024)

struct endpoint;

struct request {
  struct service *service;
  struct MHD_Connection *connection;
  struct client *client;
  char *path;         /* as it came, without the query */
  size_t uri_size;    /* of the whole address, query included */
  const char *method; /* valid during a call of a handler */
  const struct endpoint *endpoint;
  char *argument; /* the last part of the path, decoded; NULL for endpoints without one */
  char *body;
  size_t size; /* of the body */
  bool begun, too_large;
  uint64_t began;       /* CLOCK_MONOTONIC, ns */
  struct job_wait wait; /* of an import that the request waits for */
};

/* What is to be answered. */
struct reply {
  unsigned status;
  struct MHD_Response *response; /* NULL when memory was short */
  bool later;                    /* the connection is suspended; the handler is called again */
  bool endless;                  /* the client may take any time to read it */
};

/* Answers {"success":true,"data":DATA}. Takes the reference over. */
void reply_data (struct reply *reply, unsigned status, json_t *data);

/* Answers {"success":false,"error":ERROR,"details":...}. */
void reply_error (struct reply *reply, unsigned status, const char *error, const char *format, ...)
    __attribute__ ((__format__ (__printf__, 4, 5)));

/* Answers a text, which is copied. */
void reply_text (struct reply *reply, unsigned status, const char *type, const char *text, size_t size);

/* Answers 200 with a response that is made as it is read. Takes it over. */
void reply_stream (struct reply *reply, const char *type, struct MHD_Response *response);

/* Adds a header; one of that name that every answer has is replaced. After one of the above. */
void reply_header (struct reply *reply, const char *name, const char *value);

/* A header of the request, or NULL. */
const char *request_header (const struct request *request, const char *name);

#endif
