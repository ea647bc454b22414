/* SPDX-License-Identifier: Apache-2.0 */
/* What is done around every callback of a plugin: the thread works for the instance and knows in which of its
 * callbacks it is, so that whatever goes wrong there, a crash included, is told with both names; and what the
 * callback gives is held against what it may give. */
#ifndef DCPIPE_PLUGIN_CALLBACK_H
#define DCPIPE_PLUGIN_CALLBACK_H

#include <stdatomic.h>

struct instance;

/* Sets of results. */
#define MAY(result_) (1u << (result_))
#define MAY_FAIL (MAY (DCPIPE_OK) | MAY (DCPIPE_FAIL))
#define MAY_DIVERGE (MAY_FAIL | MAY (DCPIPE_DIVERGED))
#define MAY_REPEAT (MAY_DIVERGE | MAY (DCPIPE_RETRY))
#define MAY_DELIVER (MAY_REPEAT | MAY (DCPIPE_TIP) | MAY (DCPIPE_WAIT))
#define MAY_STORE (MAY_REPEAT | MAY (DCPIPE_AGAIN))
#define MAY_LACK (MAY_STORE | MAY (DCPIPE_NONE))

/* What a thread was in before a callback: another callback, of the same instance or of another, or
 * nothing. */
struct callback {
  const char *name, *instance;
};

/* The callback of that name is about to be called on this thread, and what failed before is forgotten. */
struct callback callback_begin (const struct instance *instance, const char *name);

/* It gave that result, which is handed on if it is one of `may`; DCPIPE_FAIL after fail if it is not. What
 * fails without saying why is said to do so. The thread is back in what `callback_begin` gave. */
int callback_end (struct callback outer, int result, unsigned may);

/* The same for callbacks that cannot fail: what failed before stays, for they are called to clean up after
 * it. */
struct callback callback_enter (const struct instance *instance, const char *name);
void callback_leave (struct callback outer);

/* The callback that this thread is in, or NULL. Also in signal handlers. */
const char *callback_name (void);

/* From now on the name of the callback that was entered last, on whatever thread, stands there too. */
typedef const char *_Atomic callback_place;
void callback_watch (callback_place *place);

/* "DCPIPE_RETRY", or "42" in `text` for what is no result. */
#define RESULT_TEXT_SIZE 32
const char *result_text (int result, char text[RESULT_TEXT_SIZE]);
#define RESULT_NAME(result_) result_text ((result_), (char[RESULT_TEXT_SIZE]){ "" })

/* From now on the process may not be ended by exit (): that is a plugin's doing, and said to be. Until
 * callback_allow_exit. */
void callback_forbid_exit (void);
void callback_allow_exit (void);

#endif
