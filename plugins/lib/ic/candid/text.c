/* SPDX-License-Identifier: Apache-2.0 */
/* Types in the syntax of .did files. */
#include "config.h"

#include "ic/candid/text.h"

#include <stdlib.h>
#include <string.h>

#include "ic/candid/lexer.h"

#define MAX_NESTING 64

/* While types are being read, a name of a type is a reference of its own: the definition may follow. */
#define NAMED_REF INT32_MIN

struct definition {
  struct bytes name;
  ic_candid_ref ref;
  bool known;
};

struct field {
  uint32_t id;
  struct bytes name;
  ic_candid_ref type;
};

struct parser {
  struct ic_candid_lexer in;
  struct ic_candid_types *types;
  struct ic_arena *arena;
  struct definition *definitions;
  size_t definition_count, depth, table_room, definition_room;
};

/* A list that grows while its members are read. */
struct list {
  struct field *fields;
  uint32_t count, room;
};

static bool parse_type (struct parser *p, ic_candid_ref *ref);

static bool
fail_memory (struct parser *p)
{
  ic_error_set (p->in.error, "Candid types: there is not enough memory");
  return false;
}

/* Makes room for one more element in an array in the arena. */
static void *
grow (struct parser *p, void *array, size_t count, size_t *room, size_t size)
{
  void *larger;

  if (count < *room)
    return array;
  larger = ic_arena_alloc (p->arena, (2 * count + 8) * size);
  if (larger == NULL) {
    fail_memory (p);
    return NULL;
  }
  if (count > 0)
    memcpy (larger, array, count * size);
  *room = 2 * count + 8;
  return larger;
}

/* After its members, which come into the table before it. */
static bool
add_type (struct parser *p, struct ic_candid_type type, ic_candid_ref *ref)
{
  struct ic_candid_types *types = p->types;

  if (types->count >= IC_CANDID_MAX_TYPES)
    return ic_candid_expected (&p->in, "fewer types");
  types->table = grow (p, types->table, types->count, &p->table_room, sizeof type);
  if (types->table == NULL)
    return false;
  *ref = (ic_candid_ref) types->count;
  types->table[types->count++] = type;
  return true;
}

static bool
add_field (struct parser *p, struct list *list, struct field field)
{
  size_t room = list->room;

  list->fields = grow (p, list->fields, list->count, &room, sizeof field);
  if (list->fields == NULL)
    return false;
  list->room = (uint32_t) room;
  list->fields[list->count++] = field;
  return true;
}

static int
compare_ids (const void *a, const void *b)
{
  const struct field *x = a, *y = b;

  return (x->id > y->id) - (x->id < y->id);
}

static int
compare_names (const void *a, const void *b)
{
  const struct field *x = a, *y = b;
  size_t shorter = x->name.size < y->name.size ? x->name.size : y->name.size;
  int order = memcmp (x->name.data, y->name.data, shorter);

  return order != 0 ? order : (x->name.size > y->name.size) - (x->name.size < y->name.size);
}

/* Gives a type its members: fields in the order of their ids, methods in that of their names. */
static bool
add_members (struct parser *p, struct ic_candid_type *type, struct list *list)
{
  size_t count = list->count;
  int (*compare) (const void *, const void *) = type->kind == IC_CANDID_SERVICE ? compare_names : compare_ids;

  type->count = list->count;
  type->types = ic_arena_alloc (p->arena, count * sizeof *type->types);
  type->ids = ic_arena_alloc (p->arena, count * sizeof *type->ids);
  type->names = ic_arena_alloc (p->arena, count * sizeof *type->names);
  if (type->types == NULL || type->ids == NULL || type->names == NULL)
    return fail_memory (p);
  if (count > 1)
    qsort (list->fields, count, sizeof *list->fields, compare);
  for (size_t i = 0; i < count; i++) {
    if (i > 0 && compare (&list->fields[i - 1], &list->fields[i]) == 0)
      return ic_candid_expected (&p->in, "members with ids of their own");
    type->types[i] = list->fields[i].type;
    type->ids[i] = list->fields[i].id;
    type->names[i] = list->fields[i].name;
  }
  return true;
}

/* A number as a field's name is the id itself. */
static bool
number_of (struct bytes word, uint32_t *id)
{
  uint64_t number = 0;

  for (size_t i = 0; i < word.size; i++) {
    if (word.data[i] < '0' || word.data[i] > '9')
      return false;
    number = number * 10 + (word.data[i] - '0');
    if (number > UINT32_MAX)
      return false;
  }
  *id = (uint32_t) number;
  return true;
}

/* "name : " or "number : " or, for a tuple's field, nothing: then `*named` is false and nothing was taken. */
static bool
parse_label (struct parser *p, struct field *field, bool *named)
{
  const char *start = p->in.next;
  struct bytes name;
  bool quoted;

  *named = false;
  ic_candid_skip_space (&p->in);
  quoted = p->in.next[0] == '"';
  if (!quoted && ic_candid_peek_word (&p->in).size == 0)
    return true;
  if (!ic_candid_take_name (&p->in, &name))
    return false;
  ic_candid_skip_space (&p->in);
  if (p->in.next[0] != ':' && p->in.next[0] != ';' && p->in.next[0] != '}') {
    p->in.next = start;
    return true;
  }
  *named = true;
  if (!quoted && name.data[0] >= '0' && name.data[0] <= '9')
    return number_of (name, &field->id) || ic_candid_expected (&p->in, "a field id below 4294967296");
  field->name = name;
  field->id = ic_candid_id (name.data, name.size);
  return true;
}

/* One field. A record's may have a type only, and counts on from the one before; a variant's may have a
 * name only. */
static bool
parse_field (struct parser *p, bool is_record, uint32_t *next_id, struct field *field)
{
  const char *start;
  bool named;

  *field = (struct field){ .id = *next_id, .type = -IC_CANDID_NULL };
  ic_candid_skip_space (&p->in);
  start = p->in.next;
  if (!parse_label (p, field, &named))
    return false;
  if (named && is_record && (ic_candid_skip_space (&p->in), p->in.next[0] != ':')) {
    p->in.next = start;
    *field = (struct field){ .id = *next_id };
    named = false;
  }
  if (!named && !is_record)
    return ic_candid_expected (&p->in, "the name of a case");
  if (!named || ic_candid_take (&p->in, ":"))
    if (!parse_type (p, &field->type))
      return false;
  *next_id = field->id + 1;
  return true;
}

/* Members are gathered before the type is added, for their ids must be sorted first. */
static bool
parse_fields (struct parser *p, enum ic_candid_kind kind, ic_candid_ref *ref)
{
  struct ic_candid_type type = { .kind = kind };
  struct list list = { NULL, 0, 0 };
  uint32_t next_id = 0;
  struct field field;

  if (!ic_candid_take (&p->in, "{"))
    return ic_candid_expected (&p->in, "{");
  while (!ic_candid_take (&p->in, "}")) {
    if (!parse_field (p, kind == IC_CANDID_RECORD, &next_id, &field) || !add_field (p, &list, field))
      return false;
    if (!ic_candid_take (&p->in, ";") && (ic_candid_skip_space (&p->in), p->in.next[0] != '}'))
      return ic_candid_expected (&p->in, "; or }");
  }
  return add_members (p, &type, &list) && add_type (p, type, ref);
}

/* A sequence of types in brackets, each of which may have a name that means nothing. */
static bool
parse_sequence (struct parser *p, struct list *list)
{
  struct field field;
  const char *start;

  if (!ic_candid_take (&p->in, "("))
    return ic_candid_expected (&p->in, "(");
  while (!ic_candid_take (&p->in, ")")) {
    field = (struct field){ .id = 0 };
    ic_candid_skip_space (&p->in);
    start = p->in.next;
    if (ic_candid_peek_word (&p->in).size > 0 || p->in.next[0] == '"')
      if (!ic_candid_take_name (&p->in, &field.name))
        return false;
    if (!ic_candid_take (&p->in, ":"))
      p->in.next = start;
    if (!parse_type (p, &field.type) || !add_field (p, list, field))
      return false;
    if (!ic_candid_take (&p->in, ",") && (ic_candid_skip_space (&p->in), p->in.next[0] != ')'))
      return ic_candid_expected (&p->in, ", or )");
  }
  return true;
}

/* Names of arguments are taken and forgotten: they are there for readers alone. */
static bool
parse_func (struct parser *p, ic_candid_ref *ref)
{
  static const char *const modes[] = { [IC_CANDID_QUERY] = "query",
                                       [IC_CANDID_ONEWAY] = "oneway",
                                       [IC_CANDID_COMPOSITE_QUERY] = "composite_query" };
  struct ic_candid_type type = { .kind = IC_CANDID_FUNC };
  struct list list = { NULL, 0, 0 };

  if (!parse_sequence (p, &list))
    return false;
  type.count = list.count;
  if (!ic_candid_take (&p->in, "->"))
    return ic_candid_expected (&p->in, "->");
  if (!parse_sequence (p, &list))
    return false;
  type.results = list.count - type.count;
  type.types = ic_arena_alloc (p->arena, list.count * sizeof *type.types);
  if (type.types == NULL)
    return fail_memory (p);
  for (uint32_t i = 0; i < list.count; i++)
    type.types[i] = list.fields[i].type;
  for (int mode = IC_CANDID_QUERY; mode <= IC_CANDID_COMPOSITE_QUERY; mode++)
    if (ic_candid_take_word (&p->in, modes[mode]))
      type.mode = (enum ic_candid_mode) mode;
  return add_type (p, type, ref);
}

/* A method's type may be a name as well, and that it is a func is seen only when all names are resolved. */
static bool
parse_service (struct parser *p, ic_candid_ref *ref)
{
  struct ic_candid_type type = { .kind = IC_CANDID_SERVICE };
  struct list list = { NULL, 0, 0 };
  struct field method = { 0 };
  bool is_func;

  if (!ic_candid_take (&p->in, "{"))
    return ic_candid_expected (&p->in, "{");
  while (!ic_candid_take (&p->in, "}")) {
    if (!ic_candid_take_name (&p->in, &method.name))
      return false;
    if (!ic_candid_take (&p->in, ":"))
      return ic_candid_expected (&p->in, ":");
    ic_candid_skip_space (&p->in);
    is_func = p->in.next[0] == '(';
    if (!(is_func ? parse_func (p, &method.type) : parse_type (p, &method.type))
        || !add_field (p, &list, method))
      return false;
    if (!ic_candid_take (&p->in, ";") && (ic_candid_skip_space (&p->in), p->in.next[0] != '}'))
      return ic_candid_expected (&p->in, "; or }");
  }
  return add_members (p, &type, &list) && add_type (p, type, ref);
}

static bool
parse_inner (struct parser *p, enum ic_candid_kind kind, ic_candid_ref *ref)
{
  struct ic_candid_type type = { .kind = kind, .count = 1 };

  type.types = ic_arena_alloc (p->arena, sizeof *type.types);
  if (type.types == NULL)
    return fail_memory (p);
  return parse_type (p, type.types) && add_type (p, type, ref);
}

static bool
add_blob (struct parser *p, ic_candid_ref *ref)
{
  struct ic_candid_type type = { .kind = IC_CANDID_VEC, .count = 1 };

  type.types = ic_arena_alloc (p->arena, sizeof *type.types);
  if (type.types == NULL)
    return fail_memory (p);
  *type.types = -IC_CANDID_NAT8;
  return add_type (p, type, ref);
}

/* The definition of this name, which is added if it is new. */
static bool
find_definition (struct parser *p, struct bytes name, size_t *index)
{
  for (*index = 0; *index < p->definition_count; ++*index)
    if (bytes_equal (p->definitions[*index].name, name))
      return true;
  p->definitions = grow (p, p->definitions, p->definition_count, &p->definition_room, sizeof *p->definitions);
  if (p->definitions == NULL)
    return false;
  p->definitions[p->definition_count++] = (struct definition){ .name = name };
  return true;
}

/* Words of the language first, then primitive kinds by their names, and else it is the name of a
 * definition, which may follow. */
static bool
parse_word (struct parser *p, struct bytes word, ic_candid_ref *ref)
{
  size_t index;

  if (bytes_are (word, "opt"))
    return parse_inner (p, IC_CANDID_OPT, ref);
  if (bytes_are (word, "vec"))
    return parse_inner (p, IC_CANDID_VEC, ref);
  if (bytes_are (word, "blob"))
    return add_blob (p, ref);
  if (bytes_are (word, "record"))
    return parse_fields (p, IC_CANDID_RECORD, ref);
  if (bytes_are (word, "variant"))
    return parse_fields (p, IC_CANDID_VARIANT, ref);
  if (bytes_are (word, "func"))
    return parse_func (p, ref);
  if (bytes_are (word, "service"))
    return parse_service (p, ref);
  for (int kind = IC_CANDID_NULL; kind <= IC_CANDID_PRINCIPAL; kind++)
    if ((kind <= IC_CANDID_EMPTY || kind == IC_CANDID_PRINCIPAL)
        && bytes_are (word, ic_candid_kind_name (kind))) {
      *ref = -kind;
      return true;
    }
  if (!find_definition (p, word, &index))
    return false;
  *ref = NAMED_REF + (ic_candid_ref) index;
  return true;
}

static bool
parse_type (struct parser *p, ic_candid_ref *ref)
{
  struct bytes word = ic_candid_peek_word (&p->in);
  bool ok;

  if (word.size == 0)
    return ic_candid_expected (&p->in, "a type");
  if (p->depth >= MAX_NESTING)
    return ic_candid_expected (&p->in, "less nesting");
  p->in.next += word.size;
  p->depth++;
  ok = parse_word (p, word, ref);
  p->depth--;
  return ok;
}

/* Names are looked up one by one: interfaces have a few dozen. */
static bool
parse_definition (struct parser *p)
{
  struct bytes name;
  ic_candid_ref ref;
  size_t index;

  if (!ic_candid_take_name (&p->in, &name))
    return false;
  if (!ic_candid_take (&p->in, "="))
    return ic_candid_expected (&p->in, "=");
  if (!parse_type (p, &ref))
    return false;
  if (!ic_candid_take (&p->in, ";"))
    return ic_candid_expected (&p->in, ";");
  if (!find_definition (p, name, &index))
    return false;
  if (p->definitions[index].known)
    return ic_candid_expected (&p->in, "one definition for each name");
  p->definitions[index].ref = ref;
  p->definitions[index].known = true;
  return true;
}

/* Replaces a name by what it stands for, which may be a name again. */
static bool
resolve (struct parser *p, ic_candid_ref *ref)
{
  for (size_t steps = 0; *ref < -IC_CANDID_PRINCIPAL; steps++) {
    const struct definition *definition = &p->definitions[*ref - NAMED_REF];

    if (!definition->known || steps > p->definition_count) {
      ic_error_set (p->in.error, "Candid types: no definition of %.*s", (int) definition->name.size,
                    (const char *) definition->name.data);
      return false;
    }
    *ref = definition->ref;
  }
  return true;
}

/* Only now, since definitions may follow what refers to them, and refer to themselves. */
static bool
resolve_all (struct parser *p)
{
  struct ic_candid_types *types = p->types;

  for (size_t i = 0; i < types->count; i++)
    for (uint32_t j = 0; j < types->table[i].count + types->table[i].results; j++)
      if (!resolve (p, &types->table[i].types[j]))
        return false;
  for (size_t i = 0; i < types->arg_count; i++)
    if (!resolve (p, &types->args[i]))
      return false;
  for (size_t i = 0; i < types->count; i++)
    for (uint32_t j = 0; types->table[i].kind == IC_CANDID_SERVICE && j < types->table[i].count; j++)
      if (ic_candid_kind_of (types, types->table[i].types[j]) != IC_CANDID_FUNC) {
        ic_error_set (p->in.error, "Candid types: a method of a service is no func");
        return false;
      }
  return true;
}

/* The texts are this program's own in all but tests, so errors are for its authors; still nothing here
 * trusts them. */
bool
ic_candid_types_parse (struct ic_candid_types *types, const char *text, struct ic_arena *arena,
                       struct ic_error *error)
{
  struct parser p = { .in = { text, text, error }, .types = types, .arena = arena };
  struct list list = { NULL, 0, 0 };

  *types = (struct ic_candid_types){ NULL };
  while (ic_candid_take_word (&p.in, "type"))
    if (!parse_definition (&p))
      return false;
  if (!parse_sequence (&p, &list))
    return false;
  ic_candid_skip_space (&p.in);
  if (p.in.next[0] != '\0')
    return ic_candid_expected (&p.in, "the end");
  types->args = ic_arena_alloc (arena, list.count * sizeof *types->args);
  if (types->args == NULL)
    return fail_memory (&p);
  types->arg_count = list.count;
  for (uint32_t i = 0; i < list.count; i++)
    types->args[i] = list.fields[i].type;
  return resolve_all (&p);
}
