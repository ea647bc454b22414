/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "exports.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __ELF__
#include <elf.h>
#include <sys/mman.h>

#include "cleanup.h"

#if UINTPTR_MAX == UINT64_MAX
typedef Elf64_Ehdr elf_header;
typedef Elf64_Shdr elf_section;
typedef Elf64_Sym elf_symbol;
#else
typedef Elf32_Ehdr elf_header;
typedef Elf32_Shdr elf_section;
typedef Elf32_Sym elf_symbol;
#endif

struct object {
  const uint8_t *data;
  size_t size;
};

/* `size` bytes at `at`, or NULL if the file is shorter. */
static const void *
at (const struct object *object, uint64_t at, uint64_t size)
{
  return at <= object->size && size <= object->size - at ? object->data + at : NULL;
}

static void
add_name (char *text, size_t size, const char *name)
{
  size_t used = strlen (text);

  if (name[0] != '_' && used + strlen (name) + 2 < size) {
    if (used > 0)
      text[used++] = ' ';
    memcpy (text + used, name, strlen (name) + 1);
  }
}

/* The names in one table of symbols. False if the file is damaged. */
static bool
list_symbols (const struct object *object, const elf_section *symbols, const elf_section *strings, char *text,
              size_t size)
{
  const elf_symbol *first = at (object, symbols->sh_offset, symbols->sh_size);
  const char *names = at (object, strings->sh_offset, strings->sh_size);

  if (first == NULL || names == NULL || strings->sh_size == 0 || names[strings->sh_size - 1] != '\0')
    return false;
  for (size_t i = 0; i < symbols->sh_size / sizeof *first; i++) {
    unsigned binding = first[i].st_info >> 4;

    if (first[i].st_shndx != SHN_UNDEF && (binding == STB_GLOBAL || binding == STB_WEAK)
        && first[i].st_name < strings->sh_size)
      add_name (text, size, names + first[i].st_name);
  }
  return true;
}

static int
list_object (const struct object *object, char *text, size_t size)
{
  const elf_header *header = at (object, 0, sizeof *header);
  const elf_section *sections;

  if (header == NULL || memcmp (header->e_ident, ELFMAG, SELFMAG) != 0
      || header->e_shentsize != sizeof *sections)
    return -1;
  sections = at (object, header->e_shoff, (uint64_t) header->e_shnum * sizeof *sections);
  for (size_t i = 0; sections != NULL && i < header->e_shnum; i++)
    if (sections[i].sh_type == SHT_DYNSYM && sections[i].sh_link < header->e_shnum)
      return list_symbols (object, &sections[i], &sections[sections[i].sh_link], text, size) ? 0 : -1;
  return -1;
}

int
exports_list (const char *path, char *text, size_t size)
{
  CLEANUP_CLOSE int fd = open (path, O_RDONLY | O_CLOEXEC);
  struct object object = { 0 };
  struct stat status;
  void *memory;
  int result;

  text[0] = '\0';
  if (fd < 0 || fstat (fd, &status) != 0 || status.st_size <= 0)
    return -1;
  object.size = (size_t) status.st_size;
  memory = mmap (NULL, object.size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (memory == MAP_FAILED)
    return -1;
  object.data = memory;
  result = list_object (&object, text, size);
  munmap (memory, object.size);
  return result;
}
#else
int
exports_list (const char *path, char *text, size_t size)
{
  (void) path, (void) text, (void) size;
  return -1;
}
#endif
