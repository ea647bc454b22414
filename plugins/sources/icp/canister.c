/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "canister.h"

static enum ic_proof
proof_of (int trust)
{
  return trust == DCPIPE_TRUST_NONE         ? IC_PROOF_NONE
         : trust == DCPIPE_TRUST_SIGNATURES ? IC_PROOF_SIGNATURE
                                            : IC_PROOF_CERTIFICATE;
}

static bool
make_agent (struct canister *canister, struct ic_error *error)
{
  struct ic_agent_options options = { .urls = canister->urls,
                                      .identity = &canister->identity,
                                      .abort_fd = dcpipe_stop_fd (),
                                      .timeout_ms = (unsigned) canister->timeout,
                                      .user_agent = PACKAGE_NAME "/" PACKAGE_VERSION };

  while (options.urls[options.url_count] != NULL)
    options.url_count++;
  canister->agent = ic_agent_new (&options, error);
  return canister->agent != NULL;
}

static bool
make_origin (struct canister *canister, struct ic_error *error)
{
  const struct ic_origin_options options = { .agent = canister->agent,
                                             .canister = &canister->principal,
                                             .root_key = { canister->root_key, canister->root_key_size },
                                             .proof = proof_of (canister->trust),
                                             .timeout_ms = canister->timeout,
                                             .max_age_ms = canister->max_age,
                                             .stop_fd = dcpipe_stop_fd () };

  canister->origin = ic_origin_new (&options, error);
  return canister->origin != NULL;
}

int
canister_connect (struct canister *canister)
{
  struct ic_error error;

  if ((canister->agent != NULL || make_agent (canister, &error))
      && (canister->origin != NULL || make_origin (canister, &error)))
    return DCPIPE_OK;
  dcpipe_error ("%s: %s", canister->where, error.text);
  return DCPIPE_FAIL;
}

void
canister_disconnect (struct canister *canister)
{
  ic_question_clear (&canister->question);
  ic_origin_free (canister->origin);
  ic_agent_free (canister->agent);
  canister->origin = NULL;
  canister->agent = NULL;
}

int
canister_settle (const struct canister *canister, struct ic_question *question, struct fault *fault)
{
  struct ic_fault why = { .verdict = IC_ORIGIN_RETRY };
  enum ic_verdict verdict = ic_origin_settle (question, &why);

  if (verdict == IC_ORIGIN_WAIT)
    return DCPIPE_WAIT;
  if (verdict == IC_ORIGIN_SETTLED) {
    if (question->fault.error.text[0] != '\0')
      dcpipe_warning ("canister %s was asked again: %s", canister->id, question->fault.error.text);
    return DCPIPE_OK;
  }
  *fault = (struct fault){ .result = verdict == IC_ORIGIN_RETRY ? DCPIPE_RETRY : DCPIPE_FAIL,
                           .retry_after_ms = why.retry_after_ms,
                           .reject_code = why.reject_code,
                           .no_method = why.no_method,
                           .error = why.error };
  return fault->result;
}

int
canister_inquire (struct canister *canister, const struct ic_ask *ask, uint64_t deadline,
                  struct ic_answer **answer, struct fault *fault)
{
  struct ic_question *question = &canister->question;
  int result;

  *fault = (struct fault){ .result = DCPIPE_OK };
  if (question->state == IC_QUESTION_IDLE)
    ic_origin_ask (canister->origin, question, ask);
  while ((result = canister_settle (canister, question, fault)) == DCPIPE_WAIT)
    if (!ic_origin_wait (question, deadline))
      return DCPIPE_WAIT;
  if (result != DCPIPE_OK)
    return result;
  *answer = question->answer;
  question->answer = NULL;
  ic_question_clear (question);
  return DCPIPE_OK;
}
