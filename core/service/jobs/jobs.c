/* SPDX-License-Identifier: Apache-2.0 */
/* One list, the newest first, is queue and history at once: it is short, and written to disk whole with each
 * change. Requests that wait are a list of their own, because they come and go with connections, which know
 * nothing of how a job ends. */
#include "config.h"

#include "service/jobs/jobs.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <microhttpd.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/stop.h"
#include "bytes/cleanup.h"
#include "service/state/events.h"

/* ---- life --------------------------------------------------------------------------------------- */

static bool
open_wake (struct jobs *jobs)
{
  if (pipe (jobs->wake) != 0) {
    fail ("a pipe cannot be made: %s", strerror (errno));
    return false;
  }
  /* Not blocking: a pipe that is full has woken the main thread already. */
  for (int i = 0; i < 2; i++) {
    fcntl (jobs->wake[i], F_SETFD, FD_CLOEXEC);
    fcntl (jobs->wake[i], F_SETFL, O_NONBLOCK);
  }
  return true;
}

/* What a process that ended left behind goes on, but for jobs that follow: the schedule makes them. */
static void
queue_again (struct jobs *jobs)
{
  for (struct job *job = jobs->newest; job != NULL; job = job->next) {
    if (job->state > JOB_RUNNING)
      continue;
    if (job->trigger == JOB_FOLLOW) {
      job->state = JOB_CANCELLED;
      job->ended_ns = realtime_ns ();
      continue;
    }
    if (job->state == JOB_RUNNING)
      log_warning ("job %" PRIu64 " was interrupted by the end of the process, and is run again", job->id);
    job->state = JOB_QUEUED;
    job->started_ns = job->ended_ns = 0;
    job->exit_status = -1;
  }
}

/* Writes the history, and remembers whether that can be done. With the mutex held. */
static bool
store (struct jobs *jobs)
{
  /* The lock is held while the disk is flushed, too: an older list must not replace a newer one. */
  bool good = job_file_save (&jobs->file, jobs->newest, jobs->next_id);

  /* fail keeps errno. It must not be 0 here, which stands for a file that was written. */
  jobs->unsaved = good ? 0 : errno != 0 ? errno : EIO;
  jobs->tried = monotonic_ns ();
  return good;
}

bool
jobs_init (struct jobs *jobs, struct events *events, const atomic_bool *stopping, const char *directory)
{
  *jobs = (struct jobs){
    .events = events, .stopping = stopping, .next_id = 1, .wake = { -1, -1 }, .file = { .lock = -1 }
  };
  pthread_mutex_init (&jobs->mutex, NULL);
  if (!open_wake (jobs) || !job_file_open (&jobs->file, directory)
      || !job_file_load (&jobs->file, &jobs->newest, &jobs->next_id))
    return false;
  queue_again (jobs);
  /* Written at once: a directory that takes no file ends the start, rather than refuse every job later. */
  return store (jobs);
}

void
jobs_destroy (struct jobs *jobs)
{
  for (struct job *job = jobs->newest, *next; job != NULL; job = next) {
    next = job->next;
    job_free (job);
  }
  job_file_close (&jobs->file);
  for (int i = 0; i < 2; i++)
    cleanup_close (&jobs->wake[i]);
  pthread_mutex_destroy (&jobs->mutex);
}

/* Wakes the main thread when it waits for something to do. */
static void
wake (struct jobs *jobs)
{
  ssize_t ignored = write (jobs->wake[1], "", 1);

  (void) ignored;
}

/* ---- as JSON ------------------------------------------------------------------------------------ */

json_t *
jobs_list_json (struct jobs *jobs, size_t max)
{
  json_t *list = json_array ();

  LOCK_SCOPE (&jobs->mutex);
  for (const struct job *job = jobs->newest; job != NULL && json_array_size (list) < max; job = job->next)
    json_array_append_new (list, job_json (job));
  return list;
}

static struct job *
find (struct jobs *jobs, uint64_t id)
{
  struct job *job = jobs->newest;

  while (job != NULL && job->id != id)
    job = job->next;
  return job;
}

json_t *
jobs_find_json (struct jobs *jobs, uint64_t id)
{
  LOCK_SCOPE (&jobs->mutex);
  const struct job *job = find (jobs, id);

  return job != NULL ? job_json (job) : NULL;
}

json_t *
jobs_last_json (struct jobs *jobs, enum job_trigger trigger)
{
  LOCK_SCOPE (&jobs->mutex);
  for (const struct job *job = jobs->newest; job != NULL; job = job->next)
    if (job->trigger == trigger && job->state > JOB_RUNNING)
      return job_json (job);
  return json_null ();
}

/* Tells those who follow the events. */
static void
announce (struct jobs *jobs, const struct job *job)
{
  /* With the mutex held, so that events come in the order of the changes. Nobody who holds the mutex of the
   * events takes this one. */
  events_publish (jobs->events, "job", job_json (job));
}

/* ---- coming and going --------------------------------------------------------------------------- */

static size_t
count_queued (const struct jobs *jobs)
{
  size_t count = 0;

  for (const struct job *job = jobs->newest; job != NULL; job = job->next)
    /* One that follows is put back whenever others come, and is not to take a place from those who ask. */
    count += job->state == JOB_QUEUED && job->trigger != JOB_FOLLOW;
  return count;
}

/* Forgets the oldest ones that have ended, if there are too many. */
/* A request that still has to answer looks at its job, which therefore stays a while longer. */
static void
forget_old (struct jobs *jobs)
{
  size_t ended = 0;

  for (struct job **place = &jobs->newest; *place != NULL;) {
    struct job *job = *place;

    if (job->state > JOB_RUNNING && ++ended > JOBS_ENDED_MAX && job->watchers == 0) {
      *place = job->next;
      job_free (job);
    } else
      place = &job->next;
  }
}

static struct job *
make_job (struct jobs *jobs, const char *label, enum job_trigger trigger, uint64_t batch_size)
{
  struct job *job = calloc (1, sizeof *job);

  if (job == NULL || (label != NULL && (job->label = strdup (label)) == NULL)) {
    free (job);
    fail ("no memory for a job");
    return NULL;
  }
  /* Used up even if the job is then refused: the file may hold it all the same, when only the directory could
   * not be flushed. */
  job->id = jobs->next_id++;
  job->trigger = trigger;
  job->batch_size = batch_size;
  job->created_ns = realtime_ns ();
  job->exit_status = -1;
  job->next = jobs->newest;
  return job;
}

/* With the mutex held. */
static uint64_t
add (struct jobs *jobs, const char *label, enum job_trigger trigger, uint64_t batch_size,
     struct job_wait *wait)
{
  struct job *job = make_job (jobs, label, trigger, batch_size);

  if (job == NULL)
    return 0;
  jobs->newest = job;
  /* Not accepted then: whoever asked is told, instead of believing that it will be done. */
  if (!store (jobs)) {
    jobs->newest = job->next;
    job_free (job);
    return 0;
  }
  if (wait != NULL) {
    wait->job = job;
    job->watchers++;
  }
  announce (jobs, job);
  return job->id;
}

uint64_t
jobs_add (struct jobs *jobs, const char *label, enum job_trigger trigger, uint64_t batch_size,
          struct job_wait *wait, bool *full)
{
  uint64_t id = 0;

  *full = false;
  {
    LOCK_SCOPE (&jobs->mutex);
    /* Those of the schedule need no bound: there is one of each kind, and clients are not to keep it out. */
    *full = trigger == JOB_REQUEST && count_queued (jobs) >= JOBS_QUEUED_MAX;
    if (atomic_load (jobs->stopping))
      fail ("the service is being stopped");
    else if (*full)
      fail ("%d imports are queued already", JOBS_QUEUED_MAX);
    else
      id = add (jobs, label, trigger, batch_size, wait);
  }
  if (id != 0)
    wake (jobs);
  return id;
}

/* ---- requests that wait ------------------------------------------------------------------------- */

void
jobs_wait (struct jobs *jobs, struct job_wait *wait)
{
  /* Before it can be found in the list, for then any thread may resume it. */
  MHD_suspend_connection (wait->connection);
  LOCK_SCOPE (&jobs->mutex);
  /* It may have ended since it was queued, and whoever ended it did not know of this request. */
  if (wait->job->state > JOB_RUNNING || atomic_load (jobs->stopping)) {
    MHD_resume_connection (wait->connection);
    return;
  }
  wait->waiting = true;
  wait->next = jobs->waits;
  jobs->waits = wait;
}

/* Resumes those that wait for the job, or all of them for NULL. */
static void
wake_requests (struct jobs *jobs, const struct job *job)
{
  for (struct job_wait **place = &jobs->waits; *place != NULL;) {
    struct job_wait *wait = *place;

    if (job != NULL && wait->job != job) {
      place = &wait->next;
      continue;
    }
    *place = wait->next;
    wait->waiting = false;
    MHD_resume_connection (wait->connection);
  }
}

void
jobs_forget (struct jobs *jobs, struct job_wait *wait)
{
  LOCK_SCOPE (&jobs->mutex);
  for (struct job_wait **place = &jobs->waits; *place != NULL; place = &(*place)->next)
    if (*place == wait) {
      *place = wait->next;
      break;
    }
  if (wait->job != NULL) {
    assert (wait->job->watchers > 0);
    wait->job->watchers--;
  }
  wait->job = NULL;
}

void
jobs_close (struct jobs *jobs)
{
  LOCK_SCOPE (&jobs->mutex);
  assert (atomic_load (jobs->stopping)); /* or a request could begin to wait behind us, for ever */
  wake_requests (jobs, NULL);
}

/* ---- running ------------------------------------------------------------------------------------ */

/* A store of the history that fails stops no import: it is told, and tried again. */
static void
save (struct jobs *jobs)
{
  if (!store (jobs))
    log_failure ();
}

void
jobs_save_again (struct jobs *jobs)
{
  LOCK_SCOPE (&jobs->mutex);
  /* Once a second: the clock thread asks four times as often, and the disk is in trouble. */
  if (jobs->unsaved != 0 && monotonic_ns () - jobs->tried >= 1000000000u && store (jobs))
    log_info ("%s is written again", jobs->file.path);
}

int
jobs_hindrance (struct jobs *jobs)
{
  LOCK_SCOPE (&jobs->mutex);
  return jobs->unsaved;
}

/* The oldest, which is the last in the list. One that follows comes after all others, for it would never end
 * by itself and let them in. */
struct job *
jobs_begin (struct jobs *jobs)
{
  struct job *found = NULL;

  LOCK_SCOPE (&jobs->mutex);
  for (struct job *job = jobs->newest; job != NULL; job = job->next)
    if (job->state == JOB_QUEUED
        && (found == NULL || job->trigger != JOB_FOLLOW || found->trigger == JOB_FOLLOW))
      found = job;
  if (found == NULL || atomic_load (jobs->stopping))
    return NULL;
  found->state = JOB_RUNNING;
  /* A job that was preempted has begun when it began first. */
  if (found->started_ns == 0)
    found->started_ns = realtime_ns ();
  /* On disk only so that a restart can tell of an interruption: as queued it would be run again as well. */
  save (jobs);
  announce (jobs, found);
  return found;
}

bool
jobs_are_waiting (struct jobs *jobs)
{
  LOCK_SCOPE (&jobs->mutex);
  return count_queued (jobs) > 0;
}

bool
jobs_have (struct jobs *jobs, enum job_trigger trigger)
{
  LOCK_SCOPE (&jobs->mutex);
  for (const struct job *job = jobs->newest; job != NULL; job = job->next)
    if (job->trigger == trigger && job->state <= JOB_RUNNING)
      return true;
  return false;
}

void
jobs_pause (struct jobs *jobs, struct job *job)
{
  LOCK_SCOPE (&jobs->mutex);
  assert (job->state == JOB_RUNNING);
  job->state = JOB_QUEUED;
  save (jobs);
  announce (jobs, job);
}

/* Requests are woken before the job can be forgotten, and it is forgotten before the history is written,
 * which then has no more than it may. */
static void
end (struct jobs *jobs, struct job *job, enum job_state state)
{
  assert (job->state <= JOB_RUNNING && state > JOB_RUNNING);
  job->state = state;
  /* Set already for one that ran, since webhooks are told of that time before the job ends. */
  if (job->ended_ns == 0)
    job->ended_ns = realtime_ns ();
  jobs->ended[state]++;
  wake_requests (jobs, job);
  announce (jobs, job);
  forget_old (jobs);
  save (jobs);
}

void
jobs_set_result (struct jobs *jobs, struct job *job, int exit_status, char *error, json_t *stats)
{
  LOCK_SCOPE (&jobs->mutex);
  job->ended_ns = realtime_ns ();
  job->exit_status = exit_status;
  free (job->error);
  job->error = error;
  json_decref (job->stats);
  job->stats = stats;
}

void
jobs_end (struct jobs *jobs, struct job *job, enum job_state state)
{
  LOCK_SCOPE (&jobs->mutex);
  end (jobs, job, state);
}

struct jobs_counts
jobs_count (struct jobs *jobs)
{
  struct jobs_counts counts = { 0 };

  LOCK_SCOPE (&jobs->mutex);
  memcpy (counts.ended, jobs->ended, sizeof counts.ended);
  for (const struct job *job = jobs->newest; job != NULL; job = job->next) {
    counts.queued += job->state == JOB_QUEUED;
    counts.running += job->state == JOB_RUNNING;
    if (job->state == JOB_COMPLETED && job->label == NULL && job->ended_ns > counts.completed_ns)
      counts.completed_ns = job->ended_ns;
  }
  return counts;
}

void
jobs_set_progress (struct jobs *jobs, struct job *job, json_t *progress)
{
  LOCK_SCOPE (&jobs->mutex);
  json_decref (job->progress);
  job->progress = progress;
}

void
jobs_set_stats (struct jobs *jobs, struct job *job, json_t *stats)
{
  LOCK_SCOPE (&jobs->mutex);
  json_decref (job->stats);
  job->stats = stats;
}

/* ---- cancelling --------------------------------------------------------------------------------- */

bool
job_is_cancelled (struct jobs *jobs, const struct job *job)
{
  LOCK_SCOPE (&jobs->mutex);
  return job->cancelled;
}

static enum cancel_result
cancel (struct jobs *jobs, struct job *job)
{
  if (job == NULL)
    return CANCEL_UNKNOWN;
  if (job->state > JOB_RUNNING)
    return CANCEL_OVER;
  job->cancelled = true;
  /* The wish is not on disk: should the process be killed before the run has ended, the job is run again. */
  if (job->state == JOB_RUNNING)
    return CANCEL_REQUESTED;
  end (jobs, job, JOB_CANCELLED);
  return CANCEL_DONE;
}

enum cancel_result
jobs_cancel (struct jobs *jobs, uint64_t id, json_t **json)
{
  LOCK_SCOPE (&jobs->mutex);
  struct job *job = find (jobs, id);
  enum cancel_result result = cancel (jobs, job);

  *json = job != NULL ? job_json (job) : NULL;
  if (result == CANCEL_REQUESTED) /* the run asks again now and then, should it be about to begin */
    stop_request ();
  return result;
}

/* A request that would wait no longer for its turn takes its job with it. */
void
jobs_expire (struct jobs *jobs)
{
  uint64_t now = monotonic_ns ();
  bool again = true;

  LOCK_SCOPE (&jobs->mutex);
  while (again) {
    again = false;
    for (struct job_wait *wait = jobs->waits; wait != NULL && !again; wait = wait->next)
      if (wait->deadline != 0 && now >= wait->deadline && wait->job->state == JOB_QUEUED) {
        wait->late = true;
        cancel (jobs, wait->job); /* ends this walk: it takes requests out of the list */
        again = true;
      }
  }
}
