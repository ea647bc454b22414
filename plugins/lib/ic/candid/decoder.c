/* SPDX-License-Identifier: Apache-2.0 */
/* Costs and failures, for all that reads values. */
#include "config.h"

#include "ic/candid/decoder.h"

#include <assert.h>

enum ic_candid_outcome
ic_candid_fault (struct ic_candid_decoder *d, const char *reason)
{
  ic_candid_fail (&d->reader, reason);
  return IC_CANDID_FAULT;
}

/* Only noted: an opt further out may turn it into null, and then nobody hears of it. */
enum ic_candid_outcome
ic_candid_mismatch (struct ic_candid_decoder *d, const char *found, const char *wanted)
{
  d->at = d->reader.at;
  d->found = found;
  d->wanted = wanted;
  d->around = NULL;
  return IC_CANDID_MISMATCH;
}

/* A count of values, not a time: a message that is refused on one machine is refused on all. */
bool
ic_candid_charge (struct ic_candid_decoder *d, uint64_t work)
{
  if (d->work < work)
    return ic_candid_fail (&d->reader, "reading it takes more work than a message of this size should");
  d->work -= work;
  return true;
}

/* Charged before it is taken, and never for what was only announced: callers have seen that the message can
 * hold it, or pay for each value. */
void *
ic_candid_allocate (struct ic_candid_decoder *d, uint64_t count, size_t size)
{
  void *memory = NULL;

  assert (size > 0);
  if (count > d->memory / size) {
    ic_candid_fail (&d->reader, "its values take more memory than a message of this size should");
    return NULL;
  }
  d->memory -= count * size;
  memory = ic_arena_alloc (d->arena, (size_t) count * size);
  if (memory == NULL)
    ic_candid_fail (&d->reader, "there is not enough memory");
  return memory;
}
