/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/processes.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "bytes/cleanup.h"

/* As often as those that are ended may have started others meanwhile. */
#define ROUNDS 100

void
processes_adopt (void)
{
#ifdef __linux__
  prctl (PR_SET_CHILD_SUBREAPER, 1);
#endif
}

/* Sends the signal to every child, as far as the system tells which there are. */
static void
signal_children (int number)
{
  char path[64];
  int child;

  snprintf (path, sizeof path, "/proc/self/task/%ld/children", (long) getpid ());
  CLEANUP_FCLOSE FILE *file = fopen (path, "r");

  while (file != NULL && fscanf (file, "%d", &child) == 1)
    if (child > 1)
      kill (child, number);
}

unsigned
processes_end (pid_t group)
{
  unsigned count = 0;

  for (int round = 0; round < ROUNDS; round++) {
    pid_t ended;

    kill (-group, SIGKILL);
    signal_children (SIGKILL);
    while ((ended = waitpid (-1, NULL, WNOHANG)) > 0)
      count++;
    if (ended < 0)
      break;
    usleep (1000);
  }
  return count;
}
