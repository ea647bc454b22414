/* SPDX-License-Identifier: Apache-2.0 */
/* Reputation of identities: the tables reputations and reputation_changes.
 *
 * A change adds to or takes from identities, never below 0. Ageing takes a share from all identities, at most
 * 100 from each. */
#include "config.h"

#include "decoder/columns.h"
#include "decoder/payload.h"

enum { REPUTATIONS, CHANGES };

/* ---- tables ---------------------------------------------------------------------------------------- */

enum {
  REP_PUBKEY,
  REP_REPUTATION,
  REP_BLOCK_OFFSET,
  REP_ENTRY_INDEX,
  REP_CREATED_AT,
  REP_UPDATED_AT,
  REP_TIMESTAMP
};

static const struct dcpipe_column reputation_columns[] = {
  [REP_PUBKEY] = KEY_COLUMN (1, "pubkey", DCPIPE_TEXT,
                             "The identity, normally a public key, in lower-case hexadecimal."),
  [REP_REPUTATION] = COLUMN ("reputation", DCPIPE_U64, "Its reputation now."),
  [REP_BLOCK_OFFSET] = LAST_BLOCK_OFFSET,
  [REP_ENTRY_INDEX] = LAST_ENTRY_INDEX,
  [REP_CREATED_AT] = CREATED_AT,
  [REP_UPDATED_AT] = UPDATED_AT,
  [REP_TIMESTAMP] = LAST_TIMESTAMP,
};

enum {
  CHANGE_BLOCK_OFFSET,
  CHANGE_ENTRY_INDEX,
  CHANGE_ITEM,
  CHANGE_TARGET,
  CHANGE_AMOUNT,
  CHANGE_REASON,
  CHANGE_PPM,
  CHANGE_VERSION,
  CHANGE_TIMESTAMP
};

static const struct dcpipe_column change_columns[] = {
  [CHANGE_BLOCK_OFFSET] = LOG_BLOCK_OFFSET,
  [CHANGE_ENTRY_INDEX] = LOG_ENTRY_INDEX,
  [CHANGE_ITEM] = KEY_COLUMN (3, "item", DCPIPE_U64, "The change's place in its entry: 0 for the first."),
  [CHANGE_TARGET] = COLUMN ("target_pubkey", DCPIPE_TEXT,
                            "The identity, in lower-case hexadecimal; null for ageing, which is of all."),
  [CHANGE_AMOUNT] = COLUMN ("change_amount", DCPIPE_I64,
                            "What is to be added; for ageing, what all identities together have lost, as a "
                            "negative number."),
  [CHANGE_REASON] = COLUMN ("reason", DCPIPE_TEXT, "change or ageing."),
  [CHANGE_PPM] = COLUMN ("age_reductions_ppm", DCPIPE_U64,
                         "The share that ageing takes, in millionths; null for changes."),
  [CHANGE_VERSION] = PAYLOAD_VERSION,
  [CHANGE_TIMESTAMP] = LOG_TIMESTAMP,
};

static const struct dcpipe_index change_indexes[] = {
  { .name = "reputation_changes_by_target", .columns = "target_pubkey" },
};

static const struct dcpipe_table_def tables[] = {
  [REPUTATIONS] = { .name = "reputations",
                    .columns = DCPIPE_ARRAY (reputation_columns),
                    .flags = DCPIPE_TABLE_LONG_KEYS,
                    .help = "The reputation of every identity." },
  [CHANGES] = { .name = "reputation_changes",
                .columns = DCPIPE_ARRAY (change_columns),
                .indexes = DCPIPE_ARRAY (change_indexes),
                .flags = DCPIPE_TABLE_LOG,
                .help = "Every change of a reputation, and every ageing." },
};

/* ---- decoding -------------------------------------------------------------------------------------- */

enum { REP_CHANGE, REP_AGE };

static const struct dcpipe_label labels[] = {
  [REP_CHANGE] = { .name = "RepChange" }, [REP_AGE] = { .name = "RepAge" }
};

struct note {
  uint32_t changes;   /* 0 for ageing */
  struct borsh first; /* the reader, before it read the changes */
  uint64_t ppm;
};

static bool
read_changes (struct bytes value, struct note *note, dcpipe_rows *rows)
{
  struct borsh in = payload_over (value);

  note->changes = borsh_u32 (&in);
  note->first = in;
  for (uint32_t i = 0; i < note->changes && in.error == BORSH_OK; i++) {
    borsh_bytes (&in);
    borsh_i64 (&in);
  }
  return payload_finish (&in, rows, PAYLOAD_OUTER, "reputation change");
}

static bool
read_ageing (struct bytes value, struct note *note, dcpipe_rows *rows)
{
  struct borsh in = payload_over (value);

  note->ppm = borsh_u64 (&in);
  return payload_finish (&in, rows, PAYLOAD_OUTER, "reputation ageing");
}

/* For ageing there are none here: how much is lost is known only when it is folded. */
static void
add_changes (dcpipe_rows *rows, const struct note *note)
{
  struct borsh in = note->first;

  for (uint32_t i = 0; i < note->changes; i++) {
    dcpipe_row *row = dcpipe_row_add (rows, CHANGES, DCPIPE_INSERT);

    dcpipe_set_u64 (row, CHANGE_ITEM, i);
    payload_set_hex (row, CHANGE_TARGET, borsh_bytes (&in));
    dcpipe_set_i64 (row, CHANGE_AMOUNT, borsh_i64 (&in));
    dcpipe_set_string (row, CHANGE_REASON, "change");
    dcpipe_set_u64 (row, CHANGE_VERSION, PAYLOAD_V1);
  }
}

static int
reputation_decode (const void *handle, const dcpipe_entry *entry, dcpipe_rows *rows)
{
  struct bytes value = payload_bytes (dcpipe_entry_value (entry));
  bool ages = dcpipe_rows_label (rows) == REP_AGE;
  struct note read = { 0 }, *note;

  (void) handle;
  if (dcpipe_entry_deleted (entry)
      || !(ages ? read_ageing (value, &read, rows) : read_changes (value, &read, rows)))
    return DCPIPE_OK;
  add_changes (rows, &read);
  note = dcpipe_rows_note (rows, sizeof *note);
  if (note != NULL)
    *note = read;
  return DCPIPE_OK;
}

/* ---- folding --------------------------------------------------------------------------------------- */

/* Saturates where the ledger would have to be forged for it to matter. */
static uint64_t
changed (uint64_t reputation, int64_t delta)
{
  uint64_t size = delta < 0 ? -(uint64_t) delta : (uint64_t) delta;

  if (delta < 0)
    return reputation > size ? reputation - size : 0;
  return reputation > UINT64_MAX - size ? UINT64_MAX : reputation + size;
}

/* One by one, for the same identity may be named twice in an entry: each change finds what the one before
 * left. */
static int
change_reputations (dcpipe_lookup *lookup, dcpipe_rows *rows, const struct note *note)
{
  struct borsh in = note->first;

  for (uint32_t i = 0; i < note->changes; i++) {
    struct bytes identity = borsh_bytes (&in);
    int64_t delta = borsh_i64 (&in);
    dcpipe_row *row = dcpipe_lookup_key (lookup, REPUTATIONS);
    const dcpipe_row *old;
    int result;

    payload_set_hex (row, REP_PUBKEY, identity);
    result = dcpipe_lookup_get (lookup, row, &old);
    if (result != DCPIPE_OK && result != DCPIPE_NONE)
      return DCPIPE_FAIL;
    row = dcpipe_row_add (rows, REPUTATIONS, DCPIPE_UPSERT);
    payload_set_hex (row, REP_PUBKEY, identity);
    dcpipe_set_u64 (row, REP_REPUTATION,
                    changed (old != NULL ? dcpipe_get_u64 (old, REP_REPUTATION) : 0, delta));
  }
  return DCPIPE_OK;
}

#define AGEING_MOST 100
#define MILLION 1000000

/* floor (reputation x ppm / 10^6), but at most AGEING_MOST. A product beyond 64 bits is far above that. */
static uint64_t
loss (uint64_t reputation, uint64_t ppm)
{
  uint64_t product;

  if (__builtin_mul_overflow (reputation, ppm, &product) || product / MILLION > AGEING_MOST)
    return reputation < AGEING_MOST ? reputation : AGEING_MOST;
  return product / MILLION < reputation ? product / MILLION : reputation;
}

struct ageing {
  dcpipe_rows *rows;
  uint64_t ppm;
  uint64_t lost; /* by all; each loses at most AGEING_MOST, so it does not overflow */
};

/* Rows that lose nothing are not written. */
static bool
age (void *context, const dcpipe_row *old)
{
  struct ageing *ageing = context;
  uint64_t reputation = dcpipe_get_u64 (old, REP_REPUTATION), lost = loss (reputation, ageing->ppm);
  struct dcpipe_bytes pubkey = dcpipe_get_bytes (old, REP_PUBKEY);
  dcpipe_row *row;

  if (lost == 0)
    return true;
  row = dcpipe_row_add (ageing->rows, REPUTATIONS, DCPIPE_UPSERT);
  dcpipe_set_text (row, REP_PUBKEY, pubkey.data, pubkey.size);
  dcpipe_set_u64 (row, REP_REPUTATION, reputation - lost);
  ageing->lost += lost;
  return true;
}

/* Over all identities, in the order of their keys; the scan shows each as it was before. */
static int
age_reputations (dcpipe_lookup *lookup, dcpipe_rows *rows, const struct note *note)
{
  struct ageing ageing = { .rows = rows, .ppm = note->ppm };
  dcpipe_row *row;

  if (dcpipe_lookup_scan (lookup, dcpipe_lookup_key (lookup, REPUTATIONS), age, &ageing) != DCPIPE_OK)
    return DCPIPE_FAIL;
  row = dcpipe_row_add (rows, CHANGES, DCPIPE_INSERT);
  dcpipe_set_u64 (row, CHANGE_ITEM, 0);
  dcpipe_set_i64 (row, CHANGE_AMOUNT, -(int64_t) ageing.lost);
  dcpipe_set_string (row, CHANGE_REASON, "ageing");
  dcpipe_set_u64 (row, CHANGE_PPM, note->ppm);
  dcpipe_set_u64 (row, CHANGE_VERSION, PAYLOAD_V1);
  return DCPIPE_OK;
}

static int
reputation_resolve (const void *handle, const dcpipe_entry *entry, dcpipe_lookup *lookup, dcpipe_rows *rows)
{
  const struct note *note = dcpipe_lookup_note (lookup, NULL);

  (void) handle;
  (void) entry;
  return dcpipe_rows_label (rows) == REP_AGE ? age_reputations (lookup, rows, note)
                                             : change_reputations (lookup, rows, note);
}

static const struct dcpipe_decoder reputation_decoder = {
  .name = "reputation",
  .version = PACKAGE_VERSION,
  .description = "decodes changes and ageing of reputations, and keeps what each identity has",
  .license = "Apache-2.0",
  .labels = DCPIPE_ARRAY (labels),
  .tables = DCPIPE_ARRAY (tables),
  .row_format = 1,
  .decode = reputation_decode,
  .resolve = reputation_resolve,
};
DCPIPE_REGISTER_DECODER (reputation_decoder)
