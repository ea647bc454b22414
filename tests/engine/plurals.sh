#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One block is a block: a ledger of one entry is never told of in the plural, in the log, by status, or by verify.
. "$srcdir/engine/lib.sh"
conf one <<END2
source
blocks = 1
entries = 1
END2
singular ()
{
  ! grep -hE '(^|[^0-9.])1 (failed |more |new )?(blocks|entries|rows|differences|bytes|attempts|messages|sinks|tables)\b' "$dir/out" "$dir/err" \
    > "$dir/wrong" || { cat "$dir/wrong"; die "1 in the plural"; }
}
run 0 -c "$dir/one.ini"
says 'verified 1 block with 1 entry in '
says ': 1 block, 1 entry'
singular
run 0 -c "$dir/one.ini" status
grep -q ', 1 block, 1 entry$' "$dir/out" || die "status does not count one"
singular
run 0 -c "$dir/one.ini" verify
grep -q '^ledger_entries: 1 row, 0 differences$' "$dir/out" || die "verify does not count one"
singular
