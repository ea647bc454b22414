/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ic/certificate/request_status.h"

#include "bytes/utf8.h"
#include "ic/candid/leb128.h"

static const struct {
  const char *text;
  enum ic_request_state state;
} states[] = {
  { "unknown", IC_REQUEST_UNKNOWN },       { "received", IC_REQUEST_PROCESSING },
  { "processing", IC_REQUEST_PROCESSING }, { "replied", IC_REQUEST_REPLIED },
  { "rejected", IC_REQUEST_REJECTED },     { "done", IC_REQUEST_DONE },
};

/* An unknown state is an error and not "processing": waiting for a state that never changes would look like
 * a hang. */
static bool
find_state (struct bytes text, enum ic_request_state *state)
{
  for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
    if (bytes_are (text, states[i].text)) {
      *state = states[i].state;
      return true;
    }
  return false;
}

static enum ic_lookup
find_field (const struct ic_tree *tree, const char *name, struct bytes *value)
{
  const struct bytes path[] = { ic_label (name) };

  return ic_tree_value (tree, path, 1, value);
}

/* Unlike in the answers of replicas, the code is LEB128 here. */
static bool
read_reject (struct ic_reject *reject, const struct ic_tree *tree)
{
  struct bytes code;
  uint64_t number;

  if (find_field (tree, "reject_code", &code) != IC_LOOKUP_FOUND
      || ic_uleb128_read (&code, &number) != IC_LEB128_OK || code.size != 0 || number < IC_REJECT_SYS_FATAL
      || number > IC_REJECT_CANISTER_ERROR)
    return false;
  if (find_field (tree, "reject_message", &reject->message) != IC_LOOKUP_FOUND
      || !utf8_valid (reject->message.data, reject->message.size))
    return false;
  reject->code = (unsigned) number;
  if (find_field (tree, "error_code", &reject->error_code) == IC_LOOKUP_FOUND)
    return utf8_valid (reject->error_code.data, reject->error_code.size);
  reject->error_code = (struct bytes){ NULL, 0 };
  return true;
}

/* A certificate that does not reach as far as the status is not an error: the subnet may not have seen the
 * request yet. */
bool
ic_request_status_read (struct ic_request_status *status, const struct ic_certificate *certificate,
                        const uint8_t request_id[IC_HASH_SIZE], struct ic_error *error)
{
  const struct bytes path[] = { ic_label ("request_status"), { request_id, IC_HASH_SIZE } };
  const struct ic_tree *tree;
  struct bytes text;

  *status = (struct ic_request_status){ .state = IC_REQUEST_UNKNOWN };
  if (ic_tree_subtree (certificate->tree, path, 2, &tree) != IC_LOOKUP_FOUND
      || find_field (tree, "status", &text) != IC_LOOKUP_FOUND)
    return true;
  if (!find_state (text, &status->state)) {
    ic_error_set (error, "request status: \"%.*s\" is not a known state",
                  (int) (text.size < 40 ? text.size : 40), (const char *) text.data);
    return false;
  }
  if (status->state == IC_REQUEST_REPLIED && find_field (tree, "reply", &status->reply) != IC_LOOKUP_FOUND) {
    ic_error_set (error, "request status: it is replied, but the certificate does not show the reply");
    return false;
  }
  if (status->state == IC_REQUEST_REJECTED && !read_reject (&status->reject, tree)) {
    ic_error_set (error, "request status: it is rejected, but the certificate does not show the reject");
    return false;
  }
  return true;
}
