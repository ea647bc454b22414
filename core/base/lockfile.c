/* SPDX-License-Identifier: Apache-2.0 */
/* Lock files: one writer for one store. The file stays when the lock is gone, since removing it would let two
 * processes lock two files of one name. */
#include "config.h"

#include "base/lockfile.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
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

/* What a lock file may hold: the number of the process that locked it last. */
#define HOLDER_SIZE 32

/* The number in the lock file, 0 where there is none: it is empty, or a loss of power left nothing but NULs.
 * It may have been cut short by a full disk. False if the file holds what no lock file does. */
static bool
read_holder (int fd, long *holder)
{
  char text[HOLDER_SIZE];
  ssize_t size = pread (fd, text, sizeof text, 0), end = 0;

  *holder = 0;
  while (end < size && isdigit ((unsigned char) text[end]) && *holder < LONG_MAX / 10)
    *holder = 10 * *holder + (text[end++] - '0');
  while (end < size && (text[end] == '\0' || (text[end] == '\n' && end == size - 1)))
    end++;
  return size >= 0 && end == size;
}

/* Says who holds the lock, as far as the file tells, and what that means. Returns what lockfile_take does.
 * Whoever else could open the file may hold it, and then the number is that of an earlier process. */
static int
fail_held (const char *path, const char *name, int fd, const char *meaning)
{
  long holder;

  if (!read_holder (fd, &holder))
    holder = 0;
  if (holder == (long) getpid ())
    fail ("%s is locked by this process: another sink of the configuration has the same store", path);
  else if (holder == 0)
    fail ("%s is locked: %s", name, meaning);
  else if (kill ((pid_t) holder, 0) != 0 && errno == ESRCH)
    fail ("%s is locked, and not by process %ld, which locked it last and is gone: %s", name, holder,
          meaning);
  else
    fail ("%s is locked by process %ld: %s", name, holder, meaning);
  return holder == (long) getpid () ? -1 : LOCKFILE_HELD;
}

/* Why there can be no lock: for the reader it is the store's directory that matters. */
static void
fail_made (const char *path, const char *name)
{
  int why = errno;
  CLEANUP_FREE char *copy = strdup (name);
  const char *directory = copy != NULL ? dirname (copy) : "its directory";

  if (why == ELOOP)
    fail ("%s cannot be locked: its lock file %s is a symbolic link, which dcpipe does not follow", path,
          name);
  else if (why == ENOENT)
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

/* Takes the right to read the file from those who may not write it: a lock can be held by whoever can open
 * the file. */
static void
close_to_readers (int fd, mode_t mode)
{
  mode_t closed = mode & ~(mode_t) (S_IRGRP | S_IROTH);

  if ((mode & S_IWGRP) != 0)
    closed |= mode & S_IRGRP;
  if ((mode & S_IWOTH) != 0)
    closed |= mode & S_IROTH;
  if (closed != mode && fchmod (fd, closed & 07777) != 0)
    log_debug ("the lock file stays open to readers: %s", strerror (errno));
}

/* Opens the lock file, or makes it, and looks whether it is one: nothing is ever written into a file of
 * another kind that happens to have its name. -1 after fail. */
static int
open_lock (const char *path, const char *name)
{
  CLEANUP_CLOSE int fd = -1;
  struct stat status;
  long holder;
  int opened;

  do
    fd = open (name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0660);
  while (fd < 0 && errno == EINTR);
  if (fd < 0) {
    fail_made (path, name);
    return -1;
  }
  if (fstat (fd, &status) != 0 || !S_ISREG (status.st_mode) || status.st_nlink > 1
      || status.st_size > HOLDER_SIZE || !read_holder (fd, &holder)) {
    fail ("%s cannot be locked: %s is there and is not a lock file of dcpipe's, so it is left as it is; move "
          "it, or "
          "name another store",
          path, name);
    return -1;
  }
  close_to_readers (fd, status.st_mode);
  opened = fd;
  fd = -1;
  return opened;
}

/* A second name of the store's file would have a second lock, and two writers could meet in it. */
static bool
has_one_name (const char *path)
{
  struct stat status;

  if (stat (path, &status) != 0 || !S_ISREG (status.st_mode) || status.st_nlink <= 1)
    return true;
  fail ("%s has %ju names (hard links), so that another process could write it unseen by another one; copy "
        "it, or remove "
        "all names but one",
        path, (uintmax_t) status.st_nlink);
  return false;
}

/* The lock is flock's, which the system lets go of however the process ends: a file that merely were there
 * would outlive a crash and keep everybody out. The number in it is for people. */
int
lockfile_take (const char *path, const char *meaning)
{
  CLEANUP_FREE char *name = lock_name (path);
  CLEANUP_CLOSE int fd = name == NULL ? -1 : open_lock (path, name);
  char holder[HOLDER_SIZE];
  int size, locked;

  if (fd < 0)
    return -1;
  if (flock (fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK)
      return fail_held (path, name, fd, meaning);
    fail ("the file %s cannot be locked: %s", name, strerror (errno));
    return -1;
  }
  if (!has_one_name (path))
    return -1;
  size = snprintf (holder, sizeof holder, "%ld\n", (long) getpid ());
  if (ftruncate (fd, 0) != 0 || pwrite (fd, holder, (size_t) size, 0) != size)
    log_debug ("%s: the process number cannot be written into it: %s", name, strerror (errno));
  locked = fd;
  fd = -1;
  return locked;
}

int
dcpipe_lock (const char *path)
{
  int fd = lockfile_take (path, LOCK_STORE);

  return fd >= 0 ? fd : -1;
}
