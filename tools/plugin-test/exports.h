/* SPDX-License-Identifier: Apache-2.0 */
/* The symbols that a shared object defines for others. */
#ifndef PLUGIN_TEST_EXPORTS_H
#define PLUGIN_TEST_EXPORTS_H

#include <stddef.h>

/* Writes the names, parted by blanks, to `text`, without those that compilers and linkers make (their names
 * begin with '_'). -1 if the file is no ELF object of this machine. */
int exports_list (const char *path, char *text, size_t size);

#endif
