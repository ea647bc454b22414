/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/process-state.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/resources.h"
#include "harness/verdict.h"

#define SIGNALS 32
#define STANDARD 3

/* Libraries may keep some open for the life of a process. */
#define DESCRIPTORS_MORE 32

/* A file, as far as it can be told from others. */
struct file {
  dev_t device;
  ino_t inode;
};

static struct {
  struct sigaction actions[SIGNALS];
  sigset_t mask;
  struct file directory, standard[STANDARD];
  mode_t umask;
  char locale[512];
  int descriptors;
} noted;

static struct file
file_of (int result, const struct stat *status)
{
  return result == 0 ? (struct file){ status->st_dev, status->st_ino } : (struct file){ 0, 0 };
}

static bool
same_file (struct file a, struct file b)
{
  return a.device == b.device && a.inode == b.inode;
}

static struct file
directory (void)
{
  struct stat status;
  int result = stat (".", &status);

  return file_of (result, &status);
}

static struct file
standard (int fd)
{
  struct stat status;
  int result = fstat (fd, &status);

  return file_of (result, &status);
}

static mode_t
current_umask (void)
{
  mode_t mask = umask (077);

  umask (mask);
  return mask;
}

static const char *
current_locale (void)
{
  const char *locale = setlocale (LC_ALL, NULL);

  return locale != NULL ? locale : "";
}

void
process_state_note (void)
{
  for (int number = 1; number < SIGNALS; number++)
    sigaction (number, NULL, &noted.actions[number]);
  pthread_sigmask (SIG_SETMASK, NULL, &noted.mask);
  noted.directory = directory ();
  for (int fd = 0; fd < STANDARD; fd++)
    noted.standard[fd] = standard (fd);
  noted.umask = current_umask ();
  snprintf (noted.locale, sizeof noted.locale, "%s", current_locale ());
  noted.descriptors = resources_descriptors ();
}

static void
expect_signals (void)
{
  sigset_t mask;

  pthread_sigmask (SIG_SETMASK, NULL, &mask);
  for (int number = 1; number < SIGNALS; number++) {
    struct sigaction action;

    if (sigaction (number, NULL, &action) != 0)
      continue;
    EXPECT (action.sa_handler == noted.actions[number].sa_handler,
            "the plugin changed what comes of signal %d (%s), which is not its own", number,
            strsignal (number));
    EXPECT (sigismember (&mask, number) == sigismember (&noted.mask, number),
            "the plugin changed whether signal %d (%s) is blocked", number, strsignal (number));
  }
}

void
process_state_expect (void)
{
  int more = resources_descriptors () - noted.descriptors;

  for (int fd = 0; fd < STANDARD; fd++) {
    EXPECT (fcntl (fd, F_GETFD) >= 0, "the plugin closed descriptor %d, which is not its own", fd);
    EXPECT (same_file (standard (fd), noted.standard[fd]),
            "the plugin put another file in the place of descriptor %d, which is not its own", fd);
  }
  expect_signals ();
  EXPECT (same_file (directory (), noted.directory), "the plugin changed the current directory");
  EXPECT (current_umask () == noted.umask, "the plugin changed the umask");
  EXPECT (strcmp (current_locale (), noted.locale) == 0, "the plugin changed the locale, to %s",
          current_locale ());
  EXPECT (more <= DESCRIPTORS_MORE, "the plugin left descriptors open: %d more than there were", more);
}
