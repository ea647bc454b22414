/* SPDX-License-Identifier: Apache-2.0 */
/* All hooks, and the thread that sends. */
#include "config.h"

#include "service/webhook/webhook.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/lockfile.h"
#include "base/log.h"
#include "bytes/cleanup.h"
#include "dcpipe-plugin.h"
#include "service/webhook/hook.h"
#include "service/webhook/message.h"

/* How often messages of disabled hooks are looked at, in ms. */
#define EXPIRE_INTERVAL 60000

struct webhooks {
  struct hook *hooks;
  size_t count;
  struct webhook_poster *poster;
  int lock; /* of the store: one process */
  pthread_t thread;
  bool started;
  pthread_mutex_t mutex; /* for the hooks, and for ... */
  bool stop;
};

/* ---- the thread ---------------------------------------------------------------------------------- */

/* Starts what is due; how long to wait for what is next, in ms. */
static uint64_t
start_due (struct webhooks *webhooks)
{
  uint64_t wait = EXPIRE_INTERVAL;

  for (size_t i = 0; i < webhooks->count; i++) {
    struct hook *hook = &webhooks->hooks[i];
    const struct queued *queued;
    uint64_t now = monotonic_ns (), next;

    hook_expire (hook);
    while ((queued = hook_due (hook, now)) != NULL && !hook_start (hook, queued, webhooks->poster))
      ;
    next = hook_next_due (hook);
    if (next <= now)
      wait = 0;
    else if (next != UINT64_MAX && (next - now) / 1000000 < wait)
      /* Rounded up, or it would wake a moment too early and wait again for 0 ms. */
      wait = (next - now) / 1000000 + 1;
  }
  return wait;
}

static void
take_outcomes (struct webhooks *webhooks)
{
  struct webhook_outcome outcome;
  struct hook *hook;

  /* The poster is this thread's alone but for being woken; the lock is for the hooks. */
  while ((hook = webhook_poster_next (webhooks->poster, &outcome)) != NULL) {
    LOCK_SCOPE (&webhooks->mutex);
    hook_take_outcome (hook, &outcome);
  }
}

static void *
sender_main (void *argument)
{
  struct webhooks *webhooks = argument;

  for (;;) {
    uint64_t wait;

    {
      LOCK_SCOPE (&webhooks->mutex);
      if (webhooks->stop)
        return NULL;
      wait = start_due (webhooks);
    }
    /* Without the lock: whoever adds a message must not wait for a network. */
    webhook_poster_work (webhooks->poster, wait);
    take_outcomes (webhooks);
  }
}

/* ---- start --------------------------------------------------------------------------------------- */

/* The directory of all hooks, made if need be; NULL after fail. */
static char *
make_directory (const char *state_dir)
{
  char *path = NULL;

  if (asprintf (&path, "%s/webhooks", state_dir) < 0) {
    fail ("no memory for a path");
    return NULL;
  }
  if ((mkdir (state_dir, 0700) == 0 || errno == EEXIST) && (mkdir (path, 0700) == 0 || errno == EEXIST))
    return path;
  fail ("the directory %s for webhooks cannot be made: %s", path, strerror (errno));
  free (path);
  return NULL;
}

static bool
is_configured (const struct webhook_settings *settings, size_t count, const char *name)
{
  for (size_t i = 0; i < count; i++)
    if (strcmp (settings[i].name, name) == 0)
      return true;
  return false;
}

/* Tells of hooks that were configured once and have left messages. */
/* A section that was renamed leaves its messages behind, and nobody would look for them. */
static void
warn_of_left (const struct webhook_settings *settings, size_t count, const char *path)
{
  DIR *stream = opendir (path);
  const struct dirent *entry;

  while (stream != NULL && (entry = readdir (stream)) != NULL)
    if (entry->d_name[0] != '.' && !is_configured (settings, count, entry->d_name))
      log_warning ("%s/%s holds messages of a webhook that is not configured: they are not sent", path,
                   entry->d_name);
  if (stream != NULL)
    closedir (stream);
}

static bool
open_all (struct webhooks *webhooks, const struct webhook_settings *settings, size_t count,
          const char *state_dir)
{
  CLEANUP_FREE char *path = make_directory (state_dir);

  /* Before a hook is opened: that removes unfinished files, which another process may be writing. */
  if (path == NULL || (webhooks->lock = lockfile_take (path, LOCK_STATE)) < 0)
    return false;
  webhooks->hooks = calloc (count + 1, sizeof *webhooks->hooks);
  webhooks->poster = webhook_poster_make ();
  if (webhooks->hooks == NULL || webhooks->poster == NULL) {
    fail ("no memory for webhooks");
    return false;
  }
  for (size_t i = 0; i < count; i++) {
    /* Counted first, since one that was opened halfway is to be closed as well. */
    webhooks->count++;
    if (!hook_open (&webhooks->hooks[i], &settings[i], path))
      return false;
  }
  warn_of_left (settings, count, path);
  return true;
}

static void
free_all (struct webhooks *webhooks)
{
  webhook_poster_free (webhooks->poster);
  for (size_t i = 0; i < webhooks->count; i++)
    hook_close (&webhooks->hooks[i]);
  free (webhooks->hooks);
  cleanup_close (&webhooks->lock);
  pthread_mutex_destroy (&webhooks->mutex);
  free (webhooks);
}

struct webhooks *
webhooks_start (const struct webhook_settings *hooks, size_t count, const char *state_dir)
{
  struct webhooks *webhooks = calloc (1, sizeof *webhooks);
  int code;

  if (webhooks == NULL) {
    fail ("no memory for webhooks");
    return NULL;
  }
  webhooks->lock = -1;
  pthread_mutex_init (&webhooks->mutex, NULL);
  if (!open_all (webhooks, hooks, count, state_dir)) {
    free_all (webhooks);
    return NULL;
  }
  code = pthread_create (&webhooks->thread, NULL, sender_main, webhooks);
  webhooks->started = code == 0;
  if (webhooks->started)
    return webhooks;
  fail ("a thread for webhooks cannot be started: %s", strerror (code));
  free_all (webhooks);
  return NULL;
}

void
webhooks_stop (struct webhooks *webhooks)
{
  if (webhooks == NULL)
    return;
  {
    LOCK_SCOPE (&webhooks->mutex);
    webhooks->stop = true;
  }
  webhook_poster_wake (webhooks->poster);
  pthread_join (webhooks->thread, NULL);
  free_all (webhooks);
}

/* ---- sending ------------------------------------------------------------------------------------- */

/* Puts the message on the disk of every hook that wants it; of none if that fails. */
/* Written for all before it is shown to any: a message that one hook lacks would be repeated by the job, and
 * the others would get it twice under two IDs. */
static bool
store (struct webhooks *webhooks, const char *type, const struct webhook_message *message)
{
  bool good = true;

  for (size_t i = 0; i < webhooks->count && good; i++)
    if (hook_wants (&webhooks->hooks[i], type))
      good = hook_reserve (&webhooks->hooks[i]) && webhook_store_stage (&webhooks->hooks[i].store, message);
  /* A process that dies in here leaves the message with some hooks. Their receivers are told twice, under two
   * IDs, because the job had not ended and is run again. */
  for (size_t i = 0; i < webhooks->count && good; i++)
    if (hook_wants (&webhooks->hooks[i], type))
      good = webhook_store_publish (&webhooks->hooks[i].store, message->id);
  for (size_t i = 0; i < webhooks->count; i++)
    if (hook_wants (&webhooks->hooks[i], type)) {
      if (good)
        hook_add (&webhooks->hooks[i], message);
      else
        webhook_store_remove (&webhooks->hooks[i].store, message->id);
    }
  return good;
}

/* All hooks get one ID and one time: they are told of one event. */
bool
webhooks_send (struct webhooks *webhooks, const char *type, const json_t *data)
{
  uint64_t now = wall_ms ();
  struct webhook_message message = { .created_at = now, .next_attempt_at = now };
  bool good;

  if (webhooks == NULL)
    return true;
  if (!webhook_id_make (message.id, now))
    return false;
  message.body = webhook_body_make (type, now, data);
  if (message.body == NULL)
    return false;
  {
    LOCK_SCOPE (&webhooks->mutex);
    good = store (webhooks, type, &message);
  }
  webhook_message_clear (&message);
  webhook_poster_wake (webhooks->poster);
  return good;
}

json_t *
webhooks_status (struct webhooks *webhooks)
{
  json_t *array = json_array ();

  if (webhooks == NULL)
    return array;
  LOCK_SCOPE (&webhooks->mutex);
  for (size_t i = 0; i < webhooks->count && array != NULL; i++)
    if (json_array_append_new (array, hook_status (&webhooks->hooks[i])) != 0) {
      json_decref (array);
      array = NULL;
    }
  return array;
}
