/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of the replica: what its parts share. */
#ifndef TESTS_REPLICA_SERVER_H
#define TESTS_REPLICA_SERVER_H

#include <microhttpd.h>
#include <stdatomic.h>

#include "ic/certificate/cbor_write.h"
#include "replica/replica.h"
#include "replica/state.h"

struct replica {
  struct MHD_Daemon *daemon;
  char url[64];
  struct network network;
  struct canister canister;
  struct calls *calls;
  struct faults *faults;
  unsigned max_api, delay_ms, call_ms;
  int64_t clock_s;
  atomic_uint next_node; /* whose turn it is to answer a query */
  atomic_uint_fast64_t requests[ENDPOINT_COUNT];
  pthread_mutex_t lock;
  pthread_cond_t wake;
  bool stopping; /* under the lock */
};

/* One request and its answer. */
struct visit {
  struct replica *replica;
  uint8_t *body;
  size_t size, capacity;
  struct ic_arena arena;
  struct fault fault;
  uint64_t now_ns;
  unsigned status;  /* of HTTP */
  const char *type; /* of the answer */
  struct ic_cbor_writer answer;
};

/* What libmicrohttpd calls for parts of requests, and when one is over. */
enum MHD_Result server_handle (void *context, struct MHD_Connection *connection, const char *url,
                               const char *method, const char *version, const char *data, size_t *size,
                               void **state);
void server_complete (void *context, struct MHD_Connection *connection, void **state,
                      enum MHD_RequestTerminationCode why);

/* Sends the answer, or what the fault makes of it. */
enum MHD_Result deliver (struct visit *visit, struct MHD_Connection *connection);

/* Sleeps, unless the replica is stopped. */
void replica_sleep (struct replica *replica, uint64_t ms);

uint64_t replica_now_ms (void); /* of the monotonic clock */

/* Answers in plain text: the way in which replicas tell that a request is not even a request. */
void visit_text (struct visit *visit, unsigned status, const char *format, ...)
    __attribute__ ((format (printf, 3, 4)));

/* Where a request goes. */
struct route {
  enum endpoint endpoint;
  unsigned version;
  bool subnet;
  struct ic_principal effective;
};

/* Answers a request; the fault for it is in visit->fault afterwards. */
void visit_answer (struct visit *visit, const struct route *route);

/* Answers what comes to /control/. */
void visit_control (struct visit *visit, const char *command);

#endif
