/* SPDX-License-Identifier: Apache-2.0 */
/* A decoder that does to its process what the environment variable BROKEN says. */
#include "dcpipe-plugin.h"

#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

enum { LABEL, BLOCK_OFFSET, ENTRY_INDEX };

static const struct dcpipe_column columns[] = {
  [LABEL] = { "label", DCPIPE_TEXT, 0, 0, 0, "the entry's label" },
  [BLOCK_OFFSET] = { "block_offset", DCPIPE_U64, 1, DCPIPE_FILL_BLOCK_OFFSET, 0, "the block's position" },
  [ENTRY_INDEX] = { "entry_index", DCPIPE_U64, 2, DCPIPE_FILL_ENTRY_INDEX, 0, "the entry in the block" },
};

static const struct dcpipe_table_def tables[] = {
  { .name = "broken_labels", .columns = DCPIPE_ARRAY (columns), .flags = DCPIPE_TABLE_LOG, .help = "labels" },
};

static bool
is (const char *what)
{
  const char *broken = getenv ("BROKEN");

  return broken != NULL && strcmp (broken, what) == 0;
}

/* A process that goes on, in this group or out of it. */
static void
leave (bool away)
{
  if (fork () != 0)
    return;
  if (away)
    setsid ();
  for (;;)
    pause ();
}

/* Changes what belongs to the whole process. */
static void
change (void)
{
  sigset_t set;

  sigemptyset (&set);
  sigaddset (&set, SIGTERM);
  if (is ("handles"))
    signal (SIGTERM, SIG_IGN);
  if (is ("blocks"))
    pthread_sigmask (SIG_BLOCK, &set, NULL);
  if (is ("moves"))
    (void) !chdir ("/");
  if (is ("masks"))
    umask (0);
  if (is ("speaks"))
    setlocale (LC_ALL, "C.UTF-8");
  if (is ("diverts"))
    dup2 (STDERR_FILENO, STDIN_FILENO);
}

/* Once in each check. */
static void
misbehave (void)
{
  static atomic_flag done = ATOMIC_FLAG_INIT;

  if (is ("exits"))
    exit (0);
  if (is ("ends"))
    _exit (0);
  while (is ("loops"))
    pause ();
  if (is ("stops"))
    raise (SIGSTOP);
  if (is ("opens"))
    (void) !open ("/dev/null", O_RDONLY);
  if (atomic_flag_test_and_set (&done))
    return;
  change ();
  if (is ("leaves") || is ("daemon"))
    leave (is ("daemon"));
  if (is ("prints")) {
    printf ("not ok 77 - of the plugin's own\n");
    fflush (stdout);
  }
  if (is ("closes"))
    close (STDERR_FILENO);
  for (int fd = 0; fd < 256 && is ("closes_all"); fd++)
    close (fd);
}

static int
broken_complete (void *handle)
{
  (void) handle;
  if (is ("refuses"))
    exit (3);
  if (is ("makes"))
    close (open ("made-by-broken_process", O_CREAT | O_WRONLY, 0600));
  return DCPIPE_OK;
}

static int
broken_decode (const void *handle, const dcpipe_entry *entry, dcpipe_rows *rows)
{
  struct dcpipe_bytes label = dcpipe_entry_label (entry);
  dcpipe_row *row = dcpipe_row_add (rows, 0, DCPIPE_INSERT);

  (void) handle;
  dcpipe_set_text (row, LABEL, label.data, label.size);
  misbehave ();
  return DCPIPE_OK;
}

static const struct dcpipe_decoder broken_process = {
  .name = "broken_process",
  .version = "1.0",
  .description = "breaks the contract, for tests",
  .license = "Apache-2.0",
  .tables = DCPIPE_ARRAY (tables),
  .config_complete = broken_complete,
  .decode = broken_decode,
};
DCPIPE_REGISTER_DECODER (broken_process)
