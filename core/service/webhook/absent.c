/* SPDX-License-Identifier: Apache-2.0 */
/* Webhooks in a build without libcurl: [webhook NAME] sections are refused there (webhook-settings.c), so no
 * hooks are ever given. */
#include "config.h"

#include "base/log.h"
#include "service/webhook/webhook.h"

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
