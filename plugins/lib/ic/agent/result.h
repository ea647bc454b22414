/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of a request that an agent sends. */
#ifndef IC_AGENT_RESULT_H
#define IC_AGENT_RESULT_H

#include "ic/candid/hash.h"
#include "ic/certificate/response.h"

enum ic_agent_kind {
  IC_AGENT_QUERY,
  IC_AGENT_CALL,
  IC_AGENT_READ_STATE,
  IC_AGENT_STATUS, /* unsigned; takes no more than a URL */
};

enum ic_agent_outcome {
  IC_AGENT_OK,       /* answered; a query or call with a reply, or a call accepted */
  IC_AGENT_REJECTED, /* answered with a reject: `reject` says which */
  IC_AGENT_RETRY,    /* failed in a way that may pass: another attempt, after a while, makes sense */
  IC_AGENT_FAILED,   /* failed for good, for a reason of this machine's own */
  IC_AGENT_ABORTED,  /* ended because of abort_fd */
};

/* What became of a submission. Views point into the result. */
struct ic_agent_result {
  void *tag;
  enum ic_agent_kind kind;
  enum ic_agent_outcome outcome;
  const char *url;                  /* whom it was sent to, with the path */
  size_t host;                      /* the number of that URL among the options' */
  int64_t ahead_s;                  /* how far the server's clock is ahead of ours; 0 if it does not tell */
  long http_status;                 /* 0 if there was no answer */
  uint8_t request_id[IC_HASH_SIZE]; /* not of IC_AGENT_STATUS */
  uint64_t retry_after_ms;          /* of IC_AGENT_RETRY: what the other side asked for, or 0 */
  struct ic_error error;            /* of all but IC_AGENT_OK: one line with the URL and what happened */
  struct ic_reject reject;          /* of IC_AGENT_REJECTED */
  struct bytes body;                /* the answer as it came */
  struct ic_query_response query;   /* of IC_AGENT_QUERY, when OK or REJECTED */
  struct ic_call_response call;     /* of IC_AGENT_CALL, when OK or REJECTED */
  struct bytes certificate;         /* of IC_AGENT_READ_STATE, when OK */
  struct ic_status_response status; /* of IC_AGENT_STATUS, when OK */
};

#endif
