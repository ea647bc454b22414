/* SPDX-License-Identifier: Apache-2.0 */
/* A queue of parcels between threads. Its length is bounded by the budget that the parcels are charged to. */
#ifndef DCPIPE_PIPELINE_QUEUE_H
#define DCPIPE_PIPELINE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pipeline/parcel.h"

struct parcel_queue;

/* NULL after fail. */
struct parcel_queue *queue_make (void);

/* Releases what is still in it. */
void queue_free (struct parcel_queue *queue);

/* Takes the reference over. False after fail. */
bool queue_push (struct parcel_queue *queue, struct parcel *parcel);

/* Waits for a parcel, at most until `deadline` (CLOCK_MONOTONIC, ns; 0 for ever). NULL at the deadline, or
 * when the queue is closed and empty. */
struct parcel *queue_pop (struct parcel_queue *queue, uint64_t deadline);

/* Wakes a waiting pop, which then returns NULL. */
void queue_kick (struct parcel_queue *queue);

/* No more will be pushed. */
void queue_close (struct parcel_queue *queue);

/* Closed, and empty. */
bool queue_is_over (struct parcel_queue *queue);

size_t queue_length (struct parcel_queue *queue);

#endif
