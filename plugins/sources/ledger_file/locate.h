/* SPDX-License-Identifier: Apache-2.0 */
/* Where the blocks begin. */
#ifndef DCPIPE_LEDGER_FILE_LOCATE_H
#define DCPIPE_LEDGER_FILE_LOCATE_H

#include "handle.h"

/* Learns where the blocks begin. DCPIPE_OK, or another result after dcpipe_error. */
int ledger_file_locate (struct ledger_file *handle);

#endif
