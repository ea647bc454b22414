/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a ledger file on one thread (frames, inflating, parsing, hashes, chain) and prints how fast: the
 * ceiling of everything that is built on top. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "support/ledger-reader.h"

static double
seconds (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return (double) now.tv_sec + (double) now.tv_nsec * 1e-9;
}

int
main (int argc, char **argv)
{
  struct reader reader = { 0 };
  struct stat status;
  double begin;
  void *data;
  bool whole;
  int fd;

  if (argc != 2) {
    fprintf (stderr, "usage: read-ledger FILE\n");
    return 64;
  }
  fd = open (argv[1], O_RDONLY);
  if (fd < 0 || fstat (fd, &status) != 0) {
    perror (argv[1]);
    return EXIT_FAILURE;
  }
  data = mmap (NULL, (size_t) status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
  close (fd);
  if (data == MAP_FAILED) {
    perror (argv[1]);
    return EXIT_FAILURE;
  }
  begin = seconds ();
  whole = reader_run (&reader, (struct bytes){ data, (size_t) status.st_size });
  begin = seconds () - begin;
  if (!whole)
    fprintf (stderr, "%s: position %" PRIu64 ": %s\n", argv[1], reader.position, reader.reason.text);
  printf ("%zu blocks, %zu entries, %.2f s, %.2f million entries/s\n", reader.blocks, reader.entries, begin,
          (double) reader.entries / begin / 1e6);
  munmap (data, (size_t) status.st_size);
  return whole ? EXIT_SUCCESS : EXIT_FAILURE;
}
