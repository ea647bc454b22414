/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/write-all.h"

#include <errno.h>
#include <unistd.h>

bool
write_all (int fd, const char *text, size_t size)
{
  while (size > 0) {
    ssize_t written = write (fd, text, size);

    if (written < 0 && errno != EINTR)
      return false;
    /* A full disk or a signal cuts a write short; the next one tells the reason, if it lasts. */
    if (written > 0) {
      text += written;
      size -= (size_t) written;
    }
  }
  return true;
}
