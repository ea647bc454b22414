/* SPDX-License-Identifier: Apache-2.0 */
/* Questions to a canister, and whether their answers can be believed. One origin for each canister, any
 * number of them over one agent.
 *
 *     ic_origin_ask (origin, &question, &ask);              any number of questions at once
 *     while ((verdict = ic_origin_settle (&question, &fault)) == IC_ORIGIN_WAIT)
 *       if (!ic_origin_wait (&question, deadline))
 *         return later;
 *     if (verdict == IC_ORIGIN_SETTLED)
 *       use (question.answer->reply);
 *
 *               ┌──────── failed, or not to be believed: asked again at once, of the next URL ────────┐
 *               ▼                                                                                     │
 *     idle ──▶ asked ──▶ answered ──── verified as the question demands ────▶ settled                 │
 *                │           ▲  needs the root key, and node keys, which are asked for meanwhile ─────┤
 *                └▶ accepted ┘                                                                        │
 *                   (a call that runs on: read_state is asked until it has ended) ────────────────────┘
 *                                                                      no URL is left: a fault ◀──────┘
 *
 * Each question is one attempt at each URL. What is not signed, or whose signature is wrong, changes nothing
 * but who is asked next: only rejects that are proven say that a canister or a method is missing. Nothing
 * here waits before asking again. An agent, its origins and their questions belong to one thread at a time.
 */
#ifndef IC_AGENT_ORIGIN_H
#define IC_AGENT_ORIGIN_H

#include "ic/agent/agent.h"

struct ic_origin;

/* What makes an answer believed: nothing, the signature of a node of the subnet, or a certificate of the
 * subnet. */
enum ic_proof { IC_PROOF_NONE, IC_PROOF_SIGNATURE, IC_PROOF_CERTIFICATE };

struct ic_origin_options {
  struct ic_agent *agent; /* must live longer than the origin */
  const struct ic_principal *canister;
  struct bytes root_key; /* DER; empty: fetched from the first URL that answers */
  enum ic_proof proof;   /* what answers need at the least */
  uint64_t timeout_ms, max_age_ms;
  int stop_fd; /* everything ends when it can be read */
};

/* NULL after setting `error`. */
struct ic_origin *ic_origin_new (const struct ic_origin_options *options, struct ic_error *error);

/* All questions must have been cleared. */
void ic_origin_free (struct ic_origin *origin);

/* The answer to a question; `reply` is a view of its memory. */
struct ic_answer {
  struct bytes reply;
  enum ic_proof proof;
  uint64_t signed_ns; /* when it was signed, by the signer's clock; 0 if it was not verified */
  size_t host;        /* the number of the URL that it came from */
  struct ic_agent_result *result;
  struct ic_arena arena;
};

/* Takes a struct ic_answer, on any thread, also after ic_origin_free. */
void ic_answer_free (void *answer);

enum ic_verdict {
  IC_ORIGIN_SETTLED, /* there is an answer, and it is believed */
  IC_ORIGIN_WAIT,    /* something is still under way */
  IC_ORIGIN_RETRY,   /* a passing fault, at every URL */
  IC_ORIGIN_FAIL,    /* a proven reject of a lasting kind, or something is wrong with this machine */
};

/* Why there is no answer. */
struct ic_fault {
  enum ic_verdict verdict; /* IC_ORIGIN_RETRY or IC_ORIGIN_FAIL */
  uint64_t retry_after_ms; /* it makes no sense to ask again sooner */
  unsigned reject_code;    /* enum ic_reject_code of the answer, 0 if it is no reject */
  bool no_method;          /* by this reject the canister has no method of that name */
  struct ic_error error;   /* what happened at each URL */
};

enum ic_question_state {
  IC_QUESTION_IDLE,
  IC_QUESTION_ASKED,
  IC_QUESTION_ACCEPTED,
  IC_QUESTION_ANSWERED,
  IC_QUESTION_SETTLED,
  IC_QUESTION_FAULT
};

/* Begin with zeroed memory; does not move while it is asked. */
struct ic_question {
  enum ic_question_state state;
  struct ic_answer *answer; /* settled: the caller may take it */
  struct ic_fault fault;    /* what happened so far, also at URLs before the one that answered */

  /* Private. */
  struct ic_origin *origin;
  const char *method;
  uint8_t *arg;
  size_t arg_size;
  enum ic_proof proof;
  uint64_t tried; /* URLs, as bits */
  bool hopeful;   /* some of their faults may pass */
  bool polling;   /* a call was accepted: it is looked after */
  uint64_t wait_ms;
  uint64_t arrived_ns; /* when the answer came, since 1970: it must have been fresh then */
  uint8_t request_id[IC_HASH_SIZE];
  uint64_t poll_ms, over_ms; /* of a call that was accepted, by the monotonic clock */
};

struct ic_ask {
  const char *method; /* must live as long as the question is asked */
  struct bytes arg;   /* copied */
  bool certified;     /* a certificate must prove the answer, whatever the origin is content with */
  uint64_t avoid;     /* URLs, as bits, that are not to be asked if there are others */
};

/* Asks. What goes wrong is told by ic_origin_settle. */
void ic_origin_ask (struct ic_origin *origin, struct ic_question *question, const struct ic_ask *ask);

/* In place of asking, where this machine has no memory for it: a passing fault. */
void ic_origin_fail (struct ic_origin *origin, struct ic_question *question, const struct ic_error *error);

/* After IC_ORIGIN_RETRY and IC_ORIGIN_FAIL `fault` is set, and the question is idle, or still answered if
 * only the keys to verify it with could not be had. */
enum ic_verdict ic_origin_settle (struct ic_question *question, struct ic_fault *fault);

/* Waits for something to happen that may settle the question. False when `deadline` (CLOCK_MONOTONIC, ns) is
 * past or the run is to stop. */
bool ic_origin_wait (const struct ic_question *question, uint64_t deadline);

/* The subnet whose nodes or certificates have been verified last; false if none were. */
bool ic_origin_subnet (const struct ic_origin *origin, struct ic_principal *subnet);

/* Makes it idle, and gives its memory back. What was asked is not waited for. */
void ic_question_clear (struct ic_question *question);

#endif
