/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "checks/registration.h"

#include <ctype.h>
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "config/options.h"
#include "harness/exports.h"
#include "harness/runner.h"
#include "harness/verdict.h"
#include "plugin/plugin-load.h"

void
registration_loads (const void *path)
{
  enum dcpipe_kind kind;

  runner_at ("the plugin was loaded");
  kind = plugin_kind_of (path);
  EXPECT (kind != 0 && plugin_load (kind, path) != NULL, "%s", failure ());
}

/* ---- the registration ---------------------------------------------------------------------------- */

static void
exports_one_symbol (const void *context)
{
  const struct subject *subject = context;
  char names[2048];

  if (exports_list (subject->path, names, sizeof names) != 0)
    verdict_skip ("the symbols of this kind of file cannot be read here");
  if (strstr (names, "asan_") != NULL || strstr (names, "tsan_") != NULL)
    verdict_skip ("a sanitizer exports symbols, too");
  EXPECT (strcmp (names, "dcpipe_plugin") == 0,
          "it exports '%s' instead of dcpipe_plugin alone: build with -fvisibility=hidden", names);
}

/* A size by hand would be wrong with the next header that has one callback more. */
static void
stamps_its_size (const void *context)
{
  const struct subject *subject = context;
  static const size_t sizes[] = { [DCPIPE_KIND_SOURCE] = sizeof (struct dcpipe_source),
                                  [DCPIPE_KIND_DECODER] = sizeof (struct dcpipe_decoder),
                                  [DCPIPE_KIND_SINK] = sizeof (struct dcpipe_sink) };
  void *library = dlopen (subject->path, RTLD_NOW | RTLD_LOCAL);
  const struct dcpipe_registration *(*entry) (void) = NULL;
  const struct dcpipe_registration *registration;

  EXPECT (library != NULL, "%s", dlerror ());
  *(void **) (void *) &entry = dlsym (library, "dcpipe_plugin");
  EXPECT (entry != NULL, "there is no dcpipe_plugin");
  registration = entry ();
  EXPECT (entry () == registration, "a second call of dcpipe_plugin gives another registration");
  EXPECT (registration->api_minor != DCPIPE_API_MINOR || registration->size == sizes[registration->kind],
          "its struct is said to have %zu bytes instead of %zu: use the DCPIPE_REGISTER macros",
          registration->size, sizes[registration->kind]);
  EXPECT (registration->size <= sizes[registration->kind], "its struct is larger than that of this API (%zu)",
          registration->size);
}

static void
is_called_like_its_file (const void *context)
{
  const struct subject *subject = context;
  const char *slash = strrchr (subject->path, '/');
  const char *file = slash != NULL ? slash + 1 : subject->path;
  const char *name = plugin_name (subject->plugin);

  EXPECT (strncmp (file, name, strlen (name)) == 0 && strcmp (file + strlen (name), ".so") == 0,
          "it calls itself '%s', so its file is to be %s.so and not %s, or it is not found by name", name,
          name, file);
}

static void
expect_line (const char *what, const char *text)
{
  EXPECT (text != NULL && text[0] != '\0', "it has no %s", what);
  EXPECT (strpbrk (text, "\n\r\t") == NULL, "its %s is more than one line", what);
}

/* Letters that SPDX expressions are made of: "GPL-2.0-or-later WITH x", "(MIT OR Apache-2.0)". */
static void
describes_itself (const void *context)
{
  const struct plugin *plugin = ((const struct subject *) context)->plugin;
  const char *license = plugin_license (plugin);

  expect_line ("version", plugin_version (plugin));
  expect_line ("description", plugin_description (plugin));
  expect_line ("license", license);
  for (const char *p = license; *p != '\0'; p++)
    EXPECT (isalnum ((unsigned char) *p) || strchr ("-.+() :", *p) != NULL,
            "its license '%s' is no SPDX expression", license);
}

/* ---- options ------------------------------------------------------------------------------------- */

/* A copied line with the offset of another option compiles, and the later value wins. */
static void
options_lie_apart (const void *context)
{
  const struct dcpipe_options *options = plugin_options (((const struct subject *) context)->plugin);

  for (size_t i = 0; i < options->count; i++)
    for (size_t j = 0; j < i; j++) {
      const struct dcpipe_option *a = &options->items[i], *b = &options->items[j];

      EXPECT (a->offset >= b->offset + option_size (b->type)
                  || b->offset >= a->offset + option_size (a->type),
              "the options %s and %s are stored at the same place in the handle", b->key, a->key);
    }
}

static void
options_say_what_they_are (const void *context)
{
  const struct dcpipe_options *options = plugin_options (((const struct subject *) context)->plugin);
  char what[128];

  for (size_t i = 0; i < options->count; i++) {
    const struct dcpipe_option *option = &options->items[i];

    snprintf (what, sizeof what, "help text of option %s", option->key);
    expect_line (what, option->help);
    EXPECT (!(option->flags & DCPIPE_OPTION_REQUIRED) || option->default_value == NULL,
            "option %s is required, and has a default", option->key);
  }
}

static void
tables_say_what_they_are (const void *context)
{
  const struct plugin *plugin = ((const struct subject *) context)->plugin;
  bool decodes = plugin->kind == DCPIPE_KIND_DECODER;
  const struct dcpipe_table_defs *tables = decodes ? &plugin->u.decoder.tables : &plugin->u.source.tables;
  char what[256];

  EXPECT (tables->count > 0 || !decodes, "it declares no table");
  for (size_t i = 0; i < tables->count; i++) {
    const struct dcpipe_table_def *table = &tables->items[i];

    snprintf (what, sizeof what, "help text of table %s", table->name);
    expect_line (what, table->help);
    for (size_t j = 0; j < table->columns.count; j++) {
      snprintf (what, sizeof what, "help text of column %s of table %s", table->columns.items[j].name,
                table->name);
      expect_line (what, table->columns.items[j].help);
    }
  }
}

void
registration_checks (const struct subject *subject)
{
  runner_check ("registration", "exports dcpipe_plugin and nothing else", exports_one_symbol, subject);
  runner_check ("registration", "stamps the size of its struct", stamps_its_size, subject);
  runner_check ("registration", "is called like its file", is_called_like_its_file, subject);
  runner_check ("registration", "has a version, a description and a license", describes_itself, subject);
  runner_check ("registration", "options lie apart in the handle", options_lie_apart, subject);
  runner_check ("registration", "options have help texts", options_say_what_they_are, subject);
  if (subject->plugin->kind != DCPIPE_KIND_SINK)
    runner_check ("registration", "tables and columns have help texts", tables_say_what_they_are, subject);
}
