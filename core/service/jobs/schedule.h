/* SPDX-License-Identifier: Apache-2.0 */
/* When jobs begin by themselves. Main thread, but for schedule_json. */
#ifndef DCPIPE_SERVICE_JOBS_SCHEDULE_H
#define DCPIPE_SERVICE_JOBS_SCHEDULE_H

#include <jansson.h>
#include <stdatomic.h>
#include <stdint.h>

struct service;

struct schedule {
  atomic_uint_fast64_t next; /* when the next import begins, ns since 1970; 0: never */
  atomic_uint_fast64_t
      follow;     /* when following begins, or begins again after a failure; 0: it does, or never */
  uint64_t pause; /* ns to the next attempt to follow, after failures */
};

void schedule_init (struct schedule *schedule, const struct service *service);

/* Queues what is due. */
void schedule_tick (struct service *service);

/* A job that follows has ended by itself: it begins again after a pause, longer each time. */
void schedule_follow_failed (struct service *service);

/* It went well for a while. */
void schedule_follow_works (struct service *service);

/* ms until something is due, at most `most`. */
int schedule_wait (const struct service *service, int most);

/* As the REST API shows it. Any thread. */
json_t *schedule_json (struct service *service);

#endif
