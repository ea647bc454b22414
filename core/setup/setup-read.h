/* SPDX-License-Identifier: Apache-2.0 */
/* From the INI file to a setup. */
#ifndef DCPIPE_SETUP_SETUP_READ_H
#define DCPIPE_SETUP_SETUP_READ_H

#include "setup/setup.h"

/* Reads the file, loads the plugins, sets and checks every option. Every mistake is logged (file, line,
 * nearest known name), not only the first; NULL if there was one. `parts`: of enum setup_parts. */
struct setup *setup_read (const char *path, unsigned parts);
void setup_free (struct setup *setup);

#endif
