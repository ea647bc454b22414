/* SPDX-License-Identifier: Apache-2.0 */
/* Opening the directory and the tables in it. */
#ifndef JSONL_OPEN_H
#define JSONL_OPEN_H

#include "files.h"

/* All return an enum dcpipe_result. */
int files_open (struct files *files);
int files_prepare (struct files *files);

#endif
