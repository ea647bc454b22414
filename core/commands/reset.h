/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DCPIPE_COMMANDS_RESET_H
#define DCPIPE_COMMANDS_RESET_H

struct arguments;
struct setup;

/* Empties a sink, or a decoder's tables in it: the command `reset`. An enum status; reasons have been logged.
 */
int command_reset (const struct setup *setup, const struct arguments *arguments);

#endif
