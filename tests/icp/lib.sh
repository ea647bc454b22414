# SPDX-License-Identifier: Apache-2.0
# Sourced by the tests of the source icp through the program: a replica serves golden ledgers, and tables are compared
# with those that the same ledger gives as a file.
. "$srcdir/cli/lib.sh"
vectors=${DCPIPE_VECTORS:-$srcdir/data/vectors}/ledger
replica_pid=
no_proxy=127.0.0.1
export no_proxy
trap 'test -z "$replica_pid" || kill "$replica_pid" 2> /dev/null; rm -rf "$dir"' EXIT

for need in "$builddir/dcpipe-replica" "$top_builddir/uninstalled/sources/icp.so" "$top_builddir/uninstalled/sinks/jsonl.so" \
    "$vectors/small.ledger" "$vectors/medium.ledger"; do
  test -e "$need" || { echo "there is no $need"; exit 77; }
done

# Dumps are long.
die ()
{
  exec >&2
  echo "$name: $*"
  test ! -s "$dir/err" || sed 's/^/  err: /' "$dir/err" | tail -12
  exit 1
}

# replica LEDGER ARGUMENT...: starts one in place of the one before. Its keys are always the same. Sets $url, $root_key.
replica ()
{
  test -z "$replica_pid" || kill "$replica_pid"
  ledger=$1
  shift
  rm -f "$dir/replica"
  "$builddir/dcpipe-replica" --ledger "$vectors/$ledger.ledger" "$@" > "$dir/replica" &
  replica_pid=$!
  tries=0
  until grep -q '^generation=' "$dir/replica" 2> /dev/null; do
    tries=$((tries + 1))
    test $tries -lt 200 && kill -0 "$replica_pid" 2> /dev/null || die "the replica did not start: $*"
    sleep 0.05
  done
  url=$(sed -n 's/^url=//p' "$dir/replica")
  root_key=$(sed -n 's/^root_key=//p' "$dir/replica")
}

# rest NAME: every decoder (with `entries_only` set, one), and a sink of that name.
rest ()
{
  test -z "${entries_only:-}" || printf '[decoder *]\nplugin = entry\n'
  test -n "${entries_only:-}" || sed -n '/^\[decoder/,/^\[sink/p' "$top_srcdir/conf/sync.ini" | sed '/^\[sink/d'
  printf '[sink main]\nplugin = jsonl\npath = %s.jsonl\n' "$1"
}

# from_file NAME LEDGER: $dir/NAME.ini reads a file into the sink NAME.
from_file ()
{
  { printf '[source]\nplugin = ledger_file\npath = %s\n' "$vectors/$2.ledger"; rest "$1"; } > "$dir/$1.ini"
}

# from_replica NAME [LINE...]: $dir/NAME.ini reads the replica, with more lines of [source], into the sink NAME.
from_replica ()
{
  store=$1
  shift
  {
    printf '[pipeline]\npoll_interval = 100ms\nflush_interval = 50ms\n'
    printf '[source]\nplugin = icp\nurl = %s\nroot_key = %s\n' "$url" "$root_key"
    for line; do echo "$line"; done
    rest "$store"
  } > "$dir/$store.ini"
}

# sync STATUS NAME: runs to the tip; 0 and 3 (some entries cannot be decoded, on purpose) are alike.
sync ()
{
  status=0
  "$top_builddir/dcpipe" -c "$dir/$2.ini" > "$dir/out" 2> "$dir/err" || status=$?
  test "$status" != 3 || status=0
  test "$status" = "$1" || die "$2: exit status $status instead of $1"
}

# dump NAME FILE: all tables of decoders, as dcpipe dumps them.
dump ()
{
  for file in "$dir/$1.jsonl"/*.jsonl; do
    table=$(basename "$file" .jsonl)
    case $table in sync_status | pending_entries | listed_entries | listed_transactions) continue ;; esac
    echo "== $table"
    "$top_builddir/dcpipe" -c "$dir/$1.ini" dump "$table" 2> "$dir/err" || die "status $?: dump $table of $1"
  done > "$2"
}

# want LEDGER: makes $dir/LEDGER.want of the file.
want ()
{
  test ! -e "$dir/$1.want" || return 0
  from_file "file-$1" "$1"
  sync 0 "file-$1"
  dump "file-$1" "$dir/$1.want"
  test "$(wc -l < "$dir/$1.want")" -gt 20 || die "$1 stored next to nothing"
}

# expect NAME LEDGER: the tables of NAME are those of the file.
expect ()
{
  want "$2"
  dump "$1" "$dir/$1.dump"
  cmp -s "$dir/$2.want" "$dir/$1.dump" || {
    diff "$dir/$2.want" "$dir/$1.dump" | cut -c 1-200 | head -10
    die "the tables of $1 are not those of $2.ledger"
  }
}
