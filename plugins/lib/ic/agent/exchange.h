/* SPDX-License-Identifier: Apache-2.0 */
/* One request of an agent on its way, and the reading of its answer. Private to the agent. */
#ifndef IC_AGENT_EXCHANGE_H
#define IC_AGENT_EXCHANGE_H

#include <curl/curl.h>

#include "ic/agent/result.h"
#include "ic/certificate/cbor_write.h"
#include "ic/principal/principal.h"

struct exchange {
  struct ic_agent_result result; /* first: the caller gets a pointer to it */
  struct exchange *next;
  CURL *easy;
  struct ic_cbor_writer envelope;
  struct ic_arena arena;
  struct ic_principal effective;
  bool subnet;
  unsigned version;     /* of the interface */
  uint64_t deadline_ms; /* by the monotonic clock */
  uint8_t *body;
  size_t body_size, body_capacity, max_response;
  bool too_large, no_memory;
  char *url;
  char curl_error[CURL_ERROR_SIZE];
};

/* The newest version of the interface for a kind of request. */
unsigned exchange_newest_version (enum ic_agent_kind kind);

/* Puts the whole URL for the exchange's version together. Returns false when there is no memory. */
bool exchange_set_url (struct exchange *exchange, const char *base);

/* libcurl's callback for the bytes of the answer; `context` is the exchange. */
size_t exchange_write (char *data, size_t size, size_t count, void *context);

/* libcurl's callback for a line of the answer's head; `context` is the exchange. */
size_t exchange_head (char *data, size_t size, size_t count, void *context);

/* Sets the result's outcome from what libcurl reports. */
void exchange_finish (struct exchange *exchange, CURLcode code);

/* Ends the exchange with this outcome; the error text is "URL: reason". */
void exchange_end (struct exchange *exchange, enum ic_agent_outcome outcome, const char *reason);

void exchange_free (struct exchange *exchange);

#endif
