/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "unit/ic/requests.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "support/vectors.h"

static struct bytes
principal_bytes (struct ic_principal *principal, const char *text)
{
  ck_assert_ptr_nonnull (text);
  ck_assert (ic_principal_parse (principal, text, strlen (text)) == NULL);
  return (struct bytes){ principal->bytes, principal->size };
}

/* The paths of a read_state request, in memory that is freed with free_paths. */
static struct ic_path *
read_paths (json_t *json)
{
  struct ic_path *paths = calloc (json_array_size (json) + 1, sizeof *paths);
  json_t *path, *label;
  size_t i, j;

  ck_assert_ptr_nonnull (paths);
  json_array_foreach (json, i, path) {
    struct bytes *labels = calloc (json_array_size (path) + 1, sizeof *labels);

    ck_assert_ptr_nonnull (labels);
    json_array_foreach (path, j, label) {
      json_t *object = json_pack ("{sO}", "label", label);

      labels[j].data = vectors_hex (object, "label", &labels[j].size);
      json_decref (object);
    }
    paths[i] = (struct ic_path){ labels, json_array_size (path) };
  }
  return paths;
}

static void
free_paths (const struct ic_path *paths, size_t count)
{
  for (size_t i = 0; i < count; i++) {
    for (size_t j = 0; j < paths[i].count; j++)
      free ((void *) (uintptr_t) paths[i].labels[j].data);
    free ((void *) (uintptr_t) paths[i].labels);
  }
  free ((void *) (uintptr_t) paths);
}

void
golden_request_read (struct golden_request *golden, json_t *content)
{
  json_t *paths = json_object_get (content, "paths");
  struct ic_request *request = &golden->request;

  *request = (struct ic_request){
    .request_type = vectors_text (content, "request_type"),
    .sender = principal_bytes (&golden->sender, vectors_text (content, "sender")),
    .ingress_expiry = strtoull (vectors_text (content, "ingress_expiry"), NULL, 10),
    .method_name = vectors_text (content, "method_name"),
    .paths = paths != NULL ? read_paths (paths) : NULL,
    .path_count = json_array_size (paths),
  };
  if (json_object_get (content, "canister_id") != NULL)
    request->canister_id = principal_bytes (&golden->canister, vectors_text (content, "canister_id"));
  request->arg.data = vectors_hex (content, "arg", &request->arg.size);
  request->nonce.data = vectors_hex (content, "nonce", &request->nonce.size);
}

void
golden_request_free (struct golden_request *golden)
{
  if (golden->request.paths != NULL)
    free_paths (golden->request.paths, golden->request.path_count);
  free ((void *) (uintptr_t) golden->request.arg.data);
  free ((void *) (uintptr_t) golden->request.nonce.data);
}
