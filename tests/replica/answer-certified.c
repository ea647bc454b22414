/* SPDX-License-Identifier: Apache-2.0 */
/* The answers that carry certificates: to read_state, and to calls. */
#include "config.h"

#include "bytes/cleanup.h"
#include "ic/certificate/hash_tree.h"
#include "replica/answer.h"

/* ---- certificates -------------------------------------------------------------------------------- */

static void
put_certificate (struct visit *visit, const struct certificate_request *wanted)
{
  CLEANUP (ic_cbor_writer_free) struct ic_cbor_writer certificate = { NULL };

  certificate_put (&certificate, &visit->replica->network, wanted);
  if (certificate.failed)
    visit->answer.failed = true;
  answer_put_bytes (&visit->answer, "certificate", certificate.data, certificate.size);
}

/* Only the calls that are asked for become part of the state. */
void
answer_read_state (struct visit *visit, const struct route *route, const struct request *request)
{
  const struct ic_request *content = &request->content;
  struct call *calls = ic_arena_alloc (&visit->arena, (content->path_count + 1) * sizeof *calls);
  const struct certificate_request wanted = {
    .paths = content->paths,
    .path_count = content->path_count,
    .calls = calls,
    .layout = route->version >= 3 ? RANGES_SHARDED : RANGES_LISTED,
    .now_ns = visit->now_ns,
    .fault = &visit->fault,
  };
  struct certificate_request complete = wanted;

  if (calls == NULL) {
    visit->answer.failed = true;
    return;
  }
  for (size_t i = 0; i < content->path_count; i++) {
    const struct ic_path *path = &content->paths[i];

    if (path->count >= 2 && bytes_equal (path->labels[0], ic_label ("request_status"))
        && path->labels[1].size == IC_HASH_SIZE)
      complete.call_count += calls_find (visit->replica->calls, path->labels[1].data, replica_now_ms (),
                                         &calls[complete.call_count]);
  }
  answer_begin (visit, 1);
  put_certificate (visit, &complete);
}

/* ---- call ---------------------------------------------------------------------------------------- */

static void
put_refusal (struct visit *visit)
{
  const struct fault *fault = &visit->fault;

  answer_begin (visit, 4);
  answer_put_text (&visit->answer, "status", "non_replicated_rejection");
  answer_put_name (&visit->answer, "reject_code");
  ic_cbor_put_uint (&visit->answer, fault->code);
  answer_put_text (&visit->answer, "reject_message",
                   fault->text[0] != '\0' ? fault->text : "refused on demand");
  answer_put_text (&visit->answer, "error_code", "IC0207");
}

/* Version 2 says it with the HTTP status alone, and an empty body. */
static void
put_accepted (struct visit *visit, unsigned version)
{
  if (version >= 3) {
    answer_begin (visit, 1);
    answer_put_text (&visit->answer, "status", "accepted");
  }
  visit->status = MHD_HTTP_ACCEPTED;
}

/* The certificate shows no more than the status of this one call. */
static void
put_outcome (struct visit *visit, unsigned version, const struct request *request)
{
  const struct bytes labels[] = { ic_label ("request_status"), { request->id, IC_HASH_SIZE } };
  const struct ic_path path = { labels, 2 };
  struct call call;
  const struct certificate_request wanted = {
    .paths = &path,
    .path_count = 1,
    .calls = &call,
    .call_count = 1,
    .layout = version >= 4 ? RANGES_SHARDED : RANGES_LISTED,
    .now_ns = visit->now_ns,
    .fault = &visit->fault,
  };

  if (!calls_find (visit->replica->calls, request->id, UINT64_MAX, &call)) {
    visit->answer.failed = true;
    return;
  }
  answer_begin (visit, 2);
  answer_put_text (&visit->answer, "status", "replied");
  put_certificate (visit, &wanted);
}

/* Before version 3 the outcome is fetched with read_state; since then the answer has it, if it comes in time.
 */
void
answer_call (struct visit *visit, unsigned version, const struct request *request)
{
  const bool later = version < 3 || visit->fault.kind == FAULT_ACCEPT;
  CLEANUP (run_free) struct run run = { .rejected = false };

  if (visit->fault.kind == FAULT_REFUSE) {
    put_refusal (visit);
    return;
  }
  answer_run (visit, &run, request, false);
  if (!calls_add (visit->replica->calls, request->id, &run,
                  later ? replica_now_ms () + visit->replica->call_ms : 0))
    visit->answer.failed = true;
  else if (later)
    put_accepted (visit, version);
  else
    put_outcome (visit, version, request);
}
