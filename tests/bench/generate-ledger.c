/* SPDX-License-Identifier: Apache-2.0 */
/* Writes a ledger of any length, for benchmarks and long tests. */
#include "config.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/economy.h"
#include "dcledger/partition.h"

#define BLOCK_TIME UINT64_C (600000000000)

static const unsigned shares[] = {
#define SHARE(kind, label, share) share,
  KINDS (SHARE)
#undef SHARE
};

static enum kind
random_kind (struct economy *economy)
{
  uint64_t at = economy_random (economy, 10000);

  for (int kind = 0; kind < KIND_COUNT; kind++) {
    if (at < shares[kind])
      return (enum kind) kind;
    at -= shares[kind];
  }
  return TRANSFER;
}

/* 13 on average: some blocks of one entry, most of 2 to 24, a few up to 60. */
static uint32_t
entries_in_block (struct economy *economy)
{
  uint64_t style = economy_random (economy, 100);

  if (style < 6)
    return 1;
  if (style < 94)
    return (uint32_t) (2 + economy_random (economy, 12) + economy_random (economy, 12));
  return (uint32_t) (20 + economy_random (economy, 41));
}

/* Entries of a block stand together by label, labels in the order of their first use. */
static void
add_block (struct economy *economy)
{
  uint32_t counts[KIND_COUNT] = { 0 };
  enum kind used[KIND_COUNT];
  size_t kinds = 0;

  economy->block++;
  economy->rewarded = false;
  economy->now += BLOCK_TIME + economy_random (economy, 1000000);
  for (uint32_t left = entries_in_block (economy); left > 0; left--) {
    enum kind kind = random_kind (economy);

    if (counts[kind]++ == 0)
      used[kinds++] = kind;
  }
  for (size_t i = 0; i < kinds; i++)
    for (uint32_t left = counts[used[i]]; left > 0; left--)
      economy_entry (economy, used[i]);
  ledger_writer_commit (economy->writer, economy->now);
}

static void
generate (const char *path, uint64_t entries, uint64_t seed, uint64_t start, bool sign)
{
  struct ledger_writer *writer = ledger_writer_new (path, start);
  struct economy economy;

  economy_init (&economy, writer, seed, entries, sign);
  economy.now = UINT64_C (1704063600000000000);
  while (economy.written < entries)
    add_block (&economy);
  ledger_writer_close (writer);
  fprintf (stderr, "%s: %" PRIu64 " entries, %" PRIu32 " blocks, %" PRIu32 " keys\n", path, economy.written,
           economy.block, economy.actor_count);
  economy_free (&economy);
}

static int
usage (FILE *out, int status)
{
  fprintf (out, "usage: generate-ledger [--entries N] [--seed S] [--data-start N] [--sign] OUT\n"
                "\n"
                "Writes a well-formed ledger of N entries (default 1000000).\n"
                "The same seed gives the same file.\n"
                "Without --sign, signatures are random bytes, which are no signatures.\n");
  return status;
}

static bool
number (const char *text, uint64_t *value)
{
  char *end;

  *value = strtoull (text, &end, 10);
  return text[0] >= '0' && text[0] <= '9' && *end == '\0';
}

int
main (int argc, char **argv)
{
  static const struct option options[] = {
    { "entries", required_argument, NULL, 'e' },
    { "seed", required_argument, NULL, 's' },
    { "data-start", required_argument, NULL, 'd' },
    { "sign", no_argument, NULL, 'S' },
    { "help", no_argument, NULL, 'h' },
    { NULL, 0, NULL, 0 },
  };
  uint64_t entries = 1000000, seed = 1, start = LEDGER_DATA_START;
  bool sign = false, good = true;
  int option;

  while ((option = getopt_long (argc, argv, "", options, NULL)) != -1)
    switch (option) {
    case 'e':
      good = good && number (optarg, &entries);
      break;
    case 's':
      good = good && number (optarg, &seed);
      break;
    case 'd':
      good = good && number (optarg, &start) && start >= LEDGER_TABLE_SIZE;
      break;
    case 'S':
      sign = true;
      break;
    case 'h':
      return usage (stdout, EXIT_SUCCESS);
    default:
      return usage (stderr, 64);
    }
  if (!good || optind != argc - 1)
    return usage (stderr, 64);
  generate (argv[optind], entries, seed, start, sign);
  return EXIT_SUCCESS;
}
