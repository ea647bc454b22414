/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DCPIPE_SERVICE_METRICS_TEXT_H
#define DCPIPE_SERVICE_METRICS_TEXT_H

struct service;

/* All of them, to be freed; NULL when memory is short. Any thread. */
char *metrics_text (struct service *service);

#endif
