/* SPDX-License-Identifier: Apache-2.0 */
/* The callbacks of a decoder: nothing else calls them. Around each is what callback.h tells, and what the
 * engine holds against the rows that it emits. Results are DCPIPE_OK, or DCPIPE_FAIL after fail. */
#ifndef DCPIPE_PLUGIN_DECODER_CALLS_H
#define DCPIPE_PLUGIN_DECODER_CALLS_H

#include <stdbool.h>

#include "dcpipe-plugin.h"
#include "plugin/plugin.h"

/* Makes rows of the entry that `rows` is set to, behind those that its list has. */
int decoder_call_decode (const struct instance *decoder, struct dcpipe_rows *rows);

/* Resolves that entry. `finish` sees to the rows that were emitted after the last lookup, still on the
 * decoder's behalf; it is not called if the callback itself said why it failed. */
int decoder_call_resolve (const struct instance *decoder, struct dcpipe_lookup *lookup,
                          struct dcpipe_rows *rows, void (*finish) (struct dcpipe_lookup *lookup));

/* A scan's `each`, which is the decoder's, called while the engine reads a sink on its behalf. */
bool decoder_call_each (const struct instance *decoder,
                        bool (*each) (void *context, const struct dcpipe_row *row), void *context,
                        const struct dcpipe_row *row);

#endif
