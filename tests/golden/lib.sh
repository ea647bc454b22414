# SPDX-License-Identifier: Apache-2.0
# For scripts that run the built program over golden ledgers. Sets $vectors, $golden, $dcpipe, and a directory of
# the script's own, $tmp, removed in the end.
set -u
unset DCPIPE_PLUGIN_PATH ENVIRONMENT DCPIPE_GDB

vectors=${DCPIPE_VECTORS:-$srcdir/data/vectors}/ledger
golden=$builddir/golden/golden
dcpipe=$top_builddir/dcpipe
problems=0

tmp=$(mktemp -d "${TMPDIR:-/tmp}/dcpipe-golden.XXXXXX") || exit 99
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

problem () {
  echo "FAILED: $*"
  problems=$((problems + 1))
}

# With V=1: which files were run, and which were passed over for what reason.
tell () {
  [ -z "${V:-}" ] || echo "$*"
}

# The sinks that were built: a plugin whose library is absent is left out.
sinks=
for sink in sqlite jsonl lmdb; do
  [ ! -e "$top_builddir/uninstalled/sinks/$sink.so" ] || sinks="$sinks $sink"
done
[ -n "$sinks" ] || { echo "no sink was built"; exit 77; }

# prepare DIR LEDGER: a directory with a configuration: every entry as it is, into every sink.
prepare () {
  mkdir "$1"
  {
    printf '[source]\nplugin = ledger_file\npath = %s\n' "$2"
    printf '[decoder *]\nplugin = entry\n'
    for sink in $sinks; do
      printf '[sink %s]\nplugin = %s\npath = store.%s\n' "$sink" "$sink" "$sink"
    done
  } >"$1/test.ini"
}

# run_in DIR ARGUMENT...: runs dcpipe there; its status is in $status, what it said in DIR/stdout and DIR/stderr.
run_in () {
  dir=$1
  shift
  status=0
  "$golden" memory 256 "$dcpipe" -c "$dir/test.ini" "$@" >"$dir/stdout" 2>"$dir/stderr" || status=$?
}
