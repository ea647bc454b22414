/* SPDX-License-Identifier: Apache-2.0 */
/* The protocol is one datagram, so no library of systemd's is needed. A failure is a line for debugging:
 * whether anybody listens does not concern the service. */
#include "config.h"

#include "service/state/notify.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "bytes/cleanup.h"

void
notify_send (const char *state)
{
  const char *path = getenv ("NOTIFY_SOCKET");
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  size_t size = path != NULL ? strlen (path) : 0;
  CLEANUP_CLOSE int fd = -1;

  if (size == 0 || size >= sizeof address.sun_path || (path[0] != '/' && path[0] != '@'))
    return;
  memcpy (address.sun_path, path, size);
  if (path[0] == '@') /* in the abstract namespace */
    address.sun_path[0] = '\0';
  fd = socket (AF_UNIX, SOCK_DGRAM, 0);
  if (fd < 0
      || sendto (fd, state, strlen (state), MSG_NOSIGNAL, (const struct sockaddr *) &address,
                 (socklen_t) (offsetof (struct sockaddr_un, sun_path) + size))
             < 0)
    log_debug ("%s cannot be told '%s': %s", path, state, strerror (errno));
}

static uint64_t
number_in (const char *variable)
{
  const char *text = getenv (variable);
  char *end;
  uintmax_t number;

  if (text == NULL || *text < '0' || *text > '9')
    return 0;
  errno = 0;
  number = strtoumax (text, &end, 10);
  /* No more microseconds than fit as nanoseconds. */
  return errno == 0 && *end == '\0' && number < UINT64_MAX / 1000 ? (uint64_t) number : 0;
}

uint64_t
notify_watchdog_interval (void)
{
  uint64_t pid = number_in ("WATCHDOG_PID");

  /* Variables are inherited: they may be meant for the process that started this one. */
  if (pid != 0 && pid != (uint64_t) getpid ())
    return 0;
  /* Half of it, as systemd advises: one word that comes late is then no death. */
  return number_in ("WATCHDOG_USEC") * 1000 / 2;
}
