/* SPDX-License-Identifier: Apache-2.0 */
/* Questions to a canister, and whether their answers can be believed.
 *
 *     origin_ask (origin, &question, "method", arg);        any number of questions at once
 *     while ((result = origin_settle (origin, &question, &fault)) == DCPIPE_WAIT)
 *       if (!origin_wait (origin, &question, deadline))
 *         return DCPIPE_WAIT;
 *     if (result == DCPIPE_OK)
 *       use (question.answer->reply);
 *
 *                ┌─────────────────────── a passing fault: to be asked again ─────────────────────┐
 *                ▼                                                                                │
 *     idle ──▶ asked ──▶ answered ──── verified as `trust` demands ────▶ settled                  │
 *                │           ▲  needs the root key, and node keys, which are asked for meanwhile ─┤
 *                └▶ accepted ┘                                                                    │
 *                   (a call that runs on: read_state is asked until it has ended) ────────────────┘
 *
 * Each question is one attempt. An origin and its questions belong to one thread at a time. */
#ifndef IC_AGENT_ORIGIN_H
#define IC_AGENT_ORIGIN_H

#include "dcpipe-plugin.h"
#include "ic/agent/agent.h"

struct origin;

/* Whom to ask, and how. URLs and canister must live as long as the origin; the rest is copied. */
struct origin_options {
  const char *const *urls; /* NULL at the end */
  const struct ic_identity *identity;
  const struct ic_principal *canister;
  struct bytes root_key; /* DER; empty: fetched from the first URL that answers */
  int trust;             /* enum dcpipe_trust: queries, node-signed queries, certified calls */
  uint64_t timeout_ms, max_age_ms;
  int stop_fd; /* everything ends when it can be read */
};

/* NULL after setting `error`. */
struct origin *origin_new (const struct origin_options *options, struct ic_error *error);
void origin_free (struct origin *origin);

/* The answer to a question; `reply` is a view of its memory. */
struct answer {
  struct bytes reply;
  struct ic_agent_result *result;
  struct ic_arena arena;
};

/* Takes a struct answer, on any thread, also after origin_free. */
void answer_free (void *answer);

enum question_state {
  QUESTION_IDLE,
  QUESTION_ASKED,
  QUESTION_ACCEPTED,
  QUESTION_ANSWERED,
  QUESTION_SETTLED,
  QUESTION_FAULT
};

/* Why there is no answer. */
struct fault {
  int result; /* DCPIPE_RETRY, DCPIPE_FAIL, DCPIPE_DIVERGED */
  uint64_t retry_after_ms;
  unsigned reject_code; /* enum ic_reject_code of the answer, 0 if it is no reject */
  bool no_method;       /* the canister has no method of that name */
  struct ic_error error;
};

/* Begin with zeroed memory; does not move while it is asked. */
struct question {
  enum question_state state;
  struct answer *answer; /* settled: the caller may take it */
  struct fault fault;    /* of QUESTION_FAULT */
  uint64_t arrived_ns;   /* when the answer came, since 1970: it must have been fresh then */
  uint8_t request_id[IC_HASH_SIZE];
  uint64_t poll_ms, over_ms; /* of a call that was accepted, by the monotonic clock */
};

/* Asks. What goes wrong is told by origin_settle. */
void origin_ask (struct origin *origin, struct question *question, const char *method, struct bytes arg);

/* DCPIPE_OK; DCPIPE_WAIT if something is still under way; or DCPIPE_RETRY or DCPIPE_FAIL after setting
 * `fault`. The question is then idle, or still answered if only the keys to verify it with could not be had.
 */
int origin_settle (struct origin *origin, struct question *question, struct fault *fault);

/* Waits for something to happen that may settle the question. False when `deadline` (CLOCK_MONOTONIC, ns) is
 * past or the run is to stop. */
bool origin_wait (struct origin *origin, const struct question *question, uint64_t deadline);

/* Asks, if the question is idle, and waits for what comes of it until `deadline`. DCPIPE_OK: `answer` is the
 * caller's. DCPIPE_WAIT: to be called again, with the same method and argument. Otherwise `fault` is set. */
int origin_inquire (struct origin *origin, struct question *question, const char *method, struct bytes arg,
                    uint64_t deadline, struct answer **answer, struct fault *fault);

/* Ends all that is under way. The questions asked must then be cleared. */
void origin_cancel (struct origin *origin);

/* The subnet whose nodes or certificates have been verified last; false if none were. */
bool origin_subnet (const struct origin *origin, struct ic_principal *subnet);

/* Makes it idle, and gives its memory back. */
void question_clear (struct question *question);

#endif
