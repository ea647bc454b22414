/* SPDX-License-Identifier: Apache-2.0 */
/* Each message has attempts and a next time of its own, and the hook as a whole has one, too: a receiver that
 * is down is asked once in a while and not once for each message that waits; one that refuses a single
 * message still gets the others. */
#include "config.h"

#include "service/webhook/hook.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/retry.h"
#include "base/timestamp.h"
#include "bytes/cleanup.h"

#define NS_PER_MS UINT64_C (1000000)
#define RESTART_WAIT_MAX UINT64_C (86400000) /* ms: the longest that a file's next_attempt_at counts for */

uint64_t
wall_ms (void)
{
  return realtime_ns () / NS_PER_MS;
}

/* ---- the queue ----------------------------------------------------------------------------------- */

bool
hook_wants (const struct hook *hook, const char *type)
{
  for (const char *const *event = hook->settings->events; *event != NULL; event++)
    if (strcmp (*event, type) == 0)
      return true;
  return false;
}

bool
hook_reserve (struct hook *hook)
{
  size_t capacity = hook->capacity > 0 ? 2 * hook->capacity : 16;
  struct queued *queue;

  if (hook->count < hook->capacity)
    return true;
  queue = reallocarray (hook->queue, capacity, sizeof *queue);
  if (queue == NULL) {
    fail ("webhook %s: no memory for another message", hook->settings->name);
    return false;
  }
  hook->queue = queue;
  hook->capacity = capacity;
  return true;
}

void
hook_add (struct hook *hook, const struct webhook_message *message)
{
  assert (hook->count < hook->capacity); /* see hook_reserve: it is on disk already, so this must not fail */
  struct queued *queued = &hook->queue[hook->count++];
  uint64_t now = wall_ms (), wait = message->next_attempt_at > now ? message->next_attempt_at - now : 0;

  *queued = (struct queued){ .created_at = message->created_at, .attempts = message->attempts };
  memcpy (queued->id, message->id, sizeof queued->id);
  /* No pause is ever longer than that, so a later time comes from a wrong clock or from an editor. */
  if (wait > 0)
    queued->due = monotonic_ns () + (wait < RESTART_WAIT_MAX ? wait : RESTART_WAIT_MAX) * NS_PER_MS;
}

static void
drop (struct hook *hook, struct queued *queued)
{
  /* The order of the queue means nothing, since hook_due looks for the best of all. */
  *queued = hook->queue[--hook->count];
}

/* The IDs begin with their time, so the least is the oldest. The queue is walked: it is as long as a receiver
 * is behind, and a request takes longer than thousands of comparisons. */
const struct queued *
hook_due (const struct hook *hook, uint64_t now)
{
  const struct queued *best = NULL;

  if (hook->busy || hook->disabled || hook->due > now)
    return NULL;
  for (size_t i = 0; i < hook->count; i++) {
    const struct queued *queued = &hook->queue[i];

    if (queued->due > now || (best != NULL && queued->attempts > best->attempts))
      continue;
    if (best == NULL || queued->attempts < best->attempts || strcmp (queued->id, best->id) < 0)
      best = queued;
  }
  return best;
}

uint64_t
hook_next_due (const struct hook *hook)
{
  uint64_t next = UINT64_MAX;

  if (hook->busy || hook->disabled)
    return UINT64_MAX;
  for (size_t i = 0; i < hook->count; i++)
    if (hook->queue[i].due < next)
      next = hook->queue[i].due;
  return next < hook->due ? hook->due : next;
}

/* ---- opening ------------------------------------------------------------------------------------- */

static bool
add_stored (void *context, const struct webhook_message *message)
{
  struct hook *hook = context;

  if (!hook_reserve (hook))
    return false;
  hook_add (hook, message);
  return true;
}

/* Checked once more, though --check has done so: a secret may be read from a file that has changed since, and
 * libcurl has the last word on a URL. */
bool
hook_open (struct hook *hook, const struct webhook_settings *settings, const char *directory)
{
  *hook = (struct hook){ .settings = settings, .origin = webhook_url_origin (settings->url) };
  if (!webhook_store_open (&hook->store, directory, settings->name) || hook->origin == NULL
      || !webhook_secret_parse (&hook->secret, settings->secret)
      || (settings->old_secret != NULL && !webhook_secret_parse (&hook->old_secret, settings->old_secret))
      || !webhook_store_list (&hook->store, add_stored, hook))
    return false;
  hook->kept = webhook_store_given_up (&hook->store);
  if (hook->count > 0)
    log_info ("webhook %s: %zu %s of an earlier run to be sent", settings->name, hook->count,
              plural (hook->count, "message", "messages"));
  return true;
}

void
hook_close (struct hook *hook)
{
  webhook_store_close (&hook->store);
  webhook_message_clear (&hook->current);
  free (hook->origin);
  free (hook->queue);
  free (hook->last_error);
}

/* ---- an attempt ---------------------------------------------------------------------------------- */

/* One signature, or two separated by a space while an old secret is good as well. */
static void
sign (const struct hook *hook, const char *timestamp, const char *body,
      char signatures[2 * WEBHOOK_SIGNATURE_SIZE])
{
  webhook_sign (signatures, &hook->secret, hook->current.id, timestamp, body);
  if (hook->old_secret.size == 0)
    return;
  signatures[WEBHOOK_SIGNATURE_SIZE - 1] = ' ';
  webhook_sign (signatures + WEBHOOK_SIGNATURE_SIZE, &hook->old_secret, hook->current.id, timestamp, body);
}

/* Reads a message again. False if it is not there any more, was set aside, or cannot be read for now. */
static bool
load (struct hook *hook, struct queued *queued, struct webhook_message *message)
{
  enum webhook_read result = webhook_store_read (&hook->store, queued->id, message);

  if (result == WEBHOOK_READ)
    return true;
  if (result == WEBHOOK_DAMAGED)
    webhook_store_set_aside (&hook->store, queued->id, failure_reason ());
  else
    log_warning ("webhook %s: %s", hook->settings->name, failure_reason ());
  /* A file that cannot be read for now needs another time, or whoever starts what is due would ask for it
   * again at once. */
  if (result == WEBHOOK_UNREADABLE)
    queued->due = monotonic_ns () + hook->settings->retry_longest * NS_PER_MS;
  else
    drop (hook, queued);
  return false;
}

bool
hook_start (struct hook *hook, const struct queued *queued, struct webhook_poster *poster)
{
  char timestamp[24], signatures[2 * WEBHOOK_SIGNATURE_SIZE];
  struct webhook_request request = { .url = hook->settings->url,
                                     .ca_file = hook->settings->ca_file,
                                     .timeout = hook->settings->timeout,
                                     .timestamp = timestamp,
                                     .signatures = signatures };
  CLEANUP_FREE char *body = NULL;

  assert (!hook->busy);
  hook->place = (size_t) (queued - hook->queue);
  if (!load (hook, &hook->queue[hook->place], &hook->current)) {
    webhook_message_clear (&hook->current);
    return false;
  }
  body = json_dumps (hook->current.body, JSON_COMPACT);
  if (body != NULL) {
    snprintf (timestamp, sizeof timestamp, "%" PRIu64, wall_ms () / 1000);
    sign (hook, timestamp, body, signatures);
    request.id = hook->current.id;
    request.body = body;
    hook->busy = webhook_poster_start (poster, &request, hook);
  }
  if (hook->busy)
    return true;
  /* Counted as an attempt: with its time unchanged it would still be due, and be tried without end. */
  hook_take_outcome (hook, &(struct webhook_outcome){ .kind = WEBHOOK_NOT_DELIVERED,
                                                      .reason = "no memory for a request" });
  return false;
}

/* Between half of the exponential wait and the whole, in ms. */
static uint64_t
backoff (const struct webhook_settings *settings, uint64_t failures)
{
  uint64_t whole = settings->retry_first, chance = 0;

  for (uint64_t i = 1; i < failures && whole < settings->retry_longest; i++)
    whole *= 2;
  if (whole > settings->retry_longest)
    whole = settings->retry_longest;
  if (getentropy (&chance, sizeof chance) != 0)
    /* Need not be unpredictable, only different. */
    chance = monotonic_ns ();
  return whole / 2 + chance % (whole / 2 + 1);
}

static uint64_t
longer (uint64_t a, uint64_t b)
{
  return a > b ? a : b;
}

static void
give_up (struct hook *hook, struct queued *queued, const struct webhook_message *message)
{
  log_error ("webhook %s: message %s is given up after %" PRIu64 " %s: %s; it is kept in %s/given-up",
             hook->settings->name, message->id, message->attempts,
             plural (message->attempts, "attempt", "attempts"),
             message->last_error ? message->last_error : "none was made", hook->store.path);
  /* If it cannot be moved it still leaves the queue. Its file stays in pending/, so the next start tries it
   * once more and gives it up again. */
  if (!webhook_store_give_up (&hook->store, message))
    log_failure ();
  hook->given_up++;
  hook->kept = webhook_store_given_up (&hook->store);
  drop (hook, queued);
}

/* Notes the failed attempt in memory and in the file, which tells when the next one is. */
static void
put_back (struct hook *hook, struct queued *queued, uint64_t asked)
{
  const struct webhook_settings *settings = hook->settings;
  uint64_t now = wall_ms (), end = queued->created_at + settings->give_up_after;
  uint64_t pause = longer (backoff (settings, hook->current.attempts), asked);
  char text[PAUSE_SIZE];

  if (now + pause > end && asked == 0) /* a last attempt when the time is up */
    pause = end > now ? end - now : 0;
  queued->attempts = hook->current.attempts;
  queued->due = monotonic_ns () + pause * NS_PER_MS;
  hook->current.next_attempt_at = now + pause;
  pause_text (text, pause);
  log_warning ("webhook %s: message %s: attempt %" PRIu64 " failed: %s; next in %s", settings->name,
               hook->current.id, hook->current.attempts,
               hook->current.last_error ? hook->current.last_error : "no memory", text);
  /* A file that stays as it was costs no message: after a restart it is only tried too early. */
  if (!webhook_store_stage (&hook->store, &hook->current)
      || !webhook_store_publish (&hook->store, hook->current.id))
    log_warning ("webhook %s: %s; the file does not tell of the last attempt", settings->name,
                 failure_reason ());
}

static void
take_failure (struct hook *hook, struct queued *queued, const struct webhook_outcome *outcome)
{
  uint64_t now = wall_ms ();

  hook->failures++;
  hook->failed_attempts++;
  hook->current.attempts++;
  free (hook->current.last_error);
  hook->current.last_error = strdup (outcome->reason);
  free (hook->last_error);
  hook->last_error = strdup (outcome->reason);
  /* The hook as a whole waits as well, by its own count of failures: which message it was matters little. */
  hook->due =
      monotonic_ns () + longer (backoff (hook->settings, hook->failures), outcome->retry_after) * NS_PER_MS;
  /* 410 is the receiver's word that nobody is there any more; only a person can know better, by starting
   * anew. */
  if (outcome->kind == WEBHOOK_GONE) {
    hook->disabled = true;
    log_error ("webhook %s: %s; it is sent nothing until the next start, and %zu %s kept for then",
               hook->settings->name, outcome->reason, hook->count,
               plural (hook->count, "message is", "messages are"));
  }
  if (now >= queued->created_at + hook->settings->give_up_after)
    give_up (hook, queued, &hook->current);
  else
    put_back (hook, queued, outcome->retry_after);
}

void
hook_take_outcome (struct hook *hook, const struct webhook_outcome *outcome)
{
  struct queued *queued = &hook->queue[hook->place];

  if (outcome->kind == WEBHOOK_DELIVERED) {
    log_debug ("webhook %s: message %s was delivered", hook->settings->name, hook->current.id);
    /* A process that dies before this sends it again, under the ID by which the receiver knows it. */
    webhook_store_remove (&hook->store, hook->current.id);
    drop (hook, queued);
    /* Somebody is there again, so the others wait no longer than their own attempts make them. */
    hook->failures = 0;
    hook->due = 0;
    hook->delivered++;
    hook->last_delivered_at = wall_ms ();
    free (hook->last_error);
    hook->last_error = NULL;
  } else
    take_failure (hook, queued, outcome);
  webhook_message_clear (&hook->current);
  hook->busy = false;
}

void
hook_expire (struct hook *hook)
{
  uint64_t now = wall_ms ();

  /* Nothing is under way to a disabled hook, so no place in the queue is remembered that could change. */
  for (size_t i = 0; hook->disabled && i < hook->count;) {
    struct webhook_message message;
    struct queued *queued = &hook->queue[i];
    size_t before = hook->count;

    if (now >= queued->created_at + hook->settings->give_up_after) {
      if (load (hook, queued, &message))
        give_up (hook, queued, &message);
      webhook_message_clear (&message);
    }
    /* What was given up has been replaced by the last of the queue, which is looked at next. */
    if (hook->count == before)
      i++;
  }
}

/* ---- status -------------------------------------------------------------------------------------- */

static json_t *
time_or_null (uint64_t ms)
{
  char text[DCPIPE_TIME_SIZE];

  if (ms == 0)
    return json_null ();
  timestamp_format (text, ms * NS_PER_MS);
  return json_string (text);
}

json_t *
hook_status (const struct hook *hook)
{
  uint64_t next = hook_next_due (hook), now = monotonic_ns (), at = 0;

  if (next != UINT64_MAX)
    at = wall_ms () + (next > now ? (next - now) / NS_PER_MS : 0);
  return json_pack ("{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:b, s:s?, s:o, s:o}", "name", hook->settings->name,
                    "url", hook->origin, "pending", (json_int_t) hook->count, "delivered",
                    (json_int_t) hook->delivered, "failed", (json_int_t) hook->kept, "failedAttempts",
                    (json_int_t) hook->failed_attempts, "givenUp", (json_int_t) hook->given_up, "disabled",
                    hook->disabled, "lastError", hook->last_error, "nextAttemptAt", time_or_null (at),
                    "lastDeliveredAt", time_or_null (hook->last_delivered_at));
}
