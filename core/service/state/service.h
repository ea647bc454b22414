/* SPDX-License-Identifier: Apache-2.0 */
/* The service of `dcpipe serve`: what its threads share.
 *
 *    HTTP thread (http/)               takes requests, reads the status cache, adds and cancels jobs
 *    main thread (job-run.c)           runs jobs one by one, and fills the status cache meanwhile
 *    clock thread (clock.c)            time-outs, keep-alives, the watchdog
 *
 * The HTTP thread never waits for a store, a source or a run. */
#ifndef DCPIPE_SERVICE_STATE_SERVICE_H
#define DCPIPE_SERVICE_STATE_SERVICE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct clients;
struct events;
struct http;
struct jobs;
struct metrics;
struct plugin;
struct schedule;
struct service_config;
struct setup;
struct status_cache;
struct webhooks;

/* The parts are known by name only, so that whoever has one need not know the others. */
struct service {
  const struct setup *setup;
  const struct service_config *config;
  const struct plugin **decoders; /* all that can be found: their aliases of labels are taken */
  struct status_cache *status;
  struct jobs *jobs;
  struct events *events;
  struct schedule *schedule;
  struct clients *clients;
  struct metrics *metrics;
  struct http *http;
  struct webhooks *webhooks; /* NULL if there are none */
  uint64_t started_ns;       /* since 1970 */
  atomic_bool ready;         /* imports are taken */
  atomic_bool stopping;      /* no new ones are */
  atomic_uint_fast64_t beat; /* CLOCK_MONOTONIC, ns: when the main thread was seen last */
};

/* The process is to end: nothing new is taken. Main thread. */
void service_stopping (struct service *service);

#endif
