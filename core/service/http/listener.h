/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DCPIPE_SERVICE_HTTP_LISTENER_H
#define DCPIPE_SERVICE_HTTP_LISTENER_H

/* A socket that listens at `listen` (settings.h), or -1 after fail. `*where` is set to its address for
 * people, to be freed: "http://127.0.0.1:8787" or "unix:PATH". */
int listener_open (const char *listen, char **where);

/* Removes the socket's file, if it has one. */
void listener_remove (const char *listen);

#endif
