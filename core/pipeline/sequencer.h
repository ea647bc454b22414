/* SPDX-License-Identifier: Apache-2.0 */
/* Puts parcels back into the ledger's order, checks that each block follows the one before, numbers the
 * entries, and hands on to the sink threads. Runs on the threads that deliver. */
#ifndef DCPIPE_PIPELINE_SEQUENCER_H
#define DCPIPE_PIPELINE_SEQUENCER_H

#include "pipeline/run.h"

struct sequencer;

/* NULL after fail. */
struct sequencer *sequencer_make (struct run *run);
void sequencer_free (struct sequencer *sequencer);

/* Takes over a parcel from a decode thread, whatever its number. */
void sequencer_deliver (struct sequencer *sequencer, struct parcel *parcel);

#endif
