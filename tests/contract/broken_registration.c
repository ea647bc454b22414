/* SPDX-License-Identifier: Apache-2.0 */
/* A decoder that is declared badly, in the way that the environment variable BROKEN names. */
#include "dcpipe-plugin.h"

#include <stdlib.h>
#include <string.h>

struct handle {
  int64_t one, two;
};

static struct dcpipe_option options[] = {
  { "one", DCPIPE_OPTION_INT, "1", NULL, 0, 10, 0, "a number", offsetof (struct handle, one) },
  { "two", DCPIPE_OPTION_INT, "2", NULL, 0, 10, 0, "another number", offsetof (struct handle, two) },
};

static struct dcpipe_column columns[] = {
  { "block_offset", DCPIPE_U64, 1, DCPIPE_FILL_BLOCK_OFFSET, 0, "the block's position" },
  { "entry_index", DCPIPE_U64, 2, DCPIPE_FILL_ENTRY_INDEX, 0, "the entry in the block" },
};

static struct dcpipe_table_def tables[] = {
  { .name = "declared", .columns = DCPIPE_ARRAY (columns), .help = "nothing but positions" },
};

static int
declared_decode (const void *handle, const dcpipe_entry *entry, dcpipe_rows *rows)
{
  (void) handle, (void) entry;
  dcpipe_row_add (rows, 0, DCPIPE_INSERT);
  return DCPIPE_OK;
}

static struct dcpipe_decoder declared = {
  .name = NAME,
  .version = "1.0",
  .description = "is declared badly, for tests",
  .license = "Apache-2.0",
  .options = DCPIPE_ARRAY (options),
  .handle_size = sizeof (struct handle),
  .tables = DCPIPE_ARRAY (tables),
  .decode = declared_decode,
};

#ifdef ANOTHER_SYMBOL
DCPIPE_EXPORT int another_symbol (void);

int
another_symbol (void)
{
  return 1;
}
#endif

const struct dcpipe_registration *
dcpipe_plugin (void)
{
  static struct dcpipe_registration registration = { DCPIPE_MAGIC,        DCPIPE_API_MAJOR, DCPIPE_API_MINOR,
                                                     DCPIPE_KIND_DECODER, sizeof declared,  &declared };
  const char *fault = getenv ("BROKEN");

  if (fault == NULL)
    return &registration;
  if (strcmp (fault, "crash") == 0)
    abort ();
  if (strcmp (fault, "null") == 0)
    return NULL;
  if (strcmp (fault, "nothing") == 0)
    registration.size = 0;
  if (strcmp (fault, "size") == 0)
    registration.size = sizeof declared - 8;
  if (strcmp (fault, "name") == 0)
    declared.name = "another_name";
  if (strcmp (fault, "license") == 0)
    declared.license = "free for all!";
  if (strcmp (fault, "version") == 0)
    declared.version = NULL;
  if (strcmp (fault, "overlap") == 0)
    options[1].offset = 0;
  if (strcmp (fault, "help") == 0)
    options[1].help = "";
  if (strcmp (fault, "default") == 0)
    options[1].default_value = "11";
  if (strcmp (fault, "column") == 0)
    columns[1].help = NULL;
  return &registration;
}
