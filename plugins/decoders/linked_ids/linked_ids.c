/* SPDX-License-Identifier: Apache-2.0 */
/* Links between principals of one person: the tables linked_ic_ids and linked_ic_id_changes.
 *
 * An entry adds principals to a main one, then removes some. If any of those to be added is linked already,
 * be it to the same main principal, none is added. A removal takes effect only under the right main one. */
#include "config.h"

#include <jansson.h>

#include "bytes/cleanup.h"
#include "decoder/columns.h"
#include "decoder/identity.h"
#include "decoder/payload.h"

enum { LINKS, CHANGES };

/* ---- tables ---------------------------------------------------------------------------------------- */

enum { LINK_MAIN, LINK_LINKED, LINK_BLOCK_OFFSET, LINK_ENTRY_INDEX, LINK_CREATED_AT, LINK_TIMESTAMP };

static const struct dcpipe_column link_columns[] = {
  [LINK_MAIN] = COLUMN ("main_principal", DCPIPE_TEXT, "The principal that it is linked to."),
  [LINK_LINKED] = KEY_COLUMN (1, "linked_principal", DCPIPE_TEXT, "The principal that is linked."),
  [LINK_BLOCK_OFFSET] = LAST_BLOCK_OFFSET,
  [LINK_ENTRY_INDEX] = LAST_ENTRY_INDEX,
  [LINK_CREATED_AT] = CREATED_AT,
  [LINK_TIMESTAMP] = LAST_TIMESTAMP,
};

static const struct dcpipe_index link_indexes[] = {
  { .name = "linked_ic_ids_by_main_principal", .columns = "main_principal" },
};

enum {
  CHANGE_BLOCK_OFFSET,
  CHANGE_ENTRY_INDEX,
  CHANGE_MAIN,
  CHANGE_ADDED,
  CHANGE_REMOVED,
  CHANGE_APPLIED,
  CHANGE_VERSION,
  CHANGE_TIMESTAMP
};

static const struct dcpipe_column change_columns[] = {
  [CHANGE_BLOCK_OFFSET] = LOG_BLOCK_OFFSET,
  [CHANGE_ENTRY_INDEX] = LOG_ENTRY_INDEX,
  [CHANGE_MAIN] = COLUMN ("main_principal", DCPIPE_TEXT, "The principal that others are linked to."),
  [CHANGE_ADDED] = COLUMN ("alt_principals_add", DCPIPE_JSON, "The principals to be linked."),
  [CHANGE_REMOVED] = COLUMN ("alt_principals_rm", DCPIPE_JSON, "The principals to be linked no more."),
  [CHANGE_APPLIED] = COLUMN ("additions_applied", DCPIPE_BOOL,
                             "Whether they were linked: false if any of them was already."),
  [CHANGE_VERSION] = PAYLOAD_VERSION,
  [CHANGE_TIMESTAMP] = LOG_TIMESTAMP,
};

static const struct dcpipe_index change_indexes[] = {
  { .name = "linked_ic_id_changes_by_main_principal", .columns = "main_principal" },
};

static const struct dcpipe_table_def tables[] = {
  [LINKS] = { .name = "linked_ic_ids",
              .columns = DCPIPE_ARRAY (link_columns),
              .indexes = DCPIPE_ARRAY (link_indexes),
              .help = "The principals that are linked to others." },
  [CHANGES] = { .name = "linked_ic_id_changes",
                .columns = DCPIPE_ARRAY (change_columns),
                .indexes = DCPIPE_ARRAY (change_indexes),
                .flags = DCPIPE_TABLE_LOG,
                .help = "Every entry that links or unlinks principals." },
};

/* ---- the payload ----------------------------------------------------------------------------------- */

/* A list of principals in the payload, checked. */
struct principals {
  uint32_t count;
  struct borsh first; /* the reader, before it read them */
};

struct note {
  struct bytes main;
  struct principals add, remove;
};

static struct bytes
read_principal (struct borsh *in)
{
  size_t where = borsh_offset (in);
  struct bytes principal = borsh_bytes (in);

  if (principal.size > IC_PRINCIPAL_MAX)
    borsh_fail (in, BORSH_INVALID_PRINCIPAL, where, principal.size);
  return principal;
}

/* Counted now and read when they are needed, so that no memory is taken for a count that a payload only
 * claims. */
static struct principals
read_principals (struct borsh *in)
{
  struct principals list;

  list.count = borsh_u32 (in);
  list.first = *in;
  for (uint32_t i = 0; i < list.count && in->error == BORSH_OK; i++)
    read_principal (in);
  return list;
}

/* All principals are checked before a row is made: an entry with a bad one fails as a whole. */
static bool
read_links (struct bytes value, struct note *links, dcpipe_rows *rows)
{
  struct borsh in = payload_over (value);

  links->main = read_principal (&in);
  links->add = read_principals (&in);
  links->remove = read_principals (&in);
  return payload_finish (&in, rows, PAYLOAD_OUTER, "linked ids");
}

/* ---- rows ------------------------------------------------------------------------------------------ */

/* Sets a column to a JSON list of texts; false after dcpipe_error. */
static bool
set_list (dcpipe_row *row, size_t column, const struct principals *list)
{
  struct borsh in = list->first;
  json_t *array = json_array ();
  CLEANUP_FREE char *text = NULL;

  for (uint32_t i = 0; i < list->count; i++) {
    struct bytes bytes = read_principal (&in);
    char principal_text[IC_PRINCIPAL_TEXT_SIZE];
    struct ic_principal principal = { 0 };
    size_t size;

    ic_principal_set (&principal, bytes.data, bytes.size);
    size = ic_principal_text (&principal, principal_text);
    json_array_append_new (array, json_stringn (principal_text, size));
  }
  if (json_array_size (array) == list->count)
    text = json_dumps (array, JSON_COMPACT);
  json_decref (array);
  if (text == NULL) {
    dcpipe_error ("no memory for a list of %u principals", (unsigned) list->count);
    return false;
  }
  dcpipe_set_json (row, column, text, strlen (text));
  return true;
}

static const struct dcpipe_label labels[] = { { .name = "LinkedIcIds" } };

/* The log row says what was asked for; whether it was done depends on the links by then, and is added by
 * resolve. */
static int
linked_ids_decode (const void *handle, const dcpipe_entry *entry, dcpipe_rows *rows)
{
  struct note links, *note;
  dcpipe_row *row;

  (void) handle;
  if (dcpipe_entry_deleted (entry) || !read_links (payload_bytes (dcpipe_entry_value (entry)), &links, rows))
    return DCPIPE_OK;
  row = dcpipe_row_add (rows, CHANGES, DCPIPE_INSERT);
  identity_set_text (row, CHANGE_MAIN, links.main);
  if (!set_list (row, CHANGE_ADDED, &links.add) || !set_list (row, CHANGE_REMOVED, &links.remove))
    return DCPIPE_FAIL;
  dcpipe_set_u64 (row, CHANGE_VERSION, PAYLOAD_V1);
  note = dcpipe_rows_note (rows, sizeof *note);
  if (note != NULL)
    *note = links;
  return DCPIPE_OK;
}

/* ---- folding --------------------------------------------------------------------------------------- */

/* The row that says what the principal is linked to: DCPIPE_OK, DCPIPE_NONE, or a failed lookup's result. */
static int
find_link (dcpipe_lookup *lookup, struct bytes principal, const dcpipe_row **row)
{
  dcpipe_row *key = dcpipe_lookup_key (lookup, LINKS);

  identity_set_text (key, LINK_LINKED, principal);
  return dcpipe_lookup_get (lookup, key, row);
}

/* DCPIPE_NONE if none of the principals to be added is linked, DCPIPE_OK if one is. */
static int
find_any_link (dcpipe_lookup *lookup, const struct principals *list)
{
  struct borsh in = list->first;
  const dcpipe_row *row;

  for (uint32_t i = 0; i < list->count; i++) {
    int result = find_link (lookup, read_principal (&in), &row);

    if (result != DCPIPE_NONE)
      return result;
  }
  return DCPIPE_NONE;
}

/* UPSERTs: the same principal may be named twice in one entry. */
static void
add_links (dcpipe_rows *rows, const struct note *note)
{
  struct borsh in = note->add.first;

  for (uint32_t i = 0; i < note->add.count; i++) {
    dcpipe_row *row = dcpipe_row_add (rows, LINKS, DCPIPE_UPSERT);

    identity_set_text (row, LINK_MAIN, note->main);
    identity_set_text (row, LINK_LINKED, read_principal (&in));
  }
}

/* By the text, which is what the row has. */
static bool
is_linked_to (const dcpipe_row *row, struct bytes main)
{
  struct dcpipe_bytes stored = dcpipe_get_bytes (row, LINK_MAIN);
  char text[IC_PRINCIPAL_TEXT_SIZE];
  struct ic_principal principal = { 0 };
  size_t size;

  ic_principal_set (&principal, main.data, main.size);
  size = ic_principal_text (&principal, text);
  return stored.size == size && memcmp (stored.data, text, size) == 0;
}

static int
remove_links (dcpipe_lookup *lookup, dcpipe_rows *rows, const struct note *note)
{
  struct borsh in = note->remove.first;

  for (uint32_t i = 0; i < note->remove.count; i++) {
    struct bytes principal = read_principal (&in);
    const dcpipe_row *row;
    int result = find_link (lookup, principal, &row);

    if (result != DCPIPE_OK && result != DCPIPE_NONE)
      return DCPIPE_FAIL;
    if (result == DCPIPE_OK && is_linked_to (row, note->main))
      identity_set_text (dcpipe_row_add (rows, LINKS, DCPIPE_DELETE), LINK_LINKED, principal);
  }
  return DCPIPE_OK;
}

/* All of an entry's links or none, as the canister does it; what it unlinks is unlinked in either case, and
 * only from its own main principal. */
static int
linked_ids_resolve (const void *handle, const dcpipe_entry *entry, dcpipe_lookup *lookup, dcpipe_rows *rows)
{
  const struct note *note = dcpipe_lookup_note (lookup, NULL);
  int linked = find_any_link (lookup, &note->add);

  (void) handle;
  (void) entry;
  if (linked != DCPIPE_OK && linked != DCPIPE_NONE)
    return DCPIPE_FAIL;
  dcpipe_set_bool (dcpipe_row_add (rows, CHANGES, DCPIPE_UPDATE), CHANGE_APPLIED, linked == DCPIPE_NONE);
  if (linked == DCPIPE_NONE)
    add_links (rows, note);
  return remove_links (lookup, rows, note);
}

static const struct dcpipe_decoder linked_ids_decoder = {
  .name = "linked_ids",
  .version = PACKAGE_VERSION,
  .description = "decodes links between principals, and keeps those that hold",
  .license = "Apache-2.0",
  .labels = DCPIPE_ARRAY (labels),
  .tables = DCPIPE_ARRAY (tables),
  .row_format = 1,
  .decode = linked_ids_decode,
  .resolve = linked_ids_resolve,
};
DCPIPE_REGISTER_DECODER (linked_ids_decoder)
