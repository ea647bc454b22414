/* SPDX-License-Identifier: Apache-2.0 */
/* A webhook that cannot work would be noticed only when an import has failed and nobody hears of it. So all
 * that can be told beforehand is a mistake in the configuration: the form of URL and secret, the events, the
 * waits. */
#include "config.h"

#include "config/webhook-settings.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/suggest.h"
#include "bytes/cleanup.h"
#include "config/webhook-secret.h"
#include "config/webhook-url.h"

#define NAME_MAX_BYTES 64
#define DAY INT64_C (86400000)

static const char *const known_events[] = { WEBHOOK_COMPLETED, WEBHOOK_FAILED, WEBHOOK_DIVERGED };

#define SETTING(member) offsetof (struct webhook_settings, member)

static const struct dcpipe_option options[] = {
  { "url", DCPIPE_OPTION_TEXT, NULL, NULL, 0, 0, DCPIPE_OPTION_REQUIRED,
    "where messages are posted: an http or https URL; redirects are followed on the same host only",
    SETTING (url) },
  { "secret", DCPIPE_OPTION_SECRET, NULL, NULL, 0, 0, DCPIPE_OPTION_REQUIRED,
    "what messages are signed with: whsec_ and the base64 of 24 to 64 bytes", SETTING (secret) },
  { "old_secret", DCPIPE_OPTION_SECRET, NULL, NULL, 0, 0, 0,
    "the secret before this one: both sign, so that receivers can change over one by one",
    SETTING (old_secret) },
  { "events", DCPIPE_OPTION_LIST, WEBHOOK_COMPLETED " " WEBHOOK_FAILED " " WEBHOOK_DIVERGED, NULL, 0, 0, 0,
    "the types of messages that it is sent", SETTING (events) },
  { "timeout", DCPIPE_OPTION_DURATION, "15s", NULL, 100, 600000, 0,
    "how long one attempt may take, redirects included", SETTING (timeout) },
  { "give_up_after", DCPIPE_OPTION_DURATION, "3d", NULL, 1000, 366 * DAY, 0,
    "the age at which a message that could not be delivered is moved aside", SETTING (give_up_after) },
  { "retry_first", DCPIPE_OPTION_DURATION, "5s", NULL, 10, DAY, 0,
    "the wait after a first failed attempt, doubled with each further one", SETTING (retry_first) },
  { "retry_longest", DCPIPE_OPTION_DURATION, "30m", NULL, 10, DAY, 0, "the longest wait between attempts",
    SETTING (retry_longest) },
  { "ca_file", DCPIPE_OPTION_PATH, NULL, NULL, 0, 0, DCPIPE_OPTION_READ,
    "certificates (PEM) that https is verified with, instead of the system's", SETTING (ca_file) },
};

static const struct dcpipe_options table = DCPIPE_ARRAY (options);

const struct dcpipe_options *
webhook_options (void)
{
  return &table;
}

/* ---- checks -------------------------------------------------------------------------------------- */

/* The name is that of a directory as well. */
static void
check_name (struct ini_file *file, const struct ini_section *section)
{
  size_t size = strlen (section->name);

  if (size <= NAME_MAX_BYTES && section->name[0] != '.'
      && strspn (section->name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") == size)
    return;
  ini_mistake (file, section->line,
               "%s: the name of a webhook has up to %d letters, digits, '_', '-' and '.', and does not begin "
               "with '.'",
               section->title, NAME_MAX_BYTES);
}

/* A type that nobody sends would keep a hook silent for ever. */
static void
check_event (struct ini_file *file, unsigned line, const char *event)
{
  struct suggestion suggestion = { .word = event };
  CLEANUP_FREE char *hint = NULL;

  for (size_t i = 0; i < sizeof known_events / sizeof *known_events; i++) {
    if (strcmp (known_events[i], event) == 0)
      return;
    suggest_offer (&suggestion, known_events[i]);
  }
  hint = suggest_hint (&suggestion);
  ini_mistake (file, line, "events: unknown type '%s'%s", event,
               hint && *hint ? hint
                             : "; known are " WEBHOOK_COMPLETED ", " WEBHOOK_FAILED " and " WEBHOOK_DIVERGED);
}

static unsigned
line_of (const struct ini_section *section, const char *key)
{
  const struct ini_value *value = ini_find (section, key);

  return value != NULL ? value->line : section->line;
}

static void
check_secret (struct ini_file *file, const struct ini_section *section, const char *key, const char *text)
{
  struct webhook_secret secret;

  if (text != NULL && !webhook_secret_parse (&secret, text))
    ini_mistake (file, line_of (section, key), "%s: %s", key, failure ());
}

/* Each check stands alone, so that one run of --check names all that is wrong. */
static void
check (struct ini_file *file, const struct ini_section *section, const struct webhook_settings *settings,
       const struct option_value *values)
{
#ifndef HAVE_CURL
  ini_mistake (file, section->line, "%s: this dcpipe was built without libcurl, which sends webhooks",
               section->title);
#endif
  if (settings->url != NULL && !webhook_url_check (settings->url))
    ini_mistake (file, line_of (section, "url"), "url: %s", failure ());
  check_secret (file, section, "secret", settings->secret);
  check_secret (file, section, "old_secret", settings->old_secret);
  for (const char *const *event = settings->events; event != NULL && *event != NULL; event++)
    check_event (file, line_of (section, "events"), *event);
  if (settings->events != NULL && settings->events[0] == NULL)
    ini_mistake (file, line_of (section, "events"), "events: at least one type is needed");
  if (options_good (&table, values) && settings->retry_longest < settings->retry_first)
    ini_mistake (file, line_of (section, "retry_longest"),
                 "retry_longest is less than retry_first: waits grow from one to the other");
}

/* ---- reading ------------------------------------------------------------------------------------- */

static bool
read_section (struct webhook_list *list, struct ini_file *file, const struct ini_section *section)
{
  static const char *const none[] = { NULL };
  struct webhook_settings *settings = &list->items[list->count];

  check_name (file, section);
  *settings = (struct webhook_settings){ .name = section->name };
  list->values[list->count] = options_set (&table, file, &section, 1, none, settings);
  if (list->values[list->count] == NULL)
    return false;
  check (file, section, settings, list->values[list->count++]);
  return true;
}

bool
webhook_list_read (struct webhook_list *list, struct ini_file *file)
{
  bool good;

  *list = (struct webhook_list){ .items = calloc (file->count + 1, sizeof *list->items),
                                 .values = calloc (file->count + 1, sizeof (struct option_value *)) };
  good = list->items != NULL && list->values != NULL;
  for (size_t i = 0; i < file->count && good; i++) {
    const struct ini_section *section = &file->sections[i];

    /* One without a name was noted when the sections were looked at. */
    if (strcmp (section->kind, "webhook") != 0 || section->name == NULL)
      continue;
    good = read_section (list, file, section);
  }
  if (!good)
    fail ("no memory for the webhooks");
  return good;
}

void
webhook_list_free (struct webhook_list *list)
{
  for (size_t i = 0; i < list->count; i++)
    options_free (&table, list->values[i]);
  free (list->values);
  free (list->items);
  *list = (struct webhook_list){ 0 };
}
