/* SPDX-License-Identifier: Apache-2.0 */
/* dcpipe-plugin.h: the whole contract between dcpipe and its plugins.
 *
 * dcpipe copies a ledger into databases. Three kinds of plugin do the work, and an INI file chooses them:
 *
 *      source                                          decoders                        sinks
 *    next() ──frames──▶ unpack() on workers ──entries──▶ decode() on workers ──rows──▶ apply(), commit()
 *    one thread         then order and hash              resolve() in ledger order,    one thread each
 *                       chain are checked                once per sink
 *
 * A plugin is one shared object. It includes this header and no other of dcpipe's, links against nothing of
 * dcpipe's (the functions below are exported by the program that loads it), fills one const struct with
 * callbacks and registers it:
 *
 *    static const struct dcpipe_decoder count_decoder = {
 *      .name = "count", .version = "1.0", .description = "counts entries", .license = "Apache-2.0",
 *      .tables = DCPIPE_ARRAY (count_tables),
 *      .decode = count_decode,
 *    };
 *    DCPIPE_REGISTER_DECODER (count_decoder)
 *
 *    cc -std=c11 -shared -fPIC -fvisibility=hidden $(pkg-config --cflags dcpipe) -o count.so count.c
 *
 * STABILITY. Within one major version of the API nothing is removed or changes its meaning. The structs
 * that describe plugins, options, tables, columns, indexes, views and labels are only ever appended to;
 * their sizes are stamped by the macros, so a plugin built earlier still loads. struct dcpipe_bytes, struct
 * dcpipe_registration and the structs of pointer, count and size never change. Everything that dcpipe hands
 * out is opaque. New numbers may be added to enums, and a plugin built before never meets them: dcpipe
 * refuses what would lead to that (a sink, a table with a type or flag that came later).
 *
 * RESULTS AND ERRORS. A callback that can fail returns one of enum dcpipe_result. Before it returns
 * DCPIPE_FAIL, DCPIPE_DIVERGED or DCPIPE_RETRY it calls dcpipe_error once and says what went wrong, where
 * (file, position, URL) and what was expected. A callback makes one attempt and never sleeps: waiting,
 * backing off and counting attempts are the engine's.
 *
 * MEMORY. What a plugin passes to a function here is copied unless the function says otherwise. What it
 * receives is valid until the callback returns unless the function says otherwise. Text is pointer and
 * length and need not be 0-terminated, except where the type is const char *.
 *
 * THREADS. Every callback names the threads that call it. The functions here may be called from any thread,
 * but one object (rows, a block, a batch) only by the callback that received it, on its thread.
 *
 * PROCESS. A plugin does not end the process, leaves no other one running when it is closed, closes no
 * descriptor but its own, and writes nothing to standard output, where dcpipe puts data: what it has to say
 * goes through dcpipe_info and its like. What belongs to the process as a whole stays as it is: signal
 * handlers, the signal masks of dcpipe's threads, the standard descriptors, the current directory, umask and
 * locale. No C++ exception and no longjmp leaves a callback. */
#ifndef DCPIPE_PLUGIN_H
#define DCPIPE_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- versions and results ------------------------------------------------------------------------ */

/* A plugin of another major version is refused; so is one of a later minor version, because it may call
 * functions that this dcpipe does not have. */
#define DCPIPE_API_MAJOR 1
#define DCPIPE_API_MINOR 0

#if defined(__GNUC__)
#define DCPIPE_PRINTF(text_, first_) __attribute__ ((__format__ (__printf__, text_, first_)))
#define DCPIPE_EXPORT __attribute__ ((__visibility__ ("default")))
#else
#define DCPIPE_PRINTF(text_, first_)
#define DCPIPE_EXPORT
#endif

/* An array that a plugin gives: where, how many, and the size of one element as the plugin knew it. */
#define DCPIPE_ARRAY(a) { (a), sizeof (a) / sizeof *(a), sizeof *(a) }

/* Bytes or text that somebody else owns. `data` may be NULL when `size` is 0. */
struct dcpipe_bytes {
  const uint8_t *data;
  size_t size;
};

enum dcpipe_result {
  DCPIPE_OK = 0,
  DCPIPE_NONE = 1,     /* get: there is no such row */
  DCPIPE_TIP = 2,      /* next: nothing beyond what was delivered, for now */
  DCPIPE_RETRY = 3,    /* a passing fault; the engine waits and calls again, see dcpipe_retry_after */
  DCPIPE_DIVERGED = 4, /* the ledger is not what it must be: damaged, cut short, forked, rolled back;
                          exit status 65 */
  DCPIPE_FAIL = 5,     /* it will not get better by trying again */
  DCPIPE_WAIT = 6,     /* next: still under way, nothing to deliver yet, or the engine stops; called
                          again at once. No dcpipe_error */
  DCPIPE_AGAIN = 7     /* sinks: the transaction is lost through nobody's fault (a map that had to grow);
                          the engine calls rollback and repeats all since the last commit at once. No
                          dcpipe_error */
};

/* ---- messages ------------------------------------------------------------------------------------ */

/* Says why the running callback fails. The engine prefixes the instance's name ("sink main: "), logs it
 * once and decides what it means. One line, no full stop, no newline. Keeps errno. Of several calls in
 * one callback the last counts. Only on the callback's own thread. */
void dcpipe_error (const char *format, ...) DCPIPE_PRINTF (1, 2);

/* Log lines for people. Repeats of the same line are limited by the engine. Keep errno. On threads that a
 * plugin starts they carry no instance's name. */
void dcpipe_warning (const char *format, ...) DCPIPE_PRINTF (1, 2);
void dcpipe_info (const char *format, ...) DCPIPE_PRINTF (1, 2);
void dcpipe_debug (const char *format, ...) DCPIPE_PRINTF (1, 2);

/* With DCPIPE_RETRY: the other side asked for a pause of so many milliseconds (Retry-After). The engine
 * waits at least as long, within reason. */
void dcpipe_retry_after (uint64_t milliseconds);

/* ---- the engine's state -------------------------------------------------------------------------- */

/* A descriptor that becomes readable when the run is to stop. A callback that waits for something else
 * (a socket, a file) waits for this one too and returns DCPIPE_WAIT at once when it is readable. Never
 * read from it or close it. */
int dcpipe_stop_fd (void);

/* True when dcpipe will go on beyond the tip (--follow), false when it ends there. */
bool dcpipe_following (void);

/* ---- configuration ------------------------------------------------------------------------------- */

/* A plugin's options are a table. The engine allocates the handle (handle_size bytes, zeroed), parses
 * each value, checks it, and stores it at `offset`. --help, --dump-plugin and the manual page come from
 * the same table. Strings are owned by the engine and live as long as the handle. */
enum dcpipe_option_type {
  DCPIPE_OPTION_BOOL = 0,     /* bool: yes/no, true/false, on/off, 1/0 */
  DCPIPE_OPTION_INT = 1,      /* int64_t */
  DCPIPE_OPTION_SIZE = 2,     /* uint64_t bytes: 64k, 16M, 1G (powers of 1024) */
  DCPIPE_OPTION_DURATION = 3, /* uint64_t milliseconds: 500ms, 5s, 2m, 1h, 1d; a bare number is seconds */
  DCPIPE_OPTION_TEXT = 4,     /* const char * */
  DCPIPE_OPTION_PATH = 5,     /* const char *: a relative path is taken from the INI file's directory */
  DCPIPE_OPTION_SECRET = 6,   /* const char *: never logged; +FILE reads it from a file */
  DCPIPE_OPTION_ENUM = 7,     /* int: index into `values` */
  DCPIPE_OPTION_LIST = 8      /* const char *const *: items parted by commas or blanks, NULL at the end */
};

enum dcpipe_option_flags {
  DCPIPE_OPTION_REQUIRED = 1, /* no default: it must be given */
  DCPIPE_OPTION_ROWS = 2,     /* a change of it changes rows: part of the decoder's fingerprint */
  DCPIPE_OPTION_STORE = 4,    /* a PATH of a sink, at most one: the file or directory that is the store; see
                                 DCPIPE_READ and so on. Not empty, and without a '/' at its end */
  DCPIPE_OPTION_READ = 8,     /* PATH: a file that must be there; --check looks whether it can be read */
  DCPIPE_OPTION_MAKE = 16     /* PATH: a file or directory that is written, and made in a directory that must
                                 be there; --check looks whether it could be. A STORE is one, too */
};

struct dcpipe_option {
  const char *key;
  int type;                  /* enum dcpipe_option_type */
  const char *default_value; /* as it would be written in the file; NULL: zero, NULL or required */
  const char *values;        /* ENUM: the choices, parted by '|', e.g. "flag|reject|off" */
  int64_t min, max;          /* INT, SIZE, DURATION: the range; both 0 for none */
  unsigned flags;            /* enum dcpipe_option_flags */
  const char *help;          /* one sentence */
  size_t offset;             /* offsetof (struct my_handle, member) */
};

struct dcpipe_options {
  const struct dcpipe_option *items;
  size_t count, item_size;
};

/* ---- tables -------------------------------------------------------------------------------------- */

enum dcpipe_type {
  DCPIPE_BOOL = 0,
  DCPIPE_I64 = 1,
  DCPIPE_U64 = 2,
  DCPIPE_TEXT = 3, /* valid UTF-8, may hold NUL */
  DCPIPE_BLOB = 4,
  DCPIPE_TIME = 5,    /* ns since 1970 UTC, kept to the millisecond and shown as 2024-01-31T23:59:59.123Z;
                         a time that must keep its nanoseconds is a U64 */
  DCPIPE_DECIMAL = 6, /* a number of any size as text: -?[0-9]+(\.[0-9]+)? */
  DCPIPE_JSON = 7     /* JSON text, valid UTF-8, written in one line, compactly and with keys in a fixed
                         order, by the decoder */
};

/* A column that the engine fills in by itself, from the entry that last changed the row. */
enum dcpipe_fill {
  DCPIPE_FILL_NOTHING = 0,
  DCPIPE_FILL_BLOCK_OFFSET = 1,  /* U64, the block's position; each decoder's table has one of this kind */
  DCPIPE_FILL_ENTRY_INDEX = 2,   /* U64, 0 for the block's first entry; and one of this kind */
  DCPIPE_FILL_ORDINAL = 3,       /* U64, 1 for the ledger's first entry, known however the import went on */
  DCPIPE_FILL_BLOCK_TIME = 4,    /* TIME */
  DCPIPE_FILL_BLOCK_TIME_NS = 5, /* U64, the block's time with all its nanoseconds */
  DCPIPE_FILL_BLOCK_HASH = 6,    /* TEXT, lower-case hexadecimal */
  DCPIPE_FILL_IMPORT_TIME = 7    /* TIME, this machine's clock; the column must be VOLATILE */
};

enum dcpipe_column_flags {
  DCPIPE_COLUMN_KEEP_FIRST = 1, /* the first value, null included, stays over later UPSERTs of the row
                                   and, if the engine fills it, over UPDATEs (created_at); a DELETE ends
                                   what was kept */
  DCPIPE_COLUMN_VOLATILE = 2    /* differs between equal imports: not compared, not digested, shown on
                                   request */
};

struct dcpipe_column {
  const char *name;
  int type;         /* enum dcpipe_type */
  unsigned key;     /* 1, 2, ... for the first, second, ... column of the primary key, 0 for others.
                       Key columns are never null and are not DECIMAL or JSON */
  int fill;         /* enum dcpipe_fill */
  unsigned flags;   /* enum dcpipe_column_flags */
  const char *help; /* one sentence */
};

struct dcpipe_columns {
  const struct dcpipe_column *items;
  size_t count, item_size;
};

struct dcpipe_index {
  const char *name;
  const char *columns; /* "label, key"; at least one */
};

struct dcpipe_indexes {
  const struct dcpipe_index *items;
  size_t count, item_size;
};

enum dcpipe_table_flags {
  DCPIPE_TABLE_LOG = 1,      /* only INSERTs, which resolve may complete by an UPDATE of the same entry's
                                row; and the key begins with block_offset, entry_index */
  DCPIPE_TABLE_LONG_KEYS = 2 /* keys have no bound. Without it, an entry with a key longer than
                                DCPIPE_KEY_MAX (in the form of dcpipe_row_key) becomes a failed entry.
                                With it, a sink with a limit stores what it can and a hash, and still
                                scans in the order of the whole keys */
};

#define DCPIPE_KEY_MAX 480

#define DCPIPE_COLUMNS_MAX 128

/* A table belongs to exactly one decoder, or to the source. Columns, at most DCPIPE_COLUMNS_MAX, appear
 * everywhere in the order given. Names of tables, columns, indexes and views match [a-z][a-z0-9_]{0,62};
 * names of tables that begin with dcpipe_ are kept for dcpipe and for what sinks store beside tables. */
struct dcpipe_table_def {
  const char *name;
  struct dcpipe_columns columns;
  struct dcpipe_indexes indexes; /* secondary ones, for sinks that have such; may be built late, see
                                    tip_reached */
  unsigned flags;                /* enum dcpipe_table_flags */
  const char *count_as;          /* the name under which the service reports new rows, or NULL */
  const char *help;              /* one sentence */
};

struct dcpipe_table_defs {
  const struct dcpipe_table_def *items;
  size_t count, item_size;
};

/* A view for sinks that speak SQL. Others ignore it. */
struct dcpipe_view {
  const char *name;
  const char *sql; /* the SELECT, one and without ';'; it may read tables of other decoders, which may be
                      absent */
};

struct dcpipe_views {
  const struct dcpipe_view *items;
  size_t count, item_size;
};

/* ---- rows ---------------------------------------------------------------------------------------- */

typedef struct dcpipe_row dcpipe_row;     /* a table, an operation, values */
typedef struct dcpipe_rows dcpipe_rows;   /* a list of rows in order */
typedef struct dcpipe_table dcpipe_table; /* a table as the engine knows it */

enum dcpipe_operation {
  DCPIPE_INSERT = 0, /* add the row; a row with the same key is left as it is */
  DCPIPE_UPSERT = 1, /* add or replace by primary key, KEEP_FIRST columns aside */
  DCPIPE_UPDATE = 2, /* set the given columns of the row with that key, if there is one */
  DCPIPE_DELETE = 3  /* remove the rows whose key begins with the given values (all rows if none is given) */
};

/* Emits a row into the table number `table` of the decoder, or source. Never NULL: when memory is short the
 * row goes nowhere and the engine makes the callback's result DCPIPE_FAIL, so authors need not check. A
 * column that is not set is null, in an UPDATE untouched. Valid until the callback returns, but not to be set
 * any more after a lookup. */
dcpipe_row *dcpipe_row_add (dcpipe_rows *rows, size_t table, int operation);

/* Set one column. Setting a column of another type, one beyond the table, or one that the engine fills is a
 * plugin's mistake and ends the run with a message that names it; only in rows that are not emitted (the
 * keys of lookups, what a sink gives back) the columns that the engine fills are set like others. Bytes
 * that lie in the entry's own block (its label, key, value or parts of them) are referenced, all others
 * copied. Text that is not UTF-8, and JSON that is none, makes the entry a failed entry: its rows are
 * dropped. */
void dcpipe_set_null (dcpipe_row *row, size_t column);
void dcpipe_set_bool (dcpipe_row *row, size_t column, bool value);
void dcpipe_set_i64 (dcpipe_row *row, size_t column, int64_t value);
void dcpipe_set_u64 (dcpipe_row *row, size_t column, uint64_t value);                 /* U64 */
void dcpipe_set_time (dcpipe_row *row, size_t column, uint64_t ns);                   /* TIME */
void dcpipe_set_text (dcpipe_row *row, size_t column, const void *text, size_t size); /* TEXT */
void dcpipe_set_string (dcpipe_row *row, size_t column, const char *text);            /* TEXT; NULL is null */
void dcpipe_set_hex (dcpipe_row *row, size_t column, const void *data, size_t size);  /* TEXT, lower case */
void dcpipe_set_blob (dcpipe_row *row, size_t column, const void *data, size_t size); /* BLOB */
void dcpipe_set_decimal (dcpipe_row *row, size_t column, const char *text, size_t size); /* DECIMAL */
void dcpipe_set_json (dcpipe_row *row, size_t column, const char *text, size_t size);    /* JSON */

/* Which of the decoder's labels the entry has: an index into `labels`, 0 if it declares none. */
size_t dcpipe_rows_label (const dcpipe_rows *rows);

/* In decode: leaves a note for resolve, zeroed memory of `size` bytes, aligned for any type, that lives as
 * long as the rows. One for each entry; resolve is called only for entries that have one. Pointers in it
 * may point into the entry. NULL when memory is short, and the engine makes the result DCPIPE_FAIL. */
void *dcpipe_rows_note (dcpipe_rows *rows, size_t size);

/* Records that the entry, or item number `item` in it (0 for the entry as a whole), could not be read.
 * It goes into the table failed_entries with the reason, is counted and logged, and stops nothing. Rows
 * of the same entry that were emitted stay. */
void dcpipe_fail_entry (dcpipe_rows *rows, uint64_t item, const char *format, ...) DCPIPE_PRINTF (3, 4);

/* Read a row, whoever made it. A column that is null or not set gives 0, false, or no bytes. Reading a column
 * as another type, or one beyond the table, gives the same and is a plugin's mistake, which ends the run with
 * a message that names it. */
const dcpipe_table *dcpipe_row_table (const dcpipe_row *row);
int dcpipe_row_operation (const dcpipe_row *row);
bool dcpipe_is_set (const dcpipe_row *row, size_t column);  /* false: an UPDATE leaves the column alone;
                                                               a key prefix ends */
bool dcpipe_is_null (const dcpipe_row *row, size_t column); /* null or not set */
bool dcpipe_get_bool (const dcpipe_row *row, size_t column);
int64_t dcpipe_get_i64 (const dcpipe_row *row, size_t column);
uint64_t dcpipe_get_u64 (const dcpipe_row *row, size_t column);              /* U64, TIME */
struct dcpipe_bytes dcpipe_get_bytes (const dcpipe_row *row, size_t column); /* TEXT, BLOB, DECIMAL, JSON;
                                                                                valid as long as the row */

/* Writes the row's primary key, or as many leading columns of it as are set, in a form whose memcmp order
 * is the order of dcpipe's dumps. Returns its size; nothing is written beyond `capacity`. The form: U64 and
 * TIME 8 bytes big-endian; I64 the same with the sign bit flipped; BOOL one byte; TEXT and BLOB with every
 * 00 written as 00 ff and ended by 00 00. */
size_t dcpipe_row_key (const dcpipe_row *row, void *buffer, size_t capacity);

/* Writes a time in the form of DCPIPE_TIME with its ending 0 (25 bytes), and reads that form back. */
#define DCPIPE_TIME_SIZE 25
void dcpipe_format_time (char text[DCPIPE_TIME_SIZE], uint64_t ns);
bool dcpipe_parse_time (const char *text, size_t size, uint64_t *ns);

/* The row as JSON in one line (doc/formats.md), without a newline or any zero byte: the columns that are
 * set, in declared order; operations other than INSERT begin with "_op", and a DELETE has the columns of its
 * key alone. In a column of JSON a blank tells the value null from no value. Valid until the thread calls
 * this function, or dcpipe_scan_emit, again; `data` is NULL after dcpipe_error when memory is short. */
struct dcpipe_bytes dcpipe_row_json (const dcpipe_row *row);

/* Sets the columns of `row` that such a text has, and its operation. The members may be in any order, with
 * blanks between them. DCPIPE_OK, or after dcpipe_error DCPIPE_NONE if the text is no row of that table,
 * DCPIPE_FAIL when memory is short. */
int dcpipe_row_from_json (dcpipe_row *row, const void *json, size_t size);

/* An empty row to read a text into that is not to be handed on. One for each thread, valid until its next
 * call; NULL when memory is short. */
dcpipe_row *dcpipe_row_scratch (const dcpipe_table *table);

/* Sets a column to what it is in `from`, a row of the same table; it is left alone if it is not set there. */
void dcpipe_set_copy (dcpipe_row *row, size_t column, const dcpipe_row *from);

/* ---- source -------------------------------------------------------------------------------------- */

typedef struct dcpipe_resume dcpipe_resume; /* where to begin */
typedef struct dcpipe_batch dcpipe_batch;   /* frames on their way to the engine */
typedef struct dcpipe_frame dcpipe_frame;   /* one block as it came */
typedef struct dcpipe_block dcpipe_block;   /* one block unpacked */

enum dcpipe_source_flags {
  DCPIPE_SOURCE_POSITIONS = 1, /* frames have positions */
  DCPIPE_SOURCE_HASHES = 2,    /* blocks have hashes and name their parent's */
  DCPIPE_SOURCE_TIMES = 4,     /* blocks have times */
  DCPIPE_SOURCE_ALL_LABELS = 8 /* no label is left out */
};

/* How far the origin of frames was checked by the source. */
enum dcpipe_trust {
  DCPIPE_TRUST_NONE = 0,
  DCPIPE_TRUST_SIGNATURES = 1, /* signed by nodes whose keys are certified */
  DCPIPE_TRUST_CERTIFIED = 2   /* in a certificate up to the root key */
};

/* True when the run begins in the middle of the ledger: `next` then delivers the block at
 * dcpipe_resume_position first (which is the last one stored, and will be compared with what is stored).
 * False: from the first block on. */
bool dcpipe_resume_at_block (const dcpipe_resume *resume);
uint64_t dcpipe_resume_position (const dcpipe_resume *resume);

/* The cursor that this source plugin gave for that block, or empty (another source was used then). */
struct dcpipe_bytes dcpipe_resume_cursor (const dcpipe_resume *resume);

/* Memory for `size` bytes, freed by the engine when the batch and every frame in it are done with; NULL
 * after dcpipe_error when memory is short. */
void *dcpipe_batch_memory (dcpipe_batch *batch, size_t size);

/* Adds the block whose bytes, as they came, are at `data`, which must lie in memory of this batch.
 * `position` is its byte offset in the ledger. */
void dcpipe_batch_frame (dcpipe_batch *batch, uint64_t position, const void *data, size_t size);

/* The same for memory that the plugin has already (fetched ahead on a thread of its own): frames may point
 * into it, and `release` is called once, on any thread, also after close, when nothing needs it any more. */
void dcpipe_batch_adopt (dcpipe_batch *batch, const void *data, size_t size, void (*release) (void *context),
                         void *context);

/* An opaque text (at most DCPIPE_CURSOR_MAX bytes) from which the frame added last could be read again.
 * Optional. */
#define DCPIPE_CURSOR_MAX 256
void dcpipe_batch_cursor (dcpipe_batch *batch, const void *cursor, size_t size);

/* What is known of the ledger's extent: positions from `first` up to, not including, `end`. For progress;
 * may be called in every `next`, whatever it returns. */
void dcpipe_batch_extent (dcpipe_batch *batch, uint64_t first, uint64_t end);

/* Where the source emits rows of tables of its own (`tables` in struct dcpipe_source), with dcpipe_row_add
 * and the setters. They take effect behind the frames of their batch and before those of the next one, and
 * are committed together with them, at the tip at once; they count with DCPIPE_OK and with DCPIPE_TIP. What
 * was emitted once is stored, or the run ends: it need not be emitted again after a sink's passing fault.
 * Nothing else comes with it: these rows are outside of checkpoint, digest and `dcpipe verify`, and a later
 * run that emits the same ones is expected to use operations that bear it. A row with text that is not UTF-8,
 * or with too long a key, is left out with a warning. Rows of one batch may take up max_block_size. Valid
 * until `next` returns; never NULL. */
dcpipe_rows *dcpipe_batch_rows (dcpipe_batch *batch);

/* How far the origin of this batch's frames was checked, an enum dcpipe_trust and no other number;
 * DCPIPE_TRUST_NONE unless said. */
void dcpipe_batch_trust (dcpipe_batch *batch, int trust);

uint64_t dcpipe_frame_position (const dcpipe_frame *frame);
struct dcpipe_bytes dcpipe_frame_bytes (const dcpipe_frame *frame);

/* The block's buffer, made or changed to hold `size` bytes; what it held is kept as far as it fits, but may
 * move. Give back what a first guess took too much. NULL after dcpipe_error if `size` is above
 * max_block_size or memory is short: return DCPIPE_FAIL, the engine knows which. May wait until other
 * blocks have left memory. */
void *dcpipe_block_buffer (dcpipe_block *block, size_t size);
size_t dcpipe_max_block_size (void);

/* Adds an entry. Its bytes must lie in the block's buffer (no longer to be grown) or in the frame, and are
 * not copied. `deleted` tells the ledger's own operation: true for a delete. The label must be UTF-8. What
 * is wrong with it is the block's fault and found when unpack returns. */
void dcpipe_block_entry (dcpipe_block *block, struct dcpipe_bytes label, struct dcpipe_bytes key,
                         struct dcpipe_bytes value, bool deleted);

/* The block's time (ns since 1970), its hash, computed from the bytes here, and the hash that it names
 * as its parent's (empty in the first block); at most DCPIPE_HASH_MAX bytes. A block without a hash is
 * refused. */
#define DCPIPE_HASH_MAX 64
void dcpipe_block_header (dcpipe_block *block, uint64_t time_ns, struct dcpipe_bytes hash,
                          struct dcpipe_bytes parent_hash);

/* How far the ledger reaches at its origin: the position at which the next block will begin, and, if it can
 * be told cheaply, how many blocks there are. */
typedef struct dcpipe_tip dcpipe_tip;
void dcpipe_tip_end (dcpipe_tip *tip, uint64_t end);
void dcpipe_tip_blocks (dcpipe_tip *tip, uint64_t blocks);

struct dcpipe_source {
  const char *name;        /* of the plugin; letters, digits, '_' */
  const char *version;     /* of the plugin, free form */
  const char *description; /* one line */
  const char *license;     /* SPDX identifier */
  struct dcpipe_options options;
  size_t handle_size;

  /* Optional. All options are set: refuse what is missing or contradicts, derive what is derived. Touch no
   * data. Main thread. */
  int (*config_complete) (void *handle);

  /* Optional. Frees what config_complete made, also after it failed. Main thread. */
  void (*config_free) (void *handle);

  /* What it delivers as it is configured: enum dcpipe_source_flags. Asked again after each `open`, which may
   * have found out. A source without positions or hashes delivers no frames, and must have tables. Any
   * thread. */
  unsigned (*capabilities) (const void *handle);

  /* Make ready to deliver from `resume` on (valid during the call). Called again after close for a new
   * run. Source thread. */
  int (*open) (void *handle, const dcpipe_resume *resume);

  /* Deliver what comes next: whole blocks, in order, none left out. DCPIPE_OK with at least one frame or row,
   * DCPIPE_TIP without a frame, DCPIPE_WAIT, DCPIPE_RETRY, DCPIPE_DIVERGED or DCPIPE_FAIL. Good blocks before
   * a fault are delivered first, the fault at the next call. What was fetched ahead is kept over a
   * DCPIPE_RETRY. Frames count only with DCPIPE_OK. By `deadline` (CLOCK_MONOTONIC, in ns), or when
   * dcpipe_stop_fd is readable, return DCPIPE_WAIT if there is nothing yet. Source thread. */
  int (*next) (void *handle, uint64_t deadline, dcpipe_batch *batch);

  /* Inflate, parse and hash one block: a pure function of the frame, called from several threads at once,
   * beside `next`: of the handle it reads only what config_complete set. DCPIPE_OK, or DCPIPE_DIVERGED for
   * a block that is not well-formed. */
  int (*unpack) (const void *handle, const dcpipe_frame *frame, dcpipe_block *block);

  /* Optional. Ends a run. Source thread. */
  void (*close) (void *handle);

  /* Optional, for `dcpipe --check --online`. Asks the other side what a run would need, once, and tells with
   * dcpipe_info what it finds: who answers, how far the ledger reaches, how long it took. Touches no data. By
   * `deadline` (as in next) DCPIPE_OK, DCPIPE_RETRY, DCPIPE_DIVERGED or DCPIPE_FAIL. Not between open and
   * close. Main thread. */
  int (*probe) (void *handle, uint64_t deadline);

  /* Optional, for `dcpipe status --online`: asks, once, how far the ledger reaches now, and says so with
   * dcpipe_tip_end. What is told is for people, and need not be verified. Otherwise as `probe`. */
  int (*tip) (void *handle, uint64_t deadline, dcpipe_tip *tip);

  /* Optional: tables of its own, for what it learns beside whole blocks, see dcpipe_batch_rows. None of their
   * columns is filled in by the engine, and none of them is a log. */
  struct dcpipe_table_defs tables;

  /* Optional: whether the source, as it is configured, may fill its table number `table`. Sinks are not given
   * the others. NULL: all of them. Any thread. */
  bool (*fills_table) (const void *handle, size_t table);
};

/* ---- decoder ------------------------------------------------------------------------------------- */

typedef struct dcpipe_entry dcpipe_entry;
typedef struct dcpipe_lookup dcpipe_lookup;

/* Read an entry. The bytes live as long as the rows made from it. */
struct dcpipe_bytes dcpipe_entry_label (const dcpipe_entry *entry);
struct dcpipe_bytes dcpipe_entry_key (const dcpipe_entry *entry);
struct dcpipe_bytes dcpipe_entry_value (const dcpipe_entry *entry);
bool dcpipe_entry_deleted (const dcpipe_entry *entry);
uint64_t dcpipe_entry_index (const dcpipe_entry *entry); /* in its block, from 0 */
uint64_t dcpipe_entry_block_position (const dcpipe_entry *entry);
uint64_t dcpipe_entry_time (const dcpipe_entry *entry); /* its block's, ns since 1970 */
struct dcpipe_bytes dcpipe_entry_block_hash (const dcpipe_entry *entry);
struct dcpipe_bytes dcpipe_entry_parent_hash (const dcpipe_entry *entry); /* empty in the first block */

/* For resolve: the decoder's own tables as they stand after all earlier entries and after the rows emitted
 * so far for this one, by decode and by this call. dcpipe_lookup_key gives an empty key to fill with the
 * setters (valid until the callback returns, never NULL). _get gives the row with that key, which must be
 * whole: DCPIPE_OK, or DCPIPE_NONE and NULL. _scan calls `each` with every row whose key begins with the
 * columns set in `prefix`, in key order, as they stood when it began, until `each` returns false; `each` may
 * emit rows, and may not look up. Rows are valid until the callback returns (_get) or `each` does (_scan).
 * After another result the engine knows what failed and why: return DCPIPE_FAIL without dcpipe_error. */
dcpipe_row *dcpipe_lookup_key (dcpipe_lookup *lookup, size_t table);
int dcpipe_lookup_get (dcpipe_lookup *lookup, const dcpipe_row *key, const dcpipe_row **row);
int dcpipe_lookup_scan (dcpipe_lookup *lookup, const dcpipe_row *prefix,
                        bool (*each) (void *context, const dcpipe_row *row), void *context);

/* The note that decode left for this entry. */
const void *dcpipe_lookup_note (const dcpipe_lookup *lookup, size_t *size);

/* A label that the decoder takes. */
struct dcpipe_label {
  const char *name;    /* as entries have it */
  const char *aliases; /* other names that users may write for it in the INI file and on the command line,
                          parted by blanks, none of them another label's; or NULL */
};

struct dcpipe_labels {
  const struct dcpipe_label *items; /* none: any label */
  size_t count, item_size;
};

struct dcpipe_decoder {
  const char *name;
  const char *version;
  const char *description;
  const char *license;
  struct dcpipe_options options;
  size_t handle_size;
  int (*config_complete) (void *handle); /* as for sources */
  void (*config_free) (void *handle);

  struct dcpipe_labels labels;
  struct dcpipe_table_defs tables;
  struct dcpipe_views views;

  /* To be raised when the same entry gives other rows than before. A sink filled with another number is
   * refused until it is reset. */
  unsigned row_format;

  /* Turn one entry into rows: a pure function of the entry and its block, called from several threads at
   * once; the handle is read only. An entry that cannot be read is reported with dcpipe_fail_entry and
   * the result is DCPIPE_OK all the same; DCPIPE_FAIL ends the run. */
  int (*decode) (const void *handle, const dcpipe_entry *entry, dcpipe_rows *rows);

  /* Optional, for what depends on earlier entries (balances). Called for entries with a note
   * (dcpipe_rows_note), in ledger order, once per sink and attempt, on the sink's thread, several sinks at
   * once; the handle is read only and every memory between calls is in the tables. The sinks must be able
   * to `get` and `scan`. */
  int (*resolve) (const void *handle, const dcpipe_entry *entry, dcpipe_lookup *lookup, dcpipe_rows *rows);
};

/* ---- sink ---------------------------------------------------------------------------------------- */

typedef struct dcpipe_tables dcpipe_tables;         /* the tables and views of a run */
typedef struct dcpipe_checkpoint dcpipe_checkpoint; /* how far everything has been applied */
typedef struct dcpipe_scan dcpipe_scan;             /* where scanned rows go */

/* The tables, numbered from 0, and the views. They live until `close` of the sink. */
size_t dcpipe_tables_count (const dcpipe_tables *tables);
const dcpipe_table *dcpipe_tables_at (const dcpipe_tables *tables, size_t number);
size_t dcpipe_tables_views (const dcpipe_tables *tables);
const char *dcpipe_tables_view_name (const dcpipe_tables *tables, size_t number);
const char *dcpipe_tables_view_sql (const dcpipe_tables *tables, size_t number);

size_t dcpipe_table_number (const dcpipe_table *table); /* in the dcpipe_tables that it came from */
const char *dcpipe_table_name (const dcpipe_table *table);
int dcpipe_table_missing (const dcpipe_table *table); /* see prepare of sinks */
unsigned dcpipe_table_flags (const dcpipe_table *table);
size_t dcpipe_table_columns (const dcpipe_table *table);
const char *dcpipe_column_name (const dcpipe_table *table, size_t column);
int dcpipe_column_type (const dcpipe_table *table, size_t column);
unsigned dcpipe_column_flags (const dcpipe_table *table, size_t column);
size_t dcpipe_table_keys (const dcpipe_table *table);               /* columns in the primary key */
size_t dcpipe_table_key (const dcpipe_table *table, size_t number); /* the column that is number 0,
                                                                           1, ... of the key */
size_t dcpipe_table_indexes (const dcpipe_table *table);
const char *dcpipe_table_index_name (const dcpipe_table *table, size_t number);
size_t dcpipe_table_index_columns (const dcpipe_table *table, size_t number);
size_t dcpipe_table_index_column (const dcpipe_table *table, size_t number, size_t i);

/* The table's columns as a text by which a store may remember what it holds, a line for each: "NAME TYPE",
 * behind it " key N" and " keep_first" where they apply. Lives as long as the table. */
struct dcpipe_bytes dcpipe_table_text (const dcpipe_table *table);

/* Compares what a store remembers with what is expected: that text, or another one with a line for each
 * column. DCPIPE_OK, or DCPIPE_FAIL after dcpipe_error, which says where they part. */
int dcpipe_table_compare (const dcpipe_table *table, struct dcpipe_bytes stored,
                          struct dcpipe_bytes expected);

/* The rows given to `apply`. */
size_t dcpipe_rows_count (const dcpipe_rows *rows);
const dcpipe_row *dcpipe_rows_at (const dcpipe_rows *rows, size_t i);

/* What row number `i` did: how many rows it added, changed and removed. Without a call it counts as having
 * done nothing. All sinks count alike: a row that is there and that an UPSERT or UPDATE sets is changed, even
 * to what it was; an INSERT of one that is there, and an UPDATE that sets no column, do nothing. Only a sink
 * without `get`, which cannot know, counts every row as added. */
void dcpipe_row_applied (dcpipe_rows *rows, size_t i, uint64_t added, uint64_t changed, uint64_t removed);

/* Row number `i` cannot be stored, for the reason given: it becomes a failed entry and the run goes on (but
 * ends, for rows of decoders that resolve, since later rows build on it). For faults of this row alone; a
 * sink that cannot write returns DCPIPE_RETRY or DCPIPE_FAIL. */
void dcpipe_row_refused (dcpipe_rows *rows, size_t i, const char *format, ...) DCPIPE_PRINTF (3, 4);

/* The checkpoint: opaque text (UTF-8, some KiB) that a sink stores with its rows and gives back. */
struct dcpipe_bytes dcpipe_checkpoint_text (const dcpipe_checkpoint *checkpoint);
void dcpipe_checkpoint_set (dcpipe_checkpoint *checkpoint, const void *text, size_t size);

/* An empty row to fill in, all columns including those that the engine fills otherwise; then
 * dcpipe_scan_emit hands it on and tells whether more are wanted. */
dcpipe_row *dcpipe_scan_row (dcpipe_scan *scan);
bool dcpipe_scan_emit (dcpipe_scan *scan);

/* Hands on a text that `walk` has found, and tells whether more are wanted. */
typedef struct dcpipe_walk dcpipe_walk;
bool dcpipe_walk_text (dcpipe_walk *walk, const void *text, size_t size);

/* Takes the lock file PATH.lock: a descriptor to be closed by the sink, or -1 after dcpipe_error if another
 * process, or another handle of this one, holds it. The lock goes with the descriptor. For stores in files
 * that no option with DCPIPE_OPTION_STORE names; others lock in their own way. */
int dcpipe_lock (const char *path);

enum dcpipe_mode {
  DCPIPE_READ = 0,  /* beside a writer of this or another process; nothing is created or changed */
  DCPIPE_WRITE = 1, /* the only writer; takes the lock; creates what is missing */
  DCPIPE_SCRATCH =
      2 /* a throw-away store: as WRITE, but in the directory `scratch`, which is empty and
           removed afterwards, instead of where the options say, and with no care for durability */
};

/* Where an option has DCPIPE_OPTION_STORE, dcpipe does what is the same for all stores in files: WRITE has
 * taken the lock PATH.lock before `open`, and gives it back after `close`; READ of a PATH where nothing is
 * does not get as far as `open`; and for SCRATCH the option holds a path in the directory `scratch`.
 *
 * A handle is opened once:
 *
 *    open ─▶ checkpoint_load ─▶ [ reset … commit ] ─▶ prepare
 *         ─▶ { ( get | scan | apply )* ─▶ commit | rollback ─▶ [ tip_reached ] }* ─▶ close
 *
 * WRITE and SCRATCH calls all come from one thread. What a killed process left uncommitted is cleared away
 * in open(WRITE), never by READ, which does not see it. READ handles are others, on other threads; the
 * first read takes a snapshot, and all reads show that one commit until `rollback`. No other call is made
 * during `scan` save those of dcpipe_scan.
 *
 * DCPIPE_RETRY and DCPIPE_AGAIN from a call after prepare make the engine call rollback (and for
 * DCPIPE_RETRY wait) and repeat all since the last commit. After one from `commit` it calls
 * checkpoint_load, too, to learn whether the commit took place all the same. */
struct dcpipe_sink {
  const char *name;
  const char *version;
  const char *description;
  const char *license;
  struct dcpipe_options options;
  size_t handle_size;
  int (*config_complete) (void *handle); /* as for sources */
  void (*config_free) (void *handle);

  /* `scratch` is NULL but for DCPIPE_SCRATCH. READ of a store that does not exist yet returns DCPIPE_NONE.
   * A sink that has no scratch mode fails; `dcpipe verify` then compares digests only. */
  int (*open) (void *handle, int mode, const char *scratch);

  /* The tables and views that will be used. WRITE creates what is missing and refuses tables whose columns
   * differ, saying how; others in the store are left alone. Before it creates a table it calls
   * dcpipe_table_missing, which gives DCPIPE_OK, or DCPIPE_FAIL, to be returned, if earlier runs filled that
   * table: somebody removed it. READ takes a missing table as empty. */
  int (*prepare) (void *handle, const dcpipe_tables *tables);

  /* Give back the text of the last commit with dcpipe_checkpoint_set; no call if there is none. Outside a
   * transaction. */
  int (*checkpoint_load) (void *handle, dcpipe_checkpoint *checkpoint);

  /* Apply rows in order, within the transaction that the first call after open, commit or rollback begins. */
  int (*apply) (void *handle, dcpipe_rows *rows);

  /* Store all that was applied and the checkpoint, durably, together or not at all. */
  int (*commit) (void *handle, const dcpipe_checkpoint *checkpoint);

  /* Forget what was applied since the last commit. READ: let go of the snapshot. */
  int (*rollback) (void *handle);

  /* Optional. The row with the key of `key`, as applied so far, into `row`, with all columns: DCPIPE_OK or
   * DCPIPE_NONE. */
  int (*get) (void *handle, const dcpipe_row *key, dcpipe_row *row);

  /* Optional. All rows of the table of `prefix` whose key begins with the columns set in it, in the order
   * of dcpipe_row_key (a store's own order may differ: text in place of large numbers), as applied so far.
   * When dcpipe_scan_emit wants no more, DCPIPE_OK. */
  int (*scan) (void *handle, const dcpipe_row *prefix, dcpipe_scan *scan);

  /* Remove the table and its rows, within the transaction. It may have other columns than the run's; a
   * table that is not there is no error. */
  int (*reset) (void *handle, const char *table);

  /* Optional. The commit before this call reached the source's tip, for the first time or again: build
   * indexes put off, compact. */
  int (*tip_reached) (void *handle);

  /* Optional. Also after a failed open. Uncommitted rows are forgotten. */
  void (*close) (void *handle);

  /* In place of prepare, checkpoint_load, apply, get, scan and reset, of which a sink with `put` has none. It
   * keeps texts (UTF-8, without zero bytes, but maybe with newlines), each under a key in a table, looks into
   * none of them, and dcpipe makes of that what those callbacks do: a row is a text in JSON under its
   * dcpipe_row_key, and what else is to be kept, the checkpoint included, lies in the table dcpipe_about when
   * `commit` is called.
   *
   * Puts the text in the place of the one under that key; without data, takes away all texts of the table
   * whose key begins with `key`. Within the transaction, as apply. DCPIPE_NONE after dcpipe_error: the store
   * cannot hold this text, and its row is refused. */
  int (*put) (void *handle, const char *table, struct dcpipe_bytes key, struct dcpipe_bytes text);

  /* Gives all texts of the table whose key begins with `prefix` to dcpipe_walk_text, in the order of their
   * keys (memcmp), as put so far. When that wants no more, DCPIPE_OK. A table is empty until something is put
   * there. No key is the beginning of another one. */
  int (*walk) (void *handle, const char *table, struct dcpipe_bytes prefix, dcpipe_walk *walk);
};

/* ---- registration -------------------------------------------------------------------------------- */

enum dcpipe_kind { DCPIPE_KIND_SOURCE = 1, DCPIPE_KIND_DECODER = 2, DCPIPE_KIND_SINK = 3 };

/* Frozen for all versions of the API. */
struct dcpipe_registration {
  uint32_t magic; /* DCPIPE_MAGIC */
  uint32_t api_major, api_minor;
  uint32_t kind; /* enum dcpipe_kind */
  size_t size;   /* of the struct below, as the plugin knew it */
  const void *plugin;
};

#define DCPIPE_MAGIC 0x64637031u /* "dcp1" */

/* The one symbol that a plugin exports. */
DCPIPE_EXPORT const struct dcpipe_registration *dcpipe_plugin (void);

#define DCPIPE_REGISTER_KIND_(kind, x)                                                                       \
  DCPIPE_EXPORT const struct dcpipe_registration *dcpipe_plugin (void)                                       \
  {                                                                                                          \
    static const struct dcpipe_registration registration_ = { DCPIPE_MAGIC,     DCPIPE_API_MAJOR,            \
                                                              DCPIPE_API_MINOR, kind,                        \
                                                              sizeof (x),       &(x) };                      \
    return &registration_;                                                                                   \
  }

#define DCPIPE_REGISTER_SOURCE(x) DCPIPE_REGISTER_KIND_ (DCPIPE_KIND_SOURCE, x)
#define DCPIPE_REGISTER_DECODER(x) DCPIPE_REGISTER_KIND_ (DCPIPE_KIND_DECODER, x)
#define DCPIPE_REGISTER_SINK(x) DCPIPE_REGISTER_KIND_ (DCPIPE_KIND_SINK, x)

#ifdef __cplusplus
}
#endif

#endif
