/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "plugin/decoder-calls.h"

#include <assert.h>

#include "base/log.h"
#include "data/row-emit.h"
#include "data/row.h"
#include "plugin/callback.h"

static const struct dcpipe_decoder *
plugin_of (const struct instance *decoder)
{
  assert (decoder->plugin->kind == DCPIPE_KIND_DECODER);
  return &decoder->plugin->u.decoder;
}

/* The rows are worth a look: also after a failure for which the callback gave no reason, since it may have
 * failed because of what the engine refused, which knows why. */
static bool
may_be_told_by_rows (int result)
{
  return result == DCPIPE_OK || failure ()[0] == '\0';
}

int
decoder_call_decode (const struct instance *decoder, struct dcpipe_rows *rows)
{
  size_t from = rows->list->count;
  struct callback outer = callback_begin (decoder, "decode");
  int result = plugin_of (decoder)->decode (decoder->handle, rows->entry, rows);

  if (may_be_told_by_rows (result) && !rows_finish (rows, from))
    result = DCPIPE_FAIL;
  return callback_end (outer, result, MAY_FAIL);
}

int
decoder_call_resolve (const struct instance *decoder, struct dcpipe_lookup *lookup, struct dcpipe_rows *rows,
                      void (*finish) (struct dcpipe_lookup *lookup))
{
  struct callback outer = callback_begin (decoder, "resolve");
  int result = plugin_of (decoder)->resolve (decoder->handle, rows->entry, lookup, rows);

  if (may_be_told_by_rows (result))
    finish (lookup);
  return callback_end (outer, result, MAY_FAIL);
}

/* The sink's callback `scan` may be under way on this thread, or the cache be at work for it: what fails in
 * `each` is the decoder's all the same. */
bool
decoder_call_each (const struct instance *decoder, bool (*each) (void *context, const struct dcpipe_row *row),
                   void *context, const struct dcpipe_row *row)
{
  struct callback outer = callback_enter (decoder, "resolve");
  bool more = each (context, row);

  callback_leave (outer);
  return more;
}
