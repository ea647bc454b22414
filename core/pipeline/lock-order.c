/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "pipeline/lock-order.h"

_Thread_local enum lock_level lock_level;
