/* SPDX-License-Identifier: Apache-2.0 */
/* Nothing is opened for writing: --check may run beside a pipeline that has the stores open, and as
 * another user. So it can only say what seems to be out of reach, as a warning, and a run may still find
 * otherwise. */
#include "config.h"

#include "commands/paths.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "bytes/cleanup.h"

/* Whether the rights of this process suffice. */
static bool
may (const char *path, int rights)
{
  /* The effective user counts, as it does for open; access() would ask for the real one. */
  return faccessat (AT_FDCWD, path, rights, AT_EACCESS) == 0;
}

static bool
can_be_read (const char *path)
{
  struct stat status;

  if (stat (path, &status) != 0 || !may (path, R_OK))
    fail ("cannot be read: %s", strerror (errno));
  else if (S_ISDIR (status.st_mode))
    fail ("cannot be read: %s", strerror (EISDIR));
  else
    return true;
  return false;
}

/* Whether something can be made of that name. */
static bool
has_directory (const char *path)
{
  CLEANUP_FREE char *copy = strdup (path);
  const char *directory = copy != NULL ? dirname (copy) : NULL;
  struct stat status;

  if (directory == NULL) {
    fail ("no memory for a path");
    return false;
  }
  if (stat (directory, &status) == 0 && !S_ISDIR (status.st_mode))
    errno = ENOTDIR;
  else if (may (directory, W_OK | X_OK))
    return true;
  fail ("cannot be made in %s: %s", directory, strerror (errno));
  return false;
}

static bool
can_be_made (const char *path)
{
  struct stat status;

  if (stat (path, &status) != 0 && errno == ENOENT)
    return has_directory (path);
  /* A directory must be searched and written for files to be made in it. */
  if (may (path, S_ISDIR (status.st_mode) ? R_OK | W_OK | X_OK : R_OK | W_OK))
    return true;
  fail ("cannot be written: %s", strerror (errno));
  return false;
}

/* How many paths are out of reach: 0 or 1. */
static size_t
check_option (const struct setup *setup, const struct dcpipe_option *option, const struct option_value *value)
{
  bool reads = (option->flags & DCPIPE_OPTION_READ) != 0;
  bool makes = (option->flags & (DCPIPE_OPTION_MAKE | DCPIPE_OPTION_STORE)) != 0;

  /* A path that is both read and made need only be one of them: it is made where it is not there. */
  if (value->string == NULL || (!reads && !makes) || (reads && can_be_read (value->string))
      || (makes && can_be_made (value->string)))
    return 0;
  if (value->line > 0)
    log_warning ("%s:%u: %s = %s: %s", setup->path, value->line, option->key, value->text, failure ());
  else
    log_warning ("%s: %s = %s: %s", setup->path, option->key, value->text, failure ());
  return 1;
}

static size_t
check_options (const struct setup *setup, const struct dcpipe_options *options,
               const struct option_value *values)
{
  size_t lost = 0;

  for (size_t i = 0; i < options->count; i++)
    lost += check_option (setup, &options->items[i], &values[i]);
  return lost;
}

static size_t
check_instance (const struct setup *setup, const struct instance *instance)
{
  return check_options (setup, plugin_options (instance->plugin), instance->values);
}

static bool
has_service (const struct setup *setup)
{
  /* Without such a section nobody means to serve, and that the default's directory is out of reach matters to
   * nobody. */
  for (size_t i = 0; i < setup->file->count; i++)
    if (section_is_of_service (&setup->file->sections[i]))
      return true;
  return false;
}

/* The socket of listen = unix:PATH, which is no path to the table of options. */
static size_t
check_socket (const struct setup *setup)
{
  const char *listen = setup->service->service.listen;

  if (strncmp (listen, "unix:", 5) != 0 || has_directory (listen + 5))
    return 0;
  log_warning ("%s: listen = %s: %s", setup->path, listen, failure ());
  return 1;
}

static size_t
check_service (const struct setup *setup)
{
  const struct service_config *service = setup->service;
  size_t lost = check_options (setup, service_options (), service->service_values) + check_socket (setup);

  for (size_t i = 0; i < service->webhooks.count; i++)
    lost += check_options (setup, webhook_options (), service->webhooks.values[i]);
  return lost;
}

size_t
paths_check (const struct setup *setup)
{
  size_t lost = check_instance (setup, setup->source);

  for (size_t i = 0; i < setup->decoders_count; i++)
    lost += check_instance (setup, &setup->decoders[i]->instance);
  for (size_t i = 0; i < setup->sinks_count; i++)
    lost += check_instance (setup, setup->sinks[i]);
  return lost + (has_service (setup) ? check_service (setup) : 0);
}
