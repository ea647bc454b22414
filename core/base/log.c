/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/log.h"

#include <errno.h>
#include <jansson.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/timestamp.h"
#include "bytes/cleanup.h"
#include "bytes/utf8.h"
#include "dcpipe-plugin.h"

/* A sink that fails for each of a million entries must neither fill the disk with its log nor hide what else
 * happens; a line that comes nine times is still there to be counted. */
#define REPEATS_SHOWN 9
#define REPEATS_WINDOW 10 /* seconds */
#define REPEATS_SLOTS 32

static const char *const level_names[] = { "error", "warning", "info", "debug" };

/* A line seen lately. */
struct repeat {
  uint64_t hash;
  time_t since; /* CLOCK_MONOTONIC, s; 0 in a free slot */
  unsigned count;
  enum log_level level;
  char text[200];
};

static struct {
  pthread_mutex_t lock;
  enum log_level level;
  bool json;
  void (*redraw) (void *context, bool show);
  void *redraw_context;
  struct repeat repeats[REPEATS_SLOTS];
} state = { .lock = PTHREAD_MUTEX_INITIALIZER, .level = LOG_INFO };

/* Callbacks have no argument for the logger, so what a thread works for is remembered beside it. */
static _Thread_local const char *thread_instance;
static _Thread_local char thread_reason[LOG_LINE_MAX];
static _Thread_local size_t thread_reason_prefix; /* length of "INSTANCE: " before it */

void
log_configure (enum log_level level, bool json)
{
  LOCK_SCOPE (&state.lock);
  state.level = level;
  state.json = json;
}

enum log_level
log_current_level (void)
{
  /* Without the lock: it is set once, before there is a second thread. */
  return state.level;
}

bool
log_is_json (void)
{
  return state.json;
}

const char *
log_set_instance (const char *instance)
{
  const char *before = thread_instance;

  thread_instance = instance;
  return before;
}

const char *
log_instance (void)
{
  return thread_instance;
}

void
log_set_redraw (void (*redraw) (void *context, bool show), void *context)
{
  LOCK_SCOPE (&state.lock);
  state.redraw = redraw;
  state.redraw_context = context;
}

/* Makes text from outside fit for a terminal: no control characters, valid UTF-8. */
static void
clean (char *text)
{
  bool valid = utf8_valid (text, strlen (text));

  for (unsigned char *p = (unsigned char *) text; *p != '\0'; p++)
    if (*p < 0x20 || *p == 0x7f)
      *p = ' ';
    else if (*p >= 0x80 && !valid)
      *p = '?';
    else if (*p == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0) /* U+0080 to U+009F are control characters, too */
      p[0] = p[1] = ' ';
}

/* Formats into `text`; what does not fit is cut, at a character's end, and marked. */
LOG_PRINTF (3, 0)
static void
format_text (char *text, size_t size, const char *format, va_list arguments)
{
  int length = vsnprintf (text, size, format, arguments);

  if (length >= 0 && (size_t) length >= size) {
    size_t end = size - sizeof "...";

    while (end > 0 && ((unsigned char) text[end] & 0xc0) == 0x80)
      end--;
    memcpy (text + end, "...", sizeof "...");
  }
  clean (text);
}

static void
write_text (enum log_level level, const char *instance, const char *message)
{
  const char *word = level == LOG_INFO ? "" : level_names[level];

  fprintf (stderr, "dcpipe: %s%s%s%s%s\n", word, *word ? ": " : "", instance ? instance : "",
           instance ? ": " : "", message);
}

static void
write_json (enum log_level level, const char *instance, const char *event, const char *message,
            const char *const *fields)
{
  CLEANUP_FREE char *line = NULL;
  char now[DCPIPE_TIME_SIZE];
  json_t *object;

  timestamp_format (now, realtime_ns ());
  object = json_pack ("{ss ss ss* ss* ss}", "time", now, "level", level_names[level], "instance", instance,
                      "event", event, "message", message);
  for (size_t i = 0; object != NULL && fields != NULL && fields[i] != NULL; i += 2)
    json_object_set_new (object, fields[i], json_string (fields[i + 1]));
  line = object == NULL ? NULL : json_dumps (object, JSON_COMPACT);
  json_decref (object);
  /* Without memory for JSON a line of text is better than none. */
  if (line == NULL)
    write_text (level, instance, message);
  else
    fprintf (stderr, "%s\n", line);
}

/* With the lock held. */
static void
write_line (enum log_level level, const char *instance, const char *event, const char *message,
            const char *const *fields)
{
  if (state.redraw != NULL)
    state.redraw (state.redraw_context, false);
  if (state.json)
    write_json (level, instance, event, message, fields);
  else
    write_text (level, instance, message);
  fflush (stderr);
  if (state.redraw != NULL)
    state.redraw (state.redraw_context, true);
}

/* From 1 on, since 0 marks a free slot. */
static time_t
monotonic_seconds (void)
{
  return (time_t) (monotonic_ns () / 1000000000u) + 1;
}

static uint64_t
hash_line (enum log_level level, const char *instance, const char *message)
{
  uint64_t hash = UINT64_C (14695981039346656037) + level; /* FNV-1a */

  for (const char *p = instance ? instance : ""; *p != '\0'; p++)
    hash = (hash ^ (unsigned char) *p) * UINT64_C (1099511628211);
  for (const char *p = message; *p != '\0'; p++)
    hash = (hash ^ (unsigned char) *p) * UINT64_C (1099511628211);
  return hash;
}

/* Frees the slot and says how often its line was kept back. */
static void
end_repeat (struct repeat *repeat)
{
  char text[sizeof repeat->text + 64];

  if (repeat->since != 0 && repeat->count > REPEATS_SHOWN) {
    snprintf (text, sizeof text, "%u more of: %s", repeat->count - REPEATS_SHOWN, repeat->text);
    clean (text); /* the copy may have been cut within a character */
    write_line (repeat->level, NULL, NULL, text, NULL);
  }
  repeat->since = 0;
}

/* True if the line is not to be printed because it came too often. */
static bool
held_back (enum log_level level, const char *instance, const char *message)
{
  uint64_t hash = hash_line (level, instance, message);
  time_t now = monotonic_seconds ();
  struct repeat *oldest = &state.repeats[0], *found = NULL;

  /* One walk does all three: ends what is old, finds this line, and finds the slot to give up if it is new.
   * Nothing else runs between lines that could do it, so sums of a line may come late; log_finish pays what
   * is left. */
  for (size_t i = 0; i < REPEATS_SLOTS; i++) {
    struct repeat *repeat = &state.repeats[i];

    if (repeat->since != 0 && now - repeat->since >= REPEATS_WINDOW)
      end_repeat (repeat);
    /* The hash alone decides, for only the beginning of the text is kept. */
    if (repeat->since != 0 && repeat->hash == hash)
      found = repeat;
    if (repeat->since < oldest->since)
      oldest = repeat;
  }
  if (found != NULL)
    return ++found->count > REPEATS_SHOWN;
  end_repeat (oldest);
  *oldest = (struct repeat){ .hash = hash, .since = now, .count = 1, .level = level };
  snprintf (oldest->text, sizeof oldest->text, "%s%s%s", instance ? instance : "", instance ? ": " : "",
            message);
  return false;
}

void
log_finish (void)
{
  LOCK_SCOPE (&state.lock);
  for (size_t i = 0; i < REPEATS_SLOTS; i++)
    end_repeat (&state.repeats[i]);
}

static void
log_line (enum log_level level, const char *instance, const char *message)
{
  int saved = errno;

  if (level <= state.level) {
    LOCK_SCOPE (&state.lock);
    if (!held_back (level, instance, message))
      write_line (level, instance, NULL, message, NULL);
  }
  errno = saved;
}

void
log_event (enum log_level level, const char *event, const char *message, const char *const *fields)
{
  int saved = errno;

  if (level <= state.level) {
    LOCK_SCOPE (&state.lock);
    write_line (level, thread_instance, event, message, fields);
  }
  errno = saved;
}

/* A reason that already names the instance is not given its name again. */
static const char *
without_instance (const char *text)
{
  size_t size = thread_instance != NULL ? strlen (thread_instance) : 0;

  if (size > 0 && strncmp (text, thread_instance, size) == 0 && strncmp (text + size, ": ", 2) == 0)
    return text + size + 2;
  return text;
}

LOG_PRINTF (2, 0)
static void
log_arguments (enum log_level level, const char *format, va_list arguments)
{
  char text[LOG_LINE_MAX];
  int saved = errno;

  if (level > state.level)
    return;
  format_text (text, sizeof text, format, arguments);
  log_line (level, thread_instance, without_instance (text));
  errno = saved;
}

/* One function for the core and one for plugins of each level. */
#define LOG_FUNCTION(name, level)                                                                            \
  void name (const char *format, ...)                                                                        \
  {                                                                                                          \
    va_list arguments;                                                                                       \
                                                                                                             \
    va_start (arguments, format);                                                                            \
    log_arguments (level, format, arguments);                                                                \
    va_end (arguments);                                                                                      \
  }

LOG_FUNCTION (log_error, LOG_ERROR)
LOG_FUNCTION (log_warning, LOG_WARNING)
LOG_FUNCTION (log_info, LOG_INFO)
LOG_FUNCTION (log_debug, LOG_DEBUG)
LOG_FUNCTION (dcpipe_warning, LOG_WARNING)
LOG_FUNCTION (dcpipe_info, LOG_INFO)
LOG_FUNCTION (dcpipe_debug, LOG_DEBUG)

LOG_PRINTF (1, 0)
static void
fail_arguments (const char *format, va_list arguments)
{
  char text[LOG_LINE_MAX];
  int saved = errno, prefix = 0;

  /* The arguments may point into the old reason, so the new one is made beside it. */
  if (thread_instance != NULL)
    prefix = snprintf (text, sizeof text / 4, "%s: ", thread_instance);
  /* A name longer than a quarter is left out, so that the reason has room; log_failure has no more for it
   * either. */
  if (prefix < 0 || (size_t) prefix >= sizeof text / 4)
    prefix = 0;
  format_text (text + prefix, sizeof text - (size_t) prefix, format, arguments);
  /* A reason that already names the instance is not given its name again. */
  if (prefix > 0 && strncmp (text + prefix, text, (size_t) prefix) == 0)
    memmove (text, text + prefix, strlen (text + prefix) + 1);
  memcpy (thread_reason, text, strlen (text) + 1);
  thread_reason_prefix = (size_t) prefix;
  errno = saved;
}

void
fail (const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  fail_arguments (format, arguments);
  va_end (arguments);
}

void
dcpipe_error (const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  fail_arguments (format, arguments);
  va_end (arguments);
}

const char *
failure (void)
{
  return thread_reason;
}

const char *
failure_reason (void)
{
  return thread_reason + thread_reason_prefix;
}

void
failure_clear (void)
{
  thread_reason[0] = '\0';
  thread_reason_prefix = 0;
}

void
log_failure (void)
{
  char instance[LOG_LINE_MAX / 4];
  size_t prefix = thread_reason_prefix;

  if (prefix < sizeof ": " || prefix >= sizeof instance) {
    log_line (LOG_ERROR, NULL, thread_reason);
    return;
  }
  memcpy (instance, thread_reason, prefix - 2);
  instance[prefix - 2] = '\0';
  log_line (LOG_ERROR, instance, thread_reason + prefix);
}
