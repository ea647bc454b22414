/* SPDX-License-Identifier: Apache-2.0 */
/* Reading while another process writes. */
#ifndef JSONL_SNAPSHOT_H
#define JSONL_SNAPSHOT_H

#include "files.h"

/* READ: makes all reads show one commit until the rollback. WRITE: nothing. Returns an enum dcpipe_result. */
int files_snapshot (struct files *files);

#endif
