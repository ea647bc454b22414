#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# --dump-section prints the options of a section that no plugin reads, as KEY=VALUE lines.
. "$srcdir/cli/lib.sh"
run 0 --dump-section pipeline
grep -Evq '^[a-zA-Z0-9_.]+=' "$dir/out" && die "a line is not KEY=VALUE"
out section=pipeline
out option.batch_size.type=int
out option.batch_size.default=100
out option.flush_interval.max=86400000
run 0 --dump-section service
out option.token.type=secret
run 0 --dump-section schedule
out option.interval.type=duration
run 0 --dump-section webhook
out option.url.required=yes
run 78 --dump-section sink
out_lines 0
grep -q "^dcpipe: error: no section 'sink' has options of its own .*; known are: pipeline" "$dir/err" || die "the error does not name what is known"
run 64 --dump-section
run 64 --dump-section pipeline --dump-plugin entry
