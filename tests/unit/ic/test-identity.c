/* SPDX-License-Identifier: Apache-2.0 */
/* PEM files of Ed25519 keys. The key is the first test vector of RFC 8032. */
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "bytes/hex.h"
#include "ic/agent/identity.h"
#include "support/run.h"

#define PEM(base64) "-----BEGIN PRIVATE KEY-----\n" base64 "\n-----END PRIVATE KEY-----\n"

static struct ic_error error;

static bool
reads (const char *pem)
{
  static const char expected[] = "302a300506032b6570032100"
                                 "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
  char text[2 * IC_ED25519_DER_SIZE + 1];
  struct ic_identity identity;

  error.text[0] = '\0';
  if (!ic_identity_from_pem (&identity, pem, strlen (pem), &error))
    return false;
  hex_encode (text, identity.public_key, IC_ED25519_DER_SIZE);
  ck_assert_str_eq (text, expected);
  ck_assert (!identity.anonymous);
  return true;
}

START_TEST (accepted)
{
  ck_assert (reads (PEM ("MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g")));
  ck_assert (reads (PEM ("MFECAQEwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\r\n"
                         "gSEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=")));
  ck_assert (reads (PEM ("MFMCAQEwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
                         "oSMDIQDXWpgBgrEKt9VL/tPJZAc6DuFy89qmIyWvAhpo9wdRGg==")));
  ck_assert (
      reads ("# my key\n" PEM ("MFYCAQEwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9goAMwHgaB"
                               "IQDXWpgBgrEKt9VL/tPJZAc6DuFy89qmIyWvAhpo9wdRGg==")));
}
END_TEST

START_TEST (refused)
{
  ck_assert (!reads (""));
  ck_assert (!reads ("-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/Vpg"));
  ck_assert (!reads (PEM ("MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v")));
  ck_assert (!reads (PEM ("MC4CAQAwBQYDK2VwBCIE*J1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g")));
  ck_assert_str_eq (error.text, "PEM identity: its Base64 is damaged");
  ck_assert (!reads (PEM ("MC0CAQAwBQYDK2VwBCEEH51hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn8=")));
  ck_assert (
      !reads (PEM ("MDkCAQAwEAYHKoZIzj0CAQYFK4EEAAoEIgQgnWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=")));
  ck_assert_str_eq (error.text, "PEM identity: it is not an Ed25519 key; other kinds are not supported");
  ck_assert (!reads (PEM ("MFECAQEwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g"
                          "gSEAGlEH92gaAq8lI6ba83LhDjoHZMnT/kvVtwqxggGYWtc=")));
  ck_assert_str_eq (error.text, "PEM identity: its public key does not belong to its private key");
  ck_assert (!reads ("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n"));
  ck_assert (!reads ("-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n"));
  ck_assert_str_eq (error.text, "PEM identity: it is an EC key; only Ed25519 keys are supported");
}
END_TEST

START_TEST (signs_as_rfc_8032)
{
  static const char pem[] = PEM ("MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g");
  uint8_t signature[IC_ED25519_SIGNATURE_SIZE];
  char text[2 * IC_ED25519_SIGNATURE_SIZE + 1];
  struct ic_identity identity;

  ck_assert (ic_identity_from_pem (&identity, pem, sizeof pem - 1, &error));
  ic_identity_sign (&identity, "", 0, signature);
  hex_encode (text, signature, sizeof signature);
  ck_assert_str_eq (text, "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
                          "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
  ic_identity_wipe (&identity);
  for (size_t i = 0; i < sizeof identity.secret; i++)
    ck_assert_uint_eq (identity.secret[i], 0);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { accepted, refused, signs_as_rfc_8032 };

  return RUN_TESTS ("identity", tests);
}
