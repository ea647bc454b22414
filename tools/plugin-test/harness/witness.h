/* SPDX-License-Identifier: Apache-2.0 */
/* Whether each callback says with dcpipe_error why it fails, and says nothing when it does not fail. The
 * engine's doors forgive both: a failure without a reason gets one of theirs. */
#ifndef PLUGIN_TEST_HARNESS_WITNESS_H
#define PLUGIN_TEST_HARNESS_WITNESS_H

#include "plugin/plugin.h"

/* From now on a check fails in which a callback of the plugin breaks that rule, whoever calls it. For one
 * plugin in a process. */
void witness_callbacks (struct plugin *plugin);

#endif
