/* SPDX-License-Identifier: Apache-2.0 */
/* The structs of version 1.0 as a plugin that was built for it has them: declared anew, and left as they are
 * when those of dcpipe-plugin.h grow. The plugins that use them are older still: their structs and the
 * elements of their arrays end earlier, and what lies behind the ends is poison that must not be read. */
#ifndef TEST_FIRST_API_H
#define TEST_FIRST_API_H

#include "dcpipe-plugin.h"

struct first_option {
  const char *key;
  int type;
  const char *default_value, *values;
  int64_t min, max;
  unsigned flags;
  const char *help;
  size_t offset;
};

struct first_column {
  const char *name;
  int type;
  unsigned key;
  int fill;
  unsigned flags;
  const char *help;
};

struct first_index {
  const char *name, *columns;
};

struct first_array {
  const void *items;
  size_t count, item_size;
};

struct first_table_def {
  const char *name;
  struct first_array columns, indexes;
  unsigned flags;
  const char *count_as, *help;
};

struct first_view {
  const char *name, *sql;
};

struct first_label {
  const char *name, *aliases;
};

struct first_common {
  const char *name, *version, *description, *license;
  struct first_array options;
  size_t handle_size;
};

struct first_source {
  struct first_common common;
  int (*config_complete) (void *);
  void (*config_free) (void *);
  unsigned (*capabilities) (const void *);
  int (*open) (void *, const dcpipe_resume *);
  int (*next) (void *, uint64_t, dcpipe_batch *);
  int (*unpack) (const void *, const dcpipe_frame *, dcpipe_block *);
  void (*close) (void *);
  int (*probe) (void *, uint64_t);
  int (*tip) (void *, uint64_t, dcpipe_tip *);
  struct first_array tables;
  bool (*fills_table) (const void *, size_t);
};

struct first_decoder {
  struct first_common common;
  int (*config_complete) (void *);
  void (*config_free) (void *);
  struct first_array labels, tables, views;
  unsigned row_format;
  int (*decode) (const void *, const dcpipe_entry *, dcpipe_rows *);
  int (*resolve) (const void *, const dcpipe_entry *, dcpipe_lookup *, dcpipe_rows *);
};

struct first_sink {
  struct first_common common;
  int (*config_complete) (void *);
  void (*config_free) (void *);
  int (*open) (void *, int, const char *);
  int (*prepare) (void *, const dcpipe_tables *);
  int (*checkpoint_load) (void *, dcpipe_checkpoint *);
  int (*apply) (void *, dcpipe_rows *);
  int (*commit) (void *, const dcpipe_checkpoint *);
  int (*rollback) (void *);
  int (*get) (void *, const dcpipe_row *, dcpipe_row *);
  int (*scan) (void *, const dcpipe_row *, dcpipe_scan *);
  int (*reset) (void *, const char *);
  int (*tip_reached) (void *);
  void (*close) (void *);
  int (*put) (void *, const char *, struct dcpipe_bytes, struct dcpipe_bytes);
  int (*walk) (void *, const char *, struct dcpipe_bytes, dcpipe_walk *);
};

/* What came later stands behind the last member that version 1.0 had. */
#define GROWS_BEHIND(type, member)                                                                           \
  _Static_assert(offsetof (struct dcpipe_##type, member) == offsetof (struct first_##type, member),          \
                 "struct dcpipe_" #type " has changed before its end")

GROWS_BEHIND (option, offset);
GROWS_BEHIND (column, help);
GROWS_BEHIND (index, columns);
GROWS_BEHIND (table_def, help);
GROWS_BEHIND (view, sql);
GROWS_BEHIND (label, aliases);
GROWS_BEHIND (source, fills_table);
GROWS_BEHIND (decoder, resolve);
GROWS_BEHIND (sink, walk);

/* Registers a plugin whose struct ends before `member`. */
#define REGISTER_UP_TO(kind, type, plugin, member)                                                           \
  DCPIPE_EXPORT const struct dcpipe_registration *dcpipe_plugin (void)                                       \
  {                                                                                                          \
    static const struct dcpipe_registration registration = {                                                 \
      DCPIPE_MAGIC, 1, 0, kind, offsetof (struct first_##type, member), &(plugin)                            \
    };                                                                                                       \
    return &registration;                                                                                    \
  }

#endif
