/* SPDX-License-Identifier: Apache-2.0 */
/* Calling a source's unpack. */
#ifndef DCPIPE_PIPELINE_UNPACK_H
#define DCPIPE_PIPELINE_UNPACK_H

#include "pipeline/run.h"

/* Unpacks all blocks of a parcel, without decoding. A fault is noted in the parcel. */
void unpack_parcel (const struct run *run, struct parcel *parcel);

#endif
