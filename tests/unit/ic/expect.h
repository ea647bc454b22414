/* SPDX-License-Identifier: Apache-2.0 */
/* Members that several kinds of golden rows about certificates share. */
#ifndef TESTS_IC_EXPECT_H
#define TESTS_IC_EXPECT_H

#include <jansson.h>

#include "ic/certificate/certificate.h"

/* How far ahead of the clock the tests let a certificate be: what one golden row exceeds by far. */
#define EXPECT_SKEW_NS UINT64_C (300000000000)

/* What to check a row's certificate for: root_key_der, now_ns, max_age_s, and effective_canister_id or
 * effective_subnet_id, which is put into `id`. The caller frees check->root_key.data. */
void expect_check (const json_t *row, struct ic_certificate_check *check, struct ic_principal *id);

/* The bytes of a member, which the caller frees with expect_free. */
struct bytes expect_bytes (const json_t *row, const char *member);
void expect_free (struct bytes bytes);

/* A number that is written as decimal text. */
uint64_t expect_number (const json_t *row, const char *member);

/* Whether `name`, in lower case, is the text of the row's `expect`. */
bool expect_is (const json_t *row, const char *name);

#endif
