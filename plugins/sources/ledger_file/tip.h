/* SPDX-License-Identifier: Apache-2.0 */
/* How far the file reaches. */
#ifndef DCPIPE_LEDGER_FILE_TIP_H
#define DCPIPE_LEDGER_FILE_TIP_H

#include "handle.h"

int ledger_file_tip (void *handle, uint64_t deadline, dcpipe_tip *tip);
int ledger_file_probe (void *handle, uint64_t deadline);

#endif
