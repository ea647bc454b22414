/* SPDX-License-Identifier: Apache-2.0 */
/* What a sink gives back is checked as strictly as what a plugin emits: the store is a file that others can
 * change, and a wrong row would be folded into others and be stored again. */
#include "config.h"

#include "sink/scan.h"

#include "base/log.h"

bool
scan_check_row (const struct dcpipe_rows *maker, const struct dcpipe_row *row)
{
  const struct dcpipe_table *table = row->table;

  if (maker->no_memory)
    fail ("no memory for a row of table %s", table->name);
  else if (maker->mistake != NULL)
    fail ("%s (a mistake in the plugin)", maker->mistake);
  else if (maker->unreadable != NULL)
    fail ("table %s holds text in column %s that is not UTF-8: the store was changed by something else",
          table->name, maker->unreadable);
  else if (maker->no_json != NULL)
    fail ("table %s holds a text in column %s that is not JSON in one line: the store was changed by "
          "something else",
          table->name, maker->no_json);
  for (size_t i = 0; i < table->keys_count; i++)
    if (row->states[table->keys[i]] != VALUE_SET) {
      fail ("table %s holds a row without its key column %s: the store was changed by something else",
            table->name, table->columns[table->keys[i]].name);
      return false;
    }
  return !maker->no_memory && maker->mistake == NULL && maker->unreadable == NULL && maker->no_json == NULL;
}

dcpipe_row *
dcpipe_scan_row (dcpipe_scan *scan)
{
  /* A scan of a million rows uses the memory of one. */
  arena_free (&scan->arena);
  scan->maker = (struct dcpipe_rows){ .arena = &scan->arena };
  scan->row = row_make (&scan->maker, scan->table, DCPIPE_INSERT);
  return scan->row;
}

bool
dcpipe_scan_emit (dcpipe_scan *scan)
{
  if (!scan_check_row (&scan->maker, scan->row)) {
    scan->bad = true;
    return false;
  }
  scan->stopped = !scan->each (scan->context, scan->row);
  return !scan->stopped;
}
