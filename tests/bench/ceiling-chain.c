/* SPDX-License-Identifier: Apache-2.0 */
/* The ceiling of reading: inflates every block of a ledger file and takes one SHA-256 of what it inflates to,
 * on one thread, with buffers that are used again, and nothing else. Prints seconds, blocks and inflated
 * bytes. */
#include "config.h"

#include <inttypes.h>
#include <libdeflate.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bytes/bytes.h"

#define HEADER 16

static double
seconds (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return (double) now.tv_sec + (double) now.tv_nsec * 1e-9;
}

struct work {
  struct libdeflate_decompressor *decompressor;
  uint8_t *content;
  size_t room;
  uint64_t blocks, bytes;
};

/* Inflates one body and hashes it; the size of the content. */
static size_t
inflate_and_hash (struct work *work, const uint8_t *body, size_t size)
{
  struct sha256_ctx context;
  uint8_t digest[SHA256_DIGEST_SIZE];
  size_t used, made;

  while (
      libdeflate_zlib_decompress_ex (work->decompressor, body, size, work->content, work->room, &used, &made)
      == LIBDEFLATE_INSUFFICIENT_SPACE) {
    work->room *= 2;
    work->content = realloc (work->content, work->room);
    if (work->content == NULL)
      exit (EXIT_FAILURE);
  }
  sha256_init (&context);
  sha256_update (&context, made, work->content);
  sha256_digest (&context, sizeof digest, digest);
  return made;
}

int
main (int argc, char **argv)
{
  struct work work = { .decompressor = libdeflate_alloc_decompressor (),
                       .content = malloc (1 << 20),
                       .room = 1 << 20 };
  FILE *file = argc == 2 ? fopen (argv[1], "rb") : NULL;
  uint8_t table[40], header[HEADER], *body = NULL;
  double begin = seconds ();

  if (file == NULL || fread (table, 1, sizeof table, file) != sizeof table) {
    fprintf (stderr, "usage: ceiling-chain LEDGER\n");
    return 64;
  }
  fseeko (file, (off_t) load_le64 (table + 32), SEEK_SET);
  while (fread (header, 1, HEADER, file) == HEADER && load_le32 (header) == 1) {
    size_t size = load_le32 (header + 8) - HEADER;

    body = realloc (body, size);
    if (body == NULL || fread (body, 1, size, file) != size)
      return EXIT_FAILURE;
    work.bytes += inflate_and_hash (&work, body, size);
    work.blocks++;
  }
  printf ("%.4f %" PRIu64 " %" PRIu64 "\n", seconds () - begin, work.blocks, work.bytes);
  return EXIT_SUCCESS;
}
