/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "pipeline/routes.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "setup/setup.h"

#define HASH_NONFATAL_OOM 1
#define uthash_nonfatal_oom(element) (routes->no_memory = true)
#include <uthash.h>

struct named_route {
  UT_hash_handle hh;
  const char *label;
  struct route route;
};

struct routes {
  struct named_route *named;
  struct route other; /* of labels that nobody names */
  bool no_memory;
};

static const struct dcpipe_label *
label_at (const struct dcpipe_labels *labels, size_t i)
{
  return (const struct dcpipe_label *) (const void *) ((const char *) labels->items + i * labels->item_size);
}

/* All labels that anybody names are put into a table once, since each entry of the ledger is looked up in it.
 * Labels belong to the setup, and are not copied. */

/* The number of the label in the plugin's own list; 0 if that is empty. */
static size_t
label_number (const struct decoder *decoder, const char *label)
{
  const struct dcpipe_labels *labels = plugin_labels (decoder->instance.plugin);

  for (size_t i = 0; i < labels->count; i++)
    if (strcmp (label_at (labels, i)->name, label) == 0)
      return i;
  return 0;
}

static bool
takes (const struct decoder *decoder, const char *label)
{
  for (size_t i = 0; i < decoder->labels_count; i++)
    if (strcmp (decoder->labels[i], label) == 0)
      return true;
  return decoder->any;
}

/* Fills in the decoders that take `label`; NULL for labels that nobody names. */
static bool
add_targets (struct route *route, const struct setup *setup, const char *label)
{
  route->targets = calloc (setup->decoders_count + 1, sizeof *route->targets);
  if (route->targets == NULL)
    return false;
  for (size_t i = 0; i < setup->decoders_count; i++) {
    const struct decoder *decoder = setup->decoders[i];

    if (label != NULL ? takes (decoder, label) : decoder->any)
      route->targets[route->count++] =
          (struct route_target){ i, label != NULL ? label_number (decoder, label) : 0 };
  }
  return true;
}

/* A label that is there already has all its targets, since those are looked for in the whole setup. */
static bool
add_label (struct routes *routes, const struct setup *setup, const char *label, bool in_scope)
{
  struct named_route *named;

  HASH_FIND_STR (routes->named, label, named);
  if (named != NULL)
    return true;
  named = calloc (1, sizeof *named);
  if (named == NULL)
    return false;
  named->label = label;
  named->route.in_scope = in_scope;
  HASH_ADD_KEYPTR (hh, routes->named, named->label, strlen (label), named);
  if (routes->no_memory) {
    free (named);
    return false;
  }
  return add_targets (&named->route, setup, label);
}

/* The scope's labels come first: one that a decoder names as well is in the table already then, and stays in
 * scope. */
static bool
add_labels (struct routes *routes, const struct setup *setup, const char *const *scope_labels,
            size_t scope_count)
{
  for (size_t i = 0; i < scope_count; i++)
    if (!add_label (routes, setup, scope_labels[i], true))
      return false;
  for (size_t i = 0; i < setup->decoders_count; i++)
    for (size_t label = 0; label < setup->decoders[i]->labels_count; label++)
      if (!add_label (routes, setup, setup->decoders[i]->labels[label], scope_count == 0))
        return false;
  routes->other.in_scope = scope_count == 0;
  return add_targets (&routes->other, setup, NULL);
}

struct routes *
routes_make (const struct setup *setup, const char *const *scope_labels, size_t scope_count)
{
  struct routes *routes = calloc (1, sizeof *routes);

  if (routes == NULL || !add_labels (routes, setup, scope_labels, scope_count)) {
    routes_free (routes);
    fail ("no memory for the labels");
    return NULL;
  }
  return routes;
}

void
routes_free (struct routes *routes)
{
  struct named_route *named, *next;

  if (routes == NULL)
    return;
  HASH_ITER (hh, routes->named, named, next) {
    HASH_DEL (routes->named, named);
    free (named->route.targets);
    free (named);
  }
  free (routes->other.targets);
  free (routes);
}

/* A ledger may have any number of labels that nobody names; they share one route, and take no room. */
const struct route *
routes_find (const struct routes *routes, struct dcpipe_bytes label)
{
  struct named_route *named;

  HASH_FIND (hh, routes->named, label.data, label.size, named);
  return named != NULL ? &named->route : &routes->other;
}
