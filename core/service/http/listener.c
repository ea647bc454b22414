/* SPDX-License-Identifier: Apache-2.0 */
/* The socket is made here and handed to the library, because only so the reason of a failure can be told, an
 * IPv6 address be kept from taking IPv4 as well, and a Unix socket be had at all. */
#include "config.h"

#include "service/http/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "bytes/cleanup.h"
#include "config/service-settings.h"

#define BACKLOG 1024

static int
fail_close (int fd, const char *listen_at, const char *what)
{
  fail ("%s: %s: %s", listen_at, what, strerror (errno));
  if (fd >= 0)
    close (fd);
  return -1;
}

/* ---- Unix sockets ------------------------------------------------------------------------------- */

/* True if somebody answers there. */
static bool
is_alive (const struct sockaddr_un *address)
{
  CLEANUP_CLOSE int fd = socket (AF_UNIX, SOCK_STREAM, 0);

  return fd >= 0 && connect (fd, (const struct sockaddr *) address, sizeof *address) == 0;
}

/* What a process that was killed left behind is removed; a living one's is not. */
static int
open_unix (const char *listen_at)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  const char *path = listen_at + 5;
  struct stat status;
  int fd;

  if (strlen (path) >= sizeof address.sun_path) {
    fail ("%s: the path is longer than %zu bytes", listen_at, sizeof address.sun_path - 1);
    return -1;
  }
  memcpy (address.sun_path, path, strlen (path));
  if (lstat (path, &status) == 0 && S_ISSOCK (status.st_mode) && !is_alive (&address))
    unlink (path);
  fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || bind (fd, (const struct sockaddr *) &address, sizeof address) != 0)
    return fail_close (fd, listen_at, "the socket cannot be made");
  /* The owner and the group, whatever the umask: a proxy usually shares the group. */
  if (chmod (path, 0660) != 0 || listen (fd, BACKLOG) != 0)
    /* The file stays, and the next start removes it, since nobody answers there. */
    return fail_close (fd, listen_at, "nothing can be awaited there");
  return fd;
}

void
listener_remove (const struct listener *listener)
{
  struct stat now;

  /* Somebody may have removed the file, and another process have made its own socket of that name. */
  if (listener->path != NULL && lstat (listener->path, &now) == 0 && now.st_dev == listener->made.st_dev
      && now.st_ino == listener->made.st_ino)
    unlink (listener->path);
}

/* ---- TCP ---------------------------------------------------------------------------------------- */

static int
open_address (const char *listen_at, const struct addrinfo *info)
{
  int on = 1, fd = socket (info->ai_family, info->ai_socktype | SOCK_CLOEXEC, info->ai_protocol);

  if (fd < 0)
    return fail_close (fd, listen_at, "no socket");
  /* A restart must not wait for old connections to time out. */
  setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (info->ai_family == AF_INET6)
    /* Or [::]:80 would also be 0.0.0.0:80, depending on a setting of the system's. */
    setsockopt (fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  if (bind (fd, info->ai_addr, info->ai_addrlen) != 0)
    return fail_close (fd, listen_at, "the address cannot be taken");
  if (listen (fd, BACKLOG) != 0)
    return fail_close (fd, listen_at, "nothing can be awaited there");
  return fd;
}

static int
open_tcp (const char *listen_at)
{
  CLEANUP_FREE char *address = NULL, *port = NULL;
  struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV },
                  *found = NULL;
  int code, fd;

  if (!listen_split (listen_at, &address, &port))
    return -1;
  code = getaddrinfo (address, port, &hints, &found);
  if (code != 0) {
    fail ("%s: %s", listen_at, gai_strerror (code));
    return -1;
  }
  fd = open_address (listen_at, found);
  freeaddrinfo (found);
  return fd;
}

static char *
tell_where (int fd)
{
  struct sockaddr_storage bound;
  socklen_t size = sizeof bound;
  char host[64], port[8], *where = NULL;
  bool six;

  if (getsockname (fd, (struct sockaddr *) &bound, &size) != 0
      || getnameinfo ((struct sockaddr *) &bound, size, host, sizeof host, port, sizeof port,
                      NI_NUMERICHOST | NI_NUMERICSERV)
             != 0)
    return NULL;
  six = strchr (host, ':') != NULL;
  return asprintf (&where, "http://%s%s%s:%s", six ? "[" : "", host, six ? "]" : "", port) < 0 ? NULL : where;
}

bool
listener_open (struct listener *listener, const char *listen_at)
{
  bool local = strncmp (listen_at, "unix:", 5) == 0;
  int fd = local ? open_unix (listen_at) : open_tcp (listen_at);

  *listener = (struct listener){ .fd = fd, .path = local ? listen_at + 5 : NULL };
  if (fd < 0)
    return false;
  /* A connection that goes before it is accepted would hold the HTTP thread. */
  fcntl (fd, F_SETFL, fcntl (fd, F_GETFL) | O_NONBLOCK);
  listener->where = local ? strdup (listen_at) : tell_where (fd);
  if (listener->where != NULL && (!local || lstat (listener->path, &listener->made) == 0))
    return true;
  free (listener->where);
  fail_close (fd, listen_at, "the address is not known");
  return false;
}
