/* SPDX-License-Identifier: Apache-2.0 */
/* dcpipe-replica: see README.md. */
#include "config.h"

#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bytes/hex.h"
#include "replica/replica.h"

#define MAX_FAULTS 64
#define EXIT_USAGE 64

static const char usage_text[] =
    "Usage: dcpipe-replica --ledger FILE [OPTION]...\n"
    "Serves a ledger file as a canister of the Internet Computer would, on 127.0.0.1.\n"
    "\n"
    "  --port N                listen there; 0 (default): any port that is free\n"
    "  --canister-id ID        (default " REPLICA_DEFAULT_CANISTER ")\n"
    "  --generation 1|2|3      of the listing methods (default 3)\n"
    "  --next-block-sync MODE  blocks (default), record or pending\n"
    "  --lack METHOD[+METHOD]  methods that the canister does not have\n"
    "  --stuck                 listings give the same page again and again\n"
    "  --pending               the first block not yet revealed is what is not yet committed\n"
    "  --blocks N              reveal so many blocks at first (default: all)\n"
    "  --grow N/MS             then N more every MS milliseconds\n"
    "  --chunk BYTES           that data_fetch gives at the most (default 1048576)\n"
    "  --delay MS              wait before each answer\n"
    "  --clock SECONDS         how far its clock is ahead of this machine's, or behind (negative)\n"
    "  --call-delay MS         until an asynchronous call is done (default 100)\n"
    "  --max-api N             newest version of the HTTP interface: 2, 3 or 4 (default)\n"
    "  --seed TEXT             derive all keys from it (default \"dcpipe\")\n"
    "  --no-delegation         let the root key sign everything itself\n"
    "  --fault SPEC            such as kind=close,on=query,after=3,count=1; may be repeated\n"
    "  --until-eof             end when standard input does\n"
    "\n"
    "Prints key=value lines (url, root_key, canister_id, generation) when it is ready. Ends on SIGTERM or "
    "SIGINT.\n";

static int wake[2];

/* All that is safe in a signal handler: wake up the main thread. */
static void
on_signal (int number)
{
  const int saved = errno;

  (void) number;
  if (write (wake[1], "", 1) < 0)
    _exit (1);
  errno = saved;
}

static void
usage_error (const char *option, const char *value)
{
  fprintf (stderr, "dcpipe-replica: %s %s: not understood; see --help\n", option, value);
  exit (EXIT_USAGE);
}

static unsigned
number (const char *option, const char *text, unsigned least, unsigned most)
{
  char *end;
  unsigned long value = strtoul (text, &end, 10);

  if (text[0] < '0' || text[0] > '9' || *end != '\0' || value < least || value > most)
    usage_error (option, text);
  return (unsigned) value;
}

static void
set_growth (struct growth *growth, const char *text)
{
  char *end;
  unsigned long step = strtoul (text, &end, 10);

  if (text[0] < '0' || text[0] > '9' || *end != '/')
    usage_error ("--grow", text);
  growth->step = step;
  growth->step_ms = number ("--grow", end + 1, 1, 1u << 30);
}

static enum block_sync
block_sync (const char *text)
{
  static const char *const modes[] = { "blocks", "record", "pending" };

  for (unsigned i = 0; i < 3; i++)
    if (strcmp (text, modes[i]) == 0)
      return (enum block_sync) i;
  usage_error ("--next-block-sync", text);
  return SYNC_BLOCKS;
}

enum {
  OPTION_LEDGER = 256,
  OPTION_PORT,
  OPTION_CANISTER,
  OPTION_GENERATION,
  OPTION_SYNC,
  OPTION_LACK,
  OPTION_STUCK,
  OPTION_PENDING,
  OPTION_BLOCKS,
  OPTION_GROW,
  OPTION_CHUNK,
  OPTION_DELAY,
  OPTION_CLOCK,
  OPTION_CALL_DELAY,
  OPTION_MAX_API,
  OPTION_SEED,
  OPTION_NO_DELEGATION,
  OPTION_FAULT,
  OPTION_UNTIL_EOF,
  OPTION_HELP,
};

static const struct option long_options[] = {
  { "ledger", required_argument, NULL, OPTION_LEDGER },
  { "port", required_argument, NULL, OPTION_PORT },
  { "canister-id", required_argument, NULL, OPTION_CANISTER },
  { "generation", required_argument, NULL, OPTION_GENERATION },
  { "next-block-sync", required_argument, NULL, OPTION_SYNC },
  { "lack", required_argument, NULL, OPTION_LACK },
  { "stuck", no_argument, NULL, OPTION_STUCK },
  { "pending", no_argument, NULL, OPTION_PENDING },
  { "blocks", required_argument, NULL, OPTION_BLOCKS },
  { "grow", required_argument, NULL, OPTION_GROW },
  { "chunk", required_argument, NULL, OPTION_CHUNK },
  { "delay", required_argument, NULL, OPTION_DELAY },
  { "clock", required_argument, NULL, OPTION_CLOCK },
  { "call-delay", required_argument, NULL, OPTION_CALL_DELAY },
  { "max-api", required_argument, NULL, OPTION_MAX_API },
  { "seed", required_argument, NULL, OPTION_SEED },
  { "no-delegation", no_argument, NULL, OPTION_NO_DELEGATION },
  { "fault", required_argument, NULL, OPTION_FAULT },
  { "until-eof", no_argument, NULL, OPTION_UNTIL_EOF },
  { "help", no_argument, NULL, OPTION_HELP },
  { NULL, 0, NULL, 0 },
};

static void
set_option (struct replica_options *options, int option, struct growth *growth, const char **faults,
            bool *until_eof)
{
  switch (option) {
  case OPTION_LEDGER:
    options->ledger = optarg;
    break;
  case OPTION_PORT:
    options->port = (uint16_t) number ("--port", optarg, 0, 65535);
    break;
  case OPTION_CANISTER:
    options->canister_id = optarg;
    break;
  case OPTION_GENERATION:
    options->generation = number ("--generation", optarg, 1, 3);
    break;
  case OPTION_SYNC:
    options->block_sync = block_sync (optarg);
    break;
  case OPTION_LACK:
    options->lacks = optarg;
    break;
  case OPTION_STUCK:
    options->stuck = true;
    break;
  case OPTION_PENDING:
    options->pending = true;
    break;
  case OPTION_BLOCKS:
    growth->first = number ("--blocks", optarg, 0, 1u << 30);
    break;
  case OPTION_GROW:
    set_growth (growth, optarg);
    break;
  case OPTION_CHUNK:
    options->chunk = number ("--chunk", optarg, 1, 1u << 30);
    break;
  case OPTION_DELAY:
    options->delay_ms = number ("--delay", optarg, 0, 1u << 30);
    break;
  case OPTION_CLOCK:
    options->clock_s = optarg[0] == '-' ? -(int64_t) number ("--clock", optarg + 1, 0, 1u << 30)
                                        : (int64_t) number ("--clock", optarg, 0, 1u << 30);
    break;
  case OPTION_CALL_DELAY:
    options->call_ms = number ("--call-delay", optarg, 0, 1u << 30);
    break;
  case OPTION_MAX_API:
    options->max_api = number ("--max-api", optarg, 2, 4);
    break;
  case OPTION_SEED:
    options->seed = optarg;
    break;
  case OPTION_NO_DELEGATION:
    options->undelegated = true;
    break;
  case OPTION_UNTIL_EOF:
    *until_eof = true;
    break;
  case OPTION_FAULT:
    if (options->fault_count == MAX_FAULTS)
      usage_error ("--fault", "given too often");
    faults[options->fault_count++] = optarg;
    break;
  case OPTION_HELP:
    fputs (usage_text, stdout);
    exit (0);
  default:
    fputs ("Try dcpipe-replica --help.\n", stderr);
    exit (EXIT_USAGE);
  }
}

static void
print_facts (const struct replica *replica, const struct replica_options *options)
{
  char key[2 * IC_BLS_DER_SIZE + 1], id[IC_PRINCIPAL_TEXT_SIZE];

  hex_encode (key, replica_root_key (replica), IC_BLS_DER_SIZE);
  ic_principal_text (replica_canister (replica), id);
  printf ("url=%s\nroot_key=%s\ncanister_id=%s\ngeneration=%u\n", replica_url (replica), key, id,
          options->generation);
  fflush (stdout);
}

/* Waits for a signal or, if asked to, for the end of standard input. */
static void
wait_for_end (bool until_eof)
{
  struct pollfd polled[2] = { { .fd = wake[0], .events = POLLIN },
                              { .fd = until_eof ? STDIN_FILENO : -1, .events = POLLIN } };
  char buffer[256];

  for (;;) {
    if (poll (polled, 2, -1) < 0)
      continue;
    if (polled[0].revents != 0)
      return;
    if (polled[1].revents != 0 && read (STDIN_FILENO, buffer, sizeof buffer) <= 0)
      return;
  }
}

int
main (int argc, char *argv[])
{
  const char *faults[MAX_FAULTS];
  struct growth growth = { .first = SIZE_MAX };
  struct replica_options options = { .generation = 3, .call_ms = 100, .faults = faults, .growth = &growth };
  const struct sigaction action = { .sa_handler = on_signal };
  struct replica *replica;
  struct ic_error error;
  bool until_eof = false;
  int option;

  while ((option = getopt_long (argc, argv, "", long_options, NULL)) != -1)
    set_option (&options, option, &growth, faults, &until_eof);
  if (options.ledger == NULL || optind < argc)
    usage_error (optind < argc ? argv[optind] : "--ledger", optind < argc ? "" : "FILE");
  /* A ledger that grows begins with nothing, unless --blocks says otherwise. */
  if (growth.step > 0 && growth.first == SIZE_MAX)
    growth.first = 0;
  signal (SIGPIPE, SIG_IGN);
  if (pipe (wake) != 0 || sigaction (SIGTERM, &action, NULL) != 0 || sigaction (SIGINT, &action, NULL) != 0) {
    perror ("dcpipe-replica");
    return 1;
  }
  replica = replica_start (&options, &error);
  if (replica == NULL) {
    fprintf (stderr, "dcpipe-replica: %s\n", error.text);
    return 1;
  }
  print_facts (replica, &options);
  wait_for_end (until_eof);
  replica_stop (replica);
  return 0;
}
