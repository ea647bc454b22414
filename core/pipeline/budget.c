/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "pipeline/budget.h"

#include "base/cleanup.h"

void
budget_init (struct budget *budget, size_t limit, void (*hurry) (void *context), void *context)
{
  *budget = (struct budget){ .limit = limit, .hurry = hurry, .context = context };
  pthread_mutex_init (&budget->mutex, NULL);
  pthread_cond_init (&budget->freed, NULL);
}

void
budget_destroy (struct budget *budget)
{
  pthread_cond_destroy (&budget->freed);
  pthread_mutex_destroy (&budget->mutex);
}

static void
wait_for_room (struct budget *budget, unsigned *waiting)
{
  ++*waiting;
  budget->hurry (budget->context);
  pthread_cond_wait (&budget->freed, &budget->mutex);
  --*waiting;
}

bool
budget_take (struct budget *budget, size_t size)
{
  LOCK_SCOPE (&budget->mutex);
  while (!budget->closed && budget->used > 0
         && (budget->used > budget->limit || size > budget->limit - budget->used))
    wait_for_room (budget, &budget->waiting);
  if (budget->closed)
    return false;
  budget->used += size;
  return true;
}

void
budget_adjust (struct budget *budget, size_t from, size_t to)
{
  LOCK_SCOPE (&budget->mutex);
  budget->used = budget->used - from + to;
  if (to < from)
    pthread_cond_broadcast (&budget->freed);
}

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
  LOCK_SCOPE (&budget->mutex);
  while (!budget->closed && !fits (budget, number, from, to))
    wait_for_room (budget, &budget->growing);
  budget->used = budget->used - from + to;
  return !budget->closed;
}

void
budget_deliver (struct budget *budget, uint64_t number, size_t size)
{
  LOCK_SCOPE (&budget->mutex);
  budget->next = number + 1;
  budget->delivered += size;
  pthread_cond_broadcast (&budget->freed);
}

void
budget_give (struct budget *budget, size_t size)
{
  LOCK_SCOPE (&budget->mutex);
  budget->used -= size;
  budget->delivered -= size;
  pthread_cond_broadcast (&budget->freed);
}

bool
budget_is_short (struct budget *budget)
{
  LOCK_SCOPE (&budget->mutex);
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
  LOCK_SCOPE (&budget->mutex);
  budget->closed = true;
  pthread_cond_broadcast (&budget->freed);
}
