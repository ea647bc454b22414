/* SPDX-License-Identifier: Apache-2.0 */
/* What may be the address of a replica, in all forms that people write it in; and how far off a clock is. */
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "ic/agent/skew.h"
#include "ic/agent/url.h"
#include "support/run.h"

START_TEST (addresses_are_taken_in_one_form)
{
  static const char *const rows[][3] = {
    { "https://icp-api.io", "https://icp-api.io", "icp-api.io" },
    { "https://icp-api.io/", "https://icp-api.io", "icp-api.io" },
    { "http://127.0.0.1:4943//", "http://127.0.0.1:4943", "127.0.0.1" },
    { "HTTP://localhost:80/ic/", "http://localhost:80/ic", "localhost" },
    { "hTTpS://gateway.example/a/b", "https://gateway.example/a/b", "gateway.example" },
    { "http://[::1]:8080", "http://[::1]:8080", "[::1]" },
    { "http://h/apis", "http://h/apis", "h" },
    { "http://h/my/api/x", "http://h/my/api/x", "h" },
  };

  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct ic_error error;
    struct ic_url url;

    ck_assert_msg (ic_url_read (&url, rows[i][0], &error), "%s: %s", rows[i][0], error.text);
    ck_assert_str_eq (url.base, rows[i][1]);
    ck_assert_str_eq (url.host, rows[i][2]);
    ic_url_free (&url);
  }
}
END_TEST

START_TEST (what_cannot_be_one_is_refused)
{
  static const char *const rows[][2] = {
    { "127.0.0.1:4943", "is not a URL that begins with https:// or http://" },
    { "icp-api.io", "is not a URL that begins with https:// or http://" },
    { "ftp://h", "is not a URL that begins with https:// or http://" },
    { "file:///etc/passwd", "is not a URL that begins with https:// or http://" },
    { "http://", "is not a URL that begins with https:// or http://" },
    { "", "is not a URL that begins with https:// or http://" },
    { "http://h:99999", "is not a URL that begins with https:// or http://" },
    { "http://h/?x=1", "has a part behind '?' or '#'" },
    { "http://h/p?", "has a part behind '?' or '#'" },
    { "http://h/#f", "has a part behind '?' or '#'" },
    { "http://h/api", "leave out /api" },
    { "http://h/api/v2", "leave out /api" },
    { "http://h/ic/api/v3/", "leave out /api" },
    { "HTTP://h/API/V2", "leave out /api" },
  };

  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct ic_error error;
    struct ic_url url;

    ck_assert_msg (!ic_url_read (&url, rows[i][0], &error), "%s", rows[i][0]);
    ck_assert_msg (strstr (error.text, rows[i][1]) != NULL, "%s: %s", rows[i][0], error.text);
    ck_assert_ptr_null (url.base);
  }
}
END_TEST

/* Whatever else is wrong with it. */
START_TEST (passwords_are_refused_and_never_shown)
{
  static const char *const rows[] = {
    "http://user:secret@h", "https://user:secret@h/p",    "http://user:se@secret@h",
    "http://:secret@h",     "ftp://user:secret@h",        "user:secret@h",
    "http//user:secret@h",  "http://user:secret@h:99999", "http://user:secret@h/?x=1",
    "http://secret@h",      "http:user:secret@h",         "http:/user:secret@h/",
  };

  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct ic_error error;
    struct ic_url url;

    ck_assert_msg (!ic_url_read (&url, rows[i], &error), "%s", rows[i]);
    ck_assert_msg (strstr (error.text, "secret") == NULL, "%s: %s", rows[i], error.text);
  }
  for (size_t i = 0; i < 4; i++) {
    struct ic_error error;
    struct ic_url url;

    ic_url_read (&url, rows[i], &error);
    ck_assert_msg (strstr (error.text, "has a name or password in it") != NULL, "%s", error.text);
  }
}
END_TEST

START_TEST (clocks_are_told_apart_by_minutes)
{
  struct ic_error error = { "too old" };

  ck_assert (!ic_skew_tell (0, &error) && !ic_skew_tell (59, &error) && !ic_skew_tell (-59, &error));
  ck_assert_str_eq (error.text, "too old");
  ck_assert (ic_skew_tell (300, &error));
  ck_assert_str_eq (error.text,
                    "this machine's clock is 5 min behind that of the server: set it right: too old");
  error.text[0] = '\0';
  ck_assert (ic_skew_tell (-7 * 3600, &error));
  ck_assert_ptr_nonnull (strstr (error.text, "is 7 h ahead of that of the server"));
  error.text[0] = '\0';
  ck_assert (ic_skew_tell (INT64_C (86400) * 400, &error));
  ck_assert_ptr_nonnull (strstr (error.text, "is 400 days behind"));
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    addresses_are_taken_in_one_form,
    what_cannot_be_one_is_refused,
    passwords_are_refused_and_never_shown,
    clocks_are_told_apart_by_minutes,
  };

  return RUN_TESTS ("url", tests);
}
