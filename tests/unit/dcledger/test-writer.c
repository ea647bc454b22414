/* SPDX-License-Identifier: Apache-2.0 */
/* The ledger writer and the signer that other tests rely on. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "dcledger/ed25519ph.h"
#include "support/ed25519ph-sign.h"
#include "support/ledger-reader.h"
#include "support/ledger-writer.h"
#include "support/run.h"
#include "support/vectors.h"

static const struct bytes none = { NULL, 0 };

/* ---- writing a ledger again ---------------------------------------------------------------------- */

static void
copy_entry (struct reader *reader, const struct ledger_entry *entry, uint32_t index)
{
  (void) index;
  ledger_writer_raw_entry (reader->context, entry->label, entry->key, entry->value, entry->deleted);
}

static void
copy_block (struct reader *reader, const struct ledger_block *block)
{
  struct bytes hash = { block->hash, sizeof block->hash };

  ck_assert_uint_eq (ledger_writer_pending (reader->context), block->entries);
  ledger_writer_commit (reader->context, block->timestamp);
  ck_assert (bytes_equal (ledger_writer_parent (reader->context), hash));
}

static uint8_t *
read_back (const char *path, size_t *size)
{
  FILE *file = fopen (path, "rb");
  uint8_t *data;

  ck_assert_ptr_nonnull (file);
  fseek (file, 0, SEEK_END);
  *size = (size_t) ftell (file);
  rewind (file);
  data = malloc (*size + 1);
  ck_assert_uint_eq (fread (data, 1, *size, file), *size);
  fclose (file);
  return data;
}

static void
temporary (char *path, size_t size)
{
  snprintf (path, size, "test-writer-%ld.ledger", (long) getpid ());
}

START_TEST (a_copy_has_the_same_hashes)
{
  char path[64], *golden = vectors_path ("ledger/corrupt/good.ledger");
  struct reader reader = { .entry = copy_entry, .block = copy_block };
  struct reader second = { 0 };
  struct bytes file;
  bool there = access (golden, R_OK) == 0;

  free (golden);
  if (!there) {
    ck_assert_ptr_nonnull (getenv ("DCPIPE_VECTORS"));
    return;
  }
  temporary (path, sizeof path);
  file.data = vectors_read ("ledger/corrupt/good.ledger", &file.size);
  reader.context = ledger_writer_new (path, 70000);
  ck_assert (reader_run (&reader, file));
  ledger_writer_close (reader.context);
  free ((void *) (uintptr_t) file.data);
  file.data = read_back (path, &file.size);
  remove (path);
  ck_assert_msg (reader_run (&second, file), "%s", second.reason.text);
  ck_assert_uint_eq (second.blocks, reader.blocks);
  ck_assert_uint_eq (second.entries, reader.entries);
  ck_assert_uint_eq (file.size, second.position + 65536);
  free ((void *) (uintptr_t) file.data);
}
END_TEST

START_TEST (an_empty_ledger)
{
  char path[64];
  struct reader reader = { 0 };
  struct bytes file;

  temporary (path, sizeof path);
  ledger_writer_close (ledger_writer_new (path, 4096));
  file.data = read_back (path, &file.size);
  remove (path);
  ck_assert (reader_run (&reader, file));
  ck_assert_uint_eq (reader.blocks, 0);
  ck_assert_uint_eq (reader.position, 4096);
  free ((void *) (uintptr_t) file.data);
}
END_TEST

/* ---- signing ------------------------------------------------------------------------------------- */

static void
sign_row (json_t *row, size_t number, void *context)
{
  struct bytes message, key, expected;
  size_t secret_size;
  uint8_t *secret = vectors_hex (row, "signing_key", &secret_size);
  uint8_t *parts[] = { vectors_hex (row, "message", &message.size), vectors_hex (row, "pubkey", &key.size),
                       vectors_hex (row, "signature", &expected.size) };
  struct signing_key pair;
  uint8_t signature[64];

  message.data = parts[0];
  key.data = parts[1];
  expected.data = parts[2];
  if (secret_size == 32 && strcmp (vectors_text (row, "what"), "good") == 0) {
    signing_key_init (&pair, secret);
    ck_assert_msg (bytes_equal (key, (struct bytes){ pair.pubkey, 32 }), "row %zu: another key", number);
    ed25519ph_sign (&pair, message, signature);
    ck_assert_msg (bytes_equal (expected, (struct bytes){ signature, 64 }), "row %zu: another signature",
                   number);
    ++*(size_t *) context;
  }
  for (size_t i = 0; i < 3; i++)
    free (parts[i]);
  free (secret);
}

START_TEST (signatures_are_those_of_upstream)
{
  size_t signed_rows = 0;
  size_t rows = vectors_each ("ledger/ed25519ph.jsonl", sign_row, &signed_rows);

  printf ("%zu rows, %zu signed again\n", rows, signed_rows);
  ck_assert (signed_rows > 0 || getenv ("DCPIPE_VECTORS") != NULL);
}
END_TEST

START_TEST (what_was_signed_verifies)
{
  uint8_t secret[32] = { 0 }, signature[64];
  struct signing_key key;

  for (uint8_t i = 0; i < 20; i++) {
    struct bytes message = { secret, i };

    secret[0] = i;
    signing_key_init (&key, secret);
    ed25519ph_sign (&key, message, signature);
    ck_assert (ledger_ed25519ph_verify ("decent-cloud", (struct bytes){ key.pubkey, 32 }, message,
                                        (struct bytes){ signature, 64 }));
    ck_assert (!ledger_ed25519ph_verify ("decent-clouds", (struct bytes){ key.pubkey, 32 }, message,
                                         (struct bytes){ signature, 64 }));
    ck_assert (i == 0
               || !ledger_ed25519ph_verify ("decent-cloud", (struct bytes){ key.pubkey, 32 }, none,
                                            (struct bytes){ signature, 64 }));
  }
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { a_copy_has_the_same_hashes, an_empty_ledger,
                                 signatures_are_those_of_upstream, what_was_signed_verifies };

  return RUN_TESTS ("writer", tests);
}
