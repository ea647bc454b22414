/* SPDX-License-Identifier: Apache-2.0 */
/* Names and JSON are both what clients see and what lies on disk, so neither may change but by additions. */
#include "config.h"

#include "service/jobs/job.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "service/state/json-values.h"

static const char *const state_names[] = { "queued", "running", "completed", "failed", "cancelled" };
static const char *const trigger_names[] = { "request", "schedule", "follow" };

const char *
job_state_name (enum job_state state)
{
  return state_names[state];
}

const char *
job_trigger_name (enum job_trigger trigger)
{
  return trigger_names[trigger];
}

json_t *
job_json (const struct job *job)
{
  char id[24];

  assert (job->state <= JOB_CANCELLED && job->trigger <= JOB_FOLLOW);
  snprintf (id, sizeof id, "%" PRIu64, job->id);
  return json_pack ("{s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:O?, s:O?}", "id", id, "scope",
                    job->label != NULL ? job->label : "all", "trigger", trigger_names[job->trigger], "state",
                    state_names[job->state], "batchSize",
                    job->batch_size > 0 ? json_integer ((json_int_t) job->batch_size) : json_null (),
                    "createdAt", time_json (job->created_ns), "startedAt", time_json (job->started_ns),
                    "endedAt", time_json (job->ended_ns), "exitStatus",
                    job->exit_status >= 0 ? json_integer (job->exit_status) : json_null (), "error",
                    text_json (job->error), "stats", job->stats, "progress", job->progress);
}

/* Stats and progress are shared with answers under way: they are never changed, only replaced. */
void
job_free (struct job *job)
{
  free (job->label);
  free (job->error);
  json_decref (job->stats);
  json_decref (job->progress);
  free (job);
}
