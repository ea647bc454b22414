/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DCPIPE_COMMANDS_VERIFY_H
#define DCPIPE_COMMANDS_VERIFY_H

struct arguments;
struct setup;

/* Replays the ledger and compares every table: the command `verify`. An enum status; reasons have been
 * logged. */
int command_verify (const struct setup *setup, const struct arguments *arguments);

#endif
