/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "replica/desk.h"

#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "bytes/cleanup.h"
#include "support/vectors.h"

void
desk_open (struct desk *desk, const char *ledger, const struct growth *growth)
{
  CLEANUP_FREE char *path = vectors_path (ledger);
  const struct growth all = { .first = SIZE_MAX };
  struct ledger_reason reason;
  struct store *store = store_open (path, &reason);

  ck_assert_msg (store != NULL, "%s", reason.text);
  *desk = (struct desk){ .canister = { .generation = 3, .chunk = CANISTER_CHUNK } };
  desk->canister.ledger = ledger_new (store, growth != NULL ? growth : &all);
}

void
desk_close (struct desk *desk)
{
  run_free (&desk->run);
  ic_arena_free (&desk->arena);
  ledger_free (desk->canister.ledger);
}

void
desk_ask (struct desk *desk, const char *method, const char *types, const struct ic_candid_value *args)
{
  struct ic_candid_buffer arg = { NULL };
  struct ic_candid_types parsed;
  struct ic_error error;

  ck_assert_msg (ic_candid_types_parse (&parsed, types, &desk->arena, &error)
                     && ic_candid_encode (&arg, &parsed, args, &error),
                 "%s", error.text);
  run_free (&desk->run);
  canister_run (&desk->run, &desk->canister, method, (struct bytes){ arg.data, arg.size }, true);
  free (arg.data);
}

const struct ic_candid_value *
desk_get (struct desk *desk, const char *method, const char *types, const struct ic_candid_value *args,
          const char *reply_types)
{
  const struct ic_candid_value *values;
  struct ic_candid_types parsed;
  struct ic_error error;

  desk_ask (desk, method, types, args);
  ck_assert_msg (!desk->run.rejected, "%s", desk->run.message);
  ck_assert_msg (ic_candid_types_parse (&parsed, reply_types, &desk->arena, &error)
                     && ic_candid_decode (&values,
                                          (struct bytes){ desk->run.reply.data, desk->run.reply.size },
                                          &parsed, &desk->arena, &error),
                 "%s", error.text);
  return &values[0];
}

size_t
desk_each_ledger (const char *ending, void (*check) (const char *ledger, const char *companion))
{
  CLEANUP_FREE char *folder = vectors_path ("ledger");
  DIR *directory = opendir (folder);
  const struct dirent *file;
  size_t count = 0;

  ck_assert_ptr_nonnull (directory);
  while ((file = readdir (directory)) != NULL) {
    const char *end = strstr (file->d_name, ending);
    char ledger[512], companion[512];

    if (end == NULL || end[strlen (ending)] != '\0')
      continue;
    snprintf (ledger, sizeof ledger, "ledger/%.*s.ledger", (int) (end - file->d_name), file->d_name);
    snprintf (companion, sizeof companion, "ledger/%s", file->d_name);
    check (ledger, companion);
    count++;
  }
  closedir (directory);
  return count;
}
