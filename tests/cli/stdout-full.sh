#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Data that does not reach stdout is an error: on a full disk, with stdout closed.
. "$srcdir/cli/lib.sh"
fails ()
{
  test "$1" = 1 || die "exit status $1 instead of 1"
  grep -q '^dcpipe: error: stdout: ' "$dir/err" || die "no reason"
}
status=0
"$top_builddir/dcpipe" --version 2> "$dir/err" >&- || status=$?
fails "$status"
if test -w /dev/full; then
  status=0
  "$top_builddir/dcpipe" --help 2> "$dir/err" > /dev/full || status=$?
  fails "$status"
fi
