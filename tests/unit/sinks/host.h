/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests ask core's log. Apart, since log.h and check.h both have a `fail`. */
#ifndef TESTS_SINKS_HOST_H
#define TESTS_SINKS_HOST_H

/* What dcpipe_error said last ("" if nothing since host_clear). */
const char *host_error (void);
void host_clear (void);

#endif
