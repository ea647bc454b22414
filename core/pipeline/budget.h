/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes in flight between the source and the sinks, so that memory does not grow with the ledger. */
#ifndef DCPIPE_PIPELINE_BUDGET_H
#define DCPIPE_PIPELINE_BUDGET_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct budget {
  pthread_mutex_t mutex;
  pthread_cond_t freed;
  size_t limit;
  atomic_size_t used; /* by all parcels; changed with the mutex held */
  size_t delivered;   /* by those among them that the sinks have */
  size_t parcels;     /* how many there are */
  uint64_t next;      /* number of the parcel that is to be delivered next */
  bool closed;
  unsigned waiting;                 /* for a new parcel */
  unsigned growing;                 /* for room to unpack a large block */
  void (*pressure) (void *context); /* called when somebody begins to wait */
  void *context;
};

void budget_init (struct budget *budget, size_t limit, void (*pressure) (void *context), void *context);
void budget_destroy (struct budget *budget);

/* Waits until `size` bytes are free and takes them; more than the limit is given when nothing else is
 * out. False if the budget was closed. */
bool budget_take (struct budget *budget, size_t size);

/* Changes what was taken, without waiting, when the true size is known. */
void budget_adjust (struct budget *budget, size_t from, size_t to);

/* The same for parcel `number` while it is unpacked, when it grows large: waits until that fits. The next
 * parcel in order waits only for what the sinks have, which they are able to let go, so this ends. */
bool budget_grow (struct budget *budget, uint64_t number, size_t from, size_t to);

/* Parcel `number`, the next in order, goes to the sinks. */
void budget_deliver (struct budget *budget, uint64_t number, size_t size);

/* A parcel, which was `delivered` or not, is done with. */
void budget_give (struct budget *budget, size_t size, bool delivered);

/* True when somebody waits for what the sinks alone can give back: they should commit. */
bool budget_is_short (struct budget *budget);

/* Bytes in use now. Any thread. */
size_t budget_used (const struct budget *budget);

/* Ends all waiting. */
void budget_close (struct budget *budget);

#endif
