/* SPDX-License-Identifier: Apache-2.0 */
/* A file that is replaced as a whole, since it is small (JOBS_ENDED_MAX and those that wait) and must be
 * right after a kill at any instruction: written beside the old one, flushed, renamed, and the directory
 * flushed. */
#include "config.h"

#include "service/jobs/job-file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/lockfile.h"
#include "base/log.h"
#include "base/timestamp.h"
#include "base/write-all.h"
#include "bytes/cleanup.h"

/* ---- reading ------------------------------------------------------------------------------------ */

static uint64_t
parse_time (const char *text)
{
  uint64_t ns = 0;

  return text != NULL && timestamp_parse (text, strlen (text), &ns) ? ns : 0;
}

static int
index_of (const char *text, const char *(*name) (int), int count)
{
  for (int i = 0; i < count && text != NULL; i++)
    if (strcmp (text, name (i)) == 0)
      return i;
  return -1;
}

static const char *
state_name (int state)
{
  return job_state_name ((enum job_state) state);
}

static const char *
trigger_name (int trigger)
{
  return job_trigger_name ((enum job_trigger) trigger);
}

static const char *
text_at (const json_t *json, const char *key)
{
  return json_string_value (json_object_get (json, key));
}

static char *
copy_at (const json_t *json, const char *key)
{
  const char *text = text_at (json, key);

  return text != NULL ? strdup (text) : NULL;
}

static json_t *
object_at (const json_t *json, const char *key)
{
  json_t *value = json_object_get (json, key);

  return json_is_object (value) ? json_incref (value) : NULL;
}

/* NULL if it is no job. */
/* Times and texts that cannot be read are left out rather than refused: a history with a gap is better than a
 * service that does not start. What a job is and in which state has to be there. */
static struct job *
parse_job (const json_t *json)
{
  const char *id = text_at (json, "id"), *scope = text_at (json, "scope");
  const json_t *exit_status = json_object_get (json, "exitStatus");
  int trigger = index_of (text_at (json, "trigger"), trigger_name, JOB_FOLLOW + 1),
      state = index_of (text_at (json, "state"), state_name, JOB_CANCELLED + 1);
  struct job *job;

  if (id == NULL || scope == NULL || trigger < 0 || state < 0 || (job = calloc (1, sizeof *job)) == NULL)
    return NULL;
  job->id = strtoumax (id, NULL, 10);
  job->label = strcmp (scope, "all") == 0 ? NULL : strdup (scope);
  job->trigger = (enum job_trigger) trigger;
  job->state = (enum job_state) state;
  job->batch_size = (uint64_t) json_integer_value (json_object_get (json, "batchSize"));
  job->created_ns = parse_time (text_at (json, "createdAt"));
  job->started_ns = parse_time (text_at (json, "startedAt"));
  job->ended_ns = parse_time (text_at (json, "endedAt"));
  job->exit_status = json_is_integer (exit_status) ? (int) json_integer_value (exit_status) : -1;
  job->error = copy_at (json, "error");
  job->stats = object_at (json, "stats");
  job->progress = object_at (json, "progress");
  return job;
}

/* Where numbers of jobs end: JSON has no larger ones, and the next one must be written, too. */
#define ID_END ((uint64_t) INT64_MAX)

/* The newest comes first in the file. */
static bool
take_jobs (json_t *root, struct job **newest, uint64_t *next_id)
{
  json_t *list = json_object_get (root, "jobs"), *item;
  struct job **place = newest;
  size_t i;

  if (!json_is_array (list))
    return false;
  *next_id = (uint64_t) json_integer_value (json_object_get (root, "next"));
  json_array_foreach (list, i, item) {
    struct job *job = parse_job (item);

    /* Those before it are in the list already, and freed with it. */
    if (job == NULL)
      return false;
    /* The file may have been edited, and of two jobs with one number only one could be asked for. */
    if (job->id >= *next_id)
      *next_id = job->id + 1;
    *place = job;
    place = &job->next;
  }
  return *next_id > 0 && *next_id < ID_END;
}

bool
job_file_load (const struct job_file *file, struct job **newest, uint64_t *next_id)
{
  json_error_t error;
  json_t *root;
  bool good;

  /* Only a file that is not there is an empty history; one that cannot be read may hold jobs that must not be
   * forgotten. */
  if (access (file->path, F_OK) != 0 && errno == ENOENT)
    return true;
  root = json_load_file (file->path, 0, &error);
  good = root != NULL && take_jobs (root, newest, next_id);
  if (!good)
    fail ("%s: this is no history of jobs%s%s; if it is of no use, remove it", file->path,
          root == NULL ? ": " : "", root == NULL ? error.text : "");
  json_decref (root);
  return good;
}

bool
job_file_open (struct job_file *file, const char *directory)
{
  if (mkdir (directory, 0700) != 0 && errno != EEXIST) {
    fail ("%s: the directory for the service's state cannot be made: %s", directory, strerror (errno));
    return false;
  }
  if (asprintf (&file->path, "%s/jobs.json", directory) < 0) {
    file->path = NULL;
    fail ("no memory for a path");
    return false;
  }
  file->lock = lockfile_take (file->path, LOCK_STATE);
  return file->lock >= 0;
}

void
job_file_close (struct job_file *file)
{
  free (file->path);
  cleanup_close (&file->lock);
}

/* ---- writing ------------------------------------------------------------------------------------ */

/* Makes what was renamed outlive a loss of power. */
static bool
sync_directory (const char *path)
{
  CLEANUP_FREE char *directory = strdup (path);
  char *slash = directory != NULL ? strrchr (directory, '/') : NULL;
  CLEANUP_CLOSE int fd = -1;

  if (slash == NULL)
    return false;
  *slash = '\0';
  fd = open (directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return fd >= 0 && fsync (fd) == 0;
}

static bool
replace (const char *path, const char *text)
{
  CLEANUP_FREE char *fresh = NULL;
  CLEANUP_CLOSE int fd = -1;

  if (asprintf (&fresh, "%s.new", path) < 0) {
    fresh = NULL;
    errno = ENOMEM;
    return false;
  }
  unlink (fresh); /* it may be a link to another file */
  fd = open (fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  /* A directory that cannot be flushed is a failure although the new file is in place. So a job that was
   * refused may be run after a crash, and none that was accepted is lost. What close would tell was told by
   * fsync. */
  return fd >= 0 && write_all (fd, text, strlen (text)) && fsync (fd) == 0 && rename (fresh, path) == 0
         && sync_directory (path);
}

bool
job_file_save (const struct job_file *file, const struct job *newest, uint64_t next_id)
{
  json_t *list = json_array (), *root;
  CLEANUP_FREE char *text = NULL;
  bool good;

  for (const struct job *job = newest; job != NULL; job = job->next)
    json_array_append_new (list, job_json (job));
  root = json_pack ("{s:I, s:o}", "next", (json_int_t) next_id, "jobs", list);
  text = json_dumps (root, JSON_COMPACT);
  json_decref (root);
  /* json_dumps does not say why it gives nothing; replace sets it anew. */
  errno = ENOMEM;
  good = text != NULL && replace (file->path, text);
  if (!good)
    fail ("%s: the history of jobs cannot be written: %s", file->path, strerror (errno));
  return good;
}
