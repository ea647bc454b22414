/* SPDX-License-Identifier: Apache-2.0 */
/* Log lines to stderr, as text or JSON, and the reason of the last failure.
 *
 * A function that fails calls `fail` once with the whole reason and returns its failure value; whoever
 * handles the failure logs the reason (log_failure) or adds to it. A plugin's dcpipe_error is the same.
 *
 *     text   dcpipe: warning: sink main: the disk is nearly full
 *     JSON   {"time":"2026-01-31T23:59:59.123Z","level":"warning","instance":"sink main","message":"..."} */
#ifndef DCPIPE_BASE_LOG_H
#define DCPIPE_BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };

/* Lines longer than this, in bytes, are cut. */
#define LOG_LINE_MAX 4096

/* Set once, before threads start. `json`: one JSON object a line. */
void log_configure (enum log_level level, bool json);
enum log_level log_current_level (void);
bool log_is_json (void);

#define LOG_PRINTF(text_, first_) __attribute__ ((__format__ (__printf__, text_, first_)))

/* One line. errno is kept. Control characters and what is not UTF-8 are replaced, for the text may come
 * from a ledger. Repeats of the same line are limited: from the tenth within ten seconds they are
 * counted and summed up in one line. Any thread. */
void log_error (const char *format, ...) LOG_PRINTF (1, 2);
void log_warning (const char *format, ...) LOG_PRINTF (1, 2);
void log_info (const char *format, ...) LOG_PRINTF (1, 2);
void log_debug (const char *format, ...) LOG_PRINTF (1, 2);

/* The word that goes with the number: plural (n, "entry", "entries"). */
static inline const char *
plural (uint64_t count, const char *one, const char *many)
{
  return count == 1 ? one : many;
}

/* Data fields of a JSON line beside the message: `event` and pairs of name and text, ended by NULL. In
 * text logs the message alone is printed. */
void log_event (enum log_level level, const char *event, const char *message, const char *const *fields);

/* Prints the sums of repeats that are still owed. To be called before the program ends. */
void log_finish (void);

/* What this thread works for ("sink main"), put before its lines; NULL for none. The text must live on. Gives
 * what it was before. */
const char *log_set_instance (const char *instance);
const char *log_instance (void);

/* The thread works for it until the end of the scope, and then for what it worked for before. */
static inline void
log_leave_instance (const char **before)
{
  log_set_instance (*before);
}

#define LOG_INSTANCE_SCOPE(instance)                                                                         \
  __attribute__ ((cleanup (log_leave_instance), unused)) const char *log_instance_scope_ =                   \
      log_set_instance (instance)

/* Records why this thread's current operation fails; with the instance's name before it. Keeps errno. The
 * arguments may include failure () itself: what is said of an error is added around it. */
void fail (const char *format, ...) LOG_PRINTF (1, 2);

/* The reason recorded last on this thread ("" if none), and forgetting it. */
const char *failure (void);

/* The same without the instance's name, for log lines, which begin with it anyhow. */
const char *failure_reason (void);
void failure_clear (void);

/* Logs that reason as an error. */
void log_failure (void);

/* A line that shows progress on a terminal is wiped before a log line and drawn again after it. `redraw`
 * is called with `show` false, then true, with the log's lock held; NULL ends it. */
void log_set_redraw (void (*redraw) (void *context, bool show), void *context);

#endif
