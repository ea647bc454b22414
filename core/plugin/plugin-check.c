/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "plugin/plugin-check.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "bytes/utf8.h"
#include "config/options.h"
#include "data/table-make.h"
#include "data/table.h"

/* The longest name that the header allows: databases take no longer ones. */
#define NAME_BYTES_MAX 63

#define OPTION_FLAGS                                                                                         \
  (DCPIPE_OPTION_REQUIRED | DCPIPE_OPTION_ROWS | DCPIPE_OPTION_STORE | DCPIPE_OPTION_READ                    \
   | DCPIPE_OPTION_MAKE)

/* [a-z][a-z0-9_]*, with upper-case letters too if `upper`. */
static bool
is_name (const char *name, bool upper)
{
  static const char lower_case[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
  static const char any_case[] = "abcdefghijklmnopqrstuvwxyz0123456789_ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  size_t size = name == NULL ? 0 : strspn (name, upper ? any_case : lower_case);

  return size > 0 && size <= NAME_BYTES_MAX && name[size] == '\0' && !(name[0] >= '0' && name[0] <= '9')
         && name[0] != '_';
}

/* ---- callbacks ----------------------------------------------------------------------------------- */

static bool
lacks (const struct plugin *plugin, const char *callback)
{
  fail ("%s: the callback '%s' is missing, which every %s must have", plugin->path, callback,
        plugin_kind_name (plugin->kind));
  return false;
}

#define NEEDED(from, callback)                                                                               \
  if ((from)->callback == NULL)                                                                              \
  return lacks (plugin, #callback)

/* A sink of the full form, which works with rows. */
static bool
check_full (const struct plugin *plugin)
{
  const struct dcpipe_sink *sink = &plugin->u.sink;

  NEEDED (sink, prepare);
  NEEDED (sink, checkpoint_load);
  NEEDED (sink, apply);
  NEEDED (sink, reset);
  return true;
}

/* A sink of the simple form, which only keeps texts. With a callback of the other form it would be waiting
 * for calls that never come. */
static bool
check_simple (const struct plugin *plugin)
{
  const struct dcpipe_sink *sink = &plugin->u.sink;

  NEEDED (sink, put);
  NEEDED (sink, walk);
  if (sink->prepare == NULL && sink->checkpoint_load == NULL && sink->apply == NULL && sink->get == NULL
      && sink->scan == NULL && sink->reset == NULL)
    return true;
  fail ("%s: a sink with the callbacks 'put' and 'walk' has none of prepare, checkpoint_load, apply, get, "
        "scan and reset",
        plugin->path);
  return false;
}

/* A missing callback is told when the plugin is loaded: called, it would be a crash in the middle of a
 * run. */
static bool
check_callbacks (const struct plugin *plugin)
{
  const struct dcpipe_source *source = &plugin->u.source;
  const struct dcpipe_sink *sink = &plugin->u.sink;

  if (plugin->kind == DCPIPE_KIND_SOURCE) {
    NEEDED (source, open);
    NEEDED (source, next);
    NEEDED (source, unpack);
  } else if (plugin->kind == DCPIPE_KIND_DECODER) {
    NEEDED (&plugin->u.decoder, decode);
  } else {
    NEEDED (sink, open);
    NEEDED (sink, commit);
    NEEDED (sink, rollback);
    return sink->put != NULL || sink->walk != NULL ? check_simple (plugin) : check_full (plugin);
  }
  return true;
}
#undef NEEDED

/* ---- options ------------------------------------------------------------------------------------- */

/* A default that cannot be parsed would be told to users as a mistake in their file. */
static bool
check_default (const struct plugin *plugin, const struct dcpipe_option *option)
{
  struct option_value value = { 0 };
  bool good;

  if (option->default_value == NULL)
    return true;
  /* A secret may stand in a file that is not there yet. */
  good = option->type == DCPIPE_OPTION_SECRET || strstr (option->default_value, "${") != NULL
         || option_parse (option, option->default_value, "", &value);
  free (value.string);
  for (char **item = value.list; item != NULL && *item != NULL; item++)
    free (*item);
  free (value.list);
  if (!good)
    fail ("%s: the default of option %s is not sound: %s", plugin->path, option->key, failure ());
  return good;
}

/* The value lies within the handle, where one of its type may lie. */
static bool
check_offset (const struct plugin *plugin, const struct dcpipe_option *option, size_t handle_size)
{
  size_t size = option_size (option->type), alignment = size < sizeof (void *) ? size : sizeof (void *);

  if (option->offset > handle_size || handle_size - option->offset < size) {
    fail ("%s: option %s lies beyond the handle (%zu bytes)", plugin->path, option->key, handle_size);
    return false;
  }
  if (option->offset % alignment == 0)
    return true;
  fail ("%s: option %s lies at offset %zu of the handle, where none of its type can: use offsetof",
        plugin->path, option->key, option->offset);
  return false;
}

/* The engine writes values into the plugin's handle by what is declared here, so all that could lead it
 * beside the handle is refused, and with it what no user could ever set right. */
static bool
check_option (const struct plugin *plugin, const struct dcpipe_option *option, size_t handle_size)
{
  size_t size = option_size (option->type);

  if (!is_name (option->key, false)) {
    fail ("%s: an option has no sound key: '%s'", plugin->path, option->key ? option->key : "");
    return false;
  }
  if (strcmp (option->key, "plugin") == 0) {
    fail ("%s: no option can have the key 'plugin'", plugin->path);
    return false;
  }
  if (size == 0
      || (option->type == DCPIPE_OPTION_ENUM && (option->values == NULL || option->values[0] == '\0'))) {
    fail ("%s: option %s: %s", plugin->path, option->key,
          size == 0 ? "its type is unknown" : "it lists no values");
    return false;
  }
  if (!check_offset (plugin, option, handle_size))
    return false;
  if (option->flags & ~(unsigned) OPTION_FLAGS) {
    fail ("%s: option %s has unknown flags", plugin->path, option->key);
    return false;
  }
  if (option->min > option->max
      || (option->min < 0
          && (option->type == DCPIPE_OPTION_SIZE || option->type == DCPIPE_OPTION_DURATION))) {
    fail ("%s: option %s: its range is not sound", plugin->path, option->key);
    return false;
  }
  if ((option->flags & (DCPIPE_OPTION_READ | DCPIPE_OPTION_MAKE)) && option->type != DCPIPE_OPTION_PATH) {
    fail ("%s: option %s: its flags are those of a path", plugin->path, option->key);
    return false;
  }
  return check_default (plugin, option);
}

/* The option names the store, as no other does: the engine locks what it names, and puts another place there
 * for a throw-away store. */
static bool
check_store (const struct plugin *plugin, size_t number)
{
  const struct dcpipe_options *options = plugin_options (plugin);
  bool good = options->items[number].type == DCPIPE_OPTION_PATH && plugin->kind == DCPIPE_KIND_SINK;

  for (size_t i = 0; i < number; i++)
    good = good && !(options->items[i].flags & DCPIPE_OPTION_STORE);
  if (!good)
    fail ("%s: option %s: only a sink has a store, in one option, which is a path", plugin->path,
          options->items[number].key);
  return good;
}

static bool
check_options (const struct plugin *plugin)
{
  const struct dcpipe_options *options = plugin_options (plugin);

  for (size_t i = 0; i < options->count; i++) {
    if ((options->items[i].flags & DCPIPE_OPTION_STORE) && !check_store (plugin, i))
      return false;
    if (!check_option (plugin, &options->items[i], plugin_handle_size (plugin)))
      return false;
    for (size_t j = 0; j < i; j++)
      if (strcmp (options->items[i].key, options->items[j].key) == 0) {
        fail ("%s: option %s is declared twice", plugin->path, options->items[i].key);
        return false;
      }
  }
  return true;
}

/* ---- labels and tables --------------------------------------------------------------------------- */

/* What stands in a section's title and in the log: printable, without spaces and brackets. */
static bool
is_label (const char *label)
{
  if (label == NULL || label[0] == '\0' || strlen (label) > NAME_BYTES_MAX || strcmp (label, "*") == 0
      || !utf8_valid (label, strlen (label)))
    return false;
  /* What INI files treat in a way of their own. */
  for (const unsigned char *p = (const unsigned char *) label; *p != '\0'; p++)
    if (*p <= ' ' || *p == 0x7f || strchr ("[];#\"'", *p) != NULL)
      return false;
  return true;
}

/* No alias of a label is another label: a section with that title would mean the one or the other, by
 * chance. */
static bool
check_aliases (const struct plugin *plugin, const struct dcpipe_label *label)
{
  const struct dcpipe_labels *labels = &plugin->u.decoder.labels;

  for (size_t i = 0; i < labels->count; i++)
    if (&labels->items[i] != label && label_has_alias (label, labels->items[i].name)) {
      fail ("%s: label %s has the alias %s, which is another label", plugin->path, label->name,
            labels->items[i].name);
      return false;
    }
  if (label->aliases == NULL || utf8_valid (label->aliases, strlen (label->aliases)))
    return true;
  fail ("%s: label %s has aliases that are not valid UTF-8", plugin->path, label->name);
  return false;
}

static bool
check_labels (const struct plugin *plugin)
{
  const struct dcpipe_labels *labels = &plugin->u.decoder.labels;

  for (size_t i = 0; i < labels->count; i++) {
    if (!is_label (labels->items[i].name)) {
      fail ("%s: '%s' cannot be a label", plugin->path, labels->items[i].name ? labels->items[i].name : "");
      return false;
    }
    for (size_t j = 0; j < i; j++)
      if (strcmp (labels->items[i].name, labels->items[j].name) == 0) {
        fail ("%s: label %s is declared twice", plugin->path, labels->items[i].name);
        return false;
      }
  }
  for (size_t i = 0; i < labels->count; i++)
    if (!check_aliases (plugin, &labels->items[i]))
      return false;
  return true;
}

/* The names in a table, and what its indexes are of. */
static bool
check_table (const struct plugin *plugin, const struct dcpipe_table_def *table)
{
  for (size_t i = 0; i < table->columns.count; i++) {
    const char *column = table->columns.items[i].name;

    if (!is_name (column, false)) {
      fail ("%s: table %s: a column cannot be called '%s'", plugin->path, table->name, column ? column : "");
      return false;
    }
  }
  for (size_t i = 0; i < table->indexes.count; i++) {
    const struct dcpipe_index *index = &table->indexes.items[i];

    if (!is_name (index->name, false)) {
      fail ("%s: table %s: an index cannot be called '%s'", plugin->path, table->name,
            index->name ? index->name : "");
      return false;
    }
    if (index->columns == NULL || index->columns[strspn (index->columns, ", ")] == '\0') {
      fail ("%s: table %s: index %s has no columns", plugin->path, table->name, index->name);
      return false;
    }
  }
  return true;
}

static bool
check_tables (const struct plugin *plugin, const struct dcpipe_table_defs *tables, size_t owner)
{
  for (size_t i = 0; i < tables->count; i++)
    if (!is_name (tables->items[i].name, false)) {
      fail ("%s: a table cannot be called '%s'", plugin->path,
            tables->items[i].name ? tables->items[i].name : "");
      return false;
    }
  for (size_t i = 0; i < tables->count; i++) {
    if (!check_table (plugin, &tables->items[i]))
      return false;
    for (size_t j = 0; j < i; j++)
      if (strcmp (tables->items[i].name, tables->items[j].name) == 0) {
        fail ("%s: table %s is declared twice", plugin->path, tables->items[i].name);
        return false;
      }
  }
  /* Names first, for the messages of what follows have them. */
  if (tables_check (tables, owner))
    return true;
  fail ("%s: %s", plugin->path, failure ());
  return false;
}

/* The end of what begins at `p`: of a quoted part or a comment, else one byte. */
static const char *
skip_sql (const char *p)
{
  static const char opening[] = "'\"`[", closing[] = "'\"`]";
  const char *quote = strchr (opening, *p), *end;

  if (quote != NULL)
    end = strchr (p + 1, closing[quote - opening]);
  else if (strncmp (p, "--", 2) == 0)
    end = strchr (p, '\n');
  else if (strncmp (p, "/*", 2) == 0)
    end = (end = strstr (p + 2, "*/")) != NULL ? end + 1 : NULL;
  else
    end = p;
  return end != NULL ? end + 1 : p + strlen (p);
}

/* Sinks put the text into a CREATE VIEW; a second statement would be run with it. Whether it is good SQL only
 * the database can say. */
static bool
is_select (const char *sql)
{
  const char *p = sql + strspn (sql, " \t\n");

  if (strncasecmp (p, "select", 6) != 0 && strncasecmp (p, "with", 4) != 0)
    return false;
  for (; *p != '\0'; p = skip_sql (p))
    if (*p == ';')
      return false;
  return true;
}

/* No other view, and no table, of the decoder has the view's name: SQL keeps both in one space of names. */
static bool
is_free (const struct dcpipe_decoder *decoder, size_t view)
{
  const char *name = decoder->views.items[view].name;

  for (size_t i = 0; i < view; i++)
    if (strcmp (decoder->views.items[i].name, name) == 0)
      return false;
  for (size_t i = 0; i < decoder->tables.count; i++)
    if (strcmp (decoder->tables.items[i].name, name) == 0)
      return false;
  return true;
}

static bool
check_views (const struct plugin *plugin)
{
  const struct dcpipe_decoder *decoder = &plugin->u.decoder;

  for (size_t i = 0; i < decoder->views.count; i++) {
    const struct dcpipe_view *view = &decoder->views.items[i];
    const char *name = view->name ? view->name : "";

    if (!is_name (name, false) || view->sql == NULL)
      fail ("%s: the view '%s' has no sound name or no SQL", plugin->path, name);
    else if (!is_free (decoder, i))
      fail ("%s: the view %s has the name of another view or of a table", plugin->path, name);
    else if (!is_select (view->sql))
      fail ("%s: the view %s is not one SELECT, without ';'", plugin->path, name);
    else
      continue;
    return false;
  }
  return true;
}

static bool
check_decoder (const struct plugin *plugin)
{
  return check_labels (plugin) && check_tables (plugin, &plugin->u.decoder.tables, 0) && check_views (plugin);
}

bool
plugin_check (const struct plugin *plugin)
{
  if (!is_name (plugin_name (plugin), true)) {
    fail ("%s: the plugin has no sound name: '%s'", plugin->path,
          plugin_name (plugin) ? plugin_name (plugin) : "");
    return false;
  }
  return check_callbacks (plugin) && check_options (plugin)
         && (plugin->kind != DCPIPE_KIND_DECODER || check_decoder (plugin))
         && (plugin->kind != DCPIPE_KIND_SOURCE
             || check_tables (plugin, &plugin->u.source.tables, TABLE_SOURCE));
}
