/* SPDX-License-Identifier: Apache-2.0 */
/* dlopen maps what the program headers promise, and the process is killed when it touches what the file does
 * not have; and it waits for ever when the file is a pipe. Neither could be told from within, so both are
 * looked at before. */
#include "config.h"

#include "plugin/object-file.h"

#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __ELF__
#include <elf.h>
#endif

#include "base/log.h"
#include "bytes/cleanup.h"

#ifdef __ELF__
#if UINTPTR_MAX == UINT64_MAX
typedef Elf64_Ehdr elf_header;
typedef Elf64_Phdr elf_segment;
#define ELF_CLASS ELFCLASS64
#else
typedef Elf32_Ehdr elf_header;
typedef Elf32_Phdr elf_segment;
#define ELF_CLASS ELFCLASS32
#endif

static bool
is_whole (int fd, uint64_t size)
{
  elf_header header;

  /* What is no object for this machine at all is refused by dlopen itself, in better words. */
  if (pread (fd, &header, sizeof header, 0) != sizeof header || memcmp (header.e_ident, ELFMAG, SELFMAG) != 0
      || header.e_ident[EI_CLASS] != ELF_CLASS || header.e_phentsize != sizeof (elf_segment))
    return true;
  for (unsigned i = 0; i < header.e_phnum; i++) {
    elf_segment segment;
    off_t at = (off_t) (header.e_phoff + i * sizeof segment);

    if (pread (fd, &segment, sizeof segment, at) != sizeof segment)
      return false;
    if (segment.p_type == PT_LOAD && (segment.p_offset > size || segment.p_filesz > size - segment.p_offset))
      return false;
  }
  return true;
}
#else
static bool
is_whole (int fd, uint64_t size)
{
  (void) fd, (void) size;
  return true;
}
#endif

bool
object_file_check (const char *path)
{
  /* Not blocking, or opening a pipe would wait for its writer. */
  CLEANUP_CLOSE int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat status;

  /* dlopen will fail as well, and tells why. That the file may change before it does is no concern: this is
   * for mistakes, not for attacks. */
  if (fd < 0 || fstat (fd, &status) != 0)
    return true;
  if (!S_ISREG (status.st_mode)) {
    fail ("%s: cannot be loaded: it is not a file", path);
    return false;
  }
  if (is_whole (fd, (uint64_t) status.st_size))
    return true;
  fail ("%s: cannot be loaded: the file is cut short", path);
  return false;
}
