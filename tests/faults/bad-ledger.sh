#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A ledger that does not hold together, and no memory to say so: the run must not end well, and nothing of the bad block may be stored.
# What is made to fail are the allocations that put a reason into words, by their size: 100 bytes at first in glibc before 2.37, what
# the reason takes in later ones.
. "$srcdir/faults/lib.sh"

# bad NAME BEFORE LINE...: `BEFORE` blocks of a good ledger are stored, then the source has those lines.
bad ()
{
  name_=$1
  printf 'workers = 1\nmax_retries = 1\nretry_delay = 2ms\nsource\nblocks = %s\n[sink %s]\nplugin = %s\npath = store\n' \
    "$2" "$first" "$first" | conf good
  shift 2
  sed "s|^blocks = .*|blocks = 12\n$(printf '%s\\n' "$@")|" "$dir/good.ini" > "$dir/bad.ini"
  rm -rf "$dir/store"* "$dir/kept"
  run 0 -c "$dir/good.ini"
  mkdir "$dir/kept"
  cp -R "$dir/store"* "$dir/kept"
  run 65 -c "$dir/bad.ini"
  size=$(sed -n 's/^dcpipe: error: //p' "$dir/err" | wc -c)
  run 0 -c "$dir/bad.ini" dump --sink "$first" ledger_entries
  mv "$dir/out" "$dir/expected"
  for bytes in 100 "$size"; do
    number=1
    while :; do
      rm -rf "$dir/store"*
      cp -R "$dir/kept/"* "$dir"
      with_fault "memory $number $number $bytes" -c "$dir/bad.ini"
      test -e "$dir/struck" || break
      case $status in
        1 | 65 | 75 | 78) ;;
        *) die "$name_, allocation $number of $bytes bytes: status $status" ;;
      esac
      run 0 -c "$dir/bad.ini" dump --sink "$first" ledger_entries
      head -c "$(wc -c < "$dir/out")" "$dir/expected" | cmp - "$dir/out" || die "$name_, allocation $number of $bytes bytes: other rows"
      tried=$((tried + 1))
      number=$((number + 1))
    done
  done
}

tried=0
bad wrong-parent 1 'fault = wrong_parent' 'at = 5'
bad odd-position 1 'fault = odd_position' 'at = 5'
bad forked 8 'fork_at = 3'
bad swapped 8 'seed = 2'
test "$tried" -gt 0 || die "nothing was made to fail"
echo "$tried allocations were refused"
