/* SPDX-License-Identifier: Apache-2.0 */
/* Locks that know their place in the order of run.h, and assert that they are taken in it. So a test that
 * takes two the wrong way fails at once, and not just when another thread happens to take them the right way
 * meanwhile. */
#ifndef DCPIPE_PIPELINE_LOCK_ORDER_H
#define DCPIPE_PIPELINE_LOCK_ORDER_H

#include <assert.h>
#include <pthread.h>

#include "bytes/cleanup.h"

/* From the outermost on. */
enum lock_level { LOCK_NONE, LOCK_SEQUENCER, LOCK_BUDGET, LOCK_INNERMOST };

/* The innermost that this thread holds. */
extern _Thread_local enum lock_level lock_level;

struct ordered_lock {
  pthread_mutex_t *mutex;
  enum lock_level outer;
};

static inline struct ordered_lock
ordered_lock (pthread_mutex_t *mutex, enum lock_level level)
{
  struct ordered_lock lock = { .mutex = mutex, .outer = lock_level };

  assert (level > lock_level);
  pthread_mutex_lock (mutex);
  lock_level = level;
  return lock;
}

static inline void
ordered_unlock (struct ordered_lock *lock)
{
  lock_level = lock->outer;
  pthread_mutex_unlock (lock->mutex);
}

/* Holds `mutex` until the end of the scope. */
#define ORDERED_LOCK_SCOPE(mutex, level)                                                                     \
  CLEANUP (ordered_unlock)                                                                                   \
  __attribute__ ((unused)) struct ordered_lock ordered_lock_ = ordered_lock (mutex, level)

#endif
