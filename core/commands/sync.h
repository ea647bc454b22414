/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DCPIPE_COMMANDS_SYNC_H
#define DCPIPE_COMMANDS_SYNC_H

struct arguments;
struct setup;

/* Imports up to the tip, or follows it: the command `sync`. An enum status; reasons have been logged. */
int command_sync (const struct setup *setup, const struct arguments *arguments);

#endif
