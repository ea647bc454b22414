/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DCPIPE_COMMANDS_DUMP_H
#define DCPIPE_COMMANDS_DUMP_H

struct arguments;
struct setup;

/* Prints a table as JSON lines: the command `dump`. An enum status; reasons have been logged. */
int command_dump (const struct setup *setup, const struct arguments *arguments);

#endif
