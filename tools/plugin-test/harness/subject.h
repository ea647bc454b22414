/* SPDX-License-Identifier: Apache-2.0 */
/* The plugin under test, its options, and what the command line says of them. */
#ifndef PLUGIN_TEST_HARNESS_SUBJECT_H
#define PLUGIN_TEST_HARNESS_SUBJECT_H

#include "config/ini.h"
#include "harness/entries.h"
#include "plugin/plugin.h"

struct setting {
  char *key, *value;
};

struct subject {
  const char *path;         /* of the shared object */
  struct plugin *plugin;    /* NULL until it has been loaded */
  const char *directory;    /* that relative paths in the settings are taken from; NULL: each check's own */
  struct setting *settings; /* as they would be written in the INI file */
  size_t settings_count;
  struct setting *refused; /* settings that the plugin is said to refuse */
  size_t refused_count;
  struct entry_list entries; /* given with --entries */
  uint64_t seed;
  unsigned rounds; /* of mutations and the like */
};

/* True if the settings have that key. */
bool subject_is_given (const struct subject *subject, const char *key);

/* The settings as a file, those in `changed` (keys and values, NULL at the end; a NULL value leaves the key
 * out) in place of others. To be freed with ini_free. */
struct ini_file *subject_file (const struct subject *subject, const char *const *changed);

/* An instance of the plugin with the settings, its config_complete called. Ends the check if that fails.
 * To be freed with instance_free. */
struct instance *subject_instance (const struct subject *subject);

/* Frees all that the subject holds, save what main gave it. */
void subject_free (struct subject *subject);

#endif
