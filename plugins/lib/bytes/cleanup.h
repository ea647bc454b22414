/* SPDX-License-Identifier: Apache-2.0 */
/* Resources that free themselves when their variable leaves its scope (gcc and clang).
 *
 *     CLEANUP_FREE char *text = strdup (name);
 *     CLEANUP_CLOSE int fd = open (path, O_RDONLY);
 *     LOCK_SCOPE (&queue->mutex); */
#ifndef DCPIPE_LIB_CLEANUP_H
#define DCPIPE_LIB_CLEANUP_H

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CLEANUP(function) __attribute__ ((cleanup (function)))

static inline void
cleanup_free (void *pointer)
{
  free (*(void **) pointer);
}

static inline void
cleanup_close (int *fd)
{
  if (*fd >= 0)
    close (*fd);
}

static inline void
cleanup_fclose (FILE **file)
{
  if (*file != NULL)
    fclose (*file);
}

static inline void
cleanup_unlock (pthread_mutex_t **mutex)
{
  pthread_mutex_unlock (*mutex);
}

#define CLEANUP_FREE CLEANUP (cleanup_free)
#define CLEANUP_CLOSE CLEANUP (cleanup_close)
#define CLEANUP_FCLOSE CLEANUP (cleanup_fclose)

/* Holds `mutex` until the end of the scope. */
#define LOCK_SCOPE(mutex)                                                                                    \
  pthread_mutex_lock (mutex);                                                                                \
  CLEANUP (cleanup_unlock) __attribute__ ((unused)) pthread_mutex_t *lock_scope_ = (mutex)

#endif
