#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A plugin that ends its process, does not come back, or leaves something behind is found out by the check in which it does,
# and nothing of it is left: no process, no file.
. "$srcdir/contract/lib.sh"
file=$broken/broken_process.so
odd='empty, huge and odd'
does ()
{
  BROKEN=$1
  export BROKEN
  shift
  caught "$@" --timeout 5 "$file"
  unset BROKEN
  ! ls "$dir"/dcpipe-plugin-test-* > /dev/null 2>&1 || die "$1: a directory is left behind"
}
kept 18 "$file"
does exits "$odd" 'the plugin ended the process, with exit status 0, while the made-up entry 0'
does ends "$odd" 'the plugin ended the process, with exit status 0'
does refuses 'takes the options given' 'the plugin ended the process, with exit status 3, while config_complete was called'
does loops "$odd" 'did not end within 5 seconds, while the made-up entry 0'
does stops "$odd" 'did not end within 5 seconds'
does leaves "$odd" 'left 1 process running'
does prints "$odd" 'wrote to standard output, which is not its own: not ok 77'
does closes "$odd" 'closed descriptor 2'
does handles "$odd" 'changed what comes of signal 15'
does blocks "$odd" 'changed whether signal 15 .* is blocked'
does moves "$odd" 'changed the current directory'
does masks "$odd" 'changed the umask'
does speaks "$odd" 'changed the locale'
does diverts "$odd" 'put another file in the place of descriptor 0'
does opens "$odd" 'left descriptors open'
does opens 'decoder: keeps no memory' 'leaves descriptors open'
does makes 'takes the options given' 'made files'
does closes_all "$odd" 'closed descriptor'
! grep -q '^not ok 77' "$dir/out" || die "what the plugin prints is taken for a result"
if test -r /proc/self/task/$$/children 2> /dev/null; then
  does daemon "$odd" 'left 1 process running'
fi

# processes: how many of this test's are there.
processes () { ps -A -o args 2> /dev/null | grep -c "[b]roken_process.so" || :; }
command -v ps > /dev/null || { echo "skipped in part: there is no ps"; exit 0; }
test "$(processes)" -eq 0 || die "processes are left behind"

# Interrupted, it says so, and leaves nothing either.
BROKEN=loops
export BROKEN
for again in 1 2; do
  status=0
  TMPDIR=$dir "$top_builddir/dcpipe-plugin-test" --only "$odd" "$file" > "$dir/out" 2> "$dir/err" &
  pid=$!
  tries=0
  until test -d "$(echo "$dir"/dcpipe-plugin-test-*)" -a "$(processes)" -ge 2; do
    tries=$((tries + 1))
    test $tries -lt 300 || die "it does not begin"
    sleep 0.1
  done
  kill -TERM $pid
  wait $pid || status=$?
  test $status = 143 || die "interrupted, it gives $status"
  grep -q '^Bail out! signal 15' "$dir/out" || die "it does not say that it was interrupted"
  ! grep -q '^not ok' "$dir/out" || die "an interruption is no failure of the plugin's"
  ! ls "$dir"/dcpipe-plugin-test-* > /dev/null 2>&1 || die "interrupted, it leaves a directory behind"
  test "$(processes)" -eq 0 || die "interrupted, it leaves processes behind"
done
