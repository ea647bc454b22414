/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/resources.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#ifdef HAVE_MALLINFO2
#include <malloc.h>
#endif

#include "harness/verdict.h"

#define WARM_UP 16
#define ROUNDS 32
#define WINDOWS 24

/* Less than the smallest piece that malloc gives, in each round. */
#define FORGOTTEN (ROUNDS * 3 * sizeof (void *))

int
resources_descriptors (void)
{
  int count = 0;

  for (int fd = 0; fd < 1024; fd++)
    count += fcntl (fd, F_GETFD) >= 0;
  return count;
}

/* Bytes of the heap in use; 0 if nobody knows. */
static size_t
heap (void)
{
#ifdef HAVE_MALLINFO2
  struct mallinfo2 info = mallinfo2 ();

  return info.uordblks + info.hblkhd;
#else
  return 0;
#endif
}

struct window {
  void (*round) (void *context);
  void *context;
};

static void *
run_window (void *argument)
{
  const struct window *window = argument;

  for (int i = 0; i < ROUNDS; i++)
    window->round (window->context);
  return NULL;
}

/* By how many bytes the heap grows in a number of rounds. On a thread of their own: the C library counts as
 * in use what a thread has freed and keeps for its next calls, and gives that back when the thread ends. */
static size_t
growth (void (*round) (void *context), void *context)
{
  struct window window = { round, context };
  size_t before = heap (), after;
  pthread_t thread;

  EXPECT (pthread_create (&thread, NULL, run_window, &window) == 0, "no thread for the test");
  pthread_join (thread, NULL);
  after = heap ();
  return after > before ? after - before : 0;
}

void
resources_expect_no_leak (const char *what, void (*round) (void *context), void *context)
{
  size_t least = SIZE_MAX;
  int descriptors;

  round (context);
  descriptors = resources_descriptors ();
  for (int i = 1; i < WARM_UP; i++)
    round (context);
  /* What the C library keeps for itself does not grow for ever; what is forgotten grows with each round. */
  for (int window = 0; window < WINDOWS && least >= FORGOTTEN; window++) {
    size_t grown = growth (round, context);

    least = grown < least ? grown : least;
  }
  EXPECT (resources_descriptors () <= descriptors, "%s leaves descriptors open: %d that were not before",
          what, resources_descriptors () - descriptors);
  EXPECT (least < FORGOTTEN, "%s keeps memory: %zu bytes or more in %d rounds, time after time", what, least,
          ROUNDS);
}
