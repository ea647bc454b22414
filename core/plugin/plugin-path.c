/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "plugin/plugin-path.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/log.h"
#include "base/suggest.h"
#include "bytes/cleanup.h"
#include "plugin/plugin.h"

/* Filled while arguments are read, when there is one thread, so no lock is needed. */
static char **added;
static size_t added_count;

struct found {
  char *name, *path;
};

struct listing {
  struct found *items;
  size_t count;
};

void
plugin_add_path (const char *directory)
{
  char **room = array_room (&added, added_count, sizeof *room);

  if (room != NULL && (*room = strdup (directory)) != NULL)
    added_count++;
}

void
plugin_path_forget (void)
{
  for (size_t i = 0; i < added_count; i++)
    free (added[i]);
  free (added);
  added = NULL;
  added_count = 0;
}

/* The directory that is searched last. A build tree names its own, so that it takes none of what is
 * installed. */
static const char *
last_directory (void)
{
  const char *given = getenv ("DCPIPE_PLUGIN_DIRECTORY");

  return given != NULL && given[0] != '\0' ? given : PLUGIN_DIRECTORY;
}

typedef bool (*directory_function) (void *context, const char *directory);

/* Calls `each` with NAME/KINDs. An empty name is no directory, least of all the current one. */
static bool
offer_directory (enum dcpipe_kind kind, const char *name, size_t size, directory_function each, void *context)
{
  char directory[PATH_MAX];

  /* A path that is too long is left out: no file below it could be opened. */
  if (size == 0
      || snprintf (directory, sizeof directory, "%.*s/%ss", (int) size, name, plugin_kind_name (kind))
             >= (int) sizeof directory)
    return true;
  return each (context, directory);
}

/* Calls `each` with every directory of the path for that kind, until it returns false. Those nearest to the
 * user come first: of the command line, then of the environment, then what is installed. */
static void
each_directory (enum dcpipe_kind kind, directory_function each, void *context)
{
  const char *p = getenv ("DCPIPE_PLUGIN_PATH"), *last = last_directory ();

  for (size_t i = 0; i < added_count; i++)
    if (!offer_directory (kind, added[i], strlen (added[i]), each, context))
      return;
  while (p != NULL && *p != '\0') {
    size_t size = strcspn (p, ":");

    if (!offer_directory (kind, p, size, each, context))
      return;
    p += size + (p[size] == ':');
  }
  offer_directory (kind, last, strlen (last), each, context);
}

char *
plugin_path_searched (void)
{
  const char *path = getenv ("DCPIPE_PLUGIN_PATH");
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream (&text, &size);

  if (out == NULL)
    return NULL;
  for (size_t i = 0; i < added_count; i++)
    fprintf (out, "%s, ", added[i]);
  while (path != NULL && *path != '\0') {
    size_t length = strcspn (path, ":");

    if (length > 0)
      fprintf (out, "%.*s, ", (int) length, path);
    path += length + (path[length] == ':');
  }
  fprintf (out, "%s", last_directory ());
  return fclose (out) == 0 ? text : NULL;
}

/* ---- one plugin ---------------------------------------------------------------------------------- */

struct search {
  const char *name;
  char *path;     /* when found */
  FILE *searched; /* the directories so far */
};

/* The directories are gathered while they are searched, for the message: a user is to see where a plugin was
 * missed. */
static bool
look_in (void *context, const char *directory)
{
  struct search *search = context;
  char path[PATH_MAX];

  fprintf (search->searched, "%s%s", ftell (search->searched) > 0 ? ", " : "", directory);
  /* That it is there is enough. One that cannot be read is for the loader to tell, instead of another of that
   * name being loaded in its place. */
  if (snprintf (path, sizeof path, "%s/%s.so", directory, search->name) < (int) sizeof path
      && access (path, F_OK) == 0)
    search->path = realpath (path, NULL);
  return search->path == NULL;
}

static void
offer_name (void *context, const char *name, const char *path)
{
  (void) path;
  suggest_offer (context, name);
}

char *
plugin_path_find (enum dcpipe_kind kind, const char *name)
{
  CLEANUP_FREE char *directories = NULL, *hint = NULL;
  struct suggestion suggestion = { .word = name };
  struct search search = { .name = name };
  size_t size = 0;

  if (strchr (name, '/') != NULL) {
    /* The real path is what tells whether a file was loaded already. */
    search.path = realpath (name, NULL);
    if (search.path == NULL)
      fail ("%s: %s", name, strerror (errno));
    return search.path;
  }
  search.searched = open_memstream (&directories, &size);
  if (search.searched == NULL) {
    fail ("no memory for the plugin path");
    return NULL;
  }
  if (name[0] != '\0')
    each_directory (kind, look_in, &search);
  fclose (search.searched);
  if (search.path != NULL)
    return search.path;
  plugins_list (kind, offer_name, &suggestion);
  hint = suggest_hint (&suggestion);
  fail ("there is no %s plugin '%s' in %s%s", plugin_kind_name (kind), name,
        directories ? directories : "the path", hint && *hint ? hint : " (dcpipe --list-plugins lists all)");
  return NULL;
}

/* ---- all plugins --------------------------------------------------------------------------------- */

static bool
add_found (struct listing *listing, const char *directory, const char *file)
{
  struct found *found = array_room (&listing->items, listing->count, sizeof *found);

  if (found == NULL || (found->name = strndup (file, strlen (file) - 3)) == NULL)
    return false;
  if (asprintf (&found->path, "%s/%s", directory, file) < 0) {
    free (found->name);
    return false;
  }
  listing->count++;
  return true;
}

/* Of several files with one name the first directory's counts, as for the loader, so that a list shows what
 * would be loaded. */
static bool
list_directory (void *context, const char *directory)
{
  struct listing *listing = context;
  DIR *stream = opendir (directory);
  const struct dirent *entry;

  while (stream != NULL && (entry = readdir (stream)) != NULL) {
    size_t size = strlen (entry->d_name);
    bool known = false;

    if (size <= 3 || strcmp (entry->d_name + size - 3, ".so") != 0)
      continue;
    for (size_t i = 0; i < listing->count && !known; i++)
      known = strlen (listing->items[i].name) == size - 3
              && memcmp (listing->items[i].name, entry->d_name, size - 3) == 0;
    if (!known && !add_found (listing, directory, entry->d_name))
      break;
  }
  if (stream != NULL)
    closedir (stream);
  return true;
}

static int
compare_found (const void *a, const void *b)
{
  return strcmp (((const struct found *) a)->name, ((const struct found *) b)->name);
}

void
plugins_list (enum dcpipe_kind kind, void (*each) (void *context, const char *name, const char *path),
              void *context)
{
  struct listing listing = { 0 };

  each_directory (kind, list_directory, &listing);
  /* The order of a directory is none that a user could make sense of. */
  if (listing.count > 0)
    qsort (listing.items, listing.count, sizeof *listing.items, compare_found);
  for (size_t i = 0; i < listing.count; i++) {
    each (context, listing.items[i].name, listing.items[i].path);
    free (listing.items[i].name);
    free (listing.items[i].path);
  }
  free (listing.items);
}
