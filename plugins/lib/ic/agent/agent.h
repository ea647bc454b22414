/* SPDX-License-Identifier: Apache-2.0 */
/* A client of replicas and boundary nodes over HTTP ("HTTP interface" in the Internet Computer Interface
 * Specification).
 *
 *     agent = ic_agent_new (&options, &error);
 *     ic_agent_submit (agent, &request, tag, &error);       any number of times
 *     while ((result = ic_agent_collect (agent, 1000)) != NULL) {
 *       …                                                   in the order in which the answers come
 *       ic_agent_result_free (result);
 *     }
 *
 * Each submission is one attempt: the agent never waits to try again. It goes to one of the URLs; when that
 * one fails, later submissions go to the next. A URL that asked for a pause (Retry-After) is left alone until
 * that is over, while there are others. The newest version of the interface is tried first; a URL that
 * answers 404 is asked again with the next older version at once. HTTP/2 where TLS allows it, kept
 * connections, compression, and proxies from the environment are those of libcurl. Redirects are not
 * followed.
 *
 * What is not signed proves nothing, so whatever a server says in plain HTTP is a fault that may pass; only
 * what this machine itself cannot do (a protocol, a file) is told as lasting.
 *
 * A call that failed may have been taken all the same: only its request status tells.
 *
 * Nothing that comes back is verified here: see query_signature.h and certificate.h.
 *
 * An agent belongs to one thread at a time; several agents may be used at once. The program should ignore
 * SIGPIPE. */
#ifndef IC_AGENT_AGENT_H
#define IC_AGENT_AGENT_H

#include "ic/agent/identity.h"
#include "ic/agent/result.h"

struct ic_agent;

#define IC_AGENT_URLS 64

/* How to reach the network. All of it is copied. A zero takes the default in the comment. */
struct ic_agent_options {
  const char *const *urls;            /* as ic_url_read takes them; tried in this order */
  size_t url_count;                   /* IC_AGENT_URLS at the most */
  const struct ic_identity *identity; /* who sends; NULL for the anonymous principal */
  int abort_fd;                /* as soon as this can be read, all that is in flight ends; -1 for none */
  unsigned connect_timeout_ms; /* 10 s */
  unsigned timeout_ms;         /* for one whole exchange: 30 s */
  size_t max_response;         /* bytes of an answer, after decompression: 4 MiB */
  unsigned expiry_s;           /* how long a request stays valid for replicas, at most 300: 240 s */
  const char *user_agent;      /* "libic" */
  const char *ca_file;         /* PEM file of the authorities to trust in TLS: those of the system */
};

/* Returns NULL after setting `error`: a URL that is none, no memory. */
struct ic_agent *ic_agent_new (const struct ic_agent_options *options, struct ic_error *error);

/* Ends what is in flight, without results. */
void ic_agent_free (struct ic_agent *agent);

struct ic_agent_request {
  enum ic_agent_kind kind;
  struct ic_principal effective;     /* the canister that is asked, or about whose state */
  bool subnet;                       /* of read_state: `effective` is a subnet */
  const struct ic_principal *callee; /* of query and call: who is to do it, NULL for `effective` */
  const char *method;                /* of query and call */
  struct bytes arg;                  /* of query and call: Candid */
  const struct ic_path *paths;       /* of read_state */
  size_t path_count;
  uint64_t avoid; /* a bit for each URL that is not to be asked, if another can be */
};

/* Whether there is a URL, not among these, that does not want to be left alone. */
bool ic_agent_can_ask (const struct ic_agent *agent, uint64_t avoid);

/* How long, in ms, until one of the URLs may be asked: 0 unless all of them asked for a pause. */
uint64_t ic_agent_held_ms (const struct ic_agent *agent);

/* Sends a request, which need not outlive the call. `tag` comes back with the result. Returns false
 * after setting `error` when there is no memory; then there will be no result. */
bool ic_agent_submit (struct ic_agent *agent, const struct ic_agent_request *request, void *tag,
                      struct ic_error *error);

/* How many submissions have not been collected. */
size_t ic_agent_pending (const struct ic_agent *agent);

/* Waits until a submission has ended, or `timeout_ms` have gone by, or there is nothing to wait for; returns
 * a result or NULL. Exchanges make progress only here; the time between two calls does not count towards
 * their timeouts. Once abort_fd can be read, each call returns at once, with one of the pending submissions
 * as IC_AGENT_ABORTED. */
struct ic_agent_result *ic_agent_collect (struct ic_agent *agent, unsigned timeout_ms);

/* What this URL answered turned out to be false: later submissions go to the next one. */
void ic_agent_blame (struct ic_agent *agent, size_t host);

/* Ends all pending submissions with this tag, without results. */
void ic_agent_cancel (struct ic_agent *agent, const void *tag);

/* On any thread, also after ic_agent_free. */
void ic_agent_result_free (struct ic_agent_result *result);

#endif
