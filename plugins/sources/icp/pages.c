/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "pages.h"

#include <stdlib.h>

#include "bytes/cleanup.h"
#include "ic/certificate/response.h"
#include "icp.h"

void
page_clear (struct page *page)
{
  listing_clear (&page->listing);
  transactions_clear (&page->transactions);
  answer_free (page->answer);
  page->answer = NULL;
}

static int
name_method (const struct icp *handle, const char *method, struct fault *fault, int result)
{
  fault->result = result;
  if (result != DCPIPE_OK && result != DCPIPE_WAIT)
    ic_error_prefix (&fault->error, "%s of canister %s", method, handle->canister_id);
  return result;
}

/* Takes over the buffer's memory. */
static int
ask (struct icp *handle, const char *method, const struct ic_candid_buffer *buffer, uint64_t deadline,
     struct page *page, struct fault *fault)
{
  CLEANUP_FREE uint8_t *data = buffer->data;

  page_clear (page);
  return name_method (handle, method, fault,
                      origin_inquire (handle->origin, &handle->question, method,
                                      (struct bytes){ data, buffer->size }, deadline, &page->answer, fault));
}

/* A reply that cannot be read comes from the canister, if it is verified. */
static int
nonsense (const struct icp *handle, const char *method, struct fault *fault)
{
  ic_error_prefix (&fault->error, "a reply that makes no sense");
  return name_method (handle, method, fault, handle->trust == DCPIPE_TRUST_NONE ? DCPIPE_RETRY : DCPIPE_FAIL);
}

int
page_of_entries (struct icp *handle, const char *method, const struct listing_request *request,
                 uint64_t deadline, struct page *page, struct fault *fault)
{
  struct ic_candid_buffer buffer = { NULL };
  int result;

  if (!listing_put (&buffer, &handle->listing_types, request, &fault->error)) {
    free (buffer.data);
    return name_method (handle, method, fault, DCPIPE_RETRY);
  }
  result = ask (handle, method, &buffer, deadline, page, fault);
  if (result == DCPIPE_OK
      && !listing_read (&page->listing, &handle->listing_types, page->answer->reply, &fault->error))
    return nonsense (handle, method, fault);
  return result;
}

int
page_of_transactions (struct icp *handle, uint64_t start, uint64_t length, uint64_t deadline,
                      struct page *page, struct fault *fault)
{
  struct ic_candid_buffer buffer = { NULL };
  int result;

  if (!transactions_put (&buffer, &handle->transactions_types, start, length, &fault->error)) {
    free (buffer.data);
    return name_method (handle, "get_transactions", fault, DCPIPE_RETRY);
  }
  result = ask (handle, "get_transactions", &buffer, deadline, page, fault);
  if (result == DCPIPE_OK
      && !transactions_read (&page->transactions, &handle->transactions_types, page->answer->reply,
                             &fault->error))
    return nonsense (handle, "get_transactions", fault);
  return result;
}

int
page_of_metadata (struct icp *handle, uint64_t deadline, struct metadata *metadata, struct fault *fault)
{
  struct answer *answer = NULL;
  int result = name_method (handle, "metadata", fault,
                            origin_inquire (handle->origin, &handle->question, "metadata", metadata_arguments,
                                            deadline, &answer, fault));

  if (result == DCPIPE_OK && !metadata_read (metadata, answer->reply, &fault->error))
    result = nonsense (handle, "metadata", fault);
  answer_free (answer);
  return result;
}

bool
page_halve (const struct fault *fault, uint32_t *size)
{
  if (fault->reject_code != IC_REJECT_CANISTER_ERROR || fault->no_method || *size <= 1)
    return false;
  *size /= 2;
  return true;
}
