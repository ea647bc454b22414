/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as the answer of a replica. The first byte chooses the kind of answer. What the reader takes must
 * lie within the input or the arena, and skipping must agree with reading on what is well-formed. */
#include "config.h"

#include "fuzz/fuzz.h"
#include "ic/certificate/cbor.h"
#include "ic/certificate/response.h"

/* Reads every byte, so that the sanitiser sees views that point elsewhere. */
static void
touch (struct bytes bytes)
{
  volatile uint8_t sum = 0;

  for (size_t i = 0; i < bytes.size; i++)
    sum = (uint8_t) (sum + bytes.data[i]);
}

static bool
skips (struct bytes body, struct ic_arena *arena)
{
  struct ic_cbor_reader reader;

  ic_cbor_read (&reader, body, arena, NULL);
  ic_cbor_skip (&reader);
  return ic_cbor_finish (&reader);
}

static bool
read_query (struct bytes body, struct ic_arena *arena, struct ic_error *error)
{
  struct ic_query_response response;

  if (!ic_query_response_read (&response, body, arena, error))
    return false;
  touch (response.reply);
  touch (response.reject.message);
  touch (response.reject.error_code);
  for (const struct ic_node_signature *one = response.signatures; one != NULL; one = one->next) {
    touch (one->identity);
    touch (one->signature);
  }
  return true;
}

static bool
read_any (uint8_t kind, struct bytes body, struct ic_arena *arena, struct ic_error *error)
{
  struct ic_call_response call;
  struct ic_status_response status;
  struct bytes certificate;

  switch (kind % 4) {
  case 0:
    return read_query (body, arena, error);
  case 1:
    return ic_call_response_read (&call, 200, body, arena, error);
  case 2:
    return ic_read_state_response_read (&certificate, body, arena, error);
  default:
    return ic_status_response_read (&status, body, arena, error);
  }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  struct ic_arena arena = { NULL };
  struct ic_error error = { "" };
  struct bytes body;

  if (size == 0)
    return 0;
  body = (struct bytes){ data + 1, size - 1 };
  if (read_any (data[0], body, &arena, &error))
    require (skips (body, &arena));
  else
    require (error.text[0] != '\0');
  ic_arena_free (&arena);
  return 0;
}
