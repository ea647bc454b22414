/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "data/scratch.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/log.h"

/* What a text keeps for the next one at the most. */
#define KEEP_MAX ((size_t) 1 << 20)

struct scratch {
  struct json_text text;
  struct arena arena;
  struct dcpipe_rows maker;
};

static pthread_key_t key;
static bool key_made;

static void
forget (void *memory)
{
  struct scratch *scratch = memory;

  free (scratch->text.data);
  arena_free (&scratch->arena);
  free (scratch);
}

static void
make_key (void)
{
  key_made = pthread_key_create (&key, forget) == 0;
}

/* NULL when memory is short. */
static struct scratch *
thread_scratch (void)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  struct scratch *scratch;

  pthread_once (&once, make_key);
  scratch = key_made ? pthread_getspecific (key) : NULL;
  if (scratch != NULL || !key_made)
    return scratch;
  scratch = calloc (1, sizeof *scratch);
  if (scratch != NULL && pthread_setspecific (key, scratch) == 0)
    return scratch;
  free (scratch);
  return NULL;
}

struct json_text *
scratch_text (void)
{
  struct scratch *scratch = thread_scratch ();
  struct json_text *text = scratch != NULL ? &scratch->text : NULL;

  if (text == NULL) {
    fail ("no memory for a text");
    return NULL;
  }
  if (text->capacity > KEEP_MAX) {
    free (text->data);
    *text = (struct json_text){ NULL, 0, 0, false };
  }
  text->size = 0;
  text->no_memory = false;
  return text;
}

dcpipe_row *
dcpipe_row_scratch (const dcpipe_table *table)
{
  struct scratch *scratch = thread_scratch ();

  if (scratch == NULL)
    return NULL;
  arena_free (&scratch->arena);
  scratch->maker = (struct dcpipe_rows){ .arena = &scratch->arena };
  return row_make (&scratch->maker, table, DCPIPE_INSERT);
}
