/* SPDX-License-Identifier: Apache-2.0 */
/* The invented ledger that benchmarks use is a good one: chained, of all labels, properly signed. */
#include "config.h"

#include "bench/economy.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "dcledger/ed25519ph.h"
#include "support/ledger-reader.h"
#include "support/run.h"

#define ENTRIES 4000

static const char *const labels[] = {
#define LABEL(kind, label, share) label,
  KINDS (LABEL)
#undef LABEL
};

struct seen {
  size_t labels[KIND_COUNT];
  uint8_t parent[LEDGER_HASH_SIZE];
  size_t parent_size;
  size_t signatures;
};

static enum kind
kind_of (struct bytes label)
{
  for (int kind = 0; kind < KIND_COUNT; kind++)
    if (bytes_equal (label, (struct bytes){ (const uint8_t *) labels[kind], strlen (labels[kind]) }))
      return (enum kind) kind;
  return KIND_COUNT;
}

static void
check_signature (struct seen *seen, struct bytes key, struct bytes message, const uint8_t *signature)
{
  ck_assert (
      ledger_ed25519ph_verify (LEDGER_SIGNATURE_CONTEXT, key, message, (struct bytes){ signature, 64 }));
  seen->signatures++;
}

static void
check_entry (struct reader *reader, const struct ledger_entry *entry, uint32_t index)
{
  struct seen *seen = reader->context;
  enum kind kind = kind_of (entry->label);
  struct borsh in = borsh_over (entry->value);
  struct bytes inner, signature;

  (void) index;
  ck_assert (kind != KIND_COUNT);
  seen->labels[kind]++;
  if (kind == USER || kind == PROVIDER) {
    ck_assert_uint_eq (entry->value.size, 64);
    check_signature (seen, entry->key, entry->key, entry->value.data);
  }
  if (entry->deleted || (kind != CHECK_IN && kind != PROFILE && kind != OFFERING))
    return;
  borsh_variant (&in, 1);
  inner = borsh_bytes (&in);
  signature = borsh_bytes (&in);
  ck_assert (borsh_finish (&in));
  ck_assert_uint_eq (signature.size, 64);
  if (kind == CHECK_IN)
    inner = (struct bytes){ seen->parent, seen->parent_size };
  check_signature (seen, entry->key, inner, signature.data);
}

static void
note_block (struct reader *reader, const struct ledger_block *block)
{
  struct seen *seen = reader->context;

  memcpy (seen->parent, block->hash, sizeof seen->parent);
  seen->parent_size = sizeof seen->parent;
}

static struct bytes
generate (const char *path)
{
  struct ledger_writer *writer = ledger_writer_new (path, 65536);
  struct economy economy;
  struct bytes file;
  FILE *stream;

  economy_init (&economy, writer, 7, ENTRIES, true);
  economy.now = UINT64_C (1704063600000000000);
  while (economy.written < ENTRIES) {
    economy.block++;
    economy.rewarded = false;
    for (int kind = 0; kind < KIND_COUNT; kind++)
      economy_entry (&economy, (enum kind) kind);
    ledger_writer_commit (writer, economy.now += 600000000000);
  }
  economy_free (&economy);
  ledger_writer_close (writer);
  stream = fopen (path, "rb");
  ck_assert_ptr_nonnull (stream);
  fseek (stream, 0, SEEK_END);
  file.size = (size_t) ftell (stream);
  rewind (stream);
  file.data = malloc (file.size);
  ck_assert_uint_eq (fread ((void *) (uintptr_t) file.data, 1, file.size, stream), file.size);
  fclose (stream);
  remove (path);
  return file;
}

START_TEST (a_ledger_of_all_labels)
{
  struct seen seen = { 0 };
  struct reader reader = { .entry = check_entry, .block = note_block, .context = &seen };
  struct bytes file;
  char path[64];

  snprintf (path, sizeof path, "test-economy-%ld.ledger", (long) getpid ());
  file = generate (path);
  ck_assert_msg (reader_run (&reader, file), "%s", reader.reason.text);
  ck_assert_uint_eq (reader.entries, ENTRIES);
  for (int kind = 0; kind < KIND_COUNT; kind++)
    ck_assert_msg (seen.labels[kind] > 0, "no %s", labels[kind]);
  ck_assert_uint_gt (seen.signatures, ENTRIES / 4);
  free ((void *) (uintptr_t) file.data);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { a_ledger_of_all_labels };

  return RUN_TESTS ("economy", tests);
}
