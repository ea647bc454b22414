/* SPDX-License-Identifier: Apache-2.0 */
/* The one answer that clients poll. It is asked often and changes with commits only, so it is made once for
 * each and kept as text. */
#include "config.h"

#include "service/state/sync-status.h"

#include <jansson.h>
#include <stdlib.h>

#include "bytes/cleanup.h"
#include "pipeline/scope-status.h"
#include "service/state/json-values.h"
#include "setup/decoders.h"

static void
add_scope (json_t *list, const struct setup *setup, const struct dcpipe_checkpoint *checkpoint,
           uint64_t synced_ns, const char *label)
{
  struct scope_status status = scope_status (setup, checkpoint, label);

  /* A scope of which every run failed is shown all the same: who polls learns there why nothing comes. */
  if (!status.known && status.errors == 0)
    return;
  json_array_append_new (list,
                         json_pack ("{s:s, s:o, s:o, s:o, s:o, s:o}", "tableName",
                                    label != NULL ? label : "all", "lastSyncedBlockOffset",
                                    status.known ? number_json (status.position) : json_null (),
                                    "lastSyncedAt", time_json (synced_ns), "totalRecordsSynced",
                                    number_json (status.entries), "syncErrors", number_json (status.errors),
                                    "lastError", text_json (status.last_error)));
}

char *
sync_status_text (const struct setup *setup, const struct dcpipe_checkpoint *checkpoint, uint64_t synced_ns)
{
  CLEANUP_FREE const char **labels = setup_labels (setup);
  json_t *list = json_array (), *body;
  char *text;

  add_scope (list, setup, checkpoint, synced_ns, NULL);
  for (size_t i = 0; labels != NULL && labels[i] != NULL; i++)
    add_scope (list, setup, checkpoint, synced_ns, labels[i]);
  body = json_pack ("{s:b, s:{s:o, s:o}}", "success", 1, "data", "statuses", list, "totalTables",
                    json_integer ((json_int_t) json_array_size (list)));
  text = json_dumps (body, JSON_COMPACT);
  json_decref (body);
  return text;
}
