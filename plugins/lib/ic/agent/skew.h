/* SPDX-License-Identifier: Apache-2.0 */
/* A machine whose clock is wrong can neither send requests that are valid now nor take answers for fresh, and
 * what it is told of that names anything but its clock. The Date of an answer, which nobody signs, is good
 * enough to find words. */
#ifndef IC_AGENT_SKEW_H
#define IC_AGENT_SKEW_H

#include <stdbool.h>
#include <stdint.h>

#include "ic/candid/error.h"

/* A difference that answers do not come to by being slow: in s. */
#define IC_SKEW_LEAST 60

/* Where a server's clock is `ahead_s` ahead of this machine's: puts in front of `error` that this machine's
 * clock is wrong, and by how much. False, with nothing done, if the two agree. */
bool ic_skew_tell (int64_t ahead_s, struct ic_error *error);

#endif
