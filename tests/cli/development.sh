#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# ENVIRONMENT=development and --verbose turn on debug lines.
. "$srcdir/cli/lib.sh"
trial_plugins
good_ini
run 0 -c "$dir/x.ini" --check
if grep -q '^dcpipe: debug: ' "$dir/err"; then die "debug lines unasked"; fi
ENVIRONMENT=development run 0 -c "$dir/x.ini" --check
grep -q '^dcpipe: debug: ' "$dir/err" || die "no debug lines in development"
ENVIRONMENT=production run 0 -c "$dir/x.ini" --check --verbose
grep -q '^dcpipe: debug: ' "$dir/err" || die "no debug lines with --verbose"
ENVIRONMENT=development run 0 -c "$dir/x.ini" --check --quiet
err_lines 0
