/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/witness.h"

#include <assert.h>

#include "base/log.h"
#include "data/batch.h"
#include "data/row.h"
#include "harness/verdict.h"
#include "plugin/callback.h"

static struct plugin plugin_itself;

/* The callback of that name gave that result. `known`: the engine knows why it fails. */
static int
witness (const char *name, int result, bool known)
{
  bool fails = result == DCPIPE_RETRY || result == DCPIPE_DIVERGED || result == DCPIPE_FAIL;

  EXPECT (!fails || known || failure ()[0] != '\0', "%s gave %s and did not say why with dcpipe_error", name,
          RESULT_NAME (result));
  EXPECT (result != DCPIPE_OK || known || failure ()[0] == '\0',
          "%s gave DCPIPE_OK, and dcpipe_error or a function of the engine's had said why it fails: %s", name,
          failure ());
  return result;
}

/* ---- in the place of each callback --------------------------------------------------------------- */

#define WITNESS(kind, callback, parameters, arguments, known)                                                \
  static int kind##_##callback parameters                                                                    \
  {                                                                                                          \
    int result = plugin_itself.u.kind.callback arguments;                                                    \
                                                                                                             \
    return witness (#callback, result, known);                                                               \
  }

WITNESS (source, config_complete, (void *handle), (handle), false)
WITNESS (source, open, (void *handle, const dcpipe_resume *resume), (handle, resume), false)
WITNESS (source, next, (void *handle, uint64_t deadline, dcpipe_batch *batch), (handle, deadline, batch),
         batch->mistake != NULL)
WITNESS (source, unpack, (const void *handle, const dcpipe_frame *frame, dcpipe_block *block),
         (handle, frame, block), block->fault != NULL)
WITNESS (source, probe, (void *handle, uint64_t deadline), (handle, deadline), false)
WITNESS (source, tip, (void *handle, uint64_t deadline, dcpipe_tip *tip), (handle, deadline, tip), false)

WITNESS (decoder, config_complete, (void *handle), (handle), false)
WITNESS (decoder, decode, (const void *handle, const dcpipe_entry *entry, dcpipe_rows *rows),
         (handle, entry, rows), rows->mistake != NULL || rows->no_memory)
WITNESS (decoder, resolve,
         (const void *handle, const dcpipe_entry *entry, dcpipe_lookup *lookup, dcpipe_rows *rows),
         (handle, entry, lookup, rows), rows->mistake != NULL || rows->no_memory)

WITNESS (sink, config_complete, (void *handle), (handle), false)
WITNESS (sink, open, (void *handle, int mode, const char *scratch), (handle, mode, scratch), false)
WITNESS (sink, prepare, (void *handle, const dcpipe_tables *tables), (handle, tables), false)
WITNESS (sink, checkpoint_load, (void *handle, dcpipe_checkpoint *checkpoint), (handle, checkpoint), false)
WITNESS (sink, apply, (void *handle, dcpipe_rows *rows), (handle, rows), false)
WITNESS (sink, commit, (void *handle, const dcpipe_checkpoint *checkpoint), (handle, checkpoint), false)
WITNESS (sink, rollback, (void *handle), (handle), false)
WITNESS (sink, get, (void *handle, const dcpipe_row *key, dcpipe_row *row), (handle, key, row), false)
WITNESS (sink, scan, (void *handle, const dcpipe_row *prefix, dcpipe_scan *scan), (handle, prefix, scan),
         false)
WITNESS (sink, reset, (void *handle, const char *table), (handle, table), false)
WITNESS (sink, tip_reached, (void *handle), (handle), false)
WITNESS (sink, put, (void *handle, const char *table, struct dcpipe_bytes key, struct dcpipe_bytes text),
         (handle, table, key, text), false)
WITNESS (sink, walk, (void *handle, const char *table, struct dcpipe_bytes prefix, dcpipe_walk *walk),
         (handle, table, prefix, walk), false)

/* ---- the plugin ---------------------------------------------------------------------------------- */

#define WATCH(kind, callback)                                                                                \
  if (plugin->u.kind.callback != NULL)                                                                       \
  plugin->u.kind.callback = kind##_##callback

static void
watch_source (struct plugin *plugin)
{
  WATCH (source, config_complete);
  WATCH (source, open);
  WATCH (source, next);
  WATCH (source, unpack);
  WATCH (source, probe);
  WATCH (source, tip);
}

static void
watch_decoder (struct plugin *plugin)
{
  WATCH (decoder, config_complete);
  WATCH (decoder, decode);
  WATCH (decoder, resolve);
}

static void
watch_sink (struct plugin *plugin)
{
  WATCH (sink, config_complete);
  WATCH (sink, open);
  WATCH (sink, prepare);
  WATCH (sink, checkpoint_load);
  WATCH (sink, apply);
  WATCH (sink, commit);
  WATCH (sink, rollback);
  WATCH (sink, get);
  WATCH (sink, scan);
  WATCH (sink, reset);
  WATCH (sink, tip_reached);
  WATCH (sink, put);
  WATCH (sink, walk);
}

/* The struct is our own copy of the plugin's, and whoever has loaded it shares it. */
void
witness_callbacks (struct plugin *plugin)
{
  assert (plugin_itself.kind == 0);
  plugin_itself = *plugin;
  if (plugin->kind == DCPIPE_KIND_SOURCE)
    watch_source (plugin);
  else if (plugin->kind == DCPIPE_KIND_DECODER)
    watch_decoder (plugin);
  else
    watch_sink (plugin);
}
