/* SPDX-License-Identifier: Apache-2.0 */
/* The library's own time-out begins again with each byte, so one byte a minute would hold a connection for
 * ever, and enough of them all that there are. Here the time for a whole request, or a whole answer, is
 * counted. */
#include "config.h"

#include "service/http/clients.h"

#include <stdlib.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "bytes/cleanup.h"

void
clients_init (struct clients *clients, uint64_t timeout_ms)
{
  *clients = (struct clients){ .timeout = timeout_ms * 1000000u };
  pthread_mutex_init (&clients->mutex, NULL);
}

void
clients_destroy (struct clients *clients)
{
  pthread_mutex_destroy (&clients->mutex);
}

struct client *
client_add (struct clients *clients, int fd)
{
  struct client *client = calloc (1, sizeof *client);

  if (client == NULL)
    return NULL;
  client->fd = fd;
  client->deadline = monotonic_ns () + clients->timeout;
  LOCK_SCOPE (&clients->mutex);
  client->next = clients->first;
  if (client->next != NULL)
    client->next->previous = client;
  clients->first = client;
  return client;
}

void
client_remove (struct clients *clients, struct client *client)
{
  if (client == NULL)
    return;
  {
    LOCK_SCOPE (&clients->mutex);
    if (client->previous != NULL)
      client->previous->next = client->next;
    else
      clients->first = client->next;
    if (client->next != NULL)
      client->next->previous = client->previous;
  }
  free (client);
}

static void
set_deadline (struct clients *clients, struct client *client, uint64_t deadline)
{
  /* There was no memory for it: then only the library's own time-out watches that connection. */
  if (client == NULL)
    return;
  LOCK_SCOPE (&clients->mutex);
  client->deadline = deadline;
}

void
client_begin (struct clients *clients, struct client *client)
{
  set_deadline (clients, client, monotonic_ns () + clients->timeout);
}

void
client_pause (struct clients *clients, struct client *client)
{
  set_deadline (clients, client, 0);
}

/* The descriptor is open as long as the client is in the list. Shut down, it wakes the HTTP thread, which
 * closes it. */
void
clients_sweep (struct clients *clients)
{
  uint64_t now = monotonic_ns ();

  LOCK_SCOPE (&clients->mutex);
  for (struct client *client = clients->first; client != NULL; client = client->next)
    if (client->deadline != 0 && now >= client->deadline) {
      shutdown (client->fd, SHUT_RDWR);
      /* Once is enough, though the HTTP thread may not come to close it before the next look. */
      client->deadline = 0;
    }
}
