/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DCPIPE_SERVICE_HTTP_LISTENER_H
#define DCPIPE_SERVICE_HTTP_LISTENER_H

#include <stdbool.h>
#include <sys/stat.h>

struct listener {
  int fd;
  char *where;      /* its address for people: "http://127.0.0.1:8787" or "unix:PATH" */
  const char *path; /* of a Unix socket, in the text given to listener_open; otherwise NULL */
  struct stat made; /* the file that was made there */
};

/* A socket that listens at `listen` (config/service-settings.h), which must outlive it. False after fail. */
bool listener_open (struct listener *listener, const char *listen);

/* Removes the file of a Unix socket if it is still the one that was made: another service may have taken its
 * place since. Before `fd` is closed, so that its number cannot be another file's by then. */
void listener_remove (const struct listener *listener);

#endif
