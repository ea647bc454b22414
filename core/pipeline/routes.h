/* SPDX-License-Identifier: Apache-2.0 */
/* Which decoders an entry goes to, by its label. Read only once made. */
#ifndef DCPIPE_PIPELINE_ROUTES_H
#define DCPIPE_PIPELINE_ROUTES_H

#include <stdbool.h>
#include <stddef.h>

#include "dcpipe-plugin.h"

struct setup;

struct route_target {
  size_t decoder; /* number in the setup */
  size_t label;   /* number of the label among those that the decoder's plugin declares */
};

struct route {
  bool in_scope; /* the run's scope names the label, or is everything */
  struct route_target *targets;
  size_t count;
};

struct routes;

/* `scope_labels`: `scope_count` canonical labels, none for everything. NULL after fail. */
struct routes *routes_make (const struct setup *setup, const char *const *scope_labels, size_t scope_count);
void routes_free (struct routes *routes);

/* The route of a label; that of unknown labels if nobody named it. */
const struct route *routes_find (const struct routes *routes, struct dcpipe_bytes label);

#endif
