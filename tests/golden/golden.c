/* SPDX-License-Identifier: Apache-2.0 */
/* What scripts that run the built program over golden ledgers need.
 *
 *   golden dump EXPECTED      compares `dcpipe dump ledger_entries`, read from stdin, with
 * NAME.expected.jsonl golden sqlite EXPECTED DB compares the table itself, without dcpipe golden manifest
 * FILE      prints, for each corrupt file: name, fault or good, entries before the fault, position of the
 * fault or "-" golden memory MIB COMMAND ...   runs the command; fails if it took more memory than so many
 * MiB
 *
 * EXPECTED may be gzipped. What differs is told on stderr, and the status is 1. */
#include "config.h"

#include <jansson.h>
#include <nettle/sha2.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>
#ifdef HAVE_SQLITE
#include <sqlite3.h>
#endif

#include "bytes/bytes.h"
#include "bytes/cleanup.h"
#include "bytes/hex.h"
#include "dcledger/block.h"
#include "dcledger/partition.h"

/* One row of ledger_entries. Numbers are text, whatever their size; all is owned by where it came from. */
struct stored_entry {
  const char *id, *label, *key, *block_offset, *operation, *icp_timestamp, *entry_index, *block_hash;
  size_t label_size;
  const uint8_t *value;
  size_t value_size;
};

/* ---- one entry, from wherever --------------------------------------------------------------------- */

static void __attribute__ ((format (printf, 1, 2))) complain (const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  fputs ("golden: ", stderr);
  vfprintf (stderr, format, arguments);
  fputc ('\n', stderr);
  va_end (arguments);
}

static bool
same_text (size_t id, const char *column, const char *found, const char *expected)
{
  if (found != NULL && expected != NULL && strcmp (found, expected) == 0)
    return true;
  complain ("entry %zu: %s is %.200s, expected %.200s", id, column, found ? found : "(nothing)",
            expected ? expected : "(nothing)");
  return false;
}

static bool
same_number (size_t id, const char *column, const char *found, json_t *expected)
{
  char text[32];

  snprintf (text, sizeof text, "%" JSON_INTEGER_FORMAT, json_integer_value (expected));
  return same_text (id, column, found, text);
}

/* A long value is given by its hash. */
static bool
same_value (size_t id, const struct stored_entry *found, json_t *expected)
{
  const char *hash = json_string_value (json_object_get (expected, "value_sha256"));
  struct sha256_ctx sha;
  uint8_t digest[SHA256_DIGEST_SIZE];
  CLEANUP_FREE char *text = malloc (2 * found->value_size + 2 * SHA256_DIGEST_SIZE + 1);

  if (text == NULL)
    return false;
  if (hash == NULL) {
    hex_encode (text, found->value, found->value_size);
    return same_text (id, "value", text, json_string_value (json_object_get (expected, "value")));
  }
  sha256_init (&sha);
  sha256_update (&sha, found->value_size, found->value);
  sha256_digest (&sha, sizeof digest, digest);
  hex_encode (text, digest, sizeof digest);
  return same_text (id, "SHA-256 of value", text, hash);
}

static bool
same_entry (const struct stored_entry *found, json_t *expected, size_t id)
{
  json_t *label = json_object_get (expected, "label");
  const char *operation = json_string_value (json_object_get (expected, "op"));
  char ordinal[32];

  snprintf (ordinal, sizeof ordinal, "%zu", id);
  if (json_string_length (label) != found->label_size
      || memcmp (json_string_value (label), found->label, found->label_size) != 0) {
    complain ("entry %zu: label is %.*s, expected %s", id, (int) found->label_size, found->label,
              json_string_value (label));
    return false;
  }
  return same_text (id, "id", found->id, ordinal)
         && same_text (id, "key", found->key, json_string_value (json_object_get (expected, "key")))
         && same_value (id, found, expected)
         && same_number (id, "block_offset", found->block_offset,
                         json_object_get (expected, "block_position"))
         && same_text (id, "operation", found->operation,
                       strcmp (operation, "Delete") == 0 ? "DELETE" : "UPSERT")
         && same_text (id, "icp_timestamp", found->icp_timestamp,
                       json_string_value (json_object_get (expected, "block_timestamp_ns")))
         && same_number (id, "entry_index", found->entry_index, json_object_get (expected, "entry"))
         && same_text (id, "block_hash", found->block_hash,
                       json_string_value (json_object_get (expected, "block_hash")));
}

/* ---- the expected side ---------------------------------------------------------------------------- */

static char *
read_line (gzFile file)
{
  size_t capacity = 1 << 20, used = 0;
  char *line = malloc (capacity);

  while (line != NULL && gzgets (file, line + used, (int) (capacity - used)) != NULL) {
    char *bigger;

    used += strlen (line + used);
    if (used > 0 && line[used - 1] == '\n')
      return line;
    bigger = realloc (line, capacity *= 2);
    if (bigger == NULL)
      break;
    line = bigger;
  }
  if (line != NULL && used > 0)
    return line;
  free (line);
  return NULL;
}

/* Compares what `next` gives with every line of the file, and wants nothing left. */
static bool
compare (const char *path, bool (*next) (void *context, struct stored_entry *entry), void *context)
{
  gzFile file = gzopen (path, "rb");
  struct stored_entry entry;
  size_t id = 0;
  bool same = file != NULL;
  char *line;

  if (!same)
    complain ("cannot read %s", path);
  while (same && (line = read_line (file)) != NULL) {
    json_t *expected = json_loads (line, JSON_ALLOW_NUL, NULL);

    id++;
    if (!next (context, &entry)) {
      complain ("entry %zu is missing", id);
      same = false;
    } else
      same = expected != NULL && same_entry (&entry, expected, id);
    json_decref (expected);
    free (line);
  }
  if (same && next (context, &entry)) {
    complain ("%zu entries are expected, and there are more", id);
    same = false;
  }
  if (file != NULL)
    gzclose (file);
  if (same)
    printf ("%zu entries are as expected\n", id);
  return same;
}

/* ---- a dump --------------------------------------------------------------------------------------- */

struct dump {
  gzFile file;
  json_t *row;
  char numbers[4][32];
  uint8_t *value;
};

/* Puts the number of member `name` between quotes, for it may be larger than jansson's. Members come
 * behind a comma, so nothing in a text can look like one. */
static void
quote_number (char *line, const char *name, char *number, size_t size)
{
  char pattern[64];
  char *at;
  size_t digits;

  snprintf (pattern, sizeof pattern, "%s\":", name);
  at = strstr (line, pattern);
  *number = '\0';
  if (at == NULL)
    return;
  at += strlen (pattern);
  digits = strspn (at, "0123456789");
  if (digits == 0 || digits >= size)
    return;
  memcpy (number, at, digits);
  number[digits] = '\0';
  memset (at, ' ', digits);
  *at = '0';
}

static const char *
member (const struct dump *dump, const char *name)
{
  return json_string_value (json_object_get (dump->row, name));
}

static bool
take_value (struct dump *dump, struct stored_entry *entry)
{
  const char *hex = member (dump, "value");
  size_t size = hex != NULL ? strlen (hex) / 2 : 0;

  free (dump->value);
  dump->value = malloc (size + 1);
  if (dump->value == NULL)
    return false;
  for (size_t i = 0; i < size; i++) {
    const char pair[] = { hex[2 * i], hex[2 * i + 1], '\0' };

    dump->value[i] = (uint8_t) strtoul (pair, NULL, 16);
  }
  entry->value = dump->value;
  entry->value_size = size;
  return hex != NULL;
}

static bool
next_dumped (void *context, struct stored_entry *entry)
{
  static const char *const names[] = { "{\"id", ",\"block_offset", ",\"icp_timestamp", ",\"entry_index" };
  struct dump *dump = context;
  CLEANUP_FREE char *line = read_line (dump->file);
  json_error_t error;

  if (line == NULL)
    return false;
  for (size_t i = 0; i < 4; i++)
    quote_number (line, names[i], dump->numbers[i], sizeof dump->numbers[i]);
  json_decref (dump->row);
  dump->row = json_loads (line, JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, &error);
  if (dump->row == NULL) {
    complain ("a dumped row is no JSON: %s: %.300s", error.text, line);
    return false;
  }
  *entry = (struct stored_entry){ .id = dump->numbers[0],
                                  .block_offset = dump->numbers[1],
                                  .icp_timestamp = dump->numbers[2],
                                  .entry_index = dump->numbers[3],
                                  .label = member (dump, "label"),
                                  .label_size = json_string_length (json_object_get (dump->row, "label")),
                                  .key = member (dump, "key"),
                                  .operation = member (dump, "operation"),
                                  .block_hash = member (dump, "block_hash") };
  return take_value (dump, entry);
}

static bool
compare_dump (const char *expected)
{
  struct dump dump = { .file = gzdopen (STDIN_FILENO, "rb") };
  bool same = compare (expected, next_dumped, &dump);

  json_decref (dump.row);
  free (dump.value);
  gzclose (dump.file);
  return same;
}

/* ---- a database ----------------------------------------------------------------------------------- */

#ifdef HAVE_SQLITE
static bool
next_row (void *context, struct stored_entry *entry)
{
  sqlite3_stmt *statement = context;

  if (sqlite3_step (statement) != SQLITE_ROW)
    return false;
  *entry = (struct stored_entry){ .id = (const char *) sqlite3_column_text (statement, 0),
                                  .label = (const char *) sqlite3_column_text (statement, 1),
                                  .label_size = (size_t) sqlite3_column_bytes (statement, 1),
                                  .key = (const char *) sqlite3_column_text (statement, 2),
                                  .value = sqlite3_column_blob (statement, 3),
                                  .value_size = (size_t) sqlite3_column_bytes (statement, 3),
                                  .block_offset = (const char *) sqlite3_column_text (statement, 4),
                                  .operation = (const char *) sqlite3_column_text (statement, 5),
                                  .icp_timestamp = (const char *) sqlite3_column_text (statement, 6),
                                  .entry_index = (const char *) sqlite3_column_text (statement, 7),
                                  .block_hash = (const char *) sqlite3_column_text (statement, 8) };
  return true;
}

static bool
compare_sqlite (const char *expected, const char *path)
{
  static const char query[] =
      "SELECT id, label, key, value, block_offset, operation, icp_timestamp, entry_index, block_hash"
      " FROM ledger_entries ORDER BY id";
  sqlite3 *database = NULL;
  sqlite3_stmt *statement = NULL;
  bool same = false;

  if (sqlite3_open_v2 (path, &database, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK
      || sqlite3_prepare_v2 (database, query, -1, &statement, NULL) != SQLITE_OK)
    complain ("%s: %s", path, sqlite3_errmsg (database));
  else
    same = compare (expected, next_row, statement);
  sqlite3_finalize (statement);
  sqlite3_close (database);
  return same;
}
#else
static bool
compare_sqlite (const char *expected, const char *path)
{
  (void) expected;
  complain ("%s: built without SQLite", path);
  return false;
}
#endif

/* ---- the corrupt files ---------------------------------------------------------------------------- */

/* Where the block number `blocks` begins: the readers' jumps from header to header, without looking at
 * anything else. -1 if the file does not tell. */
static int64_t
position_of (const char *path, size_t blocks)
{
  CLEANUP_FCLOSE FILE *file = fopen (path, "rb");
  uint8_t table[LEDGER_TABLE_SIZE], header[LEDGER_HEADER_SIZE];
  uint64_t at;

  if (file == NULL || fread (table, sizeof table, 1, file) != 1)
    return -1;
  at = load_le64 (table + 32);
  for (; blocks > 0; blocks--) {
    if (fseeko (file, (off_t) at, SEEK_SET) < 0 || fread (header, sizeof header, 1, file) != 1)
      return -1;
    at += ledger_header_load (header).jump_next;
  }
  return (int64_t) at;
}

static void
print_corrupt (json_t *row, const char *directory)
{
  const char *name = json_string_value (json_object_get (row, "file"));
  json_t *block = json_object_get (row, "at_block");
  bool fault = json_is_true (json_object_get (row, "fault"));
  char position[32] = "-";
  CLEANUP_FREE char *path = NULL;

  if (name == NULL || asprintf (&path, "%s/%s", directory, name) < 0)
    return;
  if (fault && json_is_integer (block))
    snprintf (position, sizeof position, "%lld",
              (long long) position_of (path, (size_t) json_integer_value (block)));
  printf ("%s %s %" JSON_INTEGER_FORMAT " %s\n", name, fault ? "fault" : "good",
          json_integer_value (json_object_get (row, "entries_before")), position);
}

static bool
print_manifest (const char *path)
{
  json_error_t error;
  json_t *manifest = json_load_file (path, 0, &error);
  const char *slash = strrchr (path, '/');
  CLEANUP_FREE char *directory = slash != NULL ? strndup (path, (size_t) (slash - path)) : strdup (".");
  size_t i;
  json_t *row;

  if (manifest == NULL || directory == NULL) {
    complain ("%s: %s", path, error.text);
    return false;
  }
  json_array_foreach (json_object_get (manifest, "files"), i, row)
    print_corrupt (row, directory);
  json_decref (manifest);
  return true;
}

/* ---- memory --------------------------------------------------------------------------------------- */

#ifdef __has_feature
#define HAS_FEATURE(name) __has_feature (name)
#else
#define HAS_FEATURE(name) 0
#endif

/* The status of the command, or 99 if it took too much. Sanitizers and valgrind take memory of their own. */
static int
run_within (const char *limit, char **command)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || HAS_FEATURE(address_sanitizer)          \
    || HAS_FEATURE(thread_sanitizer)
  bool takes_more = true;
#else
  bool takes_more = getenv ("DCPIPE_VALGRIND") != NULL;
#endif
  struct rusage usage;
  int status;
  pid_t child = fork ();

  if (child == 0) {
    execvp (command[0], command);
    _exit (127);
  }
  if (child < 0 || wait4 (child, &status, 0, &usage) < 0)
    return 99;
  if (!takes_more && usage.ru_maxrss / 1024 >= strtol (limit, NULL, 10)) {
    complain ("it took %ld KiB of memory, the limit is %s MiB", usage.ru_maxrss, limit);
    return 99;
  }
  return WIFEXITED (status) ? WEXITSTATUS (status) : 128 + WTERMSIG (status);
}

int
main (int argc, char **argv)
{
  if (argc == 3 && strcmp (argv[1], "dump") == 0)
    return !compare_dump (argv[2]);
  if (argc == 4 && strcmp (argv[1], "sqlite") == 0)
    return !compare_sqlite (argv[2], argv[3]);
  if (argc == 3 && strcmp (argv[1], "manifest") == 0)
    return !print_manifest (argv[2]);
  if (argc > 3 && strcmp (argv[1], "memory") == 0)
    return run_within (argv[2], argv + 3);
  complain ("usage: golden dump EXPECTED | sqlite EXPECTED DB | manifest FILE | memory MIB COMMAND...");
  return 2;
}
