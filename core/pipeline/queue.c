/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "pipeline/queue.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/log.h"
#include "pipeline/lock-order.h"

struct parcel_queue {
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  struct parcel **ring;
  size_t first, count, capacity;
  bool closed, kicked;
};

struct parcel_queue *
queue_make (void)
{
  struct parcel_queue *queue = calloc (1, sizeof *queue);
  pthread_condattr_t attributes;

  if (queue == NULL) {
    fail ("no memory for a queue");
    return NULL;
  }
  pthread_mutex_init (&queue->mutex, NULL);
  pthread_condattr_init (&attributes);
  pthread_condattr_setclock (&attributes, CLOCK_MONOTONIC); /* deadlines outlive a change of the wall clock */
  pthread_cond_init (&queue->changed, &attributes);
  pthread_condattr_destroy (&attributes);
  return queue;
}

void
queue_free (struct parcel_queue *queue)
{
  if (queue == NULL)
    return;
  for (; queue->count > 0; queue->count--, queue->first = (queue->first + 1) % queue->capacity)
    parcel_release (queue->ring[queue->first]);
  pthread_cond_destroy (&queue->changed);
  pthread_mutex_destroy (&queue->mutex);
  free (queue->ring);
  free (queue);
}

/* There is no limit here, since the budget bounds what can be in a queue. A queue with one of its own would
 * make the sequencer wait for one slow sink, and with it all the others. */
static bool
grow (struct parcel_queue *queue)
{
  size_t capacity = queue->capacity ? 2 * queue->capacity : 64;
  struct parcel **ring = malloc (capacity * sizeof *ring);

  if (ring == NULL) {
    fail ("no memory for a queue");
    return false;
  }
  for (size_t i = 0; i < queue->count; i++)
    ring[i] = queue->ring[(queue->first + i) % queue->capacity];
  free (queue->ring);
  queue->ring = ring;
  queue->capacity = capacity;
  queue->first = 0;
  return true;
}

/* One parcel is for one thread, so one is woken; a kick or a close is for all. */
bool
queue_push (struct parcel_queue *queue, struct parcel *parcel)
{
  ORDERED_LOCK_SCOPE (&queue->mutex, LOCK_INNERMOST);
  if (queue->count == queue->capacity && !grow (queue))
    return false;
  queue->ring[(queue->first + queue->count++) % queue->capacity] = parcel;
  pthread_cond_signal (&queue->changed);
  return true;
}

/* A kick is remembered until somebody pops, so that one that comes while the sink is busy is not lost. What
 * was pushed before a close is still given out. */
struct parcel *
queue_pop (struct parcel_queue *queue, uint64_t deadline)
{
  struct timespec until = { .tv_sec = (time_t) (deadline / 1000000000u),
                            .tv_nsec = (long) (deadline % 1000000000u) };
  struct parcel *parcel;

  ORDERED_LOCK_SCOPE (&queue->mutex, LOCK_INNERMOST);
  while (queue->count == 0 && !queue->closed && !queue->kicked) {
    if (deadline == 0)
      pthread_cond_wait (&queue->changed, &queue->mutex);
    else if (pthread_cond_timedwait (&queue->changed, &queue->mutex, &until) == ETIMEDOUT)
      break;
  }
  queue->kicked = false;
  if (queue->count == 0)
    return NULL;
  parcel = queue->ring[queue->first];
  queue->first = (queue->first + 1) % queue->capacity;
  queue->count--;
  return parcel;
}

void
queue_kick (struct parcel_queue *queue)
{
  ORDERED_LOCK_SCOPE (&queue->mutex, LOCK_INNERMOST);
  queue->kicked = true;
  pthread_cond_broadcast (&queue->changed);
}

void
queue_close (struct parcel_queue *queue)
{
  ORDERED_LOCK_SCOPE (&queue->mutex, LOCK_INNERMOST);
  queue->closed = true;
  pthread_cond_broadcast (&queue->changed);
}

bool
queue_is_over (struct parcel_queue *queue)
{
  ORDERED_LOCK_SCOPE (&queue->mutex, LOCK_INNERMOST);
  return queue->closed && queue->count == 0;
}

size_t
queue_length (struct parcel_queue *queue)
{
  ORDERED_LOCK_SCOPE (&queue->mutex, LOCK_INNERMOST);
  return queue->count;
}
