/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DCPIPE_PLUGIN_OBJECT_FILE_H
#define DCPIPE_PLUGIN_OBJECT_FILE_H

#include <stdbool.h>

/* What the loader does not look at before it maps a shared object, and then waits or ends the process: the
 * path is that of a file, and the file holds all that is to be mapped. False after fail. What is not an
 * object of this machine is left to the loader, which says so. */
bool object_file_check (const char *path);

#endif
