/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "pages.h"

#include <stdlib.h>

#include "bytes/cleanup.h"
#include "ic/certificate/response.h"

void
page_clear (struct page *page)
{
  listing_clear (&page->listing);
  transactions_clear (&page->transactions);
  ic_answer_free (page->answer);
  page->answer = NULL;
}

static int
name_method (const struct canister *canister, const char *method, struct fault *fault, int result)
{
  fault->result = result;
  if (result != DCPIPE_OK && result != DCPIPE_WAIT)
    ic_error_prefix (&fault->error, "%s of canister %s", method, canister->id);
  return result;
}

/* Takes over the buffer's memory. */
static int
ask (struct canister *canister, const char *method, const struct ic_candid_buffer *buffer, uint64_t deadline,
     struct page *page, struct fault *fault)
{
  CLEANUP_FREE uint8_t *data = buffer->data;
  const struct ic_ask asked = { .method = method, .arg = { data, buffer->size } };

  page_clear (page);
  return name_method (canister, method, fault,
                      canister_inquire (canister, &asked, deadline, &page->answer, fault));
}

/* A reply that cannot be read comes from the canister, if it is verified. */
static int
nonsense (const struct canister *canister, const char *method, struct fault *fault)
{
  ic_error_prefix (&fault->error, "a reply that makes no sense");
  return name_method (canister, method, fault,
                      canister->trust == DCPIPE_TRUST_NONE ? DCPIPE_RETRY : DCPIPE_FAIL);
}

int
page_of_entries (struct canister *canister, const char *method, const struct listing_request *request,
                 uint64_t deadline, struct page *page, struct fault *fault)
{
  struct ic_candid_buffer buffer = { NULL };
  int result;

  if (!listing_put (&buffer, &canister->listing_types, request, &fault->error)) {
    free (buffer.data);
    return name_method (canister, method, fault, DCPIPE_RETRY);
  }
  result = ask (canister, method, &buffer, deadline, page, fault);
  if (result == DCPIPE_OK
      && !listing_read (&page->listing, &canister->listing_types, page->answer->reply, &fault->error))
    return nonsense (canister, method, fault);
  return result;
}

int
page_of_transactions (struct canister *canister, uint64_t start, uint64_t length, uint64_t deadline,
                      struct page *page, struct fault *fault)
{
  struct ic_candid_buffer buffer = { NULL };
  int result;

  if (!transactions_put (&buffer, &canister->transactions_types, start, length, &fault->error)) {
    free (buffer.data);
    return name_method (canister, "get_transactions", fault, DCPIPE_RETRY);
  }
  result = ask (canister, "get_transactions", &buffer, deadline, page, fault);
  if (result == DCPIPE_OK
      && !transactions_read (&page->transactions, &canister->transactions_types, page->answer->reply,
                             &fault->error))
    return nonsense (canister, "get_transactions", fault);
  return result;
}

int
page_of_metadata (struct canister *canister, uint64_t deadline, struct metadata *metadata,
                  struct fault *fault)
{
  const struct ic_ask asked = { .method = "metadata", .arg = metadata_arguments };
  struct ic_answer *answer = NULL;
  int result = name_method (canister, "metadata", fault,
                            canister_inquire (canister, &asked, deadline, &answer, fault));

  if (result == DCPIPE_OK && !metadata_read (metadata, answer->reply, &fault->error))
    result = nonsense (canister, "metadata", fault);
  ic_answer_free (answer);
  return result;
}

bool
page_halve (const struct fault *fault, uint32_t *size)
{
  if ((fault->result != DCPIPE_FAIL && fault->result != DCPIPE_RETRY)
      || fault->reject_code != IC_REJECT_CANISTER_ERROR || fault->no_method || *size <= 1)
    return false;
  *size /= 2;
  return true;
}
