/* SPDX-License-Identifier: Apache-2.0 */
/* A small HTTP server inside a test program, whose faults are chosen by the first part of the path:
 *
 *   echo         answers a query with its own argument
 *   reject       rejects a query with code 4 and an error code
 *   old          knows version 2 of the interface only; a call is accepted with 202 and no body
 *   call         answers a call with a certificate (the bytes "cert")
 *   close        closes the connection without an answer
 *   cut          closes it in the middle of the answer
 *   status-NNN   answers with that HTTP status, Retry-After: 7, and "no\nmore" as plain text
 *   garbage      answers with HTML
 *   large        answers with 1 MiB of zeros
 *   chunked      the same, not saying how much it will be
 *   bomb         the same, compressed
 *   delay        like echo, after 300 ms
 *   hang         answers after 3 s
 *
 * read_state is answered with the certificate "cert", status with an empty map, anywhere. */
#ifndef TESTS_IC_SERVER_H
#define TESTS_IC_SERVER_H

struct server;

/* Starts a server on a free port of the loopback interface. */
struct server *server_start (void);
void server_stop (struct server *server);

/* The URL of a fault, in memory that is freed with the server. */
const char *server_url (struct server *server, const char *fault);

/* How many requests, and connections, there have been. */
unsigned server_requests (struct server *server);
unsigned server_connections (struct server *server);

#endif
