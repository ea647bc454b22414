/* SPDX-License-Identifier: Apache-2.0 */
/* Asking the source's other side, outside a run: --online. Results are enum status; other than STATUS_DONE
 * after logging why. Main thread, while no run is under way. */
#ifndef DCPIPE_COMMANDS_ONLINE_H
#define DCPIPE_COMMANDS_ONLINE_H

#include "base/exit-status.h"
#include "plugin/source-calls.h"
#include "setup/setup.h"

/* Lets the source's plugin check and tell what a run would need. */
int online_probe (const struct setup *setup);

/* Asks how far the ledger reaches now. */
int online_tip (const struct setup *setup, struct dcpipe_tip *tip);

#endif
