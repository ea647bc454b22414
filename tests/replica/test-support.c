/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "replica/test-support.h"

#include <curl/curl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "bytes/cleanup.h"
#include "support/vectors.h"

#define MINUTES UINT64_C (60000000000)

uint64_t
client_now_ns (void)
{
  struct timespec now;

  clock_gettime (CLOCK_REALTIME, &now);
  return (uint64_t) now.tv_sec * 1000000000 + (uint64_t) now.tv_nsec;
}

static struct bytes
root_key (const struct client *client)
{
  return (struct bytes){ replica_root_key (client->replica), IC_BLS_DER_SIZE };
}

void
client_start (struct client *client, const char *ledger, const struct replica_options *options)
{
  CLEANUP_FREE char *path = vectors_path (ledger);
  struct replica_options all = options != NULL ? *options : (struct replica_options){ .port = 0 };
  const char *url;

  signal (SIGPIPE, SIG_IGN);
  unsetenv ("http_proxy");
  unsetenv ("ALL_PROXY");
  unsetenv ("all_proxy");
  *client = (struct client){ .replica = NULL };
  all.ledger = path;
  client->replica = replica_start (&all, &client->error);
  ck_assert_msg (client->replica != NULL, "%s", client->error.text);
  url = replica_url (client->replica);
  client->agent = ic_agent_new (
      &(struct ic_agent_options){ .urls = &url, .url_count = 1, .abort_fd = -1, .timeout_ms = 3000 },
      &client->error);
  client->keys = ic_subnet_keys_new (root_key (client), replica_canister (client->replica),
                                     &(struct ic_subnet_keys_limits){ 0 });
  ck_assert_msg (client->agent != NULL && client->keys != NULL, "%s", client->error.text);
}

void
client_stop (struct client *client)
{
  ic_agent_result_free (client->result);
  ic_agent_free (client->agent);
  ic_subnet_keys_free (client->keys);
  ic_arena_free (&client->arena);
  replica_stop (client->replica);
}

static void
exchange (struct client *client, const struct ic_agent_request *request)
{
  ic_agent_result_free (client->result);
  ck_assert_msg (ic_agent_submit (client->agent, request, NULL, &client->error), "%s", client->error.text);
  client->result = ic_agent_collect (client->agent, 10000);
  ck_assert_ptr_nonnull (client->result);
}

void
client_ask (struct client *client, enum ic_agent_kind kind, const char *method, const char *types,
            const struct ic_candid_value *args)
{
  struct ic_candid_buffer arg = { NULL };
  struct ic_candid_types parsed;

  ck_assert_msg (ic_candid_types_parse (&parsed, types, &client->arena, &client->error)
                     && ic_candid_encode (&arg, &parsed, args, &client->error),
                 "%s", client->error.text);
  exchange (client, &(struct ic_agent_request){ .kind = kind,
                                                .effective = *replica_canister (client->replica),
                                                .method = method,
                                                .arg = { arg.data, arg.size } });
  free (arg.data);
}

void
client_read_state (struct client *client, const struct ic_path *paths, size_t count)
{
  exchange (client, &(struct ic_agent_request){ .kind = IC_AGENT_READ_STATE,
                                                .effective = *replica_canister (client->replica),
                                                .paths = paths,
                                                .path_count = count });
}

enum ic_certificate_result
client_fetch_keys (struct client *client)
{
  client_read_state (client, ic_subnet_keys_paths, 1);
  ck_assert_msg (client->result->outcome == IC_AGENT_OK, "%s", client->result->error.text);
  return ic_subnet_keys_update (client->keys, client->result->body, client_now_ns (), &client->error);
}

enum ic_query_result
client_verify_query (struct client *client)
{
  return ic_subnet_keys_verify (client->keys, &client->result->query, client->result->request_id,
                                client_now_ns (), &client->error);
}

enum ic_certificate_result
client_verify (struct client *client, struct bytes certificate)
{
  const struct ic_certificate_check check = {
    .root_key = root_key (client),
    .canister = replica_canister (client->replica),
    .now_ns = client_now_ns (),
    .max_age_ns = 5 * MINUTES,
    .max_skew_ns = MINUTES,
  };
  enum ic_certificate_result read =
      ic_certificate_read (&client->certificate, certificate, &client->arena, &client->error);

  if (read != IC_CERTIFICATE_VALID)
    return read;
  return ic_certificate_verify (client->certificate, &check, &client->error);
}

const struct ic_candid_value *
client_decode (struct client *client, struct bytes reply, const char *types)
{
  const struct ic_candid_value *values;
  struct ic_candid_types parsed;

  ck_assert_msg (ic_candid_types_parse (&parsed, types, &client->arena, &client->error)
                     && ic_candid_decode (&values, reply, &parsed, &client->arena, &client->error),
                 "%s", client->error.text);
  return values;
}

const struct ic_candid_value *
client_query (struct client *client, const char *method, const char *arg_types,
              const struct ic_candid_value *args, const char *types)
{
  if (ic_subnet_keys_due (client->keys, client_now_ns ()))
    ck_assert_msg (client_fetch_keys (client) == IC_CERTIFICATE_VALID, "%s", client->error.text);
  client_ask (client, IC_AGENT_QUERY, method, arg_types, args);
  ck_assert_msg (client->result->outcome == IC_AGENT_OK, "%s", client->result->error.text);
  ck_assert_msg (client_verify_query (client) == IC_QUERY_VALID, "%s", client->error.text);
  return client_decode (client, client->result->query.reply, types);
}

struct text {
  char *data;
  size_t size;
};

static size_t
take_text (char *data, size_t size, size_t count, void *context)
{
  struct text *text = context;

  text->data = realloc (text->data, text->size + size * count + 1);
  ck_assert_ptr_nonnull (text->data);
  memcpy (text->data + text->size, data, size * count);
  text->size += size * count;
  text->data[text->size] = '\0';
  return size * count;
}

char *
client_control (struct client *client, const char *command, const char *body)
{
  struct text text = { NULL, 0 };
  CURL *easy = curl_easy_init ();
  long status = 0;
  char url[256];

  snprintf (url, sizeof url, "%s/control/%s", replica_url (client->replica), command);
  curl_easy_setopt (easy, CURLOPT_URL, url);
  curl_easy_setopt (easy, CURLOPT_POSTFIELDS, body);
  curl_easy_setopt (easy, CURLOPT_WRITEFUNCTION, take_text);
  curl_easy_setopt (easy, CURLOPT_WRITEDATA, &text);
  ck_assert_int_eq (curl_easy_perform (easy), CURLE_OK);
  curl_easy_getinfo (easy, CURLINFO_RESPONSE_CODE, &status);
  ck_assert_msg (status == 200, "%s: %s", command, text.data);
  curl_easy_cleanup (easy);
  return text.data;
}
