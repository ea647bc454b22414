/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of webhooks: secrets, signatures, URLs, and messages on disk. */
#include "config.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "config/webhook-url.h"
#include "service/webhook/message.h"
#include "service/webhook/post.h"
#include "service/webhook/sign.h"
#include "service/webhook/store.h"
#include "service/webhook/webhook.h"
#include "support/run.h"

/* The example of the reference libraries of Standard Webhooks. */
START_TEST (signature_of_the_reference)
{
  struct webhook_secret secret;
  char signature[WEBHOOK_SIGNATURE_SIZE];

  ck_assert (webhook_secret_parse (&secret, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
  ck_assert_uint_eq (secret.size, 24);
  webhook_sign (signature, &secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", "{\"test\": 2432232314}");
  ck_assert_str_eq (signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}
END_TEST

START_TEST (secrets_that_are_refused)
{
  static const char *const texts[] = { "",
                                       "whsec_",
                                       "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                                       "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",
                                       "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa==",
                                       "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa-_",
                                       "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw*",
                                       "WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" };
  struct webhook_secret secret;
  char longest[256] = "whsec_";

  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    ck_assert_msg (!webhook_secret_parse (&secret, texts[i]), "'%s' was taken", texts[i]);
    ck_assert_ptr_null (strstr (failure (), "MfKQ9"));
  }
  memset (longest + 6, 'A', 84);
  ck_assert (webhook_secret_parse (&secret, longest));
  ck_assert_uint_eq (secret.size, 63);
  memset (longest + 6, 'A', 88);
  ck_assert (!webhook_secret_parse (&secret, longest));
  memset (longest + 6, 'A', 248);
  ck_assert (!webhook_secret_parse (&secret, longest));
}
END_TEST

START_TEST (origins)
{
  static const struct {
    const char *url, *origin; /* NULL: refused */
  } rows[] = {
    { "https://example.org/a?b", "https://example.org" },
    { "https://EXAMPLE.org:443", "https://example.org" },
    { "http://example.org:80/", "http://example.org" },
    { "http://example.org:443/", "http://example.org:443" },
    { "HTTPS://user:secret@example.org:8443/x", "https://example.org:8443" },
    { "http://[::1]:8080/", "http://[::1]:8080" },
    { "https://", NULL },
    { "example.org", NULL },
    { "/hook", NULL },
    { "", NULL },
    { "http://exa mple.org/", NULL },
    { "http://example.org:65536/", NULL },
    { "http://example.org:8a/", NULL },
    { "http://example.org:/", "http://example.org" },
    { "http://[::1/", NULL },
    { "http://[::g]/", NULL },
    { "http://[fe80::1%25eth0]/", "http://[fe80::1]" },
    { "http:////example.org/", NULL },
    { "http://a@/", NULL },
  };

  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char *origin = webhook_url_origin (rows[i].url);

    ck_assert_msg ((origin == NULL) == (rows[i].origin == NULL), "'%s' gives %s", rows[i].url, origin);
    if (origin != NULL)
      ck_assert_str_eq (origin, rows[i].origin);
    ck_assert (webhook_url_check (rows[i].url) == (rows[i].origin != NULL));
    free (origin);
  }
  ck_assert (!webhook_url_check ("ftp://example.org/"));
  ck_assert (!webhook_url_check ("file:///etc/passwd"));
}
END_TEST

/* What the configuration takes is posted to by libcurl, whichever byte stands wherever. */
START_TEST (urls_that_are_taken)
{
  static const char *const urls[] = { "http://ab.c/d?e#f", "https://u:p@ab:80/", "http://[::1]:8/" };
  unsigned taken = 0;

  for (size_t i = 0; i < sizeof urls / sizeof *urls; i++)
    for (size_t at = 0; at < strlen (urls[i]); at++)
      for (int byte = 1; byte < 256; byte++) {
        char url[64], *origin;

        snprintf (url, sizeof url, "%s", urls[i]);
        url[at] = (char) byte;
        if (!webhook_url_check (url))
          continue;
        taken++;
        origin = webhook_url_origin (url);
        ck_assert_msg (origin != NULL, "'%s' is taken, and libcurl refuses it", url);
        free (origin);
      }
  ck_assert_uint_gt (taken, 2000);
}
END_TEST

static bool
count_one (void *context, const struct webhook_message *message)
{
  ck_assert_str_eq (json_string_value (json_object_get (message->body, "type")), WEBHOOK_FAILED);
  ++*(size_t *) context;
  return true;
}

static void
make (struct webhook_message *message, uint64_t now)
{
  json_t *data = json_pack ("{s:s%}", "text", "a\0b", (size_t) 3);

  *message = (struct webhook_message){
    .created_at = now, .attempts = 7, .next_attempt_at = now + 5, .last_error = strdup ("it said \"no\"")
  };
  ck_assert (webhook_id_make (message->id, now));
  message->body = webhook_body_make (WEBHOOK_FAILED, now, data);
  ck_assert_ptr_nonnull (message->body);
  json_decref (data);
}

START_TEST (messages_on_disk)
{
  char directory[] = "/tmp/dcpipe-webhook-XXXXXX", command[64];
  struct webhook_store store;
  struct webhook_message message, again;
  struct stat status;
  size_t count = 0;

  ck_assert_ptr_nonnull (mkdtemp (directory));
  ck_assert (webhook_store_open (&store, directory, "ops"));
  make (&message, 1700000000123);
  ck_assert (webhook_store_stage (&store, &message));
  ck_assert_int_eq (webhook_store_read (&store, message.id, &again), WEBHOOK_MISSING);
  webhook_message_clear (&again);
  ck_assert (webhook_store_publish (&store, message.id));
  ck_assert_int_eq (webhook_store_read (&store, message.id, &again), WEBHOOK_READ);
  ck_assert_str_eq (again.id, message.id);
  ck_assert_str_eq (again.last_error, message.last_error);
  ck_assert_uint_eq (again.attempts, 7);
  ck_assert_uint_eq (again.created_at, 1700000000123);
  ck_assert_uint_eq (again.next_attempt_at, 1700000000128);
  ck_assert (json_equal (again.body, message.body));
  webhook_message_clear (&again);
  ck_assert (webhook_store_list (&store, count_one, &count));
  ck_assert_uint_eq (count, 1);
  ck_assert_int_eq (fstat (store.pending, &status), 0);
  ck_assert_uint_eq (status.st_mode & 0777, 0700);
  webhook_message_clear (&message);
  webhook_store_close (&store);
  snprintf (command, sizeof command, "rm -rf %s", directory);
  ck_assert_int_eq (system (command), 0);
}
END_TEST

/* The newest WEBHOOK_KEPT_MAX are kept. */
START_TEST (given_up_are_bounded)
{
  char directory[] = "/tmp/dcpipe-webhook-XXXXXX", command[64], oldest[WEBHOOK_ID_SIZE], name[64];
  struct webhook_store store;
  struct webhook_message message;

  ck_assert_ptr_nonnull (mkdtemp (directory));
  ck_assert (webhook_store_open (&store, directory, "ops"));
  for (unsigned i = 0; i < WEBHOOK_KEPT_MAX + 3; i++) {
    make (&message, 1700000000000 + i);
    if (i == 3)
      memcpy (oldest, message.id, sizeof oldest);
    ck_assert (webhook_store_stage (&store, &message) && webhook_store_publish (&store, message.id));
    ck_assert (webhook_store_give_up (&store, &message));
    webhook_message_clear (&message);
  }
  ck_assert_uint_eq (webhook_store_given_up (&store), WEBHOOK_KEPT_MAX);
  snprintf (name, sizeof name, "%s.json", oldest);
  ck_assert_int_eq (faccessat (store.given_up, name, F_OK, 0), 0);
  webhook_store_close (&store);
  snprintf (command, sizeof command, "rm -rf %s", directory);
  ck_assert_int_eq (system (command), 0);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { signature_of_the_reference, secrets_that_are_refused, origins,
                                 urls_that_are_taken,        messages_on_disk,         given_up_are_bounded };

  return RUN_TESTS ("webhook", tests);
}
