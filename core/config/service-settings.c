/* SPDX-License-Identifier: Apache-2.0 */
/* [service] and [schedule] are read with every check that needs no socket, so that --check tells what would
 * keep the service from starting. That includes what makes it unsafe: an address that others reach, and no
 * token. */
#include "config.h"

#include "config/service-settings.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "bytes/cleanup.h"

#define YEAR_MS (INT64_C (366) * 86400000)

#define SERVICE(member) offsetof (struct service_settings, member)
#define SCHEDULE(member) offsetof (struct schedule_settings, member)

static const struct dcpipe_option service_items[] = {
  { "listen", DCPIPE_OPTION_TEXT, "127.0.0.1:8787", NULL, 0, 0, 0,
    "where to listen: ADDRESS:PORT, [ADDRESS]:PORT, or unix:PATH, a relative PATH beginning at the "
    "configuration file's directory; port 0 takes a free one",
    SERVICE (listen) },
  { "token", DCPIPE_OPTION_SECRET, NULL, NULL, 0, 0, 0,
    "what requests must carry as Authorization: Bearer TOKEN, of at least 16 characters; required beyond "
    "loopback",
    SERVICE (token) },
  { "cors_origins", DCPIPE_OPTION_LIST, NULL, NULL, 0, 0, 0,
    "origins (https://host) whose pages may ask this service; none unless given", SERVICE (cors_origins) },
  { "max_connections", DCPIPE_OPTION_INT, "1000", NULL, 4, 60000, 0, "connections at once at the most",
    SERVICE (max_connections) },
  { "request_timeout", DCPIPE_OPTION_DURATION, "30s", NULL, 1000, 3600000, 0,
    "time within which a request must have come, and its answer must have been taken",
    SERVICE (request_timeout) },
  { "state", DCPIPE_OPTION_PATH, "dcpipe.state", NULL, 0, 0, DCPIPE_OPTION_MAKE,
    "directory for the history of jobs and the webhooks that are not yet delivered", SERVICE (state) },
};

static const struct dcpipe_option schedule_items[] = {
  { "interval", DCPIPE_OPTION_DURATION, NULL, NULL, 1000, YEAR_MS, 0,
    "time from the beginning of one import to that of the next; none unless given", SCHEDULE (interval) },
  { "follow", DCPIPE_OPTION_BOOL, "no", NULL, 0, 0, 0, "stay at the tip, asking every poll_interval",
    SCHEDULE (follow) },
  { "on_start", DCPIPE_OPTION_BOOL, NULL, NULL, 0, 0, 0,
    "import when the service starts; yes unless given, if interval or follow is set", SCHEDULE (on_start) },
};

static const struct dcpipe_options service_table = DCPIPE_ARRAY (service_items),
                                   schedule_table = DCPIPE_ARRAY (schedule_items);

const struct dcpipe_options *
service_options (void)
{
  return &service_table;
}

const struct dcpipe_options *
schedule_options (void)
{
  return &schedule_table;
}

/* ---- listen -------------------------------------------------------------------------------------- */

static bool
is_port (const char *text)
{
  unsigned long port = 0;

  for (size_t i = 0; text[i] != '\0'; i++) {
    if (!isdigit ((unsigned char) text[i]) || i > 4)
      return false;
    port = port * 10 + (unsigned long) (text[i] - '0');
  }
  return text[0] != '\0' && port <= 65535;
}

/* A colon separates address and port, and IPv6 addresses are made of colons: those need their brackets, or
 * 1::2:80 could be read in two ways. */
bool
listen_split (const char *listen, char **address, char **port)
{
  const char *colon = strrchr (listen, ':'), *begin = listen, *end = colon;

  *address = *port = NULL;
  if (colon != NULL && begin[0] == '[' && colon > begin + 1 && colon[-1] == ']') {
    begin++;
    end--;
  } else if (colon != NULL && memchr (begin, ':', (size_t) (colon - begin)) != NULL)
    colon = NULL;
  if (colon == NULL || end == begin || !is_port (colon + 1)) {
    fail ("'%s': expected ADDRESS:PORT, [ADDRESS]:PORT or unix:PATH", listen);
    return false;
  }
  *address = strndup (begin, (size_t) (end - begin));
  *port = strdup (colon + 1);
  if (*address != NULL && *port != NULL)
    return true;
  free (*address);
  free (*port);
  *address = *port = NULL;
  fail ("no memory for an address");
  return false;
}

/* True if nobody but this machine can reach `listen`: 127.0.0.0/8, ::1, localhost, or a Unix socket. */
static bool
is_local (const char *listen)
{
  CLEANUP_FREE char *address = NULL, *port = NULL;
  struct in_addr four;
  struct in6_addr six;

  if (strncmp (listen, "unix:", 5) == 0)
    return true;
  if (!listen_split (listen, &address, &port))
    return false;
  /* Names are not looked up: what they stand for may be another machine's tomorrow. */
  if (inet_pton (AF_INET, address, &four) == 1)
    return ntohl (four.s_addr) >> 24 == 127;
  if (inet_pton (AF_INET6, address, &six) == 1)
    return IN6_IS_ADDR_LOOPBACK (&six);
  return strcmp (address, "localhost") == 0;
}

/* ---- what contradicts ---------------------------------------------------------------------------- */

/* By key and not by number, so that the table may be put in another order. */
static struct option_value *
value_of (const struct dcpipe_options *options, struct option_value *values, const char *key)
{
  size_t i = 0;

  while (strcmp (options->items[i].key, key) != 0)
    i++;
  return &values[i];
}

static unsigned
line_of (const struct dcpipe_options *options, struct option_value *values, const char *key)
{
  return value_of (options, values, key)->line;
}

static void
check_listen (const struct service_config *config, struct ini_file *file)
{
  const char *listen = config->service.listen;
  unsigned line = line_of (&service_table, config->service_values, "listen");
  CLEANUP_FREE char *address = NULL, *port = NULL;

  if (strncmp (listen, "unix:", 5) == 0) {
    if (listen[5] == '\0')
      ini_mistake (file, line, "listen = %s: the path is missing", listen);
  } else if (!listen_split (listen, &address, &port))
    ini_mistake (file, line, "listen = %s", failure ());
  else if (!is_local (listen) && config->service.token == NULL)
    ini_mistake (file, line, "listen = %s: others can reach this address, so 'token' is needed", listen);
}

static void
check_token (const struct service_config *config, struct ini_file *file)
{
  const char *token = config->service.token;

  if (token == NULL)
    return;
  for (const char *p = token; *p != '\0'; p++)
    /* A client could not send it, or a proxy would change it on the way. */
    if ((unsigned char) *p <= ' ' || (unsigned char) *p > '~') {
      ini_mistake (file, line_of (&service_table, config->service_values, "token"),
                   "token: it holds spaces or characters that a header cannot carry");
      return;
    }
  /* Tokens are compared as fast as requests come, so a short one can be found by trying. */
  if (strlen (token) < 16)
    ini_mistake (file, line_of (&service_table, config->service_values, "token"),
                 "token: it is shorter than 16 characters");
}

/* An origin is a scheme, a host and perhaps a port, as browsers send it. */
static void
check_origins (const struct service_config *config, struct ini_file *file)
{
  unsigned line = line_of (&service_table, config->service_values, "cors_origins");

  for (const char *const *origin = config->service.cors_origins; origin && *origin; origin++) {
    const char *host = strstr (*origin, "://");

    if (host == NULL || host == *origin || host[3] == '\0' || strpbrk (host + 3, "/?#@*") != NULL)
      ini_mistake (file, line, "cors_origins: '%s': expected an origin like https://example.org", *origin);
  }
}

/* ---- reading ------------------------------------------------------------------------------------- */

static const char *const nothing_more[] = { NULL };

static const struct ini_section *
find_section (const struct ini_file *file, const char *kind)
{
  for (size_t i = 0; i < file->count; i++)
    if (strcmp (file->sections[i].kind, kind) == 0)
      return &file->sections[i];
  return NULL;
}

/* Paths begin at the file's directory, that of a socket, too. */
static bool
place_socket (struct service_config *config, const char *directory)
{
  const char *listen = config->service.listen;
  struct option_value *value = value_of (&service_table, config->service_values, "listen");
  char *absolute = NULL;

  if (strncmp (listen, "unix:", 5) != 0 || listen[5] == '\0' || listen[5] == '/')
    return true;
  if (asprintf (&absolute, "unix:%s/%s", directory, listen + 5) < 0)
    return false;
  free (value->string);
  config->service.listen = value->string = absolute;
  return true;
}

/* Under systemd the INI file's directory is not to be written, and there is one for state. */
static bool
place_state (struct service_config *config)
{
  struct option_value *value = value_of (&service_table, config->service_values, "state");
  const char *given = getenv ("STATE_DIRECTORY");
  char *path = NULL;

  if (value->origin != ORIGIN_DEFAULT || given == NULL || given[0] != '/')
    return true;
  if (asprintf (&path, "%.*s/service", (int) strcspn (given, ":"), given) < 0)
    return false;
  free (value->text);
  free (value->string);
  value->text = strdup (path);
  value->variable = strdup ("STATE_DIRECTORY");
  value->origin = ORIGIN_ENVIRONMENT;
  config->service.state = value->string = path;
  return value->text != NULL && value->variable != NULL;
}

static bool
read_service (struct service_config *config, struct ini_file *file)
{
  const struct ini_section *section = find_section (file, "service");
  unsigned before = file->mistakes;

  config->service_values =
      options_set (&service_table, file, &section, section != NULL, nothing_more, &config->service);
  if (config->service_values == NULL || !place_state (config))
    return false;
  /* A value that could not be read contradicts nothing yet. */
  if (file->mistakes > before || !options_good (&service_table, config->service_values))
    return true;
  check_listen (config, file);
  check_token (config, file);
  check_origins (config, file);
  return place_socket (config, file->directory);
}

static bool
read_schedule (struct service_config *config, struct ini_file *file)
{
  const struct ini_section *section = find_section (file, "schedule");

  config->schedule_values =
      options_set (&schedule_table, file, &section, section != NULL, nothing_more, &config->schedule);
  if (config->schedule_values == NULL)
    return false;
  /* It depends on other keys, which a default in the table cannot. */
  if (section == NULL || ini_find (section, "on_start") == NULL)
    config->schedule.on_start = config->schedule.interval > 0 || config->schedule.follow;
  return true;
}

struct service_config *
service_config_read (struct ini_file *file)
{
  struct service_config *config = calloc (1, sizeof *config);

  if (config != NULL && read_service (config, file) && read_schedule (config, file)
      && webhook_list_read (&config->webhooks, file))
    return config;
  service_config_free (config);
  return NULL;
}

void
service_config_free (struct service_config *config)
{
  if (config == NULL)
    return;
  options_free (&service_table, config->service_values);
  options_free (&schedule_table, config->schedule_values);
  webhook_list_free (&config->webhooks);
  free (config);
}
