/* SPDX-License-Identifier: Apache-2.0 */
/* Server-sent events: what happens is put into a ring, from which each reader takes at its own pace. A reader
 * that falls behind by more than the ring holds is cut off. */
#ifndef DCPIPE_SERVICE_STATE_EVENTS_H
#define DCPIPE_SERVICE_STATE_EVENTS_H

#include <jansson.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct MHD_Connection;
struct MHD_Response;

#define EVENTS_KEPT 256
#define EVENTS_READERS_MAX 100

struct event {
  char *text; /* with its ending blank line */
  size_t size;
};

struct reader_of_events;

struct events {
  pthread_mutex_t mutex; /* for all that follows */
  struct event ring[EVENTS_KEPT];
  uint64_t next; /* number of the next event; the ring holds those before it */
  struct reader_of_events *readers;
  size_t readers_count;
  uint64_t moved; /* CLOCK_MONOTONIC, ns: when something was sent last */
  bool closed;
};

void events_init (struct events *events);
void events_destroy (struct events *events);

/* Any thread. Takes the reference to `data` over; NULL is taken as memory that is short. */
void events_publish (struct events *events, const char *type, json_t *data);

/* True if there is anybody to read. */
bool events_are_read (struct events *events);

/* Sends a comment to all readers when nothing else was sent for a while. */
void events_keep_alive (struct events *events);

/* Ends all streams. */
void events_close (struct events *events);

/* Text of one event with that number, to be freed; NULL when memory is short. */
char *event_text (uint64_t number, const char *type, const json_t *data);

/* An answer that never ends: first `head` (which becomes the response's), then events from number `from` on.
 * NULL if there are too many readers or memory is short. HTTP thread. */
struct MHD_Response *events_response (struct events *events, struct MHD_Connection *connection, char *head,
                                      uint64_t from);

/* The number that the next event will have; a reader who begins there misses nothing. */
uint64_t events_next (struct events *events);

/* True if all events from that number on are still there. */
bool events_have (struct events *events, uint64_t from);

#endif
