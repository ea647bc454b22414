/* SPDX-License-Identifier: Apache-2.0 */
/* The symbols that a shared object defines for others, and what it needs from them. */
#ifndef PLUGIN_TEST_HARNESS_EXPORTS_H
#define PLUGIN_TEST_HARNESS_EXPORTS_H

#include <stdbool.h>
#include <stddef.h>

/* Writes the names, separated by spaces, to `text`, without those that compilers and linkers make (their
 * names begin with '_'). -1 if the file is no ELF object of this machine. */
int exports_list (const char *path, char *text, size_t size);

/* The symbol is to come from elsewhere. */
bool exports_needs_symbol (const char *path, const char *name);

/* A library whose name has `part` in it is loaded with the object: its name. */
bool exports_needs_library (const char *path, const char *part, char *name, size_t size);

#endif
