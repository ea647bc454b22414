/* SPDX-License-Identifier: Apache-2.0 */
/* A plugin runs in the engine's process and on its threads, so the only way to tell whose fault something is,
 * is to know at every moment whose callback a thread is in. That is kept for each thread, and restored when a
 * callback returns, since callbacks lie within each other: while a decoder resolves, the sink is read. */
#include "config.h"

#include "plugin/callback.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/exit-status.h"
#include "base/log.h"
#include "dcpipe-plugin.h"
#include "plugin/plugin.h"

static _Thread_local const char *current;
/* Set by dcpipe-plugin-test, which runs a plugin in a process of its own and reads there how far that
 * came. */
static callback_place *watched;
static atomic_bool exit_forbidden;

void
callback_watch (callback_place *place)
{
  watched = place;
}

static void
move_to (const char *name)
{
  current = name;
  if (watched != NULL)
    atomic_store (watched, name);
}

struct callback
callback_enter (const struct instance *instance, const char *name)
{
  struct callback outer = { .name = current, .instance = log_set_instance (instance->title) };

  move_to (name);
  return outer;
}

void
callback_leave (struct callback outer)
{
  assert (current != NULL);
  move_to (outer.name);
  log_set_instance (outer.instance);
}

struct callback
callback_begin (const struct instance *instance, const char *name)
{
  failure_clear ();
  return callback_enter (instance, name);
}

const char *
callback_name (void)
{
  return current;
}

const char *
result_text (int result, char text[RESULT_TEXT_SIZE])
{
  static const char *const names[] = {
    [DCPIPE_OK] = "DCPIPE_OK",       [DCPIPE_NONE] = "DCPIPE_NONE",         [DCPIPE_TIP] = "DCPIPE_TIP",
    [DCPIPE_RETRY] = "DCPIPE_RETRY", [DCPIPE_DIVERGED] = "DCPIPE_DIVERGED", [DCPIPE_FAIL] = "DCPIPE_FAIL",
    [DCPIPE_WAIT] = "DCPIPE_WAIT",   [DCPIPE_AGAIN] = "DCPIPE_AGAIN",
  };

  if (result >= 0 && result < (int) (sizeof names / sizeof *names))
    return names[result];
  snprintf (text, RESULT_TEXT_SIZE, "%d", result);
  return text;
}

/* A number of another callback would be taken for something that the engine never asked for, such as an end
 * of the ledger, so it counts as a failure. */
static int
misresult (const char *name, int result)
{
  fail ("its callback %s gave %s, which is none of its results (a mistake in the plugin)", name,
        RESULT_NAME (result));
  return DCPIPE_FAIL;
}

/* What its result comes to; said of the instance that the thread still works for. */
static int
judge (const char *name, int result, unsigned may)
{
  if (result == DCPIPE_OK)
    return result;
  if (result < DCPIPE_OK || result > DCPIPE_AGAIN || (may & MAY (result)) == 0)
    return misresult (name, result);
  /* The user is to read why in every case; the name of the callback is better than nothing. */
  if ((MAY (result) & (MAY_REPEAT & ~MAY (DCPIPE_OK))) != 0 && failure ()[0] == '\0')
    fail ("its callback %s gave %s and does not say why", name, RESULT_NAME (result));
  return result;
}

int
callback_end (struct callback outer, int result, unsigned may)
{
  result = judge (current, result, may);
  callback_leave (outer);
  return result;
}

/* ---- exit ---------------------------------------------------------------------------------------- */

/* Called on the thread that called exit, so that its callback is known. Other handlers are not run any more:
 * the plugin ended the process in the middle of what the engine was doing. */
static void
at_exit (void)
{
  if (!atomic_load (&exit_forbidden))
    return;
  if (current != NULL)
    log_error ("its callback %s ended the process, which no plugin may", current);
  else
    log_error ("a plugin, or a library that it uses, ended the process");
  _exit (STATUS_FAILED);
}

/* A plugin that ends the process with status 0 would look like a run that came to its end. */
void
callback_forbid_exit (void)
{
  atomic_store (&exit_forbidden, atexit (at_exit) == 0);
}

void
callback_allow_exit (void)
{
  atomic_store (&exit_forbidden, false);
}
