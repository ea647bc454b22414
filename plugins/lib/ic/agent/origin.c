/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ic/agent/origin.h"

#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <time.h>

#include "bytes/cleanup.h"
#include "ic/agent/skew.h"
#include "ic/agent/subnet_keys.h"
#include "ic/certificate/request_status.h"

#define MS UINT64_C (1000000)
#define MAX_SKEW (60000 * MS)

/* Between two looks at a call that was accepted. */
#define POLL_MS 500

struct ic_origin {
  struct ic_origin_options options;
  struct ic_agent *agent;
  struct ic_principal canister;
  struct ic_subnet_keys *keys;
  size_t root_key_size;
  uint8_t root_key[IC_BLS_DER_SIZE];
  bool subnet_known;
  struct ic_principal subnet;
  struct ic_question for_root_key, for_node_keys; /* idle, asked or fault */
};

static uint64_t
wall_ns (void)
{
  struct timespec now;

  clock_gettime (CLOCK_REALTIME, &now);
  return (uint64_t) now.tv_sec * 1000 * MS + (uint64_t) now.tv_nsec;
}

static uint64_t
clock_ns (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return (uint64_t) now.tv_sec * 1000 * MS + (uint64_t) now.tv_nsec;
}

/* ---- life ----------------------------------------------------------------------------------------- */

/* Takes a root key of the right length; whether it is the right key shows when certificates are verified. */
static bool
set_root_key (struct ic_origin *origin, struct bytes key, struct ic_error *error)
{
  const struct ic_subnet_keys_limits limits = { .max_age = origin->options.max_age_ms * MS,
                                                .max_skew = MAX_SKEW };

  if (key.size != sizeof origin->root_key) {
    ic_error_set (error, "a root key of %zu bytes, expected %zu", key.size, sizeof origin->root_key);
    return false;
  }
  origin->keys = ic_subnet_keys_new (key, &origin->canister, &limits);
  if (origin->keys == NULL) {
    ic_error_set (error, "out of memory");
    return false;
  }
  memcpy (origin->root_key, key.data, key.size);
  origin->root_key_size = key.size;
  return true;
}

struct ic_origin *
ic_origin_new (const struct ic_origin_options *options, struct ic_error *error)
{
  struct ic_origin *origin = calloc (1, sizeof *origin);

  if (origin == NULL) {
    ic_error_set (error, "out of memory");
    return NULL;
  }
  origin->options = *options;
  origin->agent = options->agent;
  origin->canister = *options->canister;
  if (options->root_key.size == 0 || set_root_key (origin, options->root_key, error))
    return origin;
  ic_origin_free (origin);
  return NULL;
}

void
ic_origin_free (struct ic_origin *origin)
{
  if (origin == NULL)
    return;
  ic_question_clear (&origin->for_root_key);
  ic_question_clear (&origin->for_node_keys);
  ic_subnet_keys_free (origin->keys);
  free (origin);
}

void
ic_answer_free (void *pointer)
{
  struct ic_answer *answer = pointer;

  if (answer == NULL)
    return;
  ic_agent_result_free (answer->result);
  ic_arena_free (&answer->arena);
  free (answer);
}

void
ic_question_clear (struct ic_question *question)
{
  if (question->state == IC_QUESTION_ASKED)
    ic_agent_cancel (question->origin->agent, question);
  ic_answer_free (question->answer);
  free (question->arg);
  *question = (struct ic_question){ .state = IC_QUESTION_IDLE };
}

bool
ic_origin_subnet (const struct ic_origin *origin, struct ic_principal *subnet)
{
  const struct ic_nodes *nodes = origin->keys != NULL ? ic_subnet_keys_nodes (origin->keys) : NULL;

  *subnet = nodes != NULL ? nodes->subnet : origin->subnet;
  return nodes != NULL || origin->subnet_known;
}

/* ---- sending -------------------------------------------------------------------------------------- */

static const struct bytes status_name = { (const uint8_t *) "request_status", 14 };

/* What a question sends at its present stage. `labels` and `path` are memory for it. */
static struct ic_agent_request
request_of (const struct ic_origin *origin, const struct ic_question *question, struct bytes labels[2],
            struct ic_path *path)
{
  struct ic_agent_request request = { .effective = origin->canister, .avoid = question->tried };

  if (question == &origin->for_root_key) {
    request.kind = IC_AGENT_STATUS;
  } else if (question == &origin->for_node_keys) {
    request.kind = IC_AGENT_READ_STATE;
    request.paths = ic_subnet_keys_paths;
    request.path_count = 1;
  } else if (question->polling) {
    labels[0] = status_name;
    labels[1] = (struct bytes){ question->request_id, IC_HASH_SIZE };
    *path = (struct ic_path){ labels, 2 };
    request.kind = IC_AGENT_READ_STATE;
    request.paths = path;
    request.path_count = 1;
  } else {
    request.kind = question->proof == IC_PROOF_CERTIFICATE ? IC_AGENT_CALL : IC_AGENT_QUERY;
    request.method = question->method;
    request.arg = (struct bytes){ question->arg, question->arg_size };
  }
  return request;
}

/* Ends a question without an answer. */
static void
give_up (struct ic_question *question, enum ic_verdict verdict, uint64_t retry_after_ms)
{
  ic_answer_free (question->answer);
  question->answer = NULL;
  question->fault.verdict = verdict;
  question->fault.retry_after_ms = retry_after_ms;
  question->state = IC_QUESTION_FAULT;
}

static void
submit (struct ic_question *question)
{
  struct bytes labels[2];
  struct ic_path path;
  struct ic_agent_request request = request_of (question->origin, question, labels, &path);

  question->state = IC_QUESTION_ASKED;
  if (!ic_agent_submit (question->origin->agent, &request, question, &question->fault.error))
    give_up (question, IC_ORIGIN_RETRY, 0);
}

/* Adds what happened at one URL. */
static void
add_reason (struct ic_question *question, const struct ic_error *reason)
{
  struct ic_error before = question->fault.error;

  if (before.text[0] == '\0')
    question->fault.error = *reason;
  else
    ic_error_set (&question->fault.error, "%s; %s", before.text, reason->text);
}

/* What came from this URL, or failed there, is of no use: asks the next one. If none is left the question
 * ends with a fault, that passes if one of those at the URLs may. */
static void
ask_elsewhere (struct ic_question *question, size_t host, bool hopeful, const struct ic_error *reason)
{
  struct ic_agent *agent = question->origin->agent;
  uint64_t held;

  ic_answer_free (question->answer);
  question->answer = NULL;
  add_reason (question, reason);
  question->tried |= UINT64_C (1) << host;
  question->hopeful |= hopeful;
  if (ic_agent_can_ask (agent, question->tried)) {
    submit (question);
    return;
  }
  held = ic_agent_held_ms (agent);
  give_up (question, question->hopeful ? IC_ORIGIN_RETRY : IC_ORIGIN_FAIL,
           held > question->wait_ms ? held : question->wait_ms);
}

/* The same for an answer that was looked at: `reason` does not yet name its URL. A call is made anew. */
static void
disbelieve (struct ic_question *question, struct ic_error *reason)
{
  size_t host = question->answer->result->host;

  question->polling = false;
  ic_error_prefix (reason, "%s", question->answer->result->url);
  ic_agent_blame (question->origin->agent, host);
  ask_elsewhere (question, host, true, reason);
}

/* Hands a fault to the caller, who may ask again: then nothing that failed for this attempt's sake is left.
 */
static enum ic_verdict
report (struct ic_question *question, struct ic_fault *fault)
{
  struct ic_origin *origin = question->origin;

  *fault = question->fault;
  ic_question_clear (question);
  if (origin->for_root_key.state == IC_QUESTION_FAULT)
    ic_question_clear (&origin->for_root_key);
  if (origin->for_node_keys.state == IC_QUESTION_FAULT)
    ic_question_clear (&origin->for_node_keys);
  return fault->verdict;
}

/* ---- rejects -------------------------------------------------------------------------------------- */

static bool
holds (struct bytes text, const char *part)
{
  size_t size = strlen (part);

  for (size_t i = 0; i + size <= text.size; i++)
    if (memcmp (text.data + i, part, size) == 0)
      return true;
  return false;
}

/* Replicas of any age name the kind of method that they looked for. */
static bool
lacks_method (const struct ic_reject *reject)
{
  return bytes_equal (reject->error_code, ic_label ("IC0536"))
         || holds (reject->message, "has no query method") || holds (reject->message, "has no update method");
}

/* Code 2 and those that later networks may add are of a passing kind; and a canister that is stopped or short
 * of cycles may run again. */
static enum ic_verdict
judge_reject (const struct ic_reject *reject)
{
  static const char *const passing[] = { "IC0207", "IC0508", "IC0509", "IC0530" };

  for (size_t i = 0; i < sizeof passing / sizeof *passing; i++)
    if (bytes_equal (reject->error_code, ic_label (passing[i])))
      return IC_ORIGIN_RETRY;
  switch (reject->code) {
  case IC_REJECT_SYS_FATAL:
  case IC_REJECT_DESTINATION_INVALID:
  case IC_REJECT_CANISTER_REJECT:
  case IC_REJECT_CANISTER_ERROR:
    return IC_ORIGIN_FAIL;
  default:
    return IC_ORIGIN_RETRY;
  }
}

/* Keeps what kind of reject it was. */
static void
note_reject (struct ic_question *question, const struct ic_reject *reject)
{
  question->fault.reject_code = (unsigned) reject->code;
  question->fault.no_method = lacks_method (reject);
}

/* Anybody can have written it. */
static void
doubt_reject (struct ic_question *question, const struct ic_agent_result *result)
{
  struct ic_error reason;

  note_reject (question, &result->reject);
  ic_error_set (&reason, "%s; nobody signed this", result->error.text);
  ic_agent_blame (question->origin->agent, result->host);
  ask_elsewhere (question, result->host, true, &reason);
}

/* The canister, or the network for it, has said no, and this is believed. What may pass may have passed where
 * another node answers. */
static void
settle_reject (struct ic_question *question, const struct ic_reject *reject)
{
  enum ic_verdict verdict = judge_reject (reject);
  struct ic_error reason;

  ic_reject_describe (reject, &reason);
  note_reject (question, reject);
  if (verdict == IC_ORIGIN_RETRY) {
    disbelieve (question, &reason);
    return;
  }
  ic_error_prefix (&reason, "%s", question->answer->result->url);
  add_reason (question, &reason);
  give_up (question, verdict, 0);
}

/* ---- keys ----------------------------------------------------------------------------------------- */

/* What must be known before the answer can be verified, and is not; NULL for nothing. */
static struct ic_question *
missing_keys (const struct ic_question *question)
{
  struct ic_origin *origin = question->origin;

  if (question->proof == IC_PROOF_NONE)
    return NULL;
  if (origin->root_key_size == 0)
    return &origin->for_root_key;
  return question->proof == IC_PROOF_SIGNATURE && ic_subnet_keys_due (origin->keys, wall_ns ())
             ? &origin->for_node_keys
             : NULL;
}

/* Asks for what is missing, unless that is under way or has failed. */
static void
ask_for_keys (struct ic_origin *origin, struct ic_question *missing)
{
  if (missing->state != IC_QUESTION_IDLE)
    return;
  missing->origin = origin;
  submit (missing);
}

/* IC_ORIGIN_SETTLED if all that verifying takes is at hand. */
static enum ic_verdict
need_keys (const struct ic_question *question, struct ic_fault *fault)
{
  struct ic_question *missing = missing_keys (question);

  if (missing == NULL)
    return IC_ORIGIN_SETTLED;
  ask_for_keys (question->origin, missing);
  return missing->state == IC_QUESTION_FAULT ? report (missing, fault) : IC_ORIGIN_WAIT;
}

/* Takes the root key or the node keys out of an answer. */
static void
take_keys (struct ic_origin *origin, struct ic_question *question, const struct ic_agent_result *result)
{
  enum ic_certificate_result verdict = IC_CERTIFICATE_VALID;
  struct ic_error error = { "" };
  bool good = true;

  if (question == &origin->for_root_key)
    good = set_root_key (origin, result->status.root_key, &error);
  else
    verdict = ic_subnet_keys_update (origin->keys, result->body, wall_ns (), &error);
  if (good && verdict == IC_CERTIFICATE_VALID) {
    ic_question_clear (question);
    return;
  }
  if (verdict == IC_CERTIFICATE_TOO_OLD || verdict == IC_CERTIFICATE_FUTURE)
    ic_skew_tell (result->ahead_s, &error);
  ic_error_prefix (&error, "%s", result->url);
  ic_agent_blame (origin->agent, result->host);
  ask_elsewhere (question, result->host, true, &error);
}

/* ---- asking --------------------------------------------------------------------------------------- */

void
ic_origin_ask (struct ic_origin *origin, struct ic_question *question, const struct ic_ask *ask)
{
  struct ic_question *missing;

  ic_question_clear (question);
  question->origin = origin;
  question->method = ask->method;
  question->proof = ask->certified ? IC_PROOF_CERTIFICATE : origin->options.proof;
  question->tried = ic_agent_can_ask (origin->agent, ask->avoid) ? ask->avoid : 0;
  question->arg = malloc (ask->arg.size + 1);
  question->arg_size = ask->arg.size;
  if (question->arg == NULL) {
    ic_origin_fail (origin, question, &(struct ic_error){ "out of memory" });
    return;
  }
  if (ask->arg.size > 0)
    memcpy (question->arg, ask->arg.data, ask->arg.size);
  submit (question);
  missing = missing_keys (question);
  if (missing != NULL)
    ask_for_keys (origin, missing);
}

void
ic_origin_fail (struct ic_origin *origin, struct ic_question *question, const struct ic_error *error)
{
  ic_question_clear (question);
  question->origin = origin;
  question->fault.error = *error;
  give_up (question, IC_ORIGIN_RETRY, 0);
}

/* Asks what has become of a call. */
static void
look_after (struct ic_question *question)
{
  uint64_t now = clock_ns () / MS;
  struct ic_error reason;

  if (now < question->poll_ms)
    return;
  if (now < question->over_ms) {
    question->tried = 0;
    submit (question);
    return;
  }
  ic_error_set (&reason, "the call was accepted and has not ended within %" PRIu64 " ms",
                question->origin->options.timeout_ms);
  add_reason (question, &reason);
  give_up (question, IC_ORIGIN_RETRY, 0);
}

/* ---- answers -------------------------------------------------------------------------------------- */

static void
keep_answer (struct ic_question *question, struct ic_agent_result *result)
{
  question->answer = calloc (1, sizeof *question->answer);
  if (question->answer == NULL) {
    ic_error_set (&question->fault.error, "%s: no memory for the answer", result->url);
    ic_agent_result_free (result);
    give_up (question, IC_ORIGIN_RETRY, 0);
    return;
  }
  question->answer->result = result;
  question->answer->host = result->host;
  question->arrived_ns = wall_ns ();
  question->state = IC_QUESTION_ANSWERED;
}

/* A call is on its way, or was refused before it was replicated. */
static void
follow_call (struct ic_question *question, const struct ic_agent_result *result)
{
  uint64_t now = clock_ns () / MS;

  if (result->outcome == IC_AGENT_REJECTED) {
    doubt_reject (question, result);
    return;
  }
  question->polling = true;
  question->poll_ms = now + POLL_MS;
  question->over_ms = now + question->origin->options.timeout_ms;
  question->state = IC_QUESTION_ACCEPTED;
}

/* Takes what the agent has collected to the question that it belongs to. */
static void
take_result (struct ic_agent_result *result)
{
  struct ic_question *question = result->tag;
  struct ic_origin *origin = question->origin;
  bool answered = result->outcome == IC_AGENT_OK || result->outcome == IC_AGENT_REJECTED;
  bool call_goes_on = result->kind == IC_AGENT_CALL && result->call.status != IC_CALL_REPLIED;

  question->state = IC_QUESTION_IDLE; /* nothing is in flight any more */
  if (answered && result->kind == IC_AGENT_CALL)
    memcpy (question->request_id, result->request_id, IC_HASH_SIZE);
  if (answered && question != &origin->for_root_key && question != &origin->for_node_keys && !call_goes_on) {
    keep_answer (question, result);
    return;
  }
  if (result->outcome == IC_AGENT_ABORTED)
    ic_question_clear (question);
  else if (!answered)
    ask_elsewhere (question, result->host, result->outcome == IC_AGENT_RETRY, &result->error);
  else if (call_goes_on)
    follow_call (question, result);
  else
    take_keys (origin, question, result);
  ic_agent_result_free (result);
}

/* While a call runs on there may be nothing in flight: then the time until the next look is waited for. */
bool
ic_origin_wait (const struct ic_question *question, uint64_t deadline)
{
  const struct ic_origin *origin = question->origin;
  uint64_t now = clock_ns (), until = deadline, wait;
  struct pollfd stop = { .fd = origin->options.stop_fd, .events = POLLIN };
  struct ic_agent_result *result;
  bool aborted;

  if (now >= deadline)
    return false;
  if (question->state == IC_QUESTION_ACCEPTED && question->poll_ms * MS < until)
    until = question->poll_ms * MS;
  wait = until > now ? (until - now + MS - 1) / MS : 0;
  if (wait > 60000)
    wait = 60000;
  if (ic_agent_pending (origin->agent) == 0)
    return poll (&stop, 1, (int) wait) == 0;
  result = ic_agent_collect (origin->agent, (unsigned) wait);
  if (result == NULL)
    return true;
  aborted = result->outcome == IC_AGENT_ABORTED;
  take_result (result);
  return !aborted;
}

/* ---- believing ------------------------------------------------------------------------------------ */

static void
settle (struct ic_question *question, struct bytes reply, enum ic_proof proof, uint64_t signed_ns)
{
  question->answer->reply = reply;
  question->answer->proof = proof;
  question->answer->signed_ns = signed_ns;
  question->state = IC_QUESTION_SETTLED;
}

/* When the node that lags most signed; 0 without signatures. */
static uint64_t
signing_time (const struct ic_query_response *response)
{
  uint64_t time = response->signatures != NULL ? UINT64_MAX : 0;

  for (const struct ic_node_signature *signature = response->signatures; signature != NULL;
       signature = signature->next)
    if (signature->timestamp < time)
      time = signature->timestamp;
  return time;
}

/* An answer that no known node has signed. A subnet may have grown: if new keys are due now, they are asked
 * for and the answer is looked at again; if not yet, nothing is gained by asking before they are. */
static void
refuse_query (struct ic_question *question, enum ic_query_result verdict, struct ic_error *error)
{
  struct ic_origin *origin = question->origin;
  uint64_t now = wall_ns ();

  if (ic_subnet_keys_due (origin->keys, now))
    return;
  if (verdict == IC_QUERY_UNKNOWN_NODE || verdict == IC_QUERY_TOO_MANY_SIGNATURES)
    question->wait_ms = (ic_subnet_keys_wait (origin->keys, now) + MS - 1) / MS;
  if (verdict == IC_QUERY_TOO_OLD || verdict == IC_QUERY_FUTURE)
    ic_skew_tell (question->answer->result->ahead_s, error);
  disbelieve (question, error);
}

/* A reject is believed no sooner than a reply: both are signed. */
static void
settle_query (struct ic_question *question)
{
  const struct ic_agent_result *result = question->answer->result;
  const struct ic_query_response *response = &result->query;
  bool verified = question->proof == IC_PROOF_SIGNATURE;
  enum ic_query_result verdict = IC_QUERY_VALID;
  struct ic_error error;

  if (verified)
    verdict = ic_subnet_keys_verify (question->origin->keys, response, result->request_id,
                                     question->arrived_ns, &error);
  if (verdict != IC_QUERY_VALID)
    refuse_query (question, verdict, &error);
  else if (!response->rejected)
    settle (question, response->reply, question->proof, verified ? signing_time (response) : 0);
  else if (verified)
    settle_reject (question, &response->reject);
  else
    doubt_reject (question, result);
}

/* Verifies the certificate of an answer to a call or to a look after one, and tells its time. */
static bool
read_status (struct ic_question *question, struct ic_request_status *status, uint64_t *signed_ns,
             struct ic_error *error)
{
  struct ic_origin *origin = question->origin;
  struct ic_answer *answer = question->answer;
  const struct ic_certificate_check check = {
    .root_key = { origin->root_key, origin->root_key_size },
    .canister = &origin->canister,
    .now_ns = question->arrived_ns,
    .max_age_ns = origin->options.max_age_ms * MS,
    .max_skew_ns = MAX_SKEW,
  };
  struct bytes bytes =
      answer->result->kind == IC_AGENT_CALL ? answer->result->call.certificate : answer->result->certificate;
  struct ic_certificate *certificate;
  enum ic_certificate_result verdict = ic_certificate_read (&certificate, bytes, &answer->arena, error);

  if (verdict == IC_CERTIFICATE_VALID)
    verdict = ic_certificate_verify (certificate, &check, error);
  if (verdict == IC_CERTIFICATE_TOO_OLD || verdict == IC_CERTIFICATE_FUTURE)
    ic_skew_tell (answer->result->ahead_s, error);
  if (verdict != IC_CERTIFICATE_VALID)
    return false;
  ic_certificate_subnet (certificate, check.root_key, &origin->subnet);
  origin->subnet_known = true;
  *signed_ns = certificate->time_ns;
  return ic_request_status_read (status, certificate, question->request_id, error);
}

/* Judges a call by its certificate. One that has not ended is looked after again. */
static void
settle_call (struct ic_question *question)
{
  struct ic_request_status status = { .state = IC_REQUEST_UNKNOWN };
  bool replied_at_once = question->answer->result->kind == IC_AGENT_CALL;
  struct ic_error error;
  uint64_t signed_ns;

  if (!read_status (question, &status, &signed_ns, &error)) {
    disbelieve (question, &error);
  } else if (status.state == IC_REQUEST_REPLIED) {
    settle (question, status.reply, IC_PROOF_CERTIFICATE, signed_ns);
  } else if (status.state == IC_REQUEST_REJECTED) {
    settle_reject (question, &status.reject);
  } else if (status.state == IC_REQUEST_DONE || replied_at_once) {
    ic_error_set (&error, "the certificate does not show how the call ended");
    disbelieve (question, &error);
  } else {
    ic_answer_free (question->answer);
    question->answer = NULL;
    question->poll_ms = clock_ns () / MS + POLL_MS;
    question->state = IC_QUESTION_ACCEPTED;
  }
}

enum ic_verdict
ic_origin_settle (struct ic_question *question, struct ic_fault *fault)
{
  enum ic_verdict verdict;

  if (question->state == IC_QUESTION_ACCEPTED) {
    look_after (question);
  } else if (question->state == IC_QUESTION_ANSWERED) {
    verdict = need_keys (question, fault);
    if (verdict != IC_ORIGIN_SETTLED)
      return verdict;
    if (question->proof == IC_PROOF_CERTIFICATE)
      settle_call (question);
    else
      settle_query (question);
    if (question->state == IC_QUESTION_ANSWERED)
      return need_keys (question, fault);
  }
  return question->state == IC_QUESTION_SETTLED ? IC_ORIGIN_SETTLED
         : question->state == IC_QUESTION_FAULT ? report (question, fault)
                                                : IC_ORIGIN_WAIT;
}
