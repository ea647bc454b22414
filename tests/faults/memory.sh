#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# No memory for one allocation, or for it and all after it: the run ends with a reason, never by a crash or a hang; or it does
# without, and then all is right. The run after that ends in the tables of an undisturbed run.
# STEP=N tries every N-th allocation (by default few), from START on; SINKS="sqlite lmdb" those sinks.
. "$srcdir/faults/lib.sh"
test ! -e "$sinks/lmdb.so" || built="$built lmdb"

# configure SINK: the configuration $dir/SINK.ini, and what status tells after an undisturbed run.
configure ()
{
  printf 'workers = 1\nmax_retries = 1\nretry_delay = 2ms\nsource\nblocks = 12\n[sink %s]\nplugin = %s\npath = store\n' "$1" "$1" | conf "$1"
  rm -rf "$dir/store" "$dir/store".* "$dir/store-"*
  run 0 -c "$dir/$1.ini"
  run 0 -c "$dir/$1.ini" status
  mv "$dir/out" "$dir/$1.whole"
}

# one SINK FAULT: from the store in $dir/kept on, if there is one.
one ()
{
  rm -rf "$dir/store" "$dir/store".* "$dir/store-"*
  test ! -d "$dir/kept" || cp -R "$dir/kept/"* "$dir"
  with_fault "$2" -c "$dir/$1.ini"
  case $status in
    0)
      "$top_builddir/core/dcpipe" -c "$dir/$1.ini" status > "$dir/out" 2> "$dir/err" || die "$1, $2: status is not told"
      cmp "$dir/$1.whole" "$dir/out" > /dev/null || die "$1, $2: it ended well and is not at the tip"
      ;;
    1 | 75 | 78) grep -q '^dcpipe: error: .' "$dir/err" || die "$1, $2: status $status and no reason" ;;
    124 | 137) die "$1, $2: it hangs" ;;
    *) die "$1, $2: status $status" ;;
  esac
  "$top_builddir/core/dcpipe" -c "$dir/$1.ini" --quiet 2> "$dir/err" || die "$1, $2: status $? of the run after it"
  "$top_builddir/core/dcpipe" -c "$dir/$1.ini" verify --quiet > "$dir/out" 2> "$dir/err" || die "$1, $2: other tables"
}

configure "$first"
# The ring of a queue of parcels: the writer's cannot be told of the end.
one "$first" 'memory 2 0 512'
test -e "$dir/struck" || die "there is no second allocation of 512 bytes"

# A run that goes on where another ended, and the first allocation of each size.
sed 's/^blocks = .*/blocks = 6/' "$dir/$first.ini" > "$dir/half.ini"
rm -rf "$dir/store" "$dir/store".* "$dir/store-"*
run 0 -c "$dir/half.ini"
mkdir "$dir/kept"
cp -R "$dir/store"* "$dir/kept"
bytes=8
while [ "$bytes" -le 512 ]; do
  one "$first" "memory 1 1 $bytes"
  bytes=$((bytes + 8))
done
rm -rf "$dir/kept"

tried=0
for sink in ${SINKS:-$built}; do
  configure "$sink"
  for last in '' ' 0'; do
    number=${START:-1}
    while :; do
      one "$sink" "memory $number$last"
      test -e "$dir/struck" || break
      tried=$((tried + 1))
      number=$((number + ${STEP:-97}))
    done
    echo "$sink: $number allocations were made in a run"
  done
done
test "$tried" -gt 0 || die "nothing was made to fail"
echo "$tried allocations were refused"
