/* SPDX-License-Identifier: Apache-2.0 */
/* Budget, parcels, locks, queue and routes: what threads share. */
#include "config.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/exit-status.h"
#include "pipeline/budget.h"
#include "pipeline/lock-order.h"
#include "pipeline/parcel.h"
#include "pipeline/queue.h"
#include "pipeline/routes.h"
#include "setup/setup.h"
#include "support/run.h"
#include "unit/core/tables.h"

/* Locks are not fair: who asks again and again lets others wait for long. */
static void
pause_a_little (void)
{
  nanosleep (&(const struct timespec){ .tv_nsec = 20000 }, NULL);
}

/* ---- budget -------------------------------------------------------------------------------------- */

#define LIMIT 1000
#define PARCELS 3000
#define WORKERS 4

/* Parcels go the way that they go in a run: taken in order by one thread, grown by several, delivered in
 * order, given back late. */
struct flow {
  struct budget budget;
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  uint64_t taken, next_work, delivered, given_back;
  size_t sizes[PARCELS];
  bool done[PARCELS];
  size_t held; /* delivered and not given back */
  atomic_uint pressures;
  size_t most;
};

static void
press (void *context)
{
  struct flow *flow = context;

  atomic_fetch_add (&flow->pressures, 1);
}

static void
look (struct flow *flow)
{
  pthread_mutex_lock (&flow->budget.mutex);
  if (flow->budget.used > flow->most)
    flow->most = flow->budget.used;
  pthread_mutex_unlock (&flow->budget.mutex);
}

static void
deliver_in_order (struct flow *flow)
{
  while (flow->delivered < PARCELS && flow->done[flow->delivered]) {
    budget_deliver (&flow->budget, flow->delivered, flow->sizes[flow->delivered]);
    flow->held += flow->sizes[flow->delivered++];
  }
  pthread_cond_broadcast (&flow->changed);
}

static void *
work (void *argument)
{
  struct flow *flow = argument;
  uint64_t random;

  for (;;) {
    uint64_t number;

    pthread_mutex_lock (&flow->mutex);
    while (flow->next_work == flow->taken && flow->taken < PARCELS)
      pthread_cond_wait (&flow->changed, &flow->mutex);
    number = flow->next_work;
    if (number < PARCELS)
      flow->next_work++;
    pthread_mutex_unlock (&flow->mutex);
    if (number >= PARCELS)
      return NULL;
    random = number * 7919 + 1;
    /* Every hundredth is larger than the limit. */
    for (int i = 0; i < 3; i++) {
      size_t size = flow->sizes[number] + random_below (&random, number % 100 == 7 ? 2 * LIMIT : 80);

      ck_assert (budget_grow (&flow->budget, number, flow->sizes[number], size));
      flow->sizes[number] = size;
      look (flow);
    }
    budget_adjust (&flow->budget, flow->sizes[number], flow->sizes[number] / 2);
    flow->sizes[number] /= 2;
    pthread_mutex_lock (&flow->mutex);
    flow->done[number] = true;
    deliver_in_order (flow);
    pthread_mutex_unlock (&flow->mutex);
  }
}

/* Gives back what was delivered when somebody is short, as sink threads do, or when there is much. */
static void *
sink (void *argument)
{
  struct flow *flow = argument;
  bool end = false;

  while (!end) {
    uint64_t until = flow->given_back;

    pthread_mutex_lock (&flow->mutex);
    end = flow->delivered == PARCELS;
    if (flow->held > LIMIT / 2 || end || budget_is_short (&flow->budget)) {
      until = flow->delivered;
      flow->held = 0;
    }
    pthread_mutex_unlock (&flow->mutex);
    if (until == flow->given_back)
      pause_a_little ();
    for (; flow->given_back < until; flow->given_back++)
      budget_give (&flow->budget, flow->sizes[flow->given_back], true);
  }
  return NULL;
}

START_TEST (budget_lets_everything_pass)
{
  static struct flow flow;
  pthread_t threads[WORKERS + 1];

  budget_init (&flow.budget, LIMIT, press, &flow);
  pthread_mutex_init (&flow.mutex, NULL);
  pthread_cond_init (&flow.changed, NULL);
  pthread_create (&threads[WORKERS], NULL, sink, &flow);
  for (int i = 0; i < WORKERS; i++)
    pthread_create (&threads[i], NULL, work, &flow);
  for (uint64_t i = 0; i < PARCELS; i++) {
    flow.sizes[i] = 1 + i % 50;
    ck_assert (budget_take (&flow.budget, flow.sizes[i]));
    pthread_mutex_lock (&flow.mutex);
    flow.taken++;
    pthread_cond_broadcast (&flow.changed);
    pthread_mutex_unlock (&flow.mutex);
  }
  for (int i = 0; i <= WORKERS; i++)
    pthread_join (threads[i], NULL);
  ck_assert_uint_eq (flow.budget.used, 0);
  ck_assert_uint_eq (flow.budget.delivered, 0);
  ck_assert_uint_gt (atomic_load (&flow.pressures), 0);
  /* The limit, and one that is larger than it. */
  ck_assert_uint_le (flow.most, LIMIT + 6 * LIMIT + 50);
  budget_destroy (&flow.budget);
}
END_TEST

static void *
close_soon (void *argument)
{
  for (int i = 0; i < 1000; i++)
    pause_a_little ();
  budget_close (argument);
  return NULL;
}

START_TEST (closing_ends_waiting)
{
  struct flow flow = { .taken = 0 };
  pthread_t thread;

  budget_init (&flow.budget, LIMIT, press, &flow);
  ck_assert (budget_take (&flow.budget, LIMIT + 1)); /* when nothing else is out */
  pthread_create (&thread, NULL, close_soon, &flow.budget);
  ck_assert (!budget_take (&flow.budget, 1));
  pthread_join (thread, NULL);
  ck_assert (!budget_take (&flow.budget, 1));
  ck_assert (!budget_grow (&flow.budget, 5, 1, 2));
  budget_give (&flow.budget, LIMIT + 2, false); /* it grew all the same */
  budget_destroy (&flow.budget);
}
END_TEST

/* ---- parcels ------------------------------------------------------------------------------------- */

START_TEST (parcels_give_back_what_they_were_charged)
{
  struct budget budget;
  struct parcel *charged = parcel_make_end (PARCEL_GOES_ON), *skipped = parcel_make_end (PARCEL_GOES_ON),
                *end = parcel_make_end (PARCEL_LAST);
  struct flow flow = { .taken = 0 };

  budget_init (&budget, LIMIT, press, &flow);
  ck_assert (parcel_charge (charged, &budget, LIMIT));
  parcel_settle_charge (charged);
  ck_assert_uint_eq (budget_used (&budget), parcel_size (charged));
  parcel_deliver (charged, &budget, 2);
  ck_assert_uint_eq (budget.delivered, budget_used (&budget));
  parcel_release (charged);
  ck_assert_uint_gt (budget_used (&budget), 0);
  parcel_release (charged);
  ck_assert_uint_eq (budget_used (&budget), 0);

  skipped->number = 1;
  ck_assert (parcel_charge (skipped, &budget, LIMIT));
  budget_close (&budget);
  ck_assert (!skipped->memory.reserve (&skipped->memory, 10 * (size_t) LIMIT));
  ck_assert_uint_eq (budget_used (&budget), 11 * LIMIT);
  parcel_skip (skipped, &budget);
  ck_assert (!parcel_charge (end, &budget, 1));
  end->number = 2;
  parcel_deliver (end, &budget, 1); /* without a charge */
  parcel_release (end);
  ck_assert_uint_eq (budget_used (&budget), 0);
  ck_assert_uint_eq (budget.next, 3);
  budget_destroy (&budget);
  arena_pool_free ();
}
END_TEST

START_TEST (the_fault_that_counts_is_of_the_first_block)
{
  struct parcel *parcel = parcel_make_end (PARCEL_GOES_ON);

  parcel->blocks_count = 3;
  parcel->blocks = calloc (3, sizeof *parcel->blocks);
  parcel_set_fault (parcel, 2, STATUS_DIVERGED, "block %d", 2);
  parcel_set_fault (parcel, 1, STATUS_FAILED, "block %d", 1);
  ck_assert_uint_eq (parcel->good, 1);
  ck_assert_int_eq (parcel->fault_status, STATUS_FAILED);
  ck_assert_str_eq (parcel->fault, "block 1");
  free (parcel->blocks);
  parcel->blocks_count = 0;
  parcel_release (parcel);
  arena_pool_free ();
}
END_TEST

/* ---- what is asserted ---------------------------------------------------------------------------- */

#ifndef NDEBUG
static void
lock_sequencer (void)
{
  pthread_mutex_t sequencer = PTHREAD_MUTEX_INITIALIZER;
  ORDERED_LOCK_SCOPE (&sequencer, LOCK_SEQUENCER);
}

static void
take_locks_the_wrong_way (void)
{
  pthread_mutex_t budget = PTHREAD_MUTEX_INITIALIZER;
  ORDERED_LOCK_SCOPE (&budget, LOCK_BUDGET);

  lock_sequencer ();
}

static void
keep_a_charge (void)
{
  struct budget budget;

  budget_init (&budget, LIMIT, press, NULL);
  budget_take (&budget, 1);
  budget_destroy (&budget);
}

static void
give_back_too_much (void)
{
  struct budget budget;

  budget_init (&budget, LIMIT, press, NULL);
  budget_take (&budget, 1);
  budget_give (&budget, 2, false);
}

static void
charge_twice (void)
{
  struct budget budget;
  struct parcel *parcel = parcel_make_end (PARCEL_GOES_ON);

  budget_init (&budget, LIMIT, press, NULL);
  parcel_charge (parcel, &budget, 1);
  parcel_charge (parcel, &budget, 1);
}
#endif

START_TEST (what_is_believed_is_asserted)
{
#ifndef NDEBUG
  void (*const wrong[]) (void) = { take_locks_the_wrong_way, keep_a_charge, give_back_too_much,
                                   charge_twice };

  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    pid_t child = fork ();
    int status;

    ck_assert_int_ge (child, 0);
    if (child == 0) {
      setrlimit (RLIMIT_CORE, &(const struct rlimit){ 0 });
      ck_assert_ptr_nonnull (freopen ("/dev/null", "w", stderr));
      wrong[i]();
      _exit (0);
    }
    ck_assert_int_eq (waitpid (child, &status, 0), child);
    ck_assert_msg (WIFSIGNALED (status) && WTERMSIG (status) == SIGABRT, "number %zu passed", i);
  }
#endif
}
END_TEST

/* ---- queue --------------------------------------------------------------------------------------- */

START_TEST (queue_keeps_order_over_its_growth)
{
  struct parcel_queue *queue = queue_make ();
  uint64_t state = 5, pushed = 0, popped = 0;

  ck_assert_ptr_null (queue_pop (queue, monotonic_ns () + 1000));
  while (popped < 5000) {
    if (pushed < 5000 && random_below (&state, 5) > popped / 1200) {
      struct parcel *parcel = parcel_make_end (PARCEL_AT_TIP);

      parcel->number = pushed++;
      ck_assert (queue_push (queue, parcel));
    } else if (pushed > popped) {
      struct parcel *parcel = queue_pop (queue, 0);

      ck_assert_uint_eq (parcel->number, popped++);
      parcel_release (parcel);
    }
    ck_assert_uint_eq (queue_length (queue), pushed - popped);
  }
  queue_kick (queue);
  ck_assert_ptr_null (queue_pop (queue, 0));
  ck_assert (queue_push (queue, parcel_make_end (PARCEL_LAST)));
  queue_close (queue);
  parcel_release (queue_pop (queue, 0));
  ck_assert_ptr_null (queue_pop (queue, 0));
  ck_assert (queue_push (queue, parcel_make_end (PARCEL_LAST))); /* released with the queue */
  queue_free (queue);
  arena_pool_free ();
}
END_TEST

/* ---- routes -------------------------------------------------------------------------------------- */

static const struct dcpipe_label labels[] = { { "Alpha", "First A" }, { "Beta", NULL } };

static const struct route *
find (const struct routes *routes, const char *label)
{
  return routes_find (routes, (struct dcpipe_bytes){ (const uint8_t *) label, strlen (label) });
}

static void
expect_targets (const struct route *route, size_t count, size_t decoder, size_t label)
{
  ck_assert_uint_eq (route->count, count);
  if (count > 0) {
    ck_assert_uint_eq (route->targets[count - 1].decoder, decoder);
    ck_assert_uint_eq (route->targets[count - 1].label, label);
  }
}

START_TEST (routes_go_by_label)
{
  struct plugin any = { .kind = DCPIPE_KIND_DECODER }, some = { .kind = DCPIPE_KIND_DECODER };
  char *given[] = { (char *) (uintptr_t) "Beta" };
  struct decoder decoders[] = { { .instance = { .plugin = &any }, .any = true },
                                { .instance = { .plugin = &some }, .labels = given, .labels_count = 1 } };
  struct decoder *list[] = { &decoders[0], &decoders[1] };
  struct setup setup = { .decoders = list, .decoders_count = 2 };
  const char *scope[] = { "Beta", "Other" };
  struct routes *routes;

  some.u.decoder.labels = (struct dcpipe_labels) DCPIPE_ARRAY (labels);
  routes = routes_make (&setup, NULL, 0);
  expect_targets (find (routes, "Beta"), 2, 1, 1);
  expect_targets (find (routes, "Alpha"), 1, 0, 0);
  expect_targets (find (routes, ""), 1, 0, 0);
  expect_targets (find (routes, "Bet"), 1, 0, 0);
  ck_assert (find (routes, "Beta")->in_scope && find (routes, "Gamma")->in_scope);
  routes_free (routes);

  routes = routes_make (&setup, scope, 2);
  ck_assert (find (routes, "Beta")->in_scope && find (routes, "Other")->in_scope);
  ck_assert (!find (routes, "Alpha")->in_scope && !find (routes, "Gamma")->in_scope);
  expect_targets (find (routes, "Beta"), 2, 1, 1);
  expect_targets (find (routes, "Other"), 1, 0, 0);
  routes_free (routes);

  decoders[0].any = false;
  routes = routes_make (&setup, NULL, 0);
  expect_targets (find (routes, "Gamma"), 0, 0, 0);
  expect_targets (find (routes, "Beta"), 1, 1, 1);
  routes_free (routes);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { budget_lets_everything_pass,
                                 closing_ends_waiting,
                                 parcels_give_back_what_they_were_charged,
                                 the_fault_that_counts_is_of_the_first_block,
                                 what_is_believed_is_asserted,
                                 queue_keeps_order_over_its_growth,
                                 routes_go_by_label };

  return RUN_TESTS ("pipeline", tests);
}
