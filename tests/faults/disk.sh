#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A disk that fails: each call that writes, syncs, makes, removes or maps a file of the store fails in turn, once or from then
# on, or the process is killed there. The run then ends with the status that README tells and with a reason that
# names file and cause, or it does without, and then all is right. The run after it ends in the tables of an undisturbed one.
# Some of all that, by chance, TRIES for each sink; or with STEP=N every N-th call of each kind. SEED=N repeats what chance gave;
# SINKS="sqlite lmdb", SCENES="fresh reset" and FAULTS="EIO kill" take some.
. "$srcdir/faults/lib.sh"
test ! -e "$sinks/lmdb.so" || built="$built lmdb"
dcpipe=$top_builddir/core/dcpipe
SEED=${SEED:-$(date +%s)}
TRIES=${TRIES:-8}
echo "disk: seed $SEED"
TMPDIR=$dir/tmp
export TMPDIR
mkdir "$TMPDIR"

# random N: a number from 1 to N, in `picked`.
random ()
{
  SEED=$(((SEED * 1103515245 + 12345) % 2147483648))
  picked=$((SEED / 65536 % $1 + 1))
}

# ---- stores ----

# keep NAME, bring_back NAME: a copy of the store.
keep ()
{
  rm -rf "$dir/kept.$1"
  mkdir "$dir/kept.$1"
  for file_ in "$dir"/store*; do
    test ! -e "$file_" || cp -a "$file_" "$dir/kept.$1"
  done
}
bring_back ()
{
  rm -rf "$dir"/store* "$TMPDIR"/*
  cp -a "$dir/kept.$1/." "$dir"
}

tell ()
{
  "$dcpipe" -c "$dir/$1.ini" status > "$dir/$1.status" 2> "$dir/err" || die "$1: status is not told"
}

# configure SINK: its configuration, copies of stores to begin with, and what an undisturbed run leaves. Small limits make the
# sinks do what they do seldom: move the log into the database, grow the map.
configure ()
{
  {
    printf 'workers = 1\nbatch_size = 20\nmax_retries = 2\nretry_delay = 2ms\nflush_interval = 1h\nsource\nblocks = 12\nbatch = 1\nvalue_size = 500\n[sink %s]\nplugin = %s\npath = store\n' "$1" "$1"
    case $1 in
      sqlite) echo 'wal_size = 64K' ;;
      lmdb) echo 'map_size = 128K' ;;
    esac
  } | conf "$1"
  rm -rf "$dir"/store*
  keep nothing
  run 0 -c "$dir/$1.ini"
  keep full
  tell "$1"
  mv "$dir/$1.status" "$dir/$1.whole"
  dump "$1" "$1" "$dir/$1.dump"
  test -e "$dir/whole.dump" || mv "$dir/$1.dump" "$dir/whole.dump"
  test "$(wc -l < "$dir/whole.dump")" -gt 100 || die "the undisturbed run stored next to nothing"
  # What a run leaves that was killed in the middle of writing.
  calls=$(count_calls "$1" nothing)
  bring_back nothing
  with_fault "kill any $((calls * 2 / 3)) 0 store" -c "$dir/$1.ini" --quiet
  test "$status" = 137 || die "$1: not killed, but status $status"
  keep killed
}

# count_calls SINK STORE: how many there are for a fault, in a run.
count_calls ()
{
  bring_back "$2"
  DCPIPE_FAULT_COUNT=$dir/count
  export DCPIPE_FAULT_COUNT
  with_fault 'EIO any 1000000 0 store' -c "$dir/$1.ini" --quiet
  unset DCPIPE_FAULT_COUNT
  test "$status" = 0 || die "$1: status $status without a fault"
  cat "$dir/count"
}

# ---- the shim ----

# Every kind of call that the sink makes is one that the shim makes fail, and there are as many as strace sees, if it is there.
check_shim ()
{
  case $1 in
    sqlite) kinds='write size sync open name map' ;;
    jsonl) kinds='write sync open name' ;;
    lmdb) kinds='write size sync open name map' ;;
  esac
  for kind in $kinds; do
    bring_back nothing
    with_fault "kill $kind 1 1 store" -c "$dir/$1.ini" --quiet
    test -e "$dir/struck" || die "$1: no call was a $kind"
  done
  command -v strace > /dev/null || return 0
  bring_back nothing
  strace -f -y -o "$dir/trace" "$dcpipe" -c "$dir/$1.ini" --quiet 2> "$dir/err" || return 0
  # Reads, times, locks and maps change nothing, nor do opens for reading; and a change of owner or of rights may fail.
  seen=$(grep -F "$dir/store" "$dir/trace" | grep -Ev '^[0-9]+ +[a-z_0-9]*(stat|statat|close|read|pread64|readv|readlink|access|faccessat2?|fcntl|flock|lseek|getdents64|dup|execve|fchown|fchmod|statfs|fadvise64|ioctl|mmap|rt_sig[a-z]*)[0-9]*\(' |
    grep -Ev 'open.*(O_RDONLY|O_PATH)|exited|resumed' | wc -l)
  test "$seen" -eq "$calls" || die "$1: strace sees $seen calls, the shim $calls"
}

# ---- what must hold ----

# The words for the cause of a fault. What was cut short or killed has none.
words ()
{
  case $1 in
    ENOSPC) echo '[Nn]o space \(is \)*left on \(the \)*device' ;;
    EDQUOT) echo 'Disk quota exceeded' ;;
    EIO) echo 'Input/output error' ;;
    EROFS) echo 'ead-only file system\|file system is read-only' ;;
    EINTR) echo 'Interrupted system call' ;;
    ENOMEM) echo 'no memory\|Cannot allocate memory' ;;
  esac
}

# check_end SINK FAULT: how the faulty run ended. A lock file is not worth another attempt; the page by which LMDB commits, once it
# is in doubt, ends the run (see doc/sink-lmdb.md).
check_end ()
{
  case $status in
    0) return ;;
    124) die "$what: it hangs" ;;
    137) test "$2" = kill || die "$what: it hangs" ; return ;;
    1 | 75) ;;
    *) die "$what: status $status" ;;
  esac
  grep -q '^dcpipe: error: .' "$dir/err" || die "$what: status $status and no reason"
  # SQLite loses the cause when the journal, which only a throw-away store has, could not be opened for writing or emptied.
  test "$scene" != verify || ! grep -q 'ftruncate\|-journal' "$dir/struck" || return 0
  # One that has passed by the time that its cause is looked for may pass.
  test "$last" = 0 || test "$status" != 75 || ! grep -q 'could not be opened' "$dir/err" || return 0
  case $2 in
    EIO | EROFS | ENOMEM) test "$status" = 1 || die "$what: a fault that does not pass, and status $status" ;;
    ENOSPC | EDQUOT | EINTR)
      test "$status" = 75 || grep -q '^dcpipe: error: .*\.lock\|left it in doubt' "$dir/err" ||
        die "$what: a fault that may pass, and status $status"
      ;;
  esac
  grep -Fq "$dir/store" "$dir/err" || grep -Fq "$TMPDIR" "$dir/err" || die "$what: the reason names no file"
  test -z "$(words "$2")" || grep -q "$(words "$2")" "$dir/err" || die "$what: the reason names no cause"
}

# The next run brings all to the tip, and every table is as it should be.
check_after ()
{
  "$dcpipe" -c "$dir/$1.ini" --quiet > "$dir/out" 2> "$dir/err" || die "$what: status $? of the run after it"
  tell "$1"
  cmp -s "$dir/$1.whole" "$dir/$1.status" || die "$what: the run after it did not come to the tip"
  "$dcpipe" -c "$dir/$1.ini" verify --quiet > "$dir/out" 2> "$dir/err" || die "$what: other tables"
  # What verify says is true; that takes longer.
  if [ $((tried % 8)) = 0 ]; then
    dump "$1" "$1" "$dir/$1.dump"
    cmp -s "$dir/whole.dump" "$dir/$1.dump" || die "$what: other rows"
  fi
  test -z "$(ls -A "$TMPDIR")" || test "$scene" = verify || die "$what: left in TMPDIR: $(ls "$TMPDIR")"
}

# faulty SCENE SINK FAULT: what is done while the disk fails.
faulty ()
{
  case $1 in
    fresh) bring_back nothing; with_fault "$3 store" -c "$dir/$2.ini" --quiet ;;
    onward) bring_back killed; with_fault "$3 store" -c "$dir/$2.ini" --quiet ;;
    reset) bring_back full; with_fault "$3 store" -c "$dir/$2.ini" reset --sink "$2" --yes ;;
    forget) bring_back full; with_fault "$3 store" -c "$dir/$2.ini" reset --sink "$2" --decoder fold --yes ;;
    read) bring_back full; with_fault "$3 store" -c "$dir/$2.ini" dump ledger_entries ;;
    verify) bring_back full; with_fault "$3 verify" -c "$dir/$2.ini" verify --quiet ;;
  esac
}

# What a faulty run that ended well must have done.
check_good ()
{
  case $scene in
    fresh | onward)
      tell "$1"
      cmp -s "$dir/$1.whole" "$dir/$1.status" || die "$what: it ended well and is not at the tip"
      ;;
    read) test "$(wc -l < "$dir/out")" = 60 || die "$what: it ended well without all rows" ;;
  esac
}

# attempt SCENE SINK FAULT LASTING NUMBER: false if there is no call of that number.
attempt ()
{
  scene=$1 last=0 which=any
  test "$4" = ever || last=$5
  test "$3" != ENOMEM || which=map
  what="$1, $2, $3 $4 at call $5"
  faulty "$1" "$2" "$3 $which $5 $last"
  test -e "$dir/struck" || return 1
  what="$what ($(cat "$dir/struck"))"
  test "$status" != 0 || check_good "$2"
  check_end "$2" "$3"
  check_after "$2"
  tried=$((tried + 1))
}

# makes_sense SCENE FAULT LASTING: readers write nothing that a kill could leave; and who is interrupted for ever, or killed,
# is not asked what follows.
makes_sense ()
{
  case $1-$2-$3 in
    verify-kill-* | read-kill-* | *-kill-ever | *-EINTR-ever) return 1 ;;
  esac
}

scenes=${SCENES:-fresh onward reset forget read verify}
faults=${FAULTS:-ENOSPC EDQUOT EIO EROFS EINTR ENOMEM short kill}

every ()
{
  for scene_ in $scenes; do
    for fault in $faults; do
      for lasting in once ever; do
        makes_sense "$scene_" "$fault" "$lasting" || continue
        random "$STEP"
        number=$picked
        while attempt "$scene_" "$1" "$fault" "$lasting" "$number"; do
          number=$((number + STEP))
        done
      done
    done
  done
}

# one_of WORD...: any of them, in `one`.
one_of ()
{
  random $#
  shift $((picked - 1))
  one=$1
}

# A number that is too high strikes nothing, and is halved.
some ()
{
  while [ "$tried" -lt "$TRIES" ]; do
    one_of $scenes
    scene_=$one
    one_of $faults
    fault=$one
    one_of once ever
    makes_sense "$scene_" "$fault" "$one" || continue
    random "$calls"
    while [ "$picked" -gt 0 ] && ! attempt "$scene_" "$1" "$fault" "$one" "$picked"; do
      picked=$((picked / 2))
    done
  done
}

for sink in ${SINKS:-$built}; do
  configure "$sink"
  check_shim "$sink"
  tried=0
  if [ -n "${STEP:-}" ]; then every "$sink"; else some "$sink"; fi
  test "$tried" -gt 0 || die "$sink: nothing was made to fail"
  echo "disk: $sink: $tried runs with a fault; a whole one makes $calls calls"
done
