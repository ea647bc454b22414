/* SPDX-License-Identifier: Apache-2.0 */
/* In place of what a build without libmicrohttpd, or without libcurl, lacks. */
#include "config.h"

#include "base/log.h"

#ifndef HAVE_MHD
#include "base/exit-status.h"
#include "service/command-serve.h"
#include "setup/setup.h"

int
command_serve (const struct setup *setup)
{
  log_error ("%s: this build lacks libmicrohttpd, without which it cannot serve", setup->path);
  return STATUS_CONFIGURATION;
}

#else
#include "service/webhook/webhook.h"

/* [webhook NAME] sections are refused where the configuration is read, so no hooks are ever given. */
struct webhooks *
webhooks_start (const struct webhook_settings *hooks, size_t count, const char *state_dir)
{
  (void) hooks;
  fail ("%zu webhooks for %s: this dcpipe was built without libcurl, which sends them", count, state_dir);
  return NULL;
}

bool
webhooks_send (struct webhooks *webhooks, const char *type, const json_t *data)
{
  return webhooks == NULL && type != NULL && data != NULL;
}

json_t *
webhooks_status (struct webhooks *webhooks)
{
  (void) webhooks;
  return json_array ();
}

void
webhooks_stop (struct webhooks *webhooks)
{
  (void) webhooks;
}
#endif
