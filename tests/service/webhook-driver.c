/* SPDX-License-Identifier: Apache-2.0 */
/* Webhooks by hand: webhook-driver FILE.ini STATE, then lines on standard input:
 *
 *    send TYPE JSON     answered by "sent", or "refused REASON"
 *    status             answered by webhooks_status in one line
 *
 * The end of the input stops it. */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exit-status.h"
#include "base/log.h"
#include "service/webhook/webhook.h"

static void
send_line (struct webhooks *webhooks, char *line)
{
  char *blank = strchr (line, ' ');
  json_t *data;

  if (blank == NULL) {
    printf ("refused no JSON\n");
    return;
  }
  *blank = '\0';
  data = json_loads (blank + 1, JSON_ALLOW_NUL, NULL);
  if (data == NULL)
    printf ("refused no JSON\n");
  else if (webhooks_send (webhooks, line, data))
    printf ("sent\n");
  else
    printf ("refused %s\n", failure ());
  json_decref (data);
}

static void
print_status (struct webhooks *webhooks)
{
  json_t *status = webhooks_status (webhooks);
  char *text = status != NULL ? json_dumps (status, JSON_COMPACT) : NULL;

  printf ("%s\n", text != NULL ? text : "no memory");
  free (text);
  json_decref (status);
}

static int
drive (const struct webhook_list *list, const char *state)
{
  struct webhooks *webhooks = webhooks_start (list->items, list->count, state);
  char *line = NULL;
  size_t size = 0;
  ssize_t length;

  if (webhooks == NULL) {
    log_failure ();
    return STATUS_FAILED;
  }
  while ((length = getline (&line, &size, stdin)) > 0) {
    line[strcspn (line, "\n")] = '\0';
    if (strncmp (line, "send ", 5) == 0)
      send_line (webhooks, line + 5);
    else
      print_status (webhooks);
    fflush (stdout);
  }
  free (line);
  webhooks_stop (webhooks);
  return STATUS_DONE;
}

int
main (int argc, char **argv)
{
  struct ini_file *file = argc == 3 ? ini_read (argv[1]) : NULL;
  struct webhook_list list = { 0 };
  int status = STATUS_CONFIGURATION;

  signal (SIGPIPE, SIG_IGN);
  signal (SIGXFSZ, SIG_IGN);
  if (file == NULL) {
    fprintf (stderr, "usage: %s FILE.ini STATE: %s\n", argv[0], failure ());
    return STATUS_USAGE;
  }
  if (!webhook_list_read (&list, file))
    log_failure ();
  ini_report (file);
  if (file->mistakes == 0)
    status = drive (&list, argv[2]);
  webhook_list_free (&list);
  ini_free (file);
  log_finish ();
  return status;
}
