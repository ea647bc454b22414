/* SPDX-License-Identifier: Apache-2.0 */
/* Loaded before all else (LD_PRELOAD) it makes calls of the C library fail, as DCPIPE_FAULT tells:
 *
 *   memory FIRST [LAST [SIZE]]   allocations (of SIZE bytes) number FIRST to LAST give NULL; LAST 0: to the
 *                                end; without it just the one
 *   ERRNO CALLS FIRST PATH       from number FIRST on, CALLS (write, sync, open or any) on files whose path
 *                                holds PATH fail with that errno
 *
 * An open counts if it may create or write a file. DCPIPE_FAULT_MARK names a file that is made when a call is
 * made to fail first. Needs glibc, for its own names of malloc, and Linux, for the paths of descriptors. */
#include "config.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define EXPORT __attribute__ ((visibility ("default")))

extern void *__libc_malloc (size_t size);
extern void *__libc_calloc (size_t count, size_t size);
extern void *__libc_realloc (void *memory, size_t size);
extern void *__libc_memalign (size_t alignment, size_t size);

enum calls { CALL_NONE = 0, CALL_WRITE = 1, CALL_SYNC = 2, CALL_OPEN = 4, CALL_MEMORY = 8 };

static struct {
  unsigned calls;
  unsigned long first, last; /* last: 0 for no end */
  size_t size; /* 0: any */
  int error;
  char path[256];
  const char *mark;
} fault;

static atomic_ulong counted;
static atomic_bool marked;

/* ---- what is to fail ------------------------------------------------------------------------------ */

static int
error_of (const char *name)
{
  static const struct {
    const char *name;
    int error;
  } errors[] = { { "ENOSPC", ENOSPC },
                 { "EDQUOT", EDQUOT },
                 { "EIO", EIO },
                 { "EROFS", EROFS },
                 { "EACCES", EACCES } };

  for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
    if (strcmp (errors[i].name, name) == 0)
      return errors[i].error;
  return 0;
}

static unsigned
calls_of (const char *name)
{
  return strcmp (name, "write") == 0  ? CALL_WRITE
         : strcmp (name, "sync") == 0 ? CALL_SYNC
         : strcmp (name, "open") == 0 ? CALL_OPEN
         : strcmp (name, "any") == 0  ? CALL_WRITE | CALL_SYNC | CALL_OPEN
                                      : CALL_NONE;
}

static void __attribute__ ((constructor)) begin (void)
{
  const char *text = getenv ("DCPIPE_FAULT");
  char error[16], calls[16];

  if (text == NULL)
    return;
  fault.mark = getenv ("DCPIPE_FAULT_MARK");
  if (strncmp (text, "memory ", 7) == 0) {
    int given = sscanf (text + 7, "%lu %lu %zu", &fault.first, &fault.last, &fault.size);

    if (given == 1)
      fault.last = fault.first;
    fault.calls = given >= 1 ? CALL_MEMORY : CALL_NONE;
  } else if (sscanf (text, "%15s %15s %lu %255s", error, calls, &fault.first, fault.path) == 4) {
    fault.error = error_of (error);
    fault.calls = calls_of (calls);
  }
  atomic_store (&counted, 0);
  if (fault.calls == CALL_NONE) {
    fprintf (stderr, "shim: DCPIPE_FAULT makes no sense: %s\n", text);
    _exit (126);
  }
}

/* True if this call is to fail. */
static bool
strikes (void)
{
  unsigned long number = atomic_fetch_add (&counted, 1) + 1;

  if (number < fault.first || (fault.last > 0 && number > fault.last))
    return false;
  if (fault.mark != NULL && !atomic_exchange (&marked, true)) {
    long fd = syscall (SYS_openat, AT_FDCWD, fault.mark, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

    if (fd >= 0)
      syscall (SYS_close, fd);
  }
  return true;
}

/* ---- memory --------------------------------------------------------------------------------------- */

static bool
memory_fails (size_t size)
{
  if (fault.calls != CALL_MEMORY || (fault.size > 0 && size != fault.size) || !strikes ())
    return false;
  errno = ENOMEM;
  return true;
}

EXPORT void *
malloc (size_t size)
{
  return memory_fails (size) ? NULL : __libc_malloc (size);
}

EXPORT void *
calloc (size_t count, size_t size)
{
  return memory_fails (count * size) ? NULL : __libc_calloc (count, size);
}

EXPORT void *
realloc (void *memory, size_t size)
{
  return memory_fails (size) ? NULL : __libc_realloc (memory, size);
}

EXPORT int
posix_memalign (void **memory, size_t alignment, size_t size)
{
  void *got = memory_fails (size) ? NULL : __libc_memalign (alignment, size);

  if (got == NULL)
    return ENOMEM;
  *memory = got;
  return 0;
}

EXPORT void *
aligned_alloc (size_t alignment, size_t size)
{
  return memory_fails (size) ? NULL : __libc_memalign (alignment, size);
}

/* ---- files ---------------------------------------------------------------------------------------- */

/* True if a call on the file of that path is to fail. */
static bool
path_fails (unsigned call, const char *path)
{
  if ((fault.calls & call) == 0 || strstr (path, fault.path) == NULL || !strikes ())
    return false;
  errno = fault.error;
  return true;
}

/* The path of a descriptor, as Linux tells it. */
static void
path_of (int fd, char path[1024])
{
  char link[64];
  ssize_t size;

  snprintf (link, sizeof link, "/proc/self/fd/%d", fd);
  size = readlink (link, path, 1023);
  path[size > 0 ? size : 0] = '\0';
}

static bool
fails (unsigned call, int fd)
{
  char path[1024];

  if ((fault.calls & call) == 0)
    return false;
  path_of (fd, path);
  return path_fails (call, path);
}

/* The function that we stand before. */
static void
find_next (void *place, const char *name)
{
  void *next = dlsym (RTLD_NEXT, name);

  memcpy (place, &next, sizeof next);
}

#define NEXT(result_, name_, parameters_)                                                                    \
  static result_ (*next) parameters_;                                                                        \
  if (next == NULL)                                                                                          \
    find_next (&next, name_)

#define WRAP(result_, name_, call_, fd_, parameters_, arguments_)                                            \
  EXPORT result_ name_ parameters_;                                                                          \
  EXPORT result_ name_ parameters_                                                                           \
  {                                                                                                          \
    NEXT (result_, #name_, parameters_);                                                                     \
    return fails (call_, fd_) ? -1 : next arguments_;                                                        \
  }

WRAP (ssize_t, write, CALL_WRITE, fd, (int fd, const void *data, size_t size), (fd, data, size))
WRAP (ssize_t, pwrite, CALL_WRITE, fd, (int fd, const void *data, size_t size, off_t at),
      (fd, data, size, at))
WRAP (ssize_t, pwrite64, CALL_WRITE, fd, (int fd, const void *data, size_t size, off64_t at),
      (fd, data, size, at))
WRAP (ssize_t, writev, CALL_WRITE, fd, (int fd, const struct iovec *parts, int count), (fd, parts, count))
WRAP (ssize_t, pwritev, CALL_WRITE, fd, (int fd, const struct iovec *parts, int count, off_t at),
      (fd, parts, count, at))
WRAP (ssize_t, pwritev64, CALL_WRITE, fd, (int fd, const struct iovec *parts, int count, off64_t at),
      (fd, parts, count, at))
WRAP (int, ftruncate, CALL_WRITE, fd, (int fd, off_t size), (fd, size))
WRAP (int, ftruncate64, CALL_WRITE, fd, (int fd, off64_t size), (fd, size))
WRAP (int, fsync, CALL_SYNC, fd, (int fd), (fd))
WRAP (int, fdatasync, CALL_SYNC, fd, (int fd), (fd))

static bool
open_fails (int directory, const char *path, int flags)
{
  char whole[2048];
  size_t size;

  if ((fault.calls & CALL_OPEN) == 0 || (flags & (O_CREAT | O_WRONLY | O_RDWR)) == 0)
    return false;
  if (directory == AT_FDCWD || path[0] == '/')
    return path_fails (CALL_OPEN, path);
  path_of (directory, whole);
  size = strlen (whole);
  snprintf (whole + size, sizeof whole - size, "/%s", path);
  return path_fails (CALL_OPEN, whole);
}

#define WRAP_OPEN(name_, directory_, parameters_, arguments_, type_)                                         \
  EXPORT int name_ parameters_;                                                                              \
  EXPORT int name_ parameters_                                                                               \
  {                                                                                                          \
    va_list rest;                                                                                            \
    int mode;                                                                                                \
    NEXT (int, #name_, type_);                                                                               \
                                                                                                             \
    va_start (rest, flags);                                                                                  \
    mode = flags & (O_CREAT | O_TMPFILE) ? va_arg (rest, int) : 0;                                           \
    va_end (rest);                                                                                           \
    return open_fails (directory_, path, flags) ? -1 : next arguments_;                                      \
  }

WRAP_OPEN (open, AT_FDCWD, (const char *path, int flags, ...), (path, flags, mode),
           (const char *path, int flags, ...))
WRAP_OPEN (open64, AT_FDCWD, (const char *path, int flags, ...), (path, flags, mode),
           (const char *path, int flags, ...))
WRAP_OPEN (openat, directory, (int directory, const char *path, int flags, ...),
           (directory, path, flags, mode), (int directory, const char *path, int flags, ...))
WRAP_OPEN (openat64, directory, (int directory, const char *path, int flags, ...),
           (directory, path, flags, mode), (int directory, const char *path, int flags, ...))
