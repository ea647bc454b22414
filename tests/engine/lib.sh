# SPDX-License-Identifier: Apache-2.0
# Sourced by the tests of the engine: configurations of the plugins in tests/plugins, and tables compared with those of a
# run that nothing disturbed.
. "$srcdir/cli/lib.sh"
faulty=$top_builddir/tests/plugins/.libs
sinks=$top_builddir/uninstalled/sinks

# Dumps are long.
die ()
{
  exec >&2
  echo "$name: $*"
  test ! -s "$dir/err" || sed 's/^/  err: /' "$dir/err" | tail -12
  test ! -s "$dir/out" || sed 's/^/  out: /' "$dir/out" | cut -c 1-200 | tail -${SHOWN:-5}
  exit 1
}

# The sinks that were built; the first one is used where one will do.
built=
for sink in sqlite jsonl; do
  test ! -e "$sinks/$sink.so" || built="$built $sink"
done
test -n "$built" || { echo "no sink was built"; exit 77; }
set -- $built
first=$1
FLAKY_INNER=$sinks/$first.so
export FLAKY_INNER

# conf NAME: $dir/NAME.ini with the sections that every test has: the made-up ledger, one log of all entries, one decoder
# that folds some labels, and, from standard input, lines of [pipeline], then (after a line "source") of [source], then (after a
# line with another section) whatever. Without sinks there the built ones are used, in $dir/NAME.SINK.
conf ()
{
  file=$dir/$1.ini
  input=$(cat)
  {
    echo '[pipeline]'
    settings=$(printf '%s\n' "$input" | sed -n '/^source$/q;/^\[/q;p')
    for default in workers=3 flush_interval=20ms commit_size=4k batch_size=10 poll_interval=100ms; do
      case $settings in *"${default%=*} ="*) ;; *) echo "$default" ;; esac
    done
    echo "$settings"
    printf '[source]\nplugin = %s\n' "$faulty/made.so"
    printf '%s\n' "$input" | sed -n '/^source$/,/^\[/{/^source$/d;/^\[/d;p}'
    printf '[decoder *]\nplugin = entry\n'
    case $input in
      *'[decoder'*) ;;
      *) printf '[decoder Alpha]\nplugin = %s\n[decoder Beta]\nplugin = %s\n' "$faulty/fold.so" "$faulty/fold.so" ;;
    esac
    printf '%s\n' "$input" | sed -n '/^\[/,$p'
    case $input in
      *'[sink'*) ;;
      *) for sink in $built; do printf '[sink %s]\nplugin = %s\npath = %s.%s\n' "$sink" "$sink" "$1" "$sink"; done ;;
    esac
  } > "$file"
}

tables='ledger_entries fold_counts fold_states fold_recent fold_history failed_entries'

# dump NAME SINK FILE: all tables of a sink, as dcpipe dumps them.
dump ()
{
  for table in $tables; do
    echo "== $table"
    "$top_builddir/dcpipe" -c "$dir/$1.ini" dump "$table" --sink "$2" 2> "$dir/err" || die "status $?: dump $table of $1, sink $2"
  done > "$3"
}

# expect_tables NAME SINK: they are those of the undisturbed run (of "plain", made here when it is asked for).
expect_tables ()
{
  if [ ! -e "$dir/plain.dump" ]; then
    test -e "$dir/plain.ini" || conf plain < /dev/null
    run 0 -c "$dir/plain.ini" --quiet
    dump plain "$first" "$dir/plain.dump"
    test "$(wc -l < "$dir/plain.dump")" -gt 500 || die "the undisturbed run stored next to nothing"
  fi
  dump "$1" "$2" "$dir/$1.$2.dump"
  cmp "$dir/plain.dump" "$dir/$1.$2.dump" > /dev/null || {
    diff "$dir/plain.dump" "$dir/$1.$2.dump" | head -20
    die "the tables of $1, sink $2, are not those of an undisturbed run"
  }
}

# says WORDS: stderr of the last run has them.
says () { grep -Fq -e "$1" "$dir/err" || die "stderr does not say '$1'"; }
