/* SPDX-License-Identifier: Apache-2.0 */
/* A message has to outlive the process at any instruction, and a loss of power: its file is flushed before it
 * gets the name under which it is found, and the directory after it. Directories are held open, so that a
 * store that is renamed while dcpipe runs keeps its messages together. */
#include "config.h"

#include "service/webhook/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/write-all.h"
#include "bytes/cleanup.h"
#include "bytes/hex.h"

/* An ID and ".json" or ".part". */
#define FILE_NAME_SIZE (WEBHOOK_ID_SIZE + 5)

/* ---- directories --------------------------------------------------------------------------------- */

/* Opens a directory, which is made for this user alone if it is missing; -1 after fail. */
static int
open_directory (const char *path, const char *name)
{
  CLEANUP_FREE char *whole = NULL;
  int fd;

  if (asprintf (&whole, "%s/%s", path, name) < 0) {
    whole = NULL;
    fail ("no memory for a path");
    return -1;
  }
  if (mkdir (whole, 0700) == 0) {
    /* Or a loss of power could take the new directory with all that was flushed in it. */
    CLEANUP_CLOSE int parent = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (parent >= 0)
      fsync (parent);
  } else if (errno != EEXIST) {
    fail ("%s cannot be made: %s", whole, strerror (errno));
    return -1;
  }
  fd = open (whole, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    fail ("%s cannot be opened: %s", whole, strerror (errno));
  return fd;
}

bool
webhook_store_open (struct webhook_store *store, const char *directory, const char *hook)
{
  CLEANUP_CLOSE int fd = -1;

  *store = (struct webhook_store){ .pending = -1, .given_up = -1, .corrupt = -1 };
  if (asprintf (&store->path, "%s/%s", directory, hook) < 0) {
    store->path = NULL;
    fail ("no memory for a path");
    return false;
  }
  fd = open_directory (directory, hook);
  if (fd >= 0)
    store->pending = open_directory (store->path, "pending");
  if (store->pending >= 0)
    store->given_up = open_directory (store->path, "given-up");
  if (store->given_up >= 0)
    store->corrupt = open_directory (store->path, "corrupt");
  return store->corrupt >= 0;
}

void
webhook_store_close (struct webhook_store *store)
{
  cleanup_close (&store->pending);
  cleanup_close (&store->given_up);
  cleanup_close (&store->corrupt);
  free (store->path);
}

/* A stream of the directory of its own, from its first entry; NULL after fail. */
static DIR *
read_directory (int fd)
{
  /* Of its own, since closing the stream closes its descriptor, and two lists would share one place. */
  int own = openat (fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *stream = own >= 0 ? fdopendir (own) : NULL;

  if (stream == NULL) {
    fail ("a directory of webhooks cannot be read: %s", strerror (errno));
    cleanup_close (&own);
  }
  return stream;
}

static void
cleanup_closedir (DIR **stream)
{
  if (*stream != NULL)
    closedir (*stream);
}

/* ---- files --------------------------------------------------------------------------------------- */

static void
file_name (char name[FILE_NAME_SIZE], const char *id, const char *ending)
{
  snprintf (name, FILE_NAME_SIZE, "%s%s", id, ending);
}

bool
webhook_store_stage (const struct webhook_store *store, const struct webhook_message *message)
{
  CLEANUP_FREE char *text = webhook_message_format (message);
  CLEANUP_CLOSE int fd = -1;
  char name[FILE_NAME_SIZE];
  bool good;

  if (text == NULL)
    return false;
  file_name (name, message->id, ".part");
  unlinkat (store->pending, name, 0); /* it may be a link to another file */
  fd = openat (store->pending, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  good = fd >= 0 && write_all (fd, text, strlen (text)) && fsync (fd) == 0;
  if (good)
    return true;
  fail ("%s/pending/%s cannot be written: %s", store->path, name, strerror (errno));
  unlinkat (store->pending, name, 0);
  return false;
}

bool
webhook_store_publish (const struct webhook_store *store, const char *id)
{
  char part[FILE_NAME_SIZE], whole[FILE_NAME_SIZE];

  file_name (part, id, ".part");
  file_name (whole, id, ".json");
  if (renameat (store->pending, part, store->pending, whole) == 0 && fsync (store->pending) == 0)
    return true;
  fail ("%s/pending/%s cannot be stored for good: %s", store->path, whole, strerror (errno));
  return false;
}

void
webhook_store_remove (const struct webhook_store *store, const char *id)
{
  char name[FILE_NAME_SIZE];

  file_name (name, id, ".part");
  /* Either may be there, according to how far it came. */
  unlinkat (store->pending, name, 0);
  /* The directory is not flushed: a message that comes back after a loss of power is sent twice, and that is
   * allowed. */
  file_name (name, id, ".json");
  if (unlinkat (store->pending, name, 0) != 0 && errno != ENOENT)
    log_warning ("%s/pending/%s cannot be removed, and will be sent again after the next start: %s",
                 store->path, name, strerror (errno));
}

enum webhook_read
webhook_store_read (const struct webhook_store *store, const char *id, struct webhook_message *message)
{
  CLEANUP_FCLOSE FILE *file = NULL;
  char name[FILE_NAME_SIZE];
  int fd;

  *message = (struct webhook_message){ 0 };
  file_name (name, id, ".json");
  fd = openat (store->pending, name, O_RDONLY | O_CLOEXEC);
  file = fd >= 0 ? fdopen (fd, "r") : NULL;
  if (file == NULL) {
    enum webhook_read result = errno == ENOENT ? WEBHOOK_MISSING : WEBHOOK_UNREADABLE;

    fail ("%s/pending/%s cannot be opened: %s", store->path, name, strerror (errno));
    cleanup_close (&fd);
    return result;
  }
  return webhook_message_parse (message, file, id);
}

void
webhook_store_set_aside (const struct webhook_store *store, const char *id, const char *reason)
{
  char name[FILE_NAME_SIZE];

  file_name (name, id, ".json");
  if (renameat (store->pending, name, store->corrupt, name) == 0)
    log_error ("%s/pending/%s is no message that can be sent, and was moved to %s/corrupt: %s", store->path,
               name, store->path, reason);
  else
    log_error ("%s/pending/%s is no message that can be sent (%s), and cannot be moved aside: %s",
               store->path, name, reason, strerror (errno));
}

/* ---- listing ------------------------------------------------------------------------------------- */

/* The ID in a file's name with that ending; false if it is another kind of file. */
static bool
id_of (char id[WEBHOOK_ID_SIZE], const char *name, const char *ending)
{
  uint8_t number[(WEBHOOK_ID_SIZE - 1 - 4) / 2];
  size_t size = strlen (name);

  /* Exactly a name that we make: anything else in there is somebody's, and neither read nor removed. */
  if (size != WEBHOOK_ID_SIZE - 1 + strlen (ending) || strncmp (name, "msg_", 4) != 0
      || strcmp (name + WEBHOOK_ID_SIZE - 1, ending) != 0 || !hex_decode (number, name + 4, sizeof number))
    return false;
  memcpy (id, name, WEBHOOK_ID_SIZE - 1);
  id[WEBHOOK_ID_SIZE - 1] = '\0';
  return true;
}

static bool
list_one (const struct webhook_store *store, const char *id,
          bool (*each) (void *context, const struct webhook_message *message), void *context)
{
  struct webhook_message message;
  enum webhook_read result = webhook_store_read (store, id, &message);
  bool good = result != WEBHOOK_UNREADABLE;

  if (result == WEBHOOK_READ)
    good = each (context, &message);
  else if (result == WEBHOOK_DAMAGED)
    webhook_store_set_aside (store, id, failure_reason ());
  webhook_message_clear (&message);
  return good;
}

bool
webhook_store_list (const struct webhook_store *store,
                    bool (*each) (void *context, const struct webhook_message *message), void *context)
{
  CLEANUP (cleanup_closedir) DIR *stream = read_directory (store->pending);
  char id[WEBHOOK_ID_SIZE];
  const struct dirent *entry;
  bool good = stream != NULL;

  while (good && (entry = readdir (stream)) != NULL) {
    /* Nobody was promised such a message: either the call that wrote it did not succeed, and its job tells of
     * it again, or it would have replaced the .json that is there. */
    if (id_of (id, entry->d_name, ".part"))
      unlinkat (store->pending, entry->d_name, 0);
    else if (id_of (id, entry->d_name, ".json"))
      good = list_one (store, id, each, context);
    else if (entry->d_name[0] != '.')
      log_warning ("%s/pending/%s is not named like a message, and is left alone", store->path,
                   entry->d_name);
  }
  return good;
}

/* ---- those given up ------------------------------------------------------------------------------ */

/* How many there are, and the oldest. */
static size_t
count_given_up (const struct webhook_store *store, char oldest[WEBHOOK_ID_SIZE])
{
  CLEANUP (cleanup_closedir) DIR *stream = read_directory (store->given_up);
  char id[WEBHOOK_ID_SIZE];
  const struct dirent *entry;
  size_t count = 0;

  while (stream != NULL && (entry = readdir (stream)) != NULL)
    if (id_of (id, entry->d_name, ".json") && (count++ == 0 || strcmp (id, oldest) < 0))
      memcpy (oldest, id, WEBHOOK_ID_SIZE);
  return count;
}

size_t
webhook_store_given_up (const struct webhook_store *store)
{
  char oldest[WEBHOOK_ID_SIZE];

  return count_given_up (store, oldest);
}

bool
webhook_store_give_up (const struct webhook_store *store, const struct webhook_message *message)
{
  char name[FILE_NAME_SIZE], oldest[WEBHOOK_ID_SIZE];

  if (!webhook_store_stage (store, message) || !webhook_store_publish (store, message->id))
    log_warning ("%s; the file does not tell of the last attempt", failure_reason ());
  /* Counted anew, for people remove files there. */
  while (count_given_up (store, oldest) >= WEBHOOK_KEPT_MAX) {
    file_name (name, oldest, ".json");
    if (unlinkat (store->given_up, name, 0) != 0)
      break;
    log_warning ("%s/given-up/%s was removed: %d newer ones are kept", store->path, name, WEBHOOK_KEPT_MAX);
  }
  file_name (name, message->id, ".json");
  if (renameat (store->pending, name, store->given_up, name) == 0) {
    fsync (store->given_up);
    return true;
  }
  fail ("%s/pending/%s cannot be moved to %s/given-up: %s", store->path, name, store->path, strerror (errno));
  return false;
}
