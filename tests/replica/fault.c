/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "replica/fault.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define MAX_FAULTS 64

struct faults {
  pthread_mutex_t lock;
  struct fault list[MAX_FAULTS];
  size_t count;
  uint64_t hit;
};

static const char *const kind_names[] = {
#define X(name, text) [FAULT_##name] = text,
  FAULT_KINDS (X)
#undef X
};

static const char *const endpoint_names[ENDPOINT_COUNT] = {
  [ENDPOINT_STATUS] = "status",
  [ENDPOINT_QUERY] = "query",
  [ENDPOINT_CALL] = "call",
  [ENDPOINT_READ_STATE] = "read_state",
};

static const struct {
  const char *key;
  size_t offset;
} number_keys[] = {
  { "after", offsetof (struct fault, after) },   { "count", offsetof (struct fault, count) },
  { "ms", offsetof (struct fault, ms) },         { "size", offsetof (struct fault, size) },
  { "status", offsetof (struct fault, status) }, { "retry_after", offsetof (struct fault, retry_after) },
  { "code", offsetof (struct fault, code) },     { "age", offsetof (struct fault, age) },
  { "block", offsetof (struct fault, block) },   { "step", offsetof (struct fault, step) },
};

static const struct {
  const char *key;
  size_t offset, size;
} text_keys[] = {
  { "method", offsetof (struct fault, method), sizeof ((struct fault *) NULL)->method },
  { "id", offsetof (struct fault, id), sizeof ((struct fault *) NULL)->id },
  { "text", offsetof (struct fault, text), sizeof ((struct fault *) NULL)->text },
};

/* Defaults, where zero would make no sense. */
static const struct fault default_fault = {
  .status = 503,
  .code = 2,
  .age = 3600,
  .ms = 60000,
};

struct faults *
faults_new (void)
{
  struct faults *faults = calloc (1, sizeof *faults);

  if (faults != NULL)
    pthread_mutex_init (&faults->lock, NULL);
  return faults;
}

void
faults_free (struct faults *faults)
{
  if (faults == NULL)
    return;
  pthread_mutex_destroy (&faults->lock);
  free (faults);
}

/* The index of a name in a list, or its length. */
static size_t
find_name (const char *const *names, size_t count, const char *name)
{
  size_t index = 0;

  while (index < count && strcmp (names[index], name) != 0)
    index++;
  return index;
}

static bool
set_number (uint64_t *number, const char *text)
{
  char *end;

  errno = 0;
  *number = strtoull (text, &end, 10);
  return text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0;
}

/* Several endpoints are joined with plus signs. */
static bool
set_endpoints (unsigned *on, char *names)
{
  for (char *name = names, *next; name != NULL; name = next) {
    size_t endpoint;

    next = strchr (name, '+');
    if (next != NULL)
      *next++ = '\0';
    endpoint = find_name (endpoint_names, ENDPOINT_COUNT, name);
    if (endpoint == ENDPOINT_COUNT)
      return false;
    *on |= 1u << endpoint;
  }
  return true;
}

static bool
set_text (char *text, size_t size, const char *value)
{
  const size_t length = strlen (value);

  if (length >= size)
    return false;
  memcpy (text, value, length + 1);
  return true;
}

static bool
set_pair (struct fault *fault, const char *key, char *value)
{
  const size_t kinds = sizeof kind_names / sizeof kind_names[0];

  if (strcmp (key, "kind") == 0) {
    const size_t kind = find_name (kind_names, kinds, value);

    fault->kind = (enum fault_kind) kind;
    return kind < kinds;
  }
  if (strcmp (key, "on") == 0)
    return set_endpoints (&fault->on, value);
  for (size_t i = 0; i < sizeof number_keys / sizeof number_keys[0]; i++)
    if (strcmp (key, number_keys[i].key) == 0)
      return set_number ((uint64_t *) (void *) ((char *) fault + number_keys[i].offset), value);
  for (size_t i = 0; i < sizeof text_keys / sizeof text_keys[0]; i++)
    if (strcmp (key, text_keys[i].key) == 0)
      return set_text ((char *) fault + text_keys[i].offset, text_keys[i].size, value);
  return false;
}

bool
fault_parse (struct fault *fault, const char *spec, struct ic_error *error)
{
  char copy[512];

  *fault = default_fault;
  if (!set_text (copy, sizeof copy, spec)) {
    ic_error_set (error, "fault: longer than %zu bytes", sizeof copy - 1);
    return false;
  }
  for (char *key = copy, *next; key != NULL && *key != '\0'; key = next) {
    char *value;

    next = strchr (key, ',');
    if (next != NULL)
      *next++ = '\0';
    value = strchr (key, '=');
    if (value != NULL)
      *value++ = '\0';
    if (value == NULL || !set_pair (fault, key, value)) {
      ic_error_set (error, "fault \"%s\": \"%s\" is no known key, or its value does not fit", spec, key);
      return false;
    }
  }
  /* These last until something else happens to the ledger, or to the nodes. */
  if ((fault->kind == FAULT_SHRINK || fault->kind == FAULT_FORK || fault->kind == FAULT_RENEW)
      && fault->count == 0)
    fault->count = 1;
  if (fault->kind == FAULT_NONE)
    ic_error_set (error, "fault \"%s\": kind= is missing", spec);
  else if (fault->kind == FAULT_REJECT && (fault->code < 1 || fault->code > 5))
    ic_error_set (error, "fault \"%s\": code must be 1 to 5", spec);
  else
    return true;
  return false;
}

/* Keeps those that can still hit and, if an id is given, have another one. */
static void
sweep (struct faults *faults, const char *id)
{
  size_t kept = 0;

  for (size_t i = 0; i < faults->count; i++) {
    const struct fault *fault = &faults->list[i];

    if ((fault->count == 0 || fault->hit < fault->count) && (id == NULL || strcmp (fault->id, id) != 0))
      faults->list[kept++] = *fault;
  }
  faults->count = kept;
}

bool
faults_add (struct faults *faults, const struct fault *fault)
{
  bool room;

  pthread_mutex_lock (&faults->lock);
  sweep (faults, NULL);
  room = faults->count < MAX_FAULTS;
  if (room)
    faults->list[faults->count++] = *fault;
  pthread_mutex_unlock (&faults->lock);
  return room;
}

void
faults_remove (struct faults *faults, const char *id)
{
  pthread_mutex_lock (&faults->lock);
  if (id[0] == '\0')
    faults->count = 0;
  else
    sweep (faults, id);
  pthread_mutex_unlock (&faults->lock);
}

static bool
concerns (const struct fault *fault, enum endpoint endpoint, const char *method)
{
  if (fault->on != 0 && (fault->on >> endpoint & 1) == 0)
    return false;
  return fault->method[0] == '\0' || (method != NULL && strcmp (fault->method, method) == 0);
}

/* Every fault counts the requests that concern it, also those that an earlier fault takes. */
void
faults_take (struct faults *faults, enum endpoint endpoint, const char *method, struct fault *taken)
{
  *taken = default_fault;
  pthread_mutex_lock (&faults->lock);
  for (size_t i = 0; i < faults->count; i++) {
    struct fault *fault = &faults->list[i];

    if (!concerns (fault, endpoint, method) || fault->seen++ < fault->after)
      continue;
    if (taken->kind != FAULT_NONE || (fault->count > 0 && fault->hit >= fault->count))
      continue;
    fault->hit++;
    faults->hit++;
    *taken = *fault;
  }
  pthread_mutex_unlock (&faults->lock);
}

uint64_t
faults_hit (struct faults *faults)
{
  uint64_t hit;

  pthread_mutex_lock (&faults->lock);
  hit = faults->hit;
  pthread_mutex_unlock (&faults->lock);
  return hit;
}
