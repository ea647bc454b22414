/* SPDX-License-Identifier: Apache-2.0 */
/* Loaded before all else (LD_PRELOAD) it makes calls of the C library fail, as DCPIPE_FAULT tells:
 *
 *   memory FIRST [LAST [SIZE]]     allocations (of SIZE bytes) number FIRST to LAST give NULL; LAST 0: to the
 *                                  end; without it just the one
 *   FAULT CALLS FIRST LAST PATH    of the CALLS (write, size, sync, open, name, any of these, or map) on
 *                                  files whose path holds PATH number FIRST to LAST fail with FAULT: an
 * errno; "short": writes store but half of their bytes; "kill": the process is killed before it; LAST 0: to
 * the end
 *
 * An open counts if it may create or write a file, a map if it is shared. What is not here, the sinks do not
 * call: tests/faults/disk.sh sees to it that strace finds nothing else. DCPIPE_FAULT_MARK names a file that
 * is made when a call is made to fail first, and tells which; DCPIPE_FAULT_COUNT one that is made at the
 * end, and tells how many calls there were to choose from. Needs glibc, for its own names of malloc, and
 * Linux, for the paths of descriptors. */
#include "config.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define EXPORT __attribute__ ((visibility ("default")))

extern void *__libc_malloc (size_t size);
extern void *__libc_calloc (size_t count, size_t size);
extern void *__libc_realloc (void *memory, size_t size);
extern void *__libc_memalign (size_t alignment, size_t size);

enum calls {
  CALL_NONE = 0,
  CALL_WRITE = 1,
  CALL_SIZE = 2,
  CALL_SYNC = 4,
  CALL_OPEN = 8,
  CALL_NAME = 16,
  CALL_ANY = 31,
  CALL_MAP = 32,
  CALL_MEMORY = 64
};

static struct {
  unsigned calls;
  unsigned long first, last; /* last: 0 for no end */
  size_t size;               /* 0: any */
  int error;
  bool cut; /* writes are short, nothing fails */
  bool kill;
  char path[256];
  const char *mark;
} fault;

static atomic_ulong counted;
static atomic_bool marked;

/* ---- what is to fail ------------------------------------------------------------------------------ */

#define NAMED(name_)                                                                                         \
  {                                                                                                          \
#name_, name_                                                                                            \
  }

struct named {
  const char *name;
  int value;
};

static const struct named errors[] = { NAMED (ENOSPC), NAMED (EDQUOT), NAMED (EIO),    NAMED (EROFS),
                                       NAMED (EACCES), NAMED (EINTR),  NAMED (ENOMEM), NAMED (EFBIG) },
                          kinds[] = { { "write", CALL_WRITE }, { "size", CALL_SIZE }, { "sync", CALL_SYNC },
                                      { "open", CALL_OPEN },   { "name", CALL_NAME }, { "map", CALL_MAP },
                                      { "any", CALL_ANY } };

#define COUNT(array) (sizeof (array) / sizeof *(array))

/* 0 if there is no such name. */
static int
value_of (const struct named *names, size_t count, const char *name)
{
  for (size_t i = 0; i < count; i++)
    if (strcmp (names[i].name, name) == 0)
      return names[i].value;
  return 0;
}

/* FAULT CALLS FIRST LAST PATH */
static void
read_file_fault (const char *text)
{
  char error[16], calls[16];

  if (sscanf (text, "%15s %15s %lu %lu %255s", error, calls, &fault.first, &fault.last, fault.path) != 5)
    return;
  fault.error = value_of (errors, COUNT (errors), error);
  fault.cut = strcmp (error, "short") == 0;
  fault.kill = strcmp (error, "kill") == 0;
  fault.calls = (unsigned) value_of (kinds, COUNT (kinds), calls);
  if (fault.cut)
    fault.calls &= CALL_WRITE;
  else if (fault.error == 0 && !fault.kill)
    fault.calls = CALL_NONE;
}

static void __attribute__ ((constructor)) begin (void)
{
  const char *text = getenv ("DCPIPE_FAULT");

  if (text == NULL)
    return;
  fault.mark = getenv ("DCPIPE_FAULT_MARK");
  if (strncmp (text, "memory ", 7) == 0) {
    int given = sscanf (text + 7, "%lu %lu %zu", &fault.first, &fault.last, &fault.size);

    if (given == 1)
      fault.last = fault.first;
    fault.calls = given >= 1 ? CALL_MEMORY : CALL_NONE;
  } else
    read_file_fault (text);
  atomic_store (&counted, 0);
  if (fault.calls == CALL_NONE) {
    fprintf (stderr, "shim: DCPIPE_FAULT makes no sense: %s\n", text);
    _exit (126);
  }
}

/* Makes a file with that line. System calls, for the functions that make them are ours. */
static void
note (const char *file, const char *line)
{
  long fd = syscall (SYS_openat, AT_FDCWD, file, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600);

  if (fd < 0)
    return;
  syscall (SYS_write, fd, line, strlen (line));
  syscall (SYS_close, fd);
}

static void
mark (const char *call, const char *path)
{
  char line[1200];

  snprintf (line, sizeof line, "%s %s\n", call, path);
  note (fault.mark, line);
}

static void __attribute__ ((destructor)) end (void)
{
  const char *file = getenv ("DCPIPE_FAULT_COUNT");
  char line[32];

  snprintf (line, sizeof line, "%lu\n", atomic_load (&counted));
  if (file != NULL)
    note (file, line);
}

/* True if this call is to fail. */
static bool
strikes (const char *call, const char *path)
{
  unsigned long number = atomic_fetch_add (&counted, 1) + 1;

  if (number < fault.first || (fault.last > 0 && number > fault.last))
    return false;
  if (fault.mark != NULL && !atomic_exchange (&marked, true))
    mark (call, path);
  if (fault.kill)
    syscall (SYS_kill, getpid (), SIGKILL);
  return true;
}

/* ---- memory --------------------------------------------------------------------------------------- */

static bool
memory_fails (size_t size)
{
  if (fault.calls != CALL_MEMORY || (fault.size > 0 && size != fault.size) || !strikes ("malloc", ""))
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
path_fails (unsigned kind, const char *call, const char *path)
{
  if ((fault.calls & kind) == 0 || strstr (path, fault.path) == NULL || !strikes (call, path))
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
fails (unsigned kind, const char *call, int fd)
{
  char path[1024];

  if ((fault.calls & kind) == 0)
    return false;
  path_of (fd, path);
  return path_fails (kind, call, path);
}

/* The same of a name in a directory. */
static bool
name_fails (unsigned kind, const char *call, int directory, const char *name)
{
  char path[2048];
  size_t size;

  if ((fault.calls & kind) == 0)
    return false;
  if (directory == AT_FDCWD || name[0] == '/')
    return path_fails (kind, call, name);
  path_of (directory, path);
  size = strlen (path);
  snprintf (path + size, sizeof path - size, "/%s", name);
  return path_fails (kind, call, path);
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

/* A function that gives -1 if `fails_`, and else what the one behind it gives. */
#define WRAP_IF(result_, name_, fails_, parameters_, arguments_)                                             \
  EXPORT result_ name_ parameters_;                                                                          \
  EXPORT result_ name_ parameters_                                                                           \
  {                                                                                                          \
    NEXT (result_, #name_, parameters_);                                                                     \
    return (fails_) ? -1 : next arguments_;                                                                  \
  }

#define WRAP(name_, kind_, parameters_, arguments_)                                                          \
  WRAP_IF (int, name_, fails (kind_, #name_, fd), parameters_, arguments_)

#define WRAP_NAME(name_, directory_, path_, parameters_, arguments_)                                         \
  WRAP_IF (int, name_, name_fails (CALL_NAME, #name_, directory_, path_), parameters_, arguments_)

/* ---- writing -------------------------------------------------------------------------------------- */

/* True if the write is to fail; one that is to be short gets a smaller size. */
static bool
write_fails (const char *call, int fd, size_t *size)
{
  if (*size == 0 || !fails (CALL_WRITE, call, fd))
    return false;
  if (!fault.cut)
    return true;
  *size = (*size + 1) / 2;
  return false;
}

/* Of several parts a short write stores but the first, and of one part half. */
static bool
writev_fails (const char *call, int fd, const struct iovec *parts, int *count, struct iovec *half)
{
  *half = parts[0];
  if (*count == 0 || !fails (CALL_WRITE, call, fd))
    return false;
  if (!fault.cut)
    return true;
  if (*count == 1)
    half->iov_len = (half->iov_len + 1) / 2;
  *count = 1;
  return false;
}

#define WRAP_WRITE(name_, parameters_, arguments_)                                                           \
  WRAP_IF (ssize_t, name_, write_fails (#name_, fd, &size), parameters_, arguments_)

#define WRAP_WRITEV(name_, parameters_, arguments_)                                                          \
  EXPORT ssize_t name_ parameters_;                                                                          \
  EXPORT ssize_t name_ parameters_                                                                           \
  {                                                                                                          \
    struct iovec half;                                                                                       \
    NEXT (ssize_t, #name_, parameters_);                                                                     \
                                                                                                             \
    if (writev_fails (#name_, fd, parts, &count, &half))                                                     \
      return -1;                                                                                             \
    parts = count == 1 ? &half : parts;                                                                      \
    return next arguments_;                                                                                  \
  }

WRAP_WRITE (write, (int fd, const void *data, size_t size), (fd, data, size))
WRAP_WRITE (pwrite, (int fd, const void *data, size_t size, off_t at), (fd, data, size, at))
WRAP_WRITE (pwrite64, (int fd, const void *data, size_t size, off64_t at), (fd, data, size, at))
WRAP_WRITEV (writev, (int fd, const struct iovec *parts, int count), (fd, parts, count))
WRAP_WRITEV (pwritev, (int fd, const struct iovec *parts, int count, off_t at), (fd, parts, count, at))
WRAP_WRITEV (pwritev64, (int fd, const struct iovec *parts, int count, off64_t at), (fd, parts, count, at))

WRAP (ftruncate, CALL_SIZE, (int fd, off_t size), (fd, size))
WRAP (ftruncate64, CALL_SIZE, (int fd, off64_t size), (fd, size))
WRAP (fallocate, CALL_SIZE, (int fd, int mode, off_t at, off_t size), (fd, mode, at, size))
WRAP (fallocate64, CALL_SIZE, (int fd, int mode, off64_t at, off64_t size), (fd, mode, at, size))
WRAP (fsync, CALL_SYNC, (int fd), (fd))
WRAP (fdatasync, CALL_SYNC, (int fd), (fd))

/* ---- names and maps ------------------------------------------------------------------------------- */

WRAP_NAME (rename, AT_FDCWD, to, (const char *from, const char *to), (from, to))
WRAP_NAME (renameat, to_directory, to, (int directory, const char *from, int to_directory, const char *to),
           (directory, from, to_directory, to))
WRAP_NAME (link, AT_FDCWD, to, (const char *from, const char *to), (from, to))
WRAP_NAME (symlink, AT_FDCWD, to, (const char *from, const char *to), (from, to))
WRAP_NAME (unlink, AT_FDCWD, path, (const char *path), (path))
WRAP_NAME (unlinkat, directory, path, (int directory, const char *path, int flags), (directory, path, flags))
WRAP_NAME (mkdir, AT_FDCWD, path, (const char *path, mode_t mode), (path, mode))
WRAP_NAME (mkdirat, directory, path, (int directory, const char *path, mode_t mode), (directory, path, mode))
WRAP_NAME (rmdir, AT_FDCWD, path, (const char *path), (path))

#define WRAP_MAP(name_, offset_)                                                                             \
  EXPORT void *name_ (void *at, size_t size, int access, int flags, int fd, offset_ from);                   \
  EXPORT void *name_ (void *at, size_t size, int access, int flags, int fd, offset_ from)                    \
  {                                                                                                          \
    NEXT (void *, #name_, (void *, size_t, int, int, int, offset_));                                         \
    if (fd >= 0 && (flags & MAP_SHARED) != 0 && fails (CALL_MAP, #name_, fd))                                \
      return MAP_FAILED;                                                                                     \
    return next (at, size, access, flags, fd, from);                                                         \
  }

WRAP_MAP (mmap, off_t)
WRAP_MAP (mmap64, off64_t)

static bool
open_fails (const char *call, int directory, const char *path, int flags)
{
  return (flags & (O_CREAT | O_WRONLY | O_RDWR)) != 0 && name_fails (CALL_OPEN, call, directory, path);
}

#define WRAP_OPEN(name_, directory_, parameters_, arguments_)                                                \
  EXPORT int name_ parameters_;                                                                              \
  EXPORT int name_ parameters_                                                                               \
  {                                                                                                          \
    va_list rest;                                                                                            \
    int mode;                                                                                                \
    NEXT (int, #name_, parameters_);                                                                         \
                                                                                                             \
    va_start (rest, flags);                                                                                  \
    mode = flags & (O_CREAT | O_TMPFILE) ? va_arg (rest, int) : 0;                                           \
    va_end (rest);                                                                                           \
    return open_fails (#name_, directory_, path, flags) ? -1 : next arguments_;                              \
  }

WRAP_OPEN (open, AT_FDCWD, (const char *path, int flags, ...), (path, flags, mode))
WRAP_OPEN (open64, AT_FDCWD, (const char *path, int flags, ...), (path, flags, mode))
WRAP_OPEN (openat, directory, (int directory, const char *path, int flags, ...),
           (directory, path, flags, mode))
WRAP_OPEN (openat64, directory, (int directory, const char *path, int flags, ...),
           (directory, path, flags, mode))
