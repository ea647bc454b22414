/* SPDX-License-Identifier: Apache-2.0 */
/* When jobs begin by themselves. Main thread, but for schedule_json. */
#ifndef DCPIPE_SERVICE_JOBS_SCHEDULE_H
#define DCPIPE_SERVICE_JOBS_SCHEDULE_H

#include <jansson.h>
#include <stdatomic.h>
#include <stdint.h>

struct jobs;
struct schedule_settings;

struct schedule {
  const struct schedule_settings *settings;
  struct jobs *jobs;
  atomic_uint_fast64_t next; /* when the next import begins, ns since 1970; 0: never */
  atomic_uint_fast64_t
      follow;     /* when following begins, or begins again after a failure; 0: it does, or never */
  uint64_t pause; /* ns to the next attempt to follow, after failures */
};

void schedule_init (struct schedule *schedule, const struct schedule_settings *settings, struct jobs *jobs);

/* Queues what is due. */
void schedule_tick (struct schedule *schedule);

/* A job that follows has ended by itself: it begins again after a pause, longer each time. */
void schedule_follow_failed (struct schedule *schedule);

/* It went well for a while. */
void schedule_follow_works (struct schedule *schedule);

/* ms until something is due, at most `most`. */
int schedule_wait (const struct schedule *schedule, int most);

/* As the REST API shows it. Any thread. */
json_t *schedule_json (const struct schedule *schedule);

#endif
