/* SPDX-License-Identifier: Apache-2.0 */
/* Connections and how long they may take: a client that sends its request, or takes its answer, byte by byte
 * is cut off when its time is over, however often it moves. */
#ifndef DCPIPE_SERVICE_HTTP_CLIENTS_H
#define DCPIPE_SERVICE_HTTP_CLIENTS_H

#include <pthread.h>
#include <stdint.h>

struct client {
  int fd;
  uint64_t deadline; /* CLOCK_MONOTONIC, ns; 0: none for now */
  struct client *previous, *next;
};

struct clients {
  pthread_mutex_t mutex;
  struct client *first;
  uint64_t timeout; /* ns */
};

void clients_init (struct clients *clients, uint64_t timeout_ms);
void clients_destroy (struct clients *clients);

/* A connection with that descriptor; its time begins. NULL when memory is short. */
struct client *client_add (struct clients *clients, int fd);

/* Before the descriptor is closed. NULL is taken. */
void client_remove (struct clients *clients, struct client *client);

/* Its time begins anew; and: it may take any time from now on. NULL is taken. */
void client_begin (struct clients *clients, struct client *client);
void client_pause (struct clients *clients, struct client *client);

/* Cuts off those whose time is over. */
void clients_sweep (struct clients *clients);

#endif
