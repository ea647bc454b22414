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
run 78 --dump-section sink
out_lines 0
err "dcpipe: error: there is no section 'sink' with options of its own; those of the others are their plugin's (--dump-plugin)"
run 64 --dump-section
run 64 --dump-section pipeline --dump-plugin entry
