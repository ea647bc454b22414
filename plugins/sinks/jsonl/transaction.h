/* SPDX-License-Identifier: Apache-2.0 */
/* Commits, and what goes with them. */
#ifndef JSONL_TRANSACTION_H
#define JSONL_TRANSACTION_H

#include "files.h"

/* All return an enum dcpipe_result. */
int files_commit (struct files *files, struct dcpipe_bytes text);
int files_rollback (struct files *files);
int files_reset (struct files *files, const char *name);

#endif
