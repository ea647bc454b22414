/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/exports.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __ELF__
#include <elf.h>
#include <sys/mman.h>

#include "bytes/cleanup.h"

#if UINTPTR_MAX == UINT64_MAX
typedef Elf64_Ehdr elf_header;
typedef Elf64_Shdr elf_section;
typedef Elf64_Sym elf_symbol;
typedef Elf64_Dyn elf_dynamic;
#else
typedef Elf32_Ehdr elf_header;
typedef Elf32_Shdr elf_section;
typedef Elf32_Sym elf_symbol;
typedef Elf32_Dyn elf_dynamic;
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

/* One of the tables that a loader reads, and the strings that it names. */
struct table {
  const void *items;
  size_t size; /* in bytes */
  const char *names;
  size_t names_size;
};

/* The first table of that kind (SHT_DYNSYM, SHT_DYNAMIC). False if the file is damaged, or none of ours. */
static bool
find_table (const struct object *object, uint32_t type, struct table *table)
{
  const elf_header *header = at (object, 0, sizeof *header);
  const elf_section *sections;

  if (header == NULL || memcmp (header->e_ident, ELFMAG, SELFMAG) != 0
      || header->e_shentsize != sizeof *sections)
    return false;
  sections = at (object, header->e_shoff, (uint64_t) header->e_shnum * sizeof *sections);
  for (size_t i = 0; sections != NULL && i < header->e_shnum; i++)
    if (sections[i].sh_type == type && sections[i].sh_link < header->e_shnum) {
      const elf_section *strings = &sections[sections[i].sh_link];

      table->size = (size_t) sections[i].sh_size;
      table->items = at (object, sections[i].sh_offset, sections[i].sh_size);
      table->names_size = (size_t) strings->sh_size;
      table->names = at (object, strings->sh_offset, strings->sh_size);
      return table->items != NULL && table->names != NULL && table->names_size > 0
             && table->names[table->names_size - 1] == '\0';
    }
  return false;
}

static bool
map (const char *path, struct object *object)
{
  CLEANUP_CLOSE int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat status;
  void *memory;

  if (fd < 0 || fstat (fd, &status) != 0 || !S_ISREG (status.st_mode) || status.st_size <= 0)
    return false;
  object->size = (size_t) status.st_size;
  memory = mmap (NULL, object->size, PROT_READ, MAP_PRIVATE, fd, 0);
  object->data = memory;
  return memory != MAP_FAILED;
}

static void
unmap (const struct object *object)
{
  munmap ((void *) (uintptr_t) object->data, object->size);
}

/* ---- what is exported ---------------------------------------------------------------------------- */

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

int
exports_list (const char *path, char *text, size_t size)
{
  struct object object;
  struct table table;
  bool good;

  text[0] = '\0';
  if (!map (path, &object))
    return -1;
  good = find_table (&object, SHT_DYNSYM, &table);
  for (size_t i = 0; good && i < table.size / sizeof (elf_symbol); i++) {
    const elf_symbol *symbol = (const elf_symbol *) table.items + i;
    unsigned binding = symbol->st_info >> 4;

    if (symbol->st_shndx != SHN_UNDEF && (binding == STB_GLOBAL || binding == STB_WEAK)
        && symbol->st_name < table.names_size)
      add_name (text, size, table.names + symbol->st_name);
  }
  unmap (&object);
  return good ? 0 : -1;
}

/* ---- what is needed ------------------------------------------------------------------------------ */

bool
exports_needs_symbol (const char *path, const char *name)
{
  struct object object;
  struct table table;
  bool found = false;

  if (!map (path, &object))
    return false;
  if (find_table (&object, SHT_DYNSYM, &table))
    for (size_t i = 0; i < table.size / sizeof (elf_symbol) && !found; i++) {
      const elf_symbol *symbol = (const elf_symbol *) table.items + i;

      found = symbol->st_shndx == SHN_UNDEF && symbol->st_name < table.names_size
              && strcmp (table.names + symbol->st_name, name) == 0;
    }
  unmap (&object);
  return found;
}

bool
exports_needs_library (const char *path, const char *part, char *name, size_t size)
{
  struct object object;
  struct table table;
  bool found = false;

  if (!map (path, &object))
    return false;
  if (find_table (&object, SHT_DYNAMIC, &table))
    for (size_t i = 0; i < table.size / sizeof (elf_dynamic) && !found; i++) {
      const elf_dynamic *item = (const elf_dynamic *) table.items + i;

      found = item->d_tag == DT_NEEDED && item->d_un.d_val < table.names_size
              && strstr (table.names + item->d_un.d_val, part) != NULL;
      if (found)
        snprintf (name, size, "%s", table.names + item->d_un.d_val);
    }
  unmap (&object);
  return found;
}
#else
int
exports_list (const char *path, char *text, size_t size)
{
  (void) path, (void) text, (void) size;
  return -1;
}

bool
exports_needs_symbol (const char *path, const char *name)
{
  (void) path, (void) name;
  return false;
}

bool
exports_needs_library (const char *path, const char *part, char *name, size_t size)
{
  (void) path, (void) part, (void) name, (void) size;
  return false;
}
#endif
