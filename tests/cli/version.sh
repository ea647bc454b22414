#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# --version names the program and the plugin API, on stdout.
. "$srcdir/cli/lib.sh"
run 0 --version
out_lines 2
grep -Eq '^dcpipe [0-9]+\.[0-9]+\.[0-9]+$' "$dir/out" || die "no version"
major=$(sed -n 's/^#define DCPIPE_API_MAJOR //p' "$top_srcdir/core/dcpipe-plugin.h")
minor=$(sed -n 's/^#define DCPIPE_API_MINOR //p' "$top_srcdir/core/dcpipe-plugin.h")
out "plugin API $major.$minor"
err_lines 0
