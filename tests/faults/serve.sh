#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# No memory for one of the service's counts of rows by table, each in turn: it ends with a reason, or does without. It does not
# crash at its first import.
. "$srcdir/faults/lib.sh"

conf serve << EOF
workers = 1
source
blocks = 12
[sink $first]
plugin = $first
path = serve.store
[service]
listen = unix:$dir/socket
[schedule]
interval = 1s
EOF

# serve_with FAULT: one start, until its first import has ended; the exit status is in `status`.
serve_with ()
{
  rm -rf "$dir/struck" "$dir/serve.store"* "$dir/socket"
  : > "$dir/err"
  status=0
  LD_PRELOAD=$shim DCPIPE_FAULT=$1 DCPIPE_FAULT_MARK=$dir/struck "$top_builddir/core/dcpipe" -c "$dir/serve.ini" serve \
    > "$dir/out" 2>> "$dir/err" &
  service=$!
  waited=0
  while kill -0 $service 2> /dev/null && ! grep -Eq '[)] (completed|failed)$' "$dir/err"; do
    waited=$((waited + 1))
    test $waited -lt 600 || break
    sleep 0.05
  done
  kill -TERM $service 2> /dev/null || :
  wait $service || status=$?
  test $waited -lt 600 || die "$1: it hangs"
}

# Three counts of 8 bytes for each table: five of the decoders, two of core.
size=$((3 * 8 * 7))
number=1
while :; do
  serve_with "memory $number $number $size"
  test -e "$dir/struck" || break
  case $status in
    0) grep -Eq '[)] completed$|^dcpipe: error: .' "$dir/err" || die "allocation $number: nothing was imported, and no reason" ;;
    1 | 75 | 78) grep -q '^dcpipe: error: .' "$dir/err" || die "allocation $number: status $status and no reason" ;;
    *) die "allocation $number: status $status" ;;
  esac
  number=$((number + 1))
done
test "$number" -gt 2 || die "nothing of $size bytes was allocated twice"
echo "$((number - 1)) allocations of $size bytes were refused"
