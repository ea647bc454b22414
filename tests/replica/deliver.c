/* SPDX-License-Identifier: Apache-2.0 */
/* The last step: the answer goes out, or is damaged on its way. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "replica/server.h"

#define DEFAULT_OVERSIZE (UINT64_C (64) << 20)
#define SLOW_PIECES 10

/* What is sent bit by bit: the announced size, what of it is really sent, and how long each piece takes. */
struct stream {
  struct replica *replica;
  uint8_t *data; /* NULL for zeros */
  uint64_t size, sent, piece, piece_ms;
};

static ssize_t
give (void *context, uint64_t position, char *data, size_t max)
{
  struct stream *stream = context;
  uint64_t size = stream->sent - position;

  if (position >= stream->sent)
    return stream->sent == stream->size ? MHD_CONTENT_READER_END_OF_STREAM
                                        : MHD_CONTENT_READER_END_WITH_ERROR;
  if (stream->piece_ms > 0) {
    replica_sleep (stream->replica, stream->piece_ms);
    if (size > stream->piece)
      size = stream->piece;
  }
  if (size > max)
    size = max;
  if (stream->data != NULL)
    memcpy (data, stream->data + position, (size_t) size);
  else
    memset (data, 0, (size_t) size);
  return (ssize_t) size;
}

static void
free_stream (void *context)
{
  struct stream *stream = context;

  free (stream->data);
  free (stream);
}

/* libmicrohttpd frees the stream when the connection ends, however it ends.
 *
 * Takes over the answer's bytes, unless `zeros` takes their place. */
static struct MHD_Response *
make_stream (struct visit *visit, const struct stream *like, bool zeros)
{
  struct stream *stream = malloc (sizeof *stream);

  if (stream == NULL)
    return NULL;
  *stream = *like;
  stream->replica = visit->replica;
  if (!zeros) {
    stream->data = visit->answer.data;
    visit->answer.data = NULL;
  }
  return MHD_create_response_from_callback (stream->size, 65536, give, stream, free_stream);
}

static struct MHD_Response *
make_plain (const void *data, size_t size)
{
  return MHD_create_response_from_buffer (size, (void *) (uintptr_t) data, MHD_RESPMEM_MUST_COPY);
}

/* The bits of a body are counted from its first byte's least significant one, and around its end. */
static void
flip (struct ic_cbor_writer *answer, const struct fault *fault)
{
  const uint64_t bits = answer->size * 8;
  const uint64_t first = fault->size > 0 || fault->step > 0 ? fault->size * 8 : bits / 16 * 8;
  uint64_t bit;

  if (bits == 0)
    return;
  bit = (first + (fault->hit - 1) * fault->step) % bits;
  answer->data[bit / 8] ^= (uint8_t) (1u << bit % 8);
}

/* Damages the answer as the fault says. NULL: nothing at all is to be sent. */
static struct MHD_Response *
make_response (struct visit *visit)
{
  static const char garbage[] =
      "<!DOCTYPE html><title>Sign in</title><p>Please accept the terms of this network.";
  const struct fault *fault = &visit->fault;
  struct ic_cbor_writer *answer = &visit->answer;
  const uint64_t size = answer->size, where = fault->size > 0 ? fault->size : size / 2;

  switch (fault->kind) {
  case FAULT_CLOSE:
    return NULL;
  case FAULT_HANG:
    replica_sleep (visit->replica, fault->ms);
    return NULL;
  case FAULT_STATUS:
    visit_text (visit, (unsigned) fault->status, "%s", fault->text[0] != '\0' ? fault->text : "not now");
    break;
  case FAULT_GARBAGE:
    visit->type = "text/html";
    return make_plain (garbage, sizeof garbage - 1);
  case FAULT_OVERSIZED:
    return make_stream (visit,
                        &(struct stream){ .size = fault->size > 0 ? fault->size : DEFAULT_OVERSIZE,
                                          .sent = fault->size > 0 ? fault->size : DEFAULT_OVERSIZE },
                        true);
  case FAULT_CUT:
    return make_stream (visit, &(struct stream){ .size = size, .sent = where < size ? where : size / 2 },
                        false);
  case FAULT_SLOW:
    return make_stream (visit,
                        &(struct stream){ .size = size,
                                          .sent = size,
                                          .piece = fault->size > 0 ? fault->size : size / SLOW_PIECES + 1,
                                          .piece_ms = fault->ms / SLOW_PIECES + 1 },
                        false);
  case FAULT_FLIP:
    flip (answer, fault);
    break;
  case FAULT_TRUNCATE:
    answer->size = where < size ? (size_t) where : (size_t) size / 2;
    break;
  default:
    break;
  }
  return make_plain (answer->data, answer->size);
}

/* By the replica's own clock. */
static void
add_date (const struct visit *visit, struct MHD_Response *response)
{
  const time_t now = (time_t) (visit->now_ns / UINT64_C (1000000000));
  struct tm parts;
  char text[64];

  if (gmtime_r (&now, &parts) != NULL
      && strftime (text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts) > 0)
    MHD_add_response_header (response, "Date", text);
}

static void
add_headers (const struct visit *visit, struct MHD_Response *response)
{
  const struct fault *fault = &visit->fault;
  char seconds[24];

  add_date (visit, response);
  if (visit->type != NULL)
    MHD_add_response_header (response, "Content-Type", visit->type);
  if (fault->kind == FAULT_STATUS && fault->retry_after > 0) {
    snprintf (seconds, sizeof seconds, "%llu", (unsigned long long) fault->retry_after);
    MHD_add_response_header (response, "Retry-After", seconds);
  }
  if (fault->kind == FAULT_STATUS && fault->status >= 300 && fault->status < 400)
    MHD_add_response_header (response, "Location", "http://elsewhere.invalid/");
}

enum MHD_Result
deliver (struct visit *visit, struct MHD_Connection *connection)
{
  struct MHD_Response *response;
  enum MHD_Result result;

  if (visit->answer.failed)
    visit_text (visit, MHD_HTTP_INTERNAL_SERVER_ERROR, "out of memory");
  response = make_response (visit);
  if (response == NULL)
    return MHD_NO;
  add_headers (visit, response);
  result = MHD_queue_response (connection, visit->status, response);
  MHD_destroy_response (response);
  return result;
}
