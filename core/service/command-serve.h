/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DCPIPE_SERVICE_COMMAND_SERVE_H
#define DCPIPE_SERVICE_COMMAND_SERVE_H

struct setup;

/* Serves until a signal asks the process to end: the command `serve`. The setup was read with its service. An
 * enum status; reasons have been logged. */
int command_serve (const struct setup *setup);

#endif
