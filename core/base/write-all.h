/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DCPIPE_BASE_WRITE_ALL_H
#define DCPIPE_BASE_WRITE_ALL_H

#include <stdbool.h>
#include <stddef.h>

/* Writes all of the text, however often the system takes a part of it or a signal comes. False, with errno,
 * if it cannot. */
bool write_all (int fd, const char *text, size_t size);

#endif
