/* SPDX-License-Identifier: Apache-2.0 */
/* In place of the service in a build without libmicrohttpd. */
#include "config.h"

#include "base/log.h"
#include "commands/commands.h"

int
command_serve (const struct setup *setup, const struct arguments *arguments)
{
  (void) arguments;
  log_error ("%s: this build lacks libmicrohttpd, without which it cannot serve", setup->path);
  return STATUS_CONFIGURATION;
}
