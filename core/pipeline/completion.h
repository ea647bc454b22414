/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DCPIPE_PIPELINE_COMPLETION_H
#define DCPIPE_PIPELINE_COMPLETION_H

#include "pipeline/run.h"

/* Per mille of the ledger's extent that all sinks have committed, or -1 if the extent is not known. */
int run_permille (const struct run *run);

#endif
