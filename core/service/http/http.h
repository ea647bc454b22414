/* SPDX-License-Identifier: Apache-2.0 */
/* The HTTP server: connections, requests as they come in, answers as they go out. One thread serves them all
 * and never waits; connections and their time are bounded. */
#ifndef DCPIPE_SERVICE_HTTP_HTTP_H
#define DCPIPE_SERVICE_HTTP_HTTP_H

struct http;
struct service;

/* Starts to listen and to answer. NULL after fail. */
struct http *http_start (struct service *service);

/* Takes no more connections, waits for a moment until what is under way is answered, and ends. */
void http_stop (struct http *http);

/* Where it listens, for people: with the port that was free if 0 was asked for. */
const char *http_address (const struct http *http);

#endif
