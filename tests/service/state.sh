#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The service's own files on a disk that fails: jobs and messages of webhooks. Some faults by chance; SEED=N repeats them,
# TRIES=N makes more, EVERY=1 tries all.
# Sanitizers and valgrind have a malloc of their own, and the shim has one, too.
test -z "${DCPIPE_VALGRIND:-}" || { echo 'not under valgrind'; exit 77; }
! grep -Eqa '__(asan|tsan|msan)_init' "$top_builddir/core/dcpipe" || { echo 'not with sanitizers'; exit 77; }
test -e "$builddir/faults/.libs/shim.so" || { echo 'the shim was not built'; exit 77; }
. "$srcdir/service/python.sh"
