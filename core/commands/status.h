/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DCPIPE_COMMANDS_STATUS_H
#define DCPIPE_COMMANDS_STATUS_H

struct arguments;
struct setup;

/* Prints how far each sink is: the command `status`. An enum status; reasons have been logged. */
int command_status (const struct setup *setup, const struct arguments *arguments);

#endif
