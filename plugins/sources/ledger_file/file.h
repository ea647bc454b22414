/* SPDX-License-Identifier: Apache-2.0 */
/* The file itself. Each function returns DCPIPE_OK, or another result after dcpipe_error. */
#ifndef DCPIPE_LEDGER_FILE_FILE_H
#define DCPIPE_LEDGER_FILE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct file {
  int fd; /* -1 when closed */
  dev_t device;
  ino_t inode;
  uint64_t size;
  bool gone; /* its name, which was said */
};

int file_open (struct file *file, const char *path);
void file_close (struct file *file);

/* Learns the size anew. */
int file_look (struct file *file, const char *path);

/* Opens the file that `path` names now, if it is another one than before; `replaced` tells. */
int file_reopen (struct file *file, const char *path, bool *replaced);

/* Reads up to `size` bytes at `position`; fewer, which `got` says, only at the end of the file. */
int file_read (const struct file *file, const char *path, uint64_t position, void *data, size_t size,
               size_t *got);

#endif
