/* SPDX-License-Identifier: Apache-2.0 */
/* A path may come to name another file while this one is open: device and inode tell. */
#include "config.h"

#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bytes/cleanup.h"
#include "dcpipe-plugin.h"

/* What network file systems report while their server is away. */
static int
system_result (int error)
{
  return error == EIO || error == ESTALE || error == ETIMEDOUT || error == EAGAIN ? DCPIPE_RETRY
                                                                                  : DCPIPE_FAIL;
}

static int
system_error (const char *what, const char *path)
{
  int error = errno;

  dcpipe_error ("cannot %s %s: %s", what, path, strerror (error));
  return system_result (error);
}

/* Directories and devices would fail later and with worse words. */
static int
take_status (struct file *file, int fd, const char *path)
{
  struct stat status;

  if (fstat (fd, &status) < 0)
    return system_error ("look at", path);
  if (!S_ISREG (status.st_mode)) {
    dcpipe_error ("%s is %s, expected a ledger file", path,
                  S_ISDIR (status.st_mode) ? "a directory" : "no regular file");
    return DCPIPE_FAIL;
  }
  file->device = status.st_dev;
  file->inode = status.st_ino;
  file->size = (uint64_t) status.st_size;
  return DCPIPE_OK;
}

int
file_open (struct file *file, const char *path)
{
  /* O_NONBLOCK: a FIFO is to be refused, not waited for. */
  CLEANUP_CLOSE int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  int result;

  if (fd < 0)
    return system_error ("open", path);
  result = take_status (file, fd, path);
  if (result != DCPIPE_OK)
    return result;
  posix_fadvise (fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  file->fd = fd;
  fd = -1;
  return DCPIPE_OK;
}

void
file_close (struct file *file)
{
  if (file->fd >= 0)
    close (file->fd);
  file->fd = -1;
}

int
file_look (struct file *file, const char *path)
{
  return take_status (file, file->fd, path);
}

int
file_reopen (struct file *file, const char *path, bool *replaced)
{
  struct file other = { .fd = -1 };
  struct stat status;
  int result;

  *replaced = false;
  /* A file that was removed may be about to be replaced: what is open can still be read. */
  if (stat (path, &status) < 0) {
    if (errno != ENOENT)
      return system_error ("look at", path);
    if (!file->gone)
      dcpipe_warning ("%s was removed: until there is such a file again, nothing new can come", path);
    file->gone = true;
    return DCPIPE_OK;
  }
  file->gone = false;
  if (status.st_dev == file->device && status.st_ino == file->inode)
    return DCPIPE_OK;
  result = file_open (&other, path);
  if (result != DCPIPE_OK)
    return result;
  file_close (file);
  *file = other;
  *replaced = true;
  return DCPIPE_OK;
}

/* pread, so that probing and reading do not disturb each other's place. */
int
file_read (const struct file *file, const char *path, uint64_t position, void *data, size_t size, size_t *got)
{
  uint8_t *at = data;

  *got = 0;
  while (*got < size) {
    ssize_t n = pread (file->fd, at + *got, size - *got, (off_t) (position + *got));

    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0) {
      int error = errno;

      dcpipe_error ("cannot read %s at %" PRIu64 ": %s", path, position + *got, strerror (error));
      return system_result (error);
    }
    if (n == 0)
      break;
    *got += (size_t) n;
  }
  return DCPIPE_OK;
}
