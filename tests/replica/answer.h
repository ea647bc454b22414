/* SPDX-License-Identifier: Apache-2.0 */
/* What the makers of answers share. */
#ifndef TESTS_REPLICA_ANSWER_H
#define TESTS_REPLICA_ANSWER_H

#include "replica/request.h"
#include "replica/server.h"

/* Write a text, a key and a text, a key and bytes. Texts end in a 0. */
void answer_put_name (struct ic_cbor_writer *writer, const char *name);
void answer_put_text (struct ic_cbor_writer *writer, const char *name, const char *value);
void answer_put_bytes (struct ic_cbor_writer *writer, const char *name, const void *data, size_t size);

/* Begins an answer in CBOR, a map of so many fields, with HTTP status 200. */
void answer_begin (struct visit *visit, size_t fields);

/* Runs the method that a query or call names, and bends the outcome if the fault says so: with `tamper` the
 * canister itself tells a lie, which is then signed like the truth. */
void answer_run (struct visit *visit, struct run *run, const struct request *request, bool query);

void answer_read_state (struct visit *visit, const struct route *route, const struct request *request);
void answer_call (struct visit *visit, unsigned version, const struct request *request);

#endif
