# SPDX-License-Identifier: Apache-2.0
# Sourced by every script here. Each has a directory of its own, is run through ./dcpipe of the build tree, and ends at the
# first thing that is not as expected.
set -eu
LC_ALL=C
export LC_ALL
unset DCPIPE_PLUGIN_PATH ENVIRONMENT DCPIPE_GDB

name=$(basename "$0" .sh)
modules=$builddir/cli/plugins/.libs
dir=$(mktemp -d "${TMPDIR:-/tmp}/dcpipe-$name-XXXXXX")
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM

die ()
{
  exec >&2
  echo "$name: $*"
  for stream in out err; do
    test ! -s "$dir/$stream" || sed "s/^/  $stream: /" "$dir/$stream"
  done
  exit 1
}

# run STATUS ARGUMENT...: runs dcpipe; its output is in $dir/out and $dir/err.
run ()
{
  expected=$1
  shift
  status=0
  "$top_builddir/dcpipe" "$@" > "$dir/out" 2> "$dir/err" || status=$?
  test "$status" = "$expected" || die "dcpipe $*: exit status $status instead of $expected"
}

# err LINE, out LINE: the stream has exactly this line (DIR stands for the directory of the test, MODULES for that of its plugins).
line_in ()
{
  sed -e "s|$modules|MODULES|g" -e "s|$dir|DIR|g" "$dir/$1" > "$dir/$1.seen"
  grep -Fxq -e "$2" "$dir/$1.seen" || die "no line '$2' on $1"
}
err () { line_in err "$1"; }
out () { line_in out "$1"; }

# The streams have this many lines.
err_lines () { test "$(wc -l < "$dir/err")" -eq "$1" || die "not $1 lines on err"; }
out_lines () { test "$(wc -l < "$dir/out")" -eq "$1" || die "not $1 lines on out"; }

# Makes a plugin directory of the test's own plugins and puts it on the path.
trial_plugins ()
{
  mkdir -p "$dir/plugins/sources" "$dir/plugins/decoders" "$dir/plugins/sinks"
  ln -s "$modules"/*_source.so "$dir/plugins/sources"
  ln -s "$modules"/*_decoder.so "$dir/plugins/decoders"
  ln -s "$modules"/*_sink.so "$dir/plugins/sinks"
  DCPIPE_PLUGIN_PATH=$dir/plugins
  export DCPIPE_PLUGIN_PATH
}

# needs KIND/NAME...: the test is skipped where such a plugin was not built.
needs ()
{
  for plugin; do
    test -e "$top_builddir/uninstalled/$plugin.so" || { echo "skipped: the plugin $plugin was not built"; exit 77; }
  done
}

# has_library PREFIX: the program was built with that library.
has_library () { grep -q "^#define HAVE_$1 1" "$builddir/../config.h"; }

# ini: writes $dir/x.ini from standard input.
ini () { cat > "$dir/x.ini"; }

# A whole configuration that is good.
good_ini ()
{
  ini <<'END'
[source]
plugin = trial_source
[decoder *]
plugin = trial_decoder
[sink main]
plugin = trial_sink
END
}
