/* SPDX-License-Identifier: Apache-2.0 */
/* The ring is the one copy of an event; readers have only a number. So an event is put into words once,
 * however many read it, and who reads slowly costs no memory: when the ring has turned past him he is cut
 * off, and his browser comes back by itself. */
#include "config.h"

#include "service/state/events.h"

#include <inttypes.h>
#include <microhttpd.h>
#include <string.h>

#include "base/clock.h"
#include "bytes/cleanup.h"

/* Proxies and phones drop connections that are silent for half a minute or a minute. */
#define KEEP_ALIVE_NS UINT64_C (15000000000)

struct reader_of_events {
  struct events *events;
  struct MHD_Connection *connection;
  char *head;     /* what comes first, or NULL when it was taken */
  uint64_t next;  /* the event that it takes next */
  size_t offset;  /* how much of the head, or of that event, it has */
  bool comment;   /* a comment is due */
  bool suspended; /* its connection waits for more */
  struct reader_of_events *previous, *following;
};

static const char comment[] = ": still there\n\n";

void
events_init (struct events *events)
{
  *events = (struct events){ .next = 1, .moved = monotonic_ns () };
  pthread_mutex_init (&events->mutex, NULL);
}

void
events_destroy (struct events *events)
{
  for (size_t i = 0; i < EVENTS_KEPT; i++)
    free (events->ring[i].text);
  pthread_mutex_destroy (&events->mutex);
}

char *
event_text (uint64_t number, const char *type, const json_t *data)
{
  CLEANUP_FREE char *json = data != NULL ? json_dumps (data, JSON_COMPACT | JSON_REAL_PRECISION (9)) : NULL;
  char *text = NULL;

  if (json == NULL || asprintf (&text, "id: %" PRIu64 "\nevent: %s\ndata: %s\n\n", number, type, json) < 0)
    return NULL;
  return text;
}

/* With the mutex held. */
static void
wake_readers (struct events *events)
{
  for (struct reader_of_events *reader = events->readers; reader != NULL; reader = reader->following)
    if (reader->suspended) {
      /* The reader cannot leave meanwhile, for that takes the lock, too; so its connection is there. */
      reader->suspended = false;
      MHD_resume_connection (reader->connection);
    }
}

void
events_publish (struct events *events, const char *type, json_t *data)
{
  struct event *event;
  char *text;

  {
    LOCK_SCOPE (&events->mutex);
    /* With the lock held, since the number is part of the text. An event that finds no memory uses none up:
     * who reads sees no gap. */
    text = event_text (events->next, type, data);
    if (text != NULL) {
      event = &events->ring[events->next % EVENTS_KEPT];
      free (event->text);
      *event = (struct event){ text, strlen (text) };
      events->next++;
      events->moved = monotonic_ns ();
      wake_readers (events);
    }
  }
  json_decref (data);
}

bool
events_are_read (struct events *events)
{
  LOCK_SCOPE (&events->mutex);
  return events->readers != NULL;
}

void
events_keep_alive (struct events *events)
{
  LOCK_SCOPE (&events->mutex);
  if (monotonic_ns () - events->moved < KEEP_ALIVE_NS)
    return;
  events->moved = monotonic_ns ();
  for (struct reader_of_events *reader = events->readers; reader != NULL; reader = reader->following)
    reader->comment = true;
  wake_readers (events);
}

void
events_close (struct events *events)
{
  LOCK_SCOPE (&events->mutex);
  events->closed = true;
  wake_readers (events);
}

uint64_t
events_next (struct events *events)
{
  LOCK_SCOPE (&events->mutex);
  return events->next;
}

bool
events_have (struct events *events, uint64_t from)
{
  LOCK_SCOPE (&events->mutex);
  /* One less than the ring holds: the oldest is overwritten by the next event, before the reader could take
   * it. */
  return from > 0 && from <= events->next && events->next - from < EVENTS_KEPT;
}

/* ---- one stream --------------------------------------------------------------------------------- */

/* Copies the rest of `text` as far as there is room; true if that was all of it. */
static bool
copy_rest (struct reader_of_events *reader, const char *text, size_t size, char *buffer, size_t room,
           size_t *taken)
{
  size_t rest = size - reader->offset, now = rest < room ? rest : room;

  memcpy (buffer, text + reader->offset, now);
  *taken = now;
  reader->offset = now == rest ? 0 : reader->offset + now;
  return now == rest;
}

/* Called by the HTTP thread when the connection can take more. */
static ssize_t
take (void *context, uint64_t position, char *buffer, size_t room)
{
  struct reader_of_events *reader = context;
  struct events *events = reader->events;
  size_t taken = 0;

  (void) position;
  LOCK_SCOPE (&events->mutex);
  /* The event that he would take next has been overwritten, perhaps in the middle of it. */
  if (events->closed || events->next - reader->next > EVENTS_KEPT)
    return MHD_CONTENT_READER_END_OF_STREAM;
  if (reader->head != NULL) {
    if (copy_rest (reader, reader->head, strlen (reader->head), buffer, room, &taken)) {
      free (reader->head);
      reader->head = NULL;
    }
  } else if (reader->next < events->next) {
    const struct event *event = &events->ring[reader->next % EVENTS_KEPT];

    if (copy_rest (reader, event->text, event->size, buffer, room, &taken))
      reader->next++;
  } else if (reader->comment) {
    reader->comment = !copy_rest (reader, comment, sizeof comment - 1, buffer, room, &taken);
  } else {
    /* With the lock held: an event between the look and this would wake nobody. */
    MHD_suspend_connection (reader->connection);
    reader->suspended = true;
  }
  return (ssize_t) taken;
}

static void
leave (void *context)
{
  struct reader_of_events *reader = context;
  struct events *events = reader->events;

  {
    LOCK_SCOPE (&events->mutex);
    if (reader->previous != NULL)
      reader->previous->following = reader->following;
    else
      events->readers = reader->following;
    if (reader->following != NULL)
      reader->following->previous = reader->previous;
    events->readers_count--;
  }
  free (reader->head);
  free (reader);
}

static bool
join (struct events *events, struct reader_of_events *reader)
{
  LOCK_SCOPE (&events->mutex);
  if (events->readers_count >= EVENTS_READERS_MAX || events->closed)
    return false;
  reader->following = events->readers;
  if (events->readers != NULL)
    events->readers->previous = reader;
  events->readers = reader;
  events->readers_count++;
  return true;
}

struct MHD_Response *
events_response (struct events *events, struct MHD_Connection *connection, char *head, uint64_t from)
{
  struct reader_of_events *reader = calloc (1, sizeof *reader);
  struct MHD_Response *response;

  if (reader == NULL) {
    free (head);
    return NULL;
  }
  *reader =
      (struct reader_of_events){ .events = events, .connection = connection, .head = head, .next = from };
  if (!join (events, reader)) {
    free (head);
    free (reader);
    return NULL;
  }
  response = MHD_create_response_from_callback (MHD_SIZE_UNKNOWN, 4096, take, reader, leave);
  if (response == NULL)
    leave (reader);
  return response;
}
