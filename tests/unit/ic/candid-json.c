/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "candid-json.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes/hex.h"
#include "ic/principal/principal.h"

static void put_type (FILE *out, const json_t *type);

static void
put_members (FILE *out, const json_t *members)
{
  const json_t *member;
  size_t i;

  fputs (" { ", out);
  json_array_foreach (members, i, member) {
    const char *name = json_string_value (json_object_get (member, "name"));

    if (name != NULL)
      fprintf (out, "\"%s\"", name);
    else
      fprintf (out, "%lld", (long long) json_integer_value (json_object_get (member, "id")));
    fputs (" : ", out);
    put_type (out, json_object_get (member, "type"));
    fputs (i + 1 < json_array_size (members) ? "; " : "", out);
  }
  fputs (" }", out);
}

static void
put_sequence (FILE *out, const json_t *types)
{
  const json_t *type;
  size_t i;

  fputc ('(', out);
  json_array_foreach (types, i, type) {
    fputs (i > 0 ? ", " : "", out);
    put_type (out, type);
  }
  fputc (')', out);
}

static void
put_func (FILE *out, const json_t *func)
{
  const json_t *mode;
  const char *name;
  size_t i;

  put_sequence (out, json_object_get (func, "args"));
  fputs (" -> ", out);
  put_sequence (out, json_object_get (func, "rets"));
  json_array_foreach (json_object_get (func, "modes"), i, mode) {
    name = json_string_value (mode);
    fprintf (out, " %s", strcmp (name, "compositequery") == 0 ? "composite_query" : name);
  }
}

static void
put_service (FILE *out, const json_t *service)
{
  const json_t *method;
  size_t i;

  fputs ("service { ", out);
  json_array_foreach (service, i, method) {
    const json_t *type = json_array_get (method, 1), *func = json_object_get (type, "func");

    fprintf (out, "\"%s\" : ", json_string_value (json_array_get (method, 0)));
    if (func != NULL)
      put_func (out, func);
    else
      put_type (out, type);
    fputs ("; ", out);
  }
  fputc ('}', out);
}

static void
put_type (FILE *out, const json_t *type)
{
  const char *tag = json_object_iter_key (json_object_iter ((json_t *) (uintptr_t) type));
  const json_t *inner = tag == NULL ? NULL : json_object_get (type, tag);

  if (json_is_string (type))
    fputs (json_string_value (type), out);
  else if (strcmp (tag, "ref") == 0)
    fprintf (out, "%s", json_string_value (inner));
  else if (strcmp (tag, "service") == 0)
    put_service (out, inner);
  else {
    fprintf (out, "%s ", tag);
    if (strcmp (tag, "func") == 0)
      put_func (out, inner);
    else if (strcmp (tag, "record") == 0 || strcmp (tag, "variant") == 0)
      put_members (out, inner);
    else
      put_type (out, inner);
  }
}

char *
candid_did (const json_t *types, const json_t *defs)
{
  const json_t *type;
  const char *name;
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream (&text, &size);

  ck_assert_ptr_nonnull (out);
  json_object_foreach ((json_t *) (uintptr_t) defs, name, type) {
    fprintf (out, "type %s = ", name);
    put_type (out, type);
    fputs (";\n", out);
  }
  put_sequence (out, types);
  ck_assert_int_eq (fclose (out), 0);
  return text;
}

static json_t *value_json (const struct ic_candid_types *types, ic_candid_ref ref,
                           const struct ic_candid_value *value);

static json_t *
principal_json (struct bytes bytes)
{
  struct ic_principal principal;
  char text[IC_PRINCIPAL_TEXT_SIZE];

  ck_assert (ic_principal_set (&principal, bytes.data, bytes.size));
  ic_principal_text (&principal, text);
  return json_string (text);
}

static json_t *
blob_json (struct bytes bytes)
{
  char *text = malloc (2 * bytes.size + 1);
  json_t *json;

  ck_assert_ptr_nonnull (text);
  hex_encode (text, bytes.data, bytes.size);
  json = json_pack ("{ss}", "blob", text);
  free (text);
  return json;
}

static json_t *
number_json (const struct ic_candid_value *value)
{
  struct ic_error error;
  char *digits = ic_candid_digits (value, &error);
  json_t *json;

  ck_assert_msg (digits != NULL, "%s", error.text);
  json = json_string (digits);
  free (digits);
  return json;
}

/* Sets the member of an object that stands for a field. */
static void
set_member (json_t *object, const struct ic_candid_types *types, const struct ic_candid_type *type,
            uint32_t index, const struct ic_candid_value *value)
{
  struct bytes name = { NULL, 0 };
  char key[200];

  if (type->names != NULL)
    name = type->names[index];
  if (name.data != NULL)
    snprintf (key, sizeof key, "%.*s", (int) name.size, (const char *) name.data);
  else
    snprintf (key, sizeof key, "%lu", (unsigned long) type->ids[index]);
  json_object_set_new (object, key, value_json (types, type->types[index], value));
}

static json_t *
members_json (const struct ic_candid_types *types, const struct ic_candid_type *type,
              const struct ic_candid_value *value)
{
  json_t *object = json_object ();

  for (uint32_t i = 0; i < type->count; i++)
    if (type->kind == IC_CANDID_RECORD)
      set_member (object, types, type, i, ic_candid_field_by_id (value, type->ids[i]));
    else if (type->ids[i] == value->count)
      set_member (object, types, type, i, value->some);
  return object;
}

static json_t *
composite_json (const struct ic_candid_types *types, const struct ic_candid_type *type,
                const struct ic_candid_value *value)
{
  json_t *array;

  switch (value->kind) {
  case IC_CANDID_BLOB:
    return blob_json (value->bytes);
  case IC_CANDID_RECORD:
  case IC_CANDID_VARIANT:
    return members_json (types, type, value);
  case IC_CANDID_FUNC:
    return json_pack ("{soss%}", "principal", principal_json (value->func->principal), "method",
                      (const char *) value->func->method.data, value->func->method.size);
  case IC_CANDID_SERVICE:
    return principal_json (value->bytes);
  case IC_CANDID_OPT:
    array = json_array ();
    if (value->some != NULL)
      json_array_append_new (array, value_json (types, type->types[0], value->some));
    return array;
  default:
    ck_assert_int_eq (value->kind, IC_CANDID_VEC);
    array = json_array ();
    for (uint32_t i = 0; i < value->count; i++)
      json_array_append_new (array, value_json (types, type->types[0], &value->items[i]));
    return array;
  }
}

static json_t *
value_json (const struct ic_candid_types *types, ic_candid_ref ref, const struct ic_candid_value *value)
{
  char text[17];
  uint64_t bits;
  uint32_t word;

  if (ref >= 0)
    return composite_json (types, ic_candid_type_of (types, ref), value);
  ck_assert_int_eq (value->kind, -ref);
  switch (value->kind) {
  case IC_CANDID_NULL:
  case IC_CANDID_RESERVED:
    return json_null ();
  case IC_CANDID_BOOL:
    return json_boolean (value->boolean);
  case IC_CANDID_TEXT:
    return json_stringn ((const char *) value->bytes.data, value->bytes.size);
  case IC_CANDID_PRINCIPAL:
    return principal_json (value->bytes);
  case IC_CANDID_FLOAT32:
    memcpy (&word, &value->single, sizeof word);
    snprintf (text, sizeof text, "%08lx", (unsigned long) word);
    return json_pack ("{ss}", "f32", text);
  case IC_CANDID_FLOAT64:
    memcpy (&bits, &value->number, sizeof bits);
    snprintf (text, sizeof text, "%016llx", (unsigned long long) bits);
    return json_pack ("{ss}", "f64", text);
  default:
    return number_json (value);
  }
}

json_t *
candid_json (const struct ic_candid_types *types, const struct ic_candid_value *values)
{
  json_t *array = json_array ();

  for (size_t i = 0; i < types->arg_count; i++)
    json_array_append_new (array, value_json (types, types->args[i], &values[i]));
  return array;
}
