/* SPDX-License-Identifier: Apache-2.0 */
/* For --check: whether what a run would read and write is within reach. Nothing is opened or made. */
#ifndef DCPIPE_COMMANDS_PATHS_H
#define DCPIPE_COMMANDS_PATHS_H

#include <stddef.h>

#include "setup/setup.h"

/* Looks at every path of the setup; those of the service only if it has a section. Returns how many a run
 * could not use here and now, after a warning about each, with the line that names it. */
size_t paths_check (const struct setup *setup);

#endif
