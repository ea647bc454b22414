/* SPDX-License-Identifier: Apache-2.0 */
/* What tests tell a replica that runs already: the addresses below /control/. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "replica/server.h"

#define MAX_COMMAND 600

static void
add_fault (struct visit *visit, const char *spec)
{
  struct fault fault;
  struct ic_error error;

  if (!fault_parse (&fault, spec, &error))
    visit_text (visit, MHD_HTTP_BAD_REQUEST, "%s\n", error.text);
  else if (!faults_add (visit->replica->faults, &fault))
    visit_text (visit, MHD_HTTP_BAD_REQUEST, "too many faults\n");
  else
    visit_text (visit, MHD_HTTP_OK, "ok\n");
}

static void
remove_faults (struct visit *visit, const char *id)
{
  faults_remove (visit->replica->faults, id);
  visit_text (visit, MHD_HTTP_OK, "ok\n");
}

static bool
read_blocks (const char *text, size_t *blocks)
{
  char *end;

  *blocks = strtoull (text, &end, 10);
  return text[0] >= '0' && text[0] <= '9' && *end == '\0';
}

static void
reveal (struct visit *visit, const char *text)
{
  size_t blocks;

  if (!read_blocks (text, &blocks)) {
    visit_text (visit, MHD_HTTP_BAD_REQUEST, "\"%s\" is no number of blocks\n", text);
    return;
  }
  ledger_reveal (visit->replica->canister.ledger, blocks);
  visit_text (visit, MHD_HTTP_OK, "ok\n");
}

static void
fork_at (struct visit *visit, const char *text)
{
  struct ledger_reason reason = { "it is no number of a block" };
  size_t block;

  if (read_blocks (text, &block) && ledger_fork (visit->replica->canister.ledger, block, &reason))
    visit_text (visit, MHD_HTTP_OK, "ok\n");
  else
    visit_text (visit, MHD_HTTP_BAD_REQUEST, "\"%s\": %s\n", text, reason.text);
}

static void
tell (struct visit *visit, const char *unused)
{
  struct replica *replica = visit->replica;
  const struct view view = ledger_view (replica->canister.ledger);

  (void) unused;
  visit_text (visit, MHD_HTTP_OK,
              "blocks=%zu\nend=%" PRIu64 "\nstatus=%" PRIuFAST64 "\nquery=%" PRIuFAST64 "\ncall=%" PRIuFAST64
              "\nread_state=%" PRIuFAST64 "\nfaults=%" PRIu64 "\n",
              view.blocks, view.end, atomic_load (&replica->requests[ENDPOINT_STATUS]),
              atomic_load (&replica->requests[ENDPOINT_QUERY]),
              atomic_load (&replica->requests[ENDPOINT_CALL]),
              atomic_load (&replica->requests[ENDPOINT_READ_STATE]), faults_hit (replica->faults));
}

static const struct {
  const char *name;
  void (*command) (struct visit *visit, const char *body);
} commands[] = {
  { "fault", add_fault }, { "clear", remove_faults }, { "reveal", reveal },
  { "fork", fork_at },    { "stats", tell },
};

void
visit_control (struct visit *visit, const char *command)
{
  char body[MAX_COMMAND] = "";
  size_t size = visit->size;

  if (size >= sizeof body) {
    visit_text (visit, MHD_HTTP_BAD_REQUEST, "the body is too long\n");
    return;
  }
  if (size > 0)
    memcpy (body, visit->body, size);
  while (size > 0 && (body[size - 1] == '\n' || body[size - 1] == '\r'))
    size--;
  body[size] = '\0';
  for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
    if (strcmp (command, commands[i].name) == 0) {
      commands[i].command (visit, body);
      return;
    }
  visit_text (visit, MHD_HTTP_NOT_FOUND, "/control/%s: no such command\n", command);
}
