/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ic/candid/decoder.h"

enum ic_candid_outcome
ic_candid_fault (struct ic_candid_decoder *d, const char *reason)
{
  ic_candid_fail (&d->reader, reason);
  return IC_CANDID_FAULT;
}

enum ic_candid_outcome
ic_candid_mismatch (struct ic_candid_decoder *d, const char *found, const char *wanted)
{
  d->at = d->reader.at;
  d->found = found;
  d->wanted = wanted;
  d->around = NULL;
  return IC_CANDID_MISMATCH;
}

bool
ic_candid_charge (struct ic_candid_decoder *d, uint64_t work)
{
  if (d->work < work)
    return ic_candid_fail (&d->reader, "reading it takes more work than a message of this size should");
  d->work -= work;
  return true;
}

void *
ic_candid_allocate (struct ic_candid_decoder *d, uint64_t count, size_t size)
{
  void *memory = NULL;

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
