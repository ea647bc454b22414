/* SPDX-License-Identifier: Apache-2.0 */
/* Checkpoints as JSON text. */
#ifndef DCPIPE_DATA_CHECKPOINT_JSON_H
#define DCPIPE_DATA_CHECKPOINT_JSON_H

#include <stdbool.h>

#include "data/checkpoint.h"

/* Parses `text`. False after fail, which says what is wrong. */
bool checkpoint_parse (struct dcpipe_checkpoint *checkpoint);

/* Makes `text`, that of the next commit, from the rest. It is no other commit's: whether a commit in doubt
 * took place is told by the text that is stored. False after fail. */
bool checkpoint_format (struct dcpipe_checkpoint *checkpoint);

#endif
