/* SPDX-License-Identifier: Apache-2.0 */
/* The source ledger_file, as it was built, on files that are whole, growing, damaged and replaced. */
#include "config.h"

#include <check.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bytes/hex.h"
#include "dcledger/block.h"
#include "support/ledger-writer.h"
#include "support/run.h"
#include "support/source-host.h"
#include "support/vectors.h"

#define BLOCKS 6
#define LARGE_BLOCK 3
#define DATA_START UINT64_C (65536)

static char directory[] = "/tmp/test-ledger-file.XXXXXX";
static char path[64], other_path[64];

/* A ledger of BLOCKS blocks, the one numbered LARGE_BLOCK larger than what is read at once. */
static uint8_t *whole;
static size_t whole_size;
static uint64_t position[BLOCKS + 1];

static struct source_host *host;

static uint8_t *
make_ledger (const char *file, uint8_t seed)
{
  struct ledger_writer *writer = ledger_writer_new (file, DATA_START);
  uint8_t *noise = malloc (3 << 20), *bytes;
  uint32_t state = seed;
  struct stat status;
  FILE *in;

  ck_assert_ptr_nonnull (noise);
  for (size_t i = 0; i < 3 << 20; i++)
    noise[i] = (uint8_t) ((state = state * 1664525u + 1013904223u) >> 24);
  for (int i = 0; i < BLOCKS; i++) {
    size_t size = i == LARGE_BLOCK ? 3 << 20 : 100;

    ledger_writer_entry (writer, "A", (struct bytes){ &seed, 1 }, (struct bytes){ noise, size }, false);
    ledger_writer_entry (writer, "B", (struct bytes){ &seed, 1 }, (struct bytes){ NULL, 0 }, true);
    position[i] = ledger_writer_commit (writer, 1000 + (uint64_t) i);
  }
  ledger_writer_close (writer);
  free (noise);
  in = fopen (file, "rb");
  ck_assert (in != NULL && fstat (fileno (in), &status) == 0);
  whole_size = (size_t) status.st_size;
  bytes = malloc (whole_size);
  ck_assert (bytes != NULL && fread (bytes, whole_size, 1, in) == 1);
  fclose (in);
  position[BLOCKS] = position[BLOCKS - 1] + load_le32 (bytes + position[BLOCKS - 1] + 8);
  return bytes;
}

/* Makes `file` the first `size` bytes of the ledger, without making it another file. */
static void
put (const char *file, uint64_t size)
{
  int fd = open (file, O_WRONLY | O_CREAT, 0600);

  ck_assert (fd >= 0 && ftruncate (fd, (off_t) size) == 0);
  ck_assert (pwrite (fd, whole, size, 0) == (ssize_t) size);
  close (fd);
}

static void
patch (uint64_t at, const void *data, size_t size)
{
  int fd = open (path, O_WRONLY);

  ck_assert (fd >= 0 && pwrite (fd, data, size, (off_t) at) == (ssize_t) size);
  close (fd);
}

static void
set_up (void)
{
  ck_assert_ptr_nonnull (mkdtemp (directory));
  snprintf (path, sizeof path, "%s/ledger", directory);
  snprintf (other_path, sizeof other_path, "%s/other", directory);
  whole = make_ledger (path, 1);
  host = host_new ("ledger_file");
  *(const char **) host_option (host, "path") = path;
  *(uint64_t *) host_option (host, "settle_time") = 50;
  host_following = false;
  host_max_block_size = (size_t) 64 << 20;
}

static void
tear_down (void)
{
  host_free (host);
  unlink (path);
  unlink (other_path);
  rmdir (directory);
  free (whole);
}

static void
begin (bool following)
{
  host_following = following;
  ck_assert_int_eq (host_open (host, NULL), DCPIPE_OK);
}

/* Reads on until something other than frames comes; the blocks must be those from `first` to before `last`.
 */
static int
expect_blocks (size_t first, size_t last)
{
  int result;

  while ((result = host_next (host)) == DCPIPE_OK)
    for (size_t i = 0; i < host->count; i++, first++) {
      ck_assert_uint_lt (first, last);
      ck_assert_uint_eq (host->frames[i].position, position[first]);
      ck_assert_uint_eq (host->frames[i].bytes.size, position[first + 1] - position[first]);
      ck_assert_mem_eq (host->frames[i].bytes.data, whole + position[first], host->frames[i].bytes.size);
    }
  ck_assert_uint_eq (first, last);
  return result;
}

static void
expect_error (const char *part)
{
  ck_assert_msg (strstr (host->error, part) != NULL, "\"%s\" does not hold \"%s\"", host->error, part);
}

START_TEST (whole_file_is_read_to_its_end)
{
  begin (false);
  ck_assert_int_eq (expect_blocks (0, BLOCKS), DCPIPE_TIP);
  ck_assert_uint_eq (host->first, DATA_START);
  ck_assert_uint_eq (host->end, position[BLOCKS]);
  ck_assert_int_eq (host_next (host), DCPIPE_TIP);
}
END_TEST

START_TEST (memory_is_taken_in_chunks)
{
  begin (false);
  while (host_next (host) == DCPIPE_OK)
    ck_assert_uint_le (host->memory, (4u << 20) + host->frames[0].bytes.size);
}
END_TEST

START_TEST (a_run_begins_again_at_any_block)
{
  for (size_t i = 0; i < BLOCKS; i++) {
    ck_assert_int_eq (host_open (host, &position[i]), DCPIPE_OK);
    ck_assert_int_eq (expect_blocks (i, BLOCKS), DCPIPE_TIP);
  }
}
END_TEST

START_TEST (a_stored_block_must_be_there)
{
  uint64_t inside = position[1] + 1, before = DATA_START - 16, beyond = whole_size + 5;

  ck_assert_int_eq (host_open (host, &position[BLOCKS]), DCPIPE_OK);
  ck_assert_int_eq (host_next (host), DCPIPE_DIVERGED);
  expect_error ("where the last stored block is expected: the ledger ends here");
  ck_assert_int_eq (host_open (host, &inside), DCPIPE_OK);
  ck_assert_int_eq (host_next (host), DCPIPE_DIVERGED);
  ck_assert_int_eq (host_open (host, &before), DCPIPE_OK);
  ck_assert_int_eq (host_next (host), DCPIPE_DIVERGED);
  expect_error ("start at position 65536");
  ck_assert_int_eq (host_open (host, &beyond), DCPIPE_OK);
  ck_assert_int_eq (host_next (host), DCPIPE_DIVERGED);
  expect_error ("cut short");
}
END_TEST

START_TEST (blocks_are_unpacked)
{
  struct host_block block, before = { .hash_size = 0 };

  begin (false);
  for (size_t seen = 0; host_next (host) == DCPIPE_OK;)
    for (size_t i = 0; i < host->count; i++, seen++) {
      ck_assert_int_eq (host_unpack (host, &host->frames[i], &block), DCPIPE_OK);
      ck_assert_uint_eq (block.entries, 2);
      ck_assert_uint_eq (block.deletes, 1);
      ck_assert_uint_eq (block.time, 1000 + seen);
      ck_assert_uint_eq (block.hash_size, LEDGER_HASH_SIZE);
      ck_assert_uint_eq (block.parent_size, before.hash_size);
      ck_assert_mem_eq (block.parent, before.hash, before.hash_size);
      before = block;
    }
}
END_TEST

START_TEST (a_block_beyond_the_limit_is_refused)
{
  struct host_block block;

  host_max_block_size = 1 << 20;
  begin (false);
  ck_assert_int_eq (expect_blocks (0, LARGE_BLOCK), DCPIPE_DIVERGED);
  expect_error ("more than the limit");
  host_max_block_size = 64;
  begin (false);
  ck_assert_int_eq (host_next (host), DCPIPE_OK);
  ck_assert_int_eq (host_unpack (host, &host->frames[0], &block), DCPIPE_DIVERGED);
  expect_error ("block at position 65536: it inflates to more than the limit of 64 bytes");
}
END_TEST

START_TEST (a_growing_file_is_followed)
{
  put (path, position[1]);
  begin (false); /* whether following or not: a caller may come again */
  ck_assert_int_eq (expect_blocks (0, 1), DCPIPE_TIP);
  put (path, position[2]);
  ck_assert_int_eq (expect_blocks (1, 2), DCPIPE_TIP);
  put (path, whole_size);
  ck_assert_int_eq (expect_blocks (2, BLOCKS), DCPIPE_TIP);
}
END_TEST

START_TEST (a_torn_end_is_a_fault_behind_the_good_blocks)
{
  const uint64_t cuts[] = { position[2] + 1, position[2] + 16, position[3] - 1, position[4] - 1 };

  for (size_t i = 0; i < 4; i++) {
    put (path, cuts[i]);
    begin (false);
    ck_assert_int_eq (expect_blocks (0, i < 3 ? 2 : 3), DCPIPE_DIVERGED);
    expect_error ("the ledger ends inside");
  }
}
END_TEST

START_TEST (a_torn_end_may_be_completed_when_following)
{
  put (path, position[3] - 1);
  begin (true);
  ck_assert_int_eq (expect_blocks (0, 2), DCPIPE_TIP);
  put (path, position[3]);
  ck_assert_int_eq (expect_blocks (2, 3), DCPIPE_TIP);
}
END_TEST

START_TEST (a_torn_end_becomes_a_fault_when_it_settles)
{
  put (path, position[3] - 2);
  begin (true);
  ck_assert_int_eq (expect_blocks (0, 2), DCPIPE_TIP);
  usleep (60000);
  put (path, position[3] - 1); /* it moved: the time begins anew */
  ck_assert_int_eq (host_next (host), DCPIPE_TIP);
  usleep (60000);
  ck_assert_int_eq (host_next (host), DCPIPE_DIVERGED);
  expect_error ("the ledger ends inside the block");
}
END_TEST

START_TEST (space_reserved_and_not_written_is_waited_for)
{
  static const uint8_t zeros[50];

  put (path, whole_size);
  patch (position[BLOCKS - 1] + 20, zeros, sizeof zeros);
  begin (true);
  ck_assert_int_eq (expect_blocks (0, BLOCKS - 1), DCPIPE_TIP);
  patch (position[BLOCKS - 1] + 20, whole + position[BLOCKS - 1] + 20, sizeof zeros);
  ck_assert_int_eq (expect_blocks (BLOCKS - 1, BLOCKS), DCPIPE_TIP);
}
END_TEST

START_TEST (a_file_that_shrinks_is_a_fault)
{
  begin (false);
  ck_assert_int_eq (expect_blocks (0, BLOCKS), DCPIPE_TIP);
  put (path, position[2]);
  ck_assert_int_eq (host_next (host), DCPIPE_DIVERGED);
  expect_error ("cut short");
}
END_TEST

START_TEST (a_longer_copy_may_take_the_files_place)
{
  put (path, position[2]);
  begin (true);
  ck_assert_int_eq (expect_blocks (0, 2), DCPIPE_TIP);
  put (other_path, whole_size);
  ck_assert_int_eq (rename (other_path, path), 0);
  ck_assert_int_eq (expect_blocks (2, BLOCKS), DCPIPE_TIP);
}
END_TEST

START_TEST (another_ledger_may_not_take_the_files_place)
{
  put (path, position[2]);
  begin (true);
  *(uint64_t *) host_option (host, "settle_time") = 0;
  ck_assert_int_eq (expect_blocks (0, 2), DCPIPE_TIP);
  free (make_ledger (other_path, 2));
  ck_assert_int_eq (rename (other_path, path), 0);
  ck_assert_int_eq (host_next (host), DCPIPE_DIVERGED);
  expect_error ("replaced");
}
END_TEST

START_TEST (what_is_no_ledger_file_is_refused)
{
  *(const char **) host_option (host, "path") = directory;
  ck_assert_int_eq (host_open (host, NULL), DCPIPE_FAIL);
  expect_error ("a directory");
  *(const char **) host_option (host, "path") = other_path;
  ck_assert_int_eq (host_open (host, NULL), DCPIPE_FAIL);
  expect_error ("No such file");
  ck_assert_int_eq (mkfifo (other_path, 0600), 0);
  ck_assert_int_eq (host_open (host, NULL), DCPIPE_FAIL);
  expect_error ("no regular file");
}
END_TEST

START_TEST (a_file_without_a_table_is_a_fault_at_once_or_when_it_settles)
{
  put (path, 0);
  begin (false);
  ck_assert_int_eq (host_next (host), DCPIPE_DIVERGED);
  expect_error ("empty");
  begin (true);
  ck_assert_int_eq (host_next (host), DCPIPE_TIP);
  put (path, whole_size);
  ck_assert_int_eq (expect_blocks (0, BLOCKS), DCPIPE_TIP);
}
END_TEST

/* ---- golden ledgers -------------------------------------------------------------------------------- */

struct golden {
  size_t blocks, at;
};

/* Compares the next frame with a row of NAME.blocks.jsonl. */
static void
compare_block (json_t *row, size_t number, void *context)
{
  struct golden *golden = context;
  struct host_block block;
  char hash[2 * LEDGER_HASH_SIZE + 1];
  const struct host_frame *frame;

  if (golden->at == host->count) {
    ck_assert_msg (host_next (host) == DCPIPE_OK, "block %zu: %s", number, host->error);
    golden->at = 0;
  }
  frame = &host->frames[golden->at++];
  ck_assert_uint_eq (frame->position, (uint64_t) json_integer_value (json_object_get (row, "position")));
  ck_assert_int_eq (host_unpack (host, frame, &block), DCPIPE_OK);
  hex_encode (hash, block.hash, block.hash_size);
  ck_assert_str_eq (hash, vectors_text (row, "hash"));
  ck_assert_uint_eq (block.entries, (size_t) json_integer_value (json_object_get (row, "entries")));
  golden->blocks++;
}

static void
read_golden (const char *file)
{
  struct golden golden = { 0 };
  char name[256];

  *(const char **) host_option (host, "path") = file;
  begin (false);
  host->count = 0;
  snprintf (name, sizeof name, "ledger/%.*s.blocks.jsonl",
            (int) (strlen (strrchr (file, '/')) - 1 - strlen (".ledger")), strrchr (file, '/') + 1);
  vectors_each (name, compare_block, &golden);
  if (golden.blocks > 0)
    ck_assert_int_eq (host_next (host), DCPIPE_TIP);
  if (getenv ("V") != NULL)
    printf ("%s: %zu blocks compared\n", name, golden.blocks);
}

START_TEST (golden_ledgers_give_their_blocks)
{
  char *pattern = vectors_path ("ledger/*.ledger");
  glob_t found;

  if (glob (pattern, 0, NULL, &found) == 0)
    for (size_t i = 0; i < found.gl_pathc; i++)
      read_golden (found.gl_pathv[i]);
  globfree (&found);
  free (pattern);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    whole_file_is_read_to_its_end,
    memory_is_taken_in_chunks,
    a_run_begins_again_at_any_block,
    a_stored_block_must_be_there,
    blocks_are_unpacked,
    a_block_beyond_the_limit_is_refused,
    a_growing_file_is_followed,
    a_torn_end_is_a_fault_behind_the_good_blocks,
    a_torn_end_may_be_completed_when_following,
    a_torn_end_becomes_a_fault_when_it_settles,
    space_reserved_and_not_written_is_waited_for,
    a_file_that_shrinks_is_a_fault,
    a_longer_copy_may_take_the_files_place,
    another_ledger_may_not_take_the_files_place,
    what_is_no_ledger_file_is_refused,
    a_file_without_a_table_is_a_fault_at_once_or_when_it_settles,
    golden_ledgers_give_their_blocks,
  };

  return RUN_TESTS_BETWEEN ("ledger_file", tests, set_up, tear_down);
}
