/* SPDX-License-Identifier: Apache-2.0 */
/* How memory stays bounded, and nobody waits for ever.
 *
 * A parcel is charged a guess when it is made (budget_take), what it has come to hold while it is unpacked
 * (budget_grow), and exactly that in the end (budget_adjust). Until it is delivered, decode threads and the
 * sequencer have it, and cannot let it go; after that the sinks, which can: by committing.
 *
 * So only what the sinks hold is sure to be given back. Whoever waits to grow holds a parcel himself, and all
 * might wait for each other's, were there not one that may always go on: the next in order. See `fits`. */
#include "config.h"

#include "pipeline/budget.h"

#include <assert.h>

#include "pipeline/lock-order.h"

void
budget_init (struct budget *budget, size_t limit, void (*pressure) (void *context), void *context)
{
  *budget = (struct budget){ .limit = limit, .pressure = pressure, .context = context };
  pthread_mutex_init (&budget->mutex, NULL);
  pthread_cond_init (&budget->freed, NULL);
}

void
budget_destroy (struct budget *budget)
{
  assert (budget->parcels == 0 && budget->used == 0);
  pthread_cond_destroy (&budget->freed);
  pthread_mutex_destroy (&budget->mutex);
}

/* What is used is the sum of the parcels' charges, and what was delivered a part of it. */
static void
check (const struct budget *budget)
{
  assert (budget->delivered <= budget->used);
  assert (budget->parcels > 0 || budget->used == 0);
}

static void
change (struct budget *budget, size_t from, size_t to)
{
  assert (from <= budget->used);
  budget->used = budget->used - from + to;
  check (budget);
}

/* Sinks commit by themselves only when a batch is full, so they are pressed. They ask budget_is_short why,
 * hence the count comes first. */
static void
wait_for_room (struct budget *budget, unsigned *waiting)
{
  ++*waiting;
  budget->pressure (budget->context);
  pthread_cond_wait (&budget->freed, &budget->mutex);
  --*waiting;
}

bool
budget_take (struct budget *budget, size_t size)
{
  ORDERED_LOCK_SCOPE (&budget->mutex, LOCK_BUDGET);
  while (!budget->closed && budget->used > 0
         && (budget->used > budget->limit || size > budget->limit - budget->used))
    wait_for_room (budget, &budget->waiting);
  if (budget->closed)
    return false;
  budget->used += size;
  budget->parcels++;
  return true;
}

void
budget_adjust (struct budget *budget, size_t from, size_t to)
{
  ORDERED_LOCK_SCOPE (&budget->mutex, LOCK_BUDGET);
  change (budget, from, to);
  if (to < from)
    pthread_cond_broadcast (&budget->freed);
}

/* True if parcel `number` may be charged `to`. The next parcel in order may exceed the limit by what those
 * behind it hold, which they cannot let go before it is delivered; and when the sinks hold nothing, by
 * anything: nothing else would ever make room for it. */
static bool
fits (const struct budget *budget, uint64_t number, size_t from, size_t to)
{
  if (budget->used - from <= budget->limit && to <= budget->limit - (budget->used - from))
    return true;
  return number == budget->next
         && (budget->delivered == 0
             || (budget->delivered <= budget->limit && to <= budget->limit - budget->delivered));
}

bool
budget_grow (struct budget *budget, uint64_t number, size_t from, size_t to)
{
  ORDERED_LOCK_SCOPE (&budget->mutex, LOCK_BUDGET);
  while (!budget->closed && !fits (budget, number, from, to))
    wait_for_room (budget, &budget->growing);
  change (budget, from, to);
  return !budget->closed;
}

void
budget_deliver (struct budget *budget, uint64_t number, size_t size)
{
  ORDERED_LOCK_SCOPE (&budget->mutex, LOCK_BUDGET);
  budget->next = number + 1;
  budget->delivered += size;
  check (budget);
  pthread_cond_broadcast (&budget->freed);
}

void
budget_give (struct budget *budget, size_t size, bool delivered)
{
  ORDERED_LOCK_SCOPE (&budget->mutex, LOCK_BUDGET);
  assert (budget->parcels > 0 && size <= budget->used && (!delivered || size <= budget->delivered));
  budget->used -= size;
  budget->delivered -= delivered ? size : 0;
  budget->parcels--;
  check (budget);
  pthread_cond_broadcast (&budget->freed);
}

/* The source alone waiting is no reason to commit while parcels are still being decoded: those are on their
 * way to the sinks, which would only make many small transactions. */
bool
budget_is_short (struct budget *budget)
{
  ORDERED_LOCK_SCOPE (&budget->mutex, LOCK_BUDGET);
  return budget->growing > 0 || (budget->waiting > 0 && budget->used == budget->delivered);
}

size_t
budget_used (const struct budget *budget)
{
  return atomic_load (&budget->used);
}

void
budget_close (struct budget *budget)
{
  ORDERED_LOCK_SCOPE (&budget->mutex, LOCK_BUDGET);
  budget->closed = true;
  pthread_cond_broadcast (&budget->freed);
}
