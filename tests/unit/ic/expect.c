/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "unit/ic/expect.h"

#include <check.h>
#include <stdlib.h>
#include <strings.h>

#include "support/vectors.h"

struct bytes
expect_bytes (const json_t *row, const char *member)
{
  struct bytes bytes;

  bytes.data = vectors_hex (row, member, &bytes.size);
  return bytes;
}

void
expect_free (struct bytes bytes)
{
  free ((void *) (uintptr_t) bytes.data);
}

uint64_t
expect_number (const json_t *row, const char *member)
{
  const char *text = vectors_text (row, member);

  ck_assert_msg (text != NULL, "member %s is missing", member);
  return strtoull (text, NULL, 10);
}

bool
expect_is (const json_t *row, const char *name)
{
  return strcasecmp (vectors_text (row, "expect"), name) == 0;
}

void
expect_check (const json_t *row, struct ic_certificate_check *check, struct ic_principal *id)
{
  const char *canister = vectors_text (row, "effective_canister_id");
  const char *text = canister != NULL ? canister : vectors_text (row, "effective_subnet_id");
  const json_t *age = json_object_get (row, "max_age_s");

  ck_assert_ptr_null (ic_principal_parse (id, text, strlen (text)));
  *check = (struct ic_certificate_check){
    .root_key = expect_bytes (row, "root_key_der"),
    .canister = canister != NULL ? id : NULL,
    .subnet = canister != NULL ? NULL : id,
    .now_ns = expect_number (row, "now_ns"),
    .max_age_ns = (uint64_t) json_integer_value (age) * 1000000000,
    .max_skew_ns = EXPECT_SKEW_NS,
  };
}
