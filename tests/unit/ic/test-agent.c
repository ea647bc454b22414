/* SPDX-License-Identifier: Apache-2.0 */
/* The HTTP agent against a server that misbehaves on demand. */
#include "config.h"

#include <check.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ic/agent/agent.h"
#include "unit/ic/server.h"

static struct server *server;
static struct ic_agent *agent;
static struct ic_agent_result *result;

static void
set_up (void)
{
  signal (SIGPIPE, SIG_IGN);
  unsetenv ("http_proxy");
  unsetenv ("ALL_PROXY");
  unsetenv ("all_proxy");
  server = server_start ();
}

static void
tear_down (void)
{
  ic_agent_result_free (result);
  ic_agent_free (agent);
  result = NULL;
  agent = NULL;
  server_stop (server);
}

static uint64_t
now_ms (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return (uint64_t) now.tv_sec * 1000 + (uint64_t) now.tv_nsec / 1000000;
}

/* An agent for these URLs; the last one is NULL. */
static void
connect_to (const char *const *urls, int abort_fd, unsigned timeout_ms)
{
  struct ic_agent_options options = {
    .urls = urls, .abort_fd = abort_fd, .timeout_ms = timeout_ms, .max_response = 100000
  };
  struct ic_error error;

  while (urls[options.url_count] != NULL)
    options.url_count++;
  agent = ic_agent_new (&options, &error);
  ck_assert_msg (agent != NULL, "%s", error.text);
}

static void
connect_to_fault (const char *fault)
{
  const char *const urls[] = { server_url (server, fault), NULL };

  connect_to (urls, -1, 5000);
}

static void
submit (enum ic_agent_kind kind, struct bytes arg, void *tag)
{
  static const struct bytes label = { (const uint8_t *) "time", 4 };
  static const struct ic_path path = { &label, 1 };
  struct ic_agent_request request = { .kind = kind,
                                      .effective = IC_PRINCIPAL_ANONYMOUS,
                                      .method = "m",
                                      .arg = arg,
                                      .paths = &path,
                                      .path_count = 1 };
  struct ic_error error;

  ck_assert_msg (ic_agent_submit (agent, &request, tag, &error), "%s", error.text);
}

/* Submits a request and waits for its result. */
static void
ask (enum ic_agent_kind kind)
{
  ic_agent_result_free (result);
  submit (kind, (struct bytes){ (const uint8_t *) "argument", 8 }, &agent);
  ck_assert_uint_eq (ic_agent_pending (agent), 1);
  result = ic_agent_collect (agent, 10000);
  ck_assert_ptr_nonnull (result);
  ck_assert_ptr_eq (result->tag, &agent);
  ck_assert_uint_eq (ic_agent_pending (agent), 0);
}

static void
assert_error (enum ic_agent_outcome outcome, const char *part)
{
  ck_assert_msg (result->outcome == outcome, "outcome %d: %s", (int) result->outcome, result->error.text);
  ck_assert_msg (strstr (result->error.text, part) != NULL, "%s", result->error.text);
  ck_assert_msg (strncmp (result->error.text, result->url, strlen (result->url)) == 0, "%s",
                 result->error.text);
  ck_assert_ptr_null (strchr (result->error.text, '\n'));
}

START_TEST (answers)
{
  connect_to_fault ("echo");
  for (int i = 0; i < 5; i++) {
    ask (IC_AGENT_QUERY);
    ck_assert_int_eq (result->outcome, IC_AGENT_OK);
    ck_assert_uint_eq (result->query.reply.size, 8);
    ck_assert_mem_eq (result->query.reply.data, "argument", 8);
    ck_assert_ptr_nonnull (strstr (result->url, "/echo/api/v3/canister/2vxsx-fae/query"));
  }
  ask (IC_AGENT_READ_STATE);
  ck_assert_int_eq (result->outcome, IC_AGENT_OK);
  ck_assert_mem_eq (result->certificate.data, "cert", 4);
  ask (IC_AGENT_STATUS);
  ck_assert_int_eq (result->outcome, IC_AGENT_OK);
  ck_assert_ptr_null (result->status.root_key.data);
  ck_assert_uint_eq (server_connections (server), 1);
  ck_assert_ptr_null (ic_agent_collect (agent, 1000));
}
END_TEST

START_TEST (calls)
{
  connect_to_fault ("call");
  ask (IC_AGENT_CALL);
  ck_assert_int_eq (result->outcome, IC_AGENT_OK);
  ck_assert_int_eq (result->call.status, IC_CALL_REPLIED);
  ck_assert_mem_eq (result->call.certificate.data, "cert", 4);
  ck_assert_ptr_nonnull (strstr (result->url, "/api/v4/"));
}
END_TEST

START_TEST (rejects)
{
  connect_to_fault ("reject");
  ask (IC_AGENT_QUERY);
  assert_error (IC_AGENT_REJECTED, "rejected with code 4 IC0406: not today");
  ck_assert_uint_eq (result->reject.code, IC_REJECT_CANISTER_REJECT);
}
END_TEST

START_TEST (older_versions)
{
  connect_to_fault ("old");
  ask (IC_AGENT_CALL);
  ck_assert_int_eq (result->outcome, IC_AGENT_OK);
  ck_assert_int_eq (result->call.status, IC_CALL_ACCEPTED);
  ck_assert_uint_eq (server_requests (server), 3);
  ask (IC_AGENT_QUERY);
  ck_assert_int_eq (result->outcome, IC_AGENT_OK);
  ck_assert_uint_eq (server_requests (server), 5);
  ask (IC_AGENT_QUERY);
  ck_assert_int_eq (result->outcome, IC_AGENT_OK);
  ck_assert_uint_eq (server_requests (server), 6);
}
END_TEST

/* HTTP statuses, and what they mean. */
static const struct {
  const char *fault;
  enum ic_agent_outcome outcome;
  const char *text;
} statuses[] = {
  { "status-302", IC_AGENT_RETRY,
    "HTTP status 302 to http://elsewhere.invalid/; redirects are not followed" },
  { "status-400", IC_AGENT_RETRY, "HTTP status 400: no" },
  { "status-403", IC_AGENT_RETRY, "HTTP status 403: no" },
  { "status-404", IC_AGENT_RETRY, "HTTP status 404: no" },
  { "status-429", IC_AGENT_RETRY, "HTTP status 429: no" },
  { "status-500", IC_AGENT_RETRY, "HTTP status 500: no" },
  { "status-503", IC_AGENT_RETRY, "HTTP status 503: no" },
  { "close", IC_AGENT_RETRY, "" },
  { "cut", IC_AGENT_RETRY, "the answer broke off: " },
  { "garbage", IC_AGENT_RETRY,
    "an answer of type text/html that makes no sense: answer to a query: CBOR byte 0" },
  { "large", IC_AGENT_RETRY, "the answer is larger than the limit of 100000 bytes" },
  { "chunked", IC_AGENT_RETRY, "the answer is larger than the limit of 100000 bytes" },
  { "bomb", IC_AGENT_RETRY, "the answer is larger than the limit of 100000 bytes" },
};

START_TEST (faults)
{
  connect_to_fault (statuses[_i].fault);
  ask (IC_AGENT_QUERY);
  assert_error (statuses[_i].outcome, statuses[_i].text);
  printf ("%s: %s\n", statuses[_i].fault, result->error.text);
  if (strncmp (statuses[_i].fault, "status-", 7) == 0)
    ck_assert_uint_eq (result->retry_after_ms, 7000);
}
END_TEST

START_TEST (nobody_there)
{
  const char *const urls[] = { "http://127.0.0.1:1/", NULL };

  connect_to (urls, -1, 5000);
  ask (IC_AGENT_QUERY);
  assert_error (IC_AGENT_RETRY, "connect");
  ck_assert_int_eq (result->http_status, 0);
}
END_TEST

START_TEST (fail_over)
{
  const char *const urls[] = { "http://127.0.0.1:1", server_url (server, "status-403"),
                               server_url (server, "echo"), NULL };

  connect_to (urls, -1, 5000);
  ask (IC_AGENT_QUERY);
  assert_error (IC_AGENT_RETRY, "connect");
  ask (IC_AGENT_QUERY);
  assert_error (IC_AGENT_RETRY, "HTTP status 403");
  ask (IC_AGENT_QUERY);
  ck_assert_int_eq (result->outcome, IC_AGENT_OK);
  ask (IC_AGENT_QUERY);
  ck_assert_int_eq (result->outcome, IC_AGENT_OK);
}
END_TEST

/* A URL that asked for a pause is left alone, but not if it is the only one; nor is a URL asked that is to be
 * avoided. */
START_TEST (pauses)
{
  const char *const urls[] = { server_url (server, "status-503"), server_url (server, "echo"), NULL };

  connect_to (urls, -1, 5000);
  ck_assert (ic_agent_can_ask (agent, 0));
  ck_assert (ic_agent_can_ask (agent, 1));
  ck_assert (!ic_agent_can_ask (agent, 3));
  ask (IC_AGENT_QUERY);
  assert_error (IC_AGENT_RETRY, "HTTP status 503");
  ck_assert_uint_eq (result->host, 0);
  ck_assert (!ic_agent_can_ask (agent, 2));
  ck_assert_uint_eq (ic_agent_held_ms (agent), 0);
  for (int i = 0; i < 3; i++) {
    ic_agent_blame (agent, 1);
    ask (IC_AGENT_QUERY);
    ck_assert_int_eq (result->outcome, IC_AGENT_OK);
    ck_assert_uint_eq (result->host, 1);
  }
  ic_agent_free (agent);
  connect_to_fault ("status-503");
  for (int i = 0; i < 2; i++) {
    ask (IC_AGENT_QUERY);
    assert_error (IC_AGENT_RETRY, "HTTP status 503");
    ck_assert_uint_gt (ic_agent_held_ms (agent), 6000);
    ck_assert_uint_le (ic_agent_held_ms (agent), 7000);
  }
}
END_TEST

START_TEST (slow)
{
  const char *const urls[] = { server_url (server, "hang"), NULL };
  uint64_t begin = now_ms ();

  connect_to (urls, -1, 300);
  ask (IC_AGENT_QUERY);
  assert_error (IC_AGENT_RETRY, "no complete answer within 300 ms");
  ck_assert_uint_ge (now_ms () - begin, 300);
  ck_assert_uint_lt (now_ms () - begin, 2000);
}
END_TEST

/* Time that the caller spends elsewhere is not the server's fault. */
START_TEST (caller_is_slow)
{
  const char *const urls[] = { server_url (server, "delay"), NULL };

  connect_to (urls, -1, 600);
  submit (IC_AGENT_QUERY, (struct bytes){ NULL, 0 }, NULL);
  ck_assert_ptr_null (ic_agent_collect (agent, 1));
  usleep (900000);
  result = ic_agent_collect (agent, 5000);
  ck_assert_msg (result->outcome == IC_AGENT_OK, "%s", result->error.text);
  ck_assert_uint_eq (result->query.reply.size, 0);
}
END_TEST

#define SEVERAL 8

START_TEST (several_in_flight)
{
  bool seen[SEVERAL] = { false };
  uint64_t begin = now_ms ();

  connect_to_fault ("delay");
  for (uint8_t i = 0; i < SEVERAL; i++)
    submit (IC_AGENT_QUERY, (struct bytes){ &i, 1 }, &seen[i]);
  while ((result = ic_agent_collect (agent, 5000)) != NULL) {
    bool *tag = result->tag;

    ck_assert_int_eq (result->outcome, IC_AGENT_OK);
    ck_assert_uint_eq (result->query.reply.data[0], (unsigned) (tag - seen));
    ck_assert (!*tag);
    *tag = true;
    ic_agent_result_free (result);
  }
  for (int i = 0; i < SEVERAL; i++)
    ck_assert (seen[i]);
  ck_assert_uint_lt (now_ms () - begin, SEVERAL * 300 - 300);
}
END_TEST

static void *
abort_later (void *fd)
{
  usleep (200000);
  ck_assert_int_eq (write (*(int *) fd, "x", 1), 1);
  return NULL;
}

START_TEST (aborted)
{
  const char *const urls[] = { server_url (server, "hang"), NULL };
  uint64_t begin = now_ms ();
  pthread_t thread;
  int fds[2];

  ck_assert_int_eq (pipe (fds), 0);
  connect_to (urls, fds[0], 5000);
  ck_assert_int_eq (pthread_create (&thread, NULL, abort_later, &fds[1]), 0);
  submit (IC_AGENT_QUERY, (struct bytes){ NULL, 0 }, NULL);
  submit (IC_AGENT_QUERY, (struct bytes){ NULL, 0 }, NULL);
  for (int i = 0; i < 2; i++) {
    ic_agent_result_free (result);
    result = ic_agent_collect (agent, 10000);
    ck_assert_ptr_nonnull (result);
    assert_error (IC_AGENT_ABORTED, "interrupted");
  }
  ck_assert_ptr_null (ic_agent_collect (agent, 10000));
  ck_assert_uint_lt (now_ms () - begin, 1000);
  pthread_join (thread, NULL);
  close (fds[0]);
  close (fds[1]);
}
END_TEST

START_TEST (cancelled)
{
  connect_to_fault ("hang");
  submit (IC_AGENT_QUERY, (struct bytes){ NULL, 0 }, NULL);
  ck_assert_ptr_null (ic_agent_collect (agent, 50));
  ck_assert_uint_eq (ic_agent_pending (agent), 1);
  submit (IC_AGENT_QUERY, (struct bytes){ NULL, 0 }, &agent);
  ic_agent_cancel (agent, &server);
  ck_assert_uint_eq (ic_agent_pending (agent), 2);
  ic_agent_cancel (agent, &agent);
  ck_assert_uint_eq (ic_agent_pending (agent), 1);
  ic_agent_cancel (agent, NULL);
  ck_assert_uint_eq (ic_agent_pending (agent), 0);
  ck_assert_ptr_null (ic_agent_collect (agent, 10000));
}
END_TEST

START_TEST (proxy_from_environment)
{
  const char *const urls[] = { "http://replica.invalid/echo", NULL };

  setenv ("http_proxy", server_url (server, ""), 1);
  connect_to (urls, -1, 5000);
  ask (IC_AGENT_QUERY);
  ck_assert_msg (result->outcome == IC_AGENT_OK, "%s", result->error.text);
  ck_assert_uint_eq (server_requests (server), 1);
}
END_TEST

START_TEST (bad_options)
{
  const char *const urls[] = { "ftp://example.com" };
  struct ic_agent_options options = { .urls = urls, .abort_fd = -1 };
  struct ic_error error;

  ck_assert_ptr_null (ic_agent_new (&options, &error));
  ck_assert_str_eq (error.text, "no URL was given");
  options.url_count = 1;
  ck_assert_ptr_null (ic_agent_new (&options, &error));
  ck_assert_str_eq (error.text, "'ftp://example.com' is not a URL that begins with https:// or http://");
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("agent");
  TCase *tests = tcase_create ("exchanges");
  SRunner *runner = srunner_create (suite);
  int failed;

  tcase_add_checked_fixture (tests, set_up, tear_down);
  tcase_set_timeout (tests, 20);
  tcase_add_test (tests, answers);
  tcase_add_test (tests, calls);
  tcase_add_test (tests, rejects);
  tcase_add_test (tests, older_versions);
  tcase_add_loop_test (tests, faults, 0, (int) (sizeof statuses / sizeof statuses[0]));
  tcase_add_test (tests, nobody_there);
  tcase_add_test (tests, fail_over);
  tcase_add_test (tests, pauses);
  tcase_add_test (tests, slow);
  tcase_add_test (tests, caller_is_slow);
  tcase_add_test (tests, several_in_flight);
  tcase_add_test (tests, aborted);
  tcase_add_test (tests, cancelled);
  tcase_add_test (tests, proxy_from_environment);
  tcase_add_test (tests, bad_options);
  suite_add_tcase (suite, tests);
  srunner_run_all (runner, CK_ENV);
  failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
