/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ic/agent/origin.h"

#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <time.h>

#include "bytes/cleanup.h"
#include "ic/agent/subnet_keys.h"
#include "ic/certificate/request_status.h"

#define MS UINT64_C (1000000)
#define MAX_SKEW (60000 * MS)

/* Between two looks at a call that was accepted. */
#define POLL_MS 500

struct origin {
  struct origin_options options;
  struct ic_agent *agent;
  struct ic_subnet_keys *keys;
  size_t root_key_size;
  uint8_t root_key[IC_BLS_DER_SIZE];
  bool subnet_known;
  struct ic_principal subnet;
  struct question for_root_key, for_node_keys; /* idle, asked or fault */
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
set_root_key (struct origin *origin, struct bytes key, struct ic_error *error)
{
  const struct ic_subnet_keys_limits limits = { .max_age = origin->options.max_age_ms * MS,
                                                .max_skew = MAX_SKEW };

  if (key.size != sizeof origin->root_key) {
    ic_error_set (error, "a root key of %zu bytes, expected %zu", key.size, sizeof origin->root_key);
    return false;
  }
  origin->keys = ic_subnet_keys_new (key, origin->options.canister, &limits);
  if (origin->keys == NULL) {
    ic_error_set (error, "out of memory");
    return false;
  }
  memcpy (origin->root_key, key.data, key.size);
  origin->root_key_size = key.size;
  return true;
}

struct origin *
origin_new (const struct origin_options *options, struct ic_error *error)
{
  struct ic_agent_options agent = { .urls = options->urls,
                                    .identity = options->identity,
                                    .abort_fd = options->stop_fd,
                                    .timeout_ms = (unsigned) options->timeout_ms,
                                    .user_agent = PACKAGE_NAME "/" PACKAGE_VERSION };
  struct origin *origin = calloc (1, sizeof *origin);

  if (origin == NULL) {
    ic_error_set (error, "out of memory");
    return NULL;
  }
  while (agent.urls[agent.url_count] != NULL)
    agent.url_count++;
  origin->options = *options;
  origin->agent = ic_agent_new (&agent, error);
  if (origin->agent == NULL
      || (options->root_key.size > 0 && !set_root_key (origin, options->root_key, error))) {
    origin_free (origin);
    return NULL;
  }
  return origin;
}

void
origin_free (struct origin *origin)
{
  if (origin == NULL)
    return;
  ic_agent_free (origin->agent);
  ic_subnet_keys_free (origin->keys);
  free (origin);
}

void
answer_free (void *pointer)
{
  struct answer *answer = pointer;

  if (answer == NULL)
    return;
  ic_agent_result_free (answer->result);
  ic_arena_free (&answer->arena);
  free (answer);
}

void
question_clear (struct question *question)
{
  answer_free (question->answer);
  *question = (struct question){ .state = QUESTION_IDLE };
}

bool
origin_subnet (const struct origin *origin, struct ic_principal *subnet)
{
  const struct ic_nodes *nodes = origin->keys != NULL ? ic_subnet_keys_nodes (origin->keys) : NULL;

  *subnet = nodes != NULL ? nodes->subnet : origin->subnet;
  return nodes != NULL || origin->subnet_known;
}

void
origin_cancel (struct origin *origin)
{
  ic_agent_cancel (origin->agent);
  question_clear (&origin->for_root_key);
  question_clear (&origin->for_node_keys);
}

/* ---- faults --------------------------------------------------------------------------------------- */

/* Ends a question without an answer; `question->fault.error` has been set. */
static void
give_up (struct question *question, int result, uint64_t retry_after_ms)
{
  answer_free (question->answer);
  question->answer = NULL;
  question->fault.result = result;
  question->fault.retry_after_ms = retry_after_ms;
  question->state = QUESTION_FAULT;
}

/* The same for what an answer shows, whose URL is put before the text. */
static void
give_up_answer (struct question *question, int result)
{
  ic_error_prefix (&question->fault.error, "%s", question->answer->result->url);
  give_up (question, result, 0);
}

/* Hands a fault to the caller, who may ask again. */
static int
report (struct question *question, struct fault *fault)
{
  *fault = question->fault;
  question_clear (question);
  return fault->result;
}

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
static int
judge_reject (const struct ic_reject *reject)
{
  static const char *const passing[] = { "IC0207", "IC0508", "IC0509", "IC0530" };

  for (size_t i = 0; i < sizeof passing / sizeof *passing; i++)
    if (bytes_equal (reject->error_code, ic_label (passing[i])))
      return DCPIPE_RETRY;
  switch (reject->code) {
  case IC_REJECT_SYS_FATAL:
  case IC_REJECT_DESTINATION_INVALID:
  case IC_REJECT_CANISTER_REJECT:
  case IC_REJECT_CANISTER_ERROR:
    return DCPIPE_FAIL;
  default:
    return DCPIPE_RETRY;
  }
}

/* Keeps what kind of reject it was. */
static void
note_reject (struct question *question, const struct ic_reject *reject)
{
  question->fault.reject_code = (unsigned) reject->code;
  question->fault.no_method = lacks_method (reject);
}

/* ---- keys ----------------------------------------------------------------------------------------- */

/* Sends a request on behalf of a question. */
static void
submit (struct origin *origin, struct question *question, const struct ic_agent_request *request)
{
  question->state = QUESTION_ASKED;
  if (!ic_agent_submit (origin->agent, request, question, &question->fault.error))
    give_up (question, DCPIPE_RETRY, 0);
}

/* What must be known before answers can be verified, and is not; NULL for nothing. */
static struct question *
missing_keys (struct origin *origin)
{
  if (origin->options.trust == DCPIPE_TRUST_NONE)
    return NULL;
  if (origin->root_key_size == 0)
    return &origin->for_root_key;
  return origin->options.trust == DCPIPE_TRUST_SIGNATURES && ic_subnet_keys_due (origin->keys, wall_ns ())
             ? &origin->for_node_keys
             : NULL;
}

/* Asks for what is missing, unless that is under way or has failed. */
static void
ask_for_keys (struct origin *origin, struct question *missing)
{
  struct ic_agent_request request = { .kind = IC_AGENT_STATUS, .effective = *origin->options.canister };

  if (missing->state != QUESTION_IDLE)
    return;
  if (missing == &origin->for_node_keys) {
    request.kind = IC_AGENT_READ_STATE;
    request.paths = ic_subnet_keys_paths;
    request.path_count = 1;
  }
  submit (origin, missing, &request);
}

/* DCPIPE_OK if all that verifying takes is at hand. */
static int
need_keys (struct origin *origin, struct fault *fault)
{
  struct question *missing = missing_keys (origin);

  if (missing == NULL)
    return DCPIPE_OK;
  ask_for_keys (origin, missing);
  return missing->state == QUESTION_FAULT ? report (missing, fault) : DCPIPE_WAIT;
}

/* Takes the root key or the node keys out of an answer. */
static void
take_keys (struct origin *origin, struct question *question, const struct ic_agent_result *result)
{
  struct ic_error *error = &question->fault.error;
  bool good =
      question == &origin->for_root_key
          ? set_root_key (origin, result->status.root_key, error)
          : ic_subnet_keys_update (origin->keys, result->body, wall_ns (), error) == IC_CERTIFICATE_VALID;

  if (good) {
    question_clear (question);
    return;
  }
  ic_error_prefix (error, "%s", result->url);
  give_up (question, DCPIPE_RETRY, 0);
}

/* ---- asking --------------------------------------------------------------------------------------- */

void
origin_ask (struct origin *origin, struct question *question, const char *method, struct bytes arg)
{
  const struct ic_agent_request request = {
    .kind = origin->options.trust == DCPIPE_TRUST_CERTIFIED ? IC_AGENT_CALL : IC_AGENT_QUERY,
    .effective = *origin->options.canister,
    .method = method,
    .arg = arg,
  };
  struct question *missing = missing_keys (origin);

  question_clear (question);
  submit (origin, question, &request);
  if (missing != NULL)
    ask_for_keys (origin, missing);
}

/* Asks what has become of a call. */
static void
look_after (struct origin *origin, struct question *question)
{
  static const struct bytes name = { (const uint8_t *) "request_status", 14 };
  const struct bytes labels[] = { name, { question->request_id, IC_HASH_SIZE } };
  const struct ic_path path = { labels, 2 };
  const struct ic_agent_request request = {
    .kind = IC_AGENT_READ_STATE, .effective = *origin->options.canister, .paths = &path, .path_count = 1
  };
  uint64_t now = clock_ns () / MS;

  if (now < question->poll_ms)
    return;
  if (now < question->over_ms) {
    submit (origin, question, &request);
    return;
  }
  ic_error_set (&question->fault.error, "%s: the call was accepted and has not ended within %" PRIu64 " ms",
                origin->options.urls[0], origin->options.timeout_ms);
  give_up (question, DCPIPE_RETRY, 0);
}

/* ---- answers -------------------------------------------------------------------------------------- */

static void
keep_answer (struct question *question, struct ic_agent_result *result)
{
  question->answer = calloc (1, sizeof *question->answer);
  if (question->answer == NULL) {
    ic_error_set (&question->fault.error, "%s: no memory for the answer", result->url);
    ic_agent_result_free (result);
    give_up (question, DCPIPE_RETRY, 0);
    return;
  }
  question->answer->result = result;
  question->arrived_ns = wall_ns ();
  question->state = QUESTION_ANSWERED;
}

/* A call is on its way, or was refused before it was replicated. */
static void
follow_call (struct origin *origin, struct question *question, const struct ic_agent_result *result)
{
  uint64_t now = clock_ns () / MS;

  if (result->outcome == IC_AGENT_REJECTED) {
    question->fault.error = result->error;
    note_reject (question, &result->reject);
    give_up (question, judge_reject (&result->reject), 0);
    return;
  }
  question->poll_ms = now + POLL_MS;
  question->over_ms = now + origin->options.timeout_ms;
  question->state = QUESTION_ACCEPTED;
}

/* Takes what the agent has collected to the question that it belongs to. */
static void
take_result (struct origin *origin, struct ic_agent_result *result)
{
  struct question *question = result->tag;
  bool answered = result->outcome == IC_AGENT_OK || result->outcome == IC_AGENT_REJECTED;
  bool call_goes_on = result->kind == IC_AGENT_CALL && result->call.status != IC_CALL_REPLIED;

  if (answered && result->kind == IC_AGENT_CALL)
    memcpy (question->request_id, result->request_id, IC_HASH_SIZE);
  if (answered && question != &origin->for_root_key && question != &origin->for_node_keys && !call_goes_on) {
    keep_answer (question, result);
    return;
  }
  if (result->outcome == IC_AGENT_ABORTED) {
    question_clear (question);
  } else if (!answered) {
    question->fault.error = result->error;
    give_up (question, result->outcome == IC_AGENT_RETRY ? DCPIPE_RETRY : DCPIPE_FAIL,
             result->retry_after_ms);
  } else if (call_goes_on) {
    follow_call (origin, question, result);
  } else {
    take_keys (origin, question, result);
  }
  ic_agent_result_free (result);
}

/* While a call runs on there may be nothing in flight: then the time until the next look is waited for. */
bool
origin_wait (struct origin *origin, const struct question *question, uint64_t deadline)
{
  uint64_t now = clock_ns (), until = deadline, wait;
  struct pollfd stop = { .fd = origin->options.stop_fd, .events = POLLIN };
  struct ic_agent_result *result;
  bool aborted;

  if (now >= deadline)
    return false;
  if (question->state == QUESTION_ACCEPTED && question->poll_ms * MS < until)
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
  take_result (origin, result);
  return !aborted;
}

/* ---- believing ------------------------------------------------------------------------------------ */

static void
settle (struct question *question, struct bytes reply)
{
  question->answer->reply = reply;
  question->state = QUESTION_SETTLED;
}

/* The canister, or the network for it, has said no, and this is believed. */
static void
settle_reject (struct question *question, const struct ic_reject *reject)
{
  ic_reject_describe (reject, &question->fault.error);
  note_reject (question, reject);
  give_up_answer (question, judge_reject (reject));
}

/* A reject is believed no sooner than a reply: both are signed. */
static void
settle_query (struct origin *origin, struct question *question)
{
  const struct ic_agent_result *result = question->answer->result;
  enum ic_query_result verdict = IC_QUERY_VALID;

  if (origin->options.trust == DCPIPE_TRUST_SIGNATURES)
    verdict = ic_subnet_keys_verify (origin->keys, &result->query, result->request_id, question->arrived_ns,
                                     &question->fault.error);
  if (verdict != IC_QUERY_VALID) {
    /* A subnet may have grown: if new keys are due now, they are asked for and the answer is looked at again.
     */
    if (!ic_subnet_keys_due (origin->keys, wall_ns ()))
      give_up_answer (question, DCPIPE_RETRY);
  } else if (result->query.rejected) {
    settle_reject (question, &result->query.reject);
  } else {
    settle (question, result->query.reply);
  }
}

/* Verifies the certificate of an answer to a call or to a look after one. */
static bool
read_status (struct origin *origin, struct question *question, struct ic_request_status *status)
{
  struct answer *answer = question->answer;
  const struct ic_certificate_check check = {
    .root_key = { origin->root_key, origin->root_key_size },
    .canister = origin->options.canister,
    .now_ns = question->arrived_ns,
    .max_age_ns = origin->options.max_age_ms * MS,
    .max_skew_ns = MAX_SKEW,
  };
  struct bytes bytes =
      answer->result->kind == IC_AGENT_CALL ? answer->result->call.certificate : answer->result->certificate;
  struct ic_error *error = &question->fault.error;
  struct ic_certificate *certificate;

  if (ic_certificate_read (&certificate, bytes, &answer->arena, error) != IC_CERTIFICATE_VALID
      || ic_certificate_verify (certificate, &check, error) != IC_CERTIFICATE_VALID)
    return false;
  ic_certificate_subnet (certificate, check.root_key, &origin->subnet);
  origin->subnet_known = true;
  return ic_request_status_read (status, certificate, question->request_id, error);
}

/* Judges a call by its certificate. One that has not ended is looked after again. */
static void
settle_call (struct origin *origin, struct question *question)
{
  struct ic_request_status status = { .state = IC_REQUEST_UNKNOWN };
  bool replied_at_once = question->answer->result->kind == IC_AGENT_CALL;

  if (!read_status (origin, question, &status)) {
    give_up_answer (question, DCPIPE_RETRY);
  } else if (status.state == IC_REQUEST_REPLIED) {
    settle (question, status.reply);
  } else if (status.state == IC_REQUEST_REJECTED) {
    settle_reject (question, &status.reject);
  } else if (status.state == IC_REQUEST_DONE || replied_at_once) {
    ic_error_set (&question->fault.error, "the certificate does not show how the call ended");
    give_up_answer (question, DCPIPE_RETRY);
  } else {
    answer_free (question->answer);
    question->answer = NULL;
    question->poll_ms = clock_ns () / MS + POLL_MS;
    question->state = QUESTION_ACCEPTED;
  }
}

int
origin_settle (struct origin *origin, struct question *question, struct fault *fault)
{
  int result;

  if (question->state == QUESTION_ACCEPTED)
    look_after (origin, question);
  else if (question->state == QUESTION_ANSWERED) {
    result = need_keys (origin, fault);
    if (result != DCPIPE_OK)
      return result;
    if (origin->options.trust == DCPIPE_TRUST_CERTIFIED)
      settle_call (origin, question);
    else
      settle_query (origin, question);
    if (question->state == QUESTION_ANSWERED)
      return need_keys (origin, fault);
  }
  return question->state == QUESTION_SETTLED ? DCPIPE_OK
         : question->state == QUESTION_FAULT ? report (question, fault)
                                             : DCPIPE_WAIT;
}

int
origin_inquire (struct origin *origin, struct question *question, const char *method, struct bytes arg,
                uint64_t deadline, struct answer **answer, struct fault *fault)
{
  int result;

  *fault = (struct fault){ .result = DCPIPE_OK };
  if (question->state == QUESTION_IDLE)
    origin_ask (origin, question, method, arg);
  while ((result = origin_settle (origin, question, fault)) == DCPIPE_WAIT)
    if (!origin_wait (origin, question, deadline))
      return DCPIPE_WAIT;
  if (result != DCPIPE_OK)
    return result;
  *answer = question->answer;
  question->answer = NULL;
  question_clear (question);
  return DCPIPE_OK;
}
