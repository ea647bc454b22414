/* SPDX-License-Identifier: Apache-2.0 */
/* Lock files: one writer for one store. The file stays when the lock is gone, since removing it would let two
 * processes lock two files of one name. */
#include "config.h"

#include "base/lockfile.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "bytes/cleanup.h"
#include "dcpipe-plugin.h"

/* As many as systems follow. */
#define LINKS_MAX 40

/* Says who holds the lock, as far as the file tells, and what that means. */
static void
fail_held (const char *path, const char *name, int fd, const char *meaning)
{
  char holder[32] = "";
  ssize_t size = pread (fd, holder, sizeof holder - 1, 0);

  holder[size > 0 ? strcspn (holder, "\n") : 0] = '\0';
  if (strtol (holder, NULL, 10) == (long) getpid ())
    fail ("%s is locked by this process: another sink of the configuration has the same store", path);
  else
    fail ("%s is locked%s%s: %s", name, holder[0] ? " by process " : "", holder, meaning);
}

/* Why there can be no lock: for the reader it is the store's directory that matters. */
static void
fail_made (const char *path, const char *name)
{
  int why = errno;
  CLEANUP_FREE char *copy = strdup (name);
  const char *directory = copy != NULL ? dirname (copy) : "its directory";

  if (why == ENOENT)
    fail ("%s cannot be locked: there is no directory %s", path, directory);
  else if (why == ENOTDIR)
    fail ("%s cannot be locked: %s is no directory", path, directory);
  else if (access (name, F_OK) == 0)
    fail ("%s cannot be locked: its lock file %s cannot be opened: %s", path, name, strerror (why));
  else
    fail ("%s cannot be locked: no file can be made in %s: %s", path, directory, strerror (why));
}

/* The place to which the symbolic link `path` points, which need not be there yet; to be freed. NULL if it is
 * none. */
static char *
link_target (const char *path)
{
  char target[PATH_MAX], *place = NULL;
  ssize_t size = readlink (path, target, sizeof target - 1);
  CLEANUP_FREE char *copy = NULL;

  if (size < 0)
    return NULL;
  target[size] = '\0';
  if (target[0] == '/')
    return strdup (target);
  copy = strdup (path);
  return copy == NULL || asprintf (&place, "%s/%s", dirname (copy), target) < 0 ? NULL : place;
}

/* The name of the lock file: a symbolic link and the store to which it points, made or still to be made,
 * have one and the same. NULL after fail. */
static char *
lock_name (const char *path)
{
  CLEANUP_FREE char *place = strdup (path);
  char *name = NULL, *target;

  for (int links = 0; place != NULL && links < LINKS_MAX && (target = link_target (place)) != NULL; links++) {
    free (place);
    place = target;
  }
  if (place == NULL || asprintf (&name, "%s.lock", place) < 0) {
    fail ("no memory to lock %s", path);
    return NULL;
  }
  return name;
}

int
lockfile_take (const char *path, const char *meaning)
{
  CLEANUP_FREE char *name = lock_name (path);
  CLEANUP_CLOSE int fd = -1;
  char holder[32];
  int size, locked;

  if (name == NULL)
    return -1;
  do
    fd = open (name, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  while (fd < 0 && errno == EINTR);
  if (fd < 0) {
    fail_made (path, name);
    return -1;
  }
  if (flock (fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK)
      fail_held (path, name, fd, meaning);
    else
      fail ("the file %s cannot be locked: %s", name, strerror (errno));
    return -1;
  }
  size = snprintf (holder, sizeof holder, "%ld\n", (long) getpid ());
  if (ftruncate (fd, 0) != 0 || pwrite (fd, holder, (size_t) size, 0) != size)
    dcpipe_debug ("%s: the process number cannot be written into it: %s", name, strerror (errno));
  locked = fd;
  fd = -1;
  return locked;
}

int
dcpipe_lock (const char *path)
{
  return lockfile_take (path, "another dcpipe writes the same store");
}
