/* SPDX-License-Identifier: Apache-2.0 */
/* Values of the REST API. */
#ifndef DCPIPE_SERVICE_STATE_JSON_VALUES_H
#define DCPIPE_SERVICE_STATE_JSON_VALUES_H

#include <jansson.h>
#include <stdint.h>

/* A time since 1970 as text (base/timestamp.h); null for 0. */
json_t *time_json (uint64_t ns);

/* A string, in which bytes that are not UTF-8 are replaced; null for NULL. */
json_t *text_json (const char *text);

/* A position or count. */
json_t *number_json (uint64_t number);

/* The same where 0 stands for a position that is not known; null for 0. */
json_t *position_json (uint64_t position);

#endif
