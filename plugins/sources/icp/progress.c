/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "progress.h"

#include "metadata.h"

void
progress_clear (struct progress *progress)
{
  ic_question_clear (&progress->question);
  progress->asked = false;
  progress->end = 0;
}

void
progress_look (struct progress *progress, const struct canister *canister, bool more)
{
  const struct ic_ask ask = { .method = "metadata", .arg = metadata_arguments };
  struct metadata metadata;
  struct fault fault;

  if (more && !progress->asked)
    ic_origin_ask (canister->origin, &progress->question, &ask);
  progress->asked |= more;
  if (progress->question.state != IC_QUESTION_ANSWERED
      || canister_settle (canister, &progress->question, &fault) != DCPIPE_OK)
    return;
  if (metadata_read (&metadata, progress->question.answer->reply, &fault.error))
    progress->end = metadata.end;
  else
    dcpipe_debug ("metadata of canister %s: %s", canister->id, fault.error.text);
  ic_question_clear (&progress->question);
}
