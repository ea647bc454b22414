#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The command line of dcpipe-plugin-test.
. "$srcdir/contract/lib.sh"
hold 0 --help
out 'Usage: dcpipe-plugin-test [OPTION...] PLUGIN'
hold 0 --version
grep -q '^plugin API ' "$dir/out" || die "no API version"
hold 64
err 'dcpipe: error: expected the file or name of one plugin'
hold 64 --seed many entry
err 'dcpipe: error: --seed many: expected a number from 0 to 18446744073709551615'
hold 64 --seed 18446744073709551616 entry
err 'dcpipe: error: --seed 18446744073709551616: expected a number from 0 to 18446744073709551615'
hold 64 --timeout 0 entry
err 'dcpipe: error: --timeout 0: expected a number from 1 to 86400'
hold 64 --rounds
err 'dcpipe: error: --rounds needs a value'
hold 64 --no-such-option entry
err 'dcpipe: error: unknown option --no-such-option'
hold 64 --section 'sink main' jsonl
err 'dcpipe: error: --section sink main: of which file? expected --config FILE, too'
hold 64 entry jsonl
err 'dcpipe: error: expected the file or name of one plugin'
hold 64 -o path entry
err "dcpipe: error: 'path': expected KEY=VALUE"
hold 64 no_such_plugin
err "dcpipe: error: there is no plugin 'no_such_plugin': expected a file, with a '/' in it, or a name that dcpipe --list-plugins lists"
hold 64 "$dir/missing.so"
err "dcpipe: error: DIR/missing.so cannot be read: No such file or directory"
hold 64 -o path="$dir/precious" jsonl
err "dcpipe: error: path = DIR/precious: expected a relative path without '..', which is taken from a directory that is removed afterwards"
hold 64 -o path=a/../../precious jsonl
err "dcpipe: error: path = a/../../precious: expected a relative path without '..', which is taken from a directory that is removed afterwards"
test -z "$(find "$dir" -name 'precious*')" || die "the store was made all the same"
# Options that there are not, or not twice, or that are needed.
hold 64 -o pat=x jsonl
err "dcpipe: error: the sink jsonl has no option 'pat'; did you mean 'path'?"
hold 64 --refuse nothing=x entry
err "dcpipe: error: the decoder entry has no option 'nothing'"
hold 64 -o path=a -o path=b jsonl
err "dcpipe: error: option path is given twice"
hold 64 jsonl
err "dcpipe: error: the sink jsonl needs the option path: -o path=VALUE"
grep -q '^Bail out! the command line does not go with the plugin' "$dir/out" || die "it does not bail out"
! grep -q '^1\.\.' "$dir/out" || die "a plan in spite of wrong usage"
if test -e /dev/full; then
  status=0
  "$top_builddir/dcpipe-plugin-test" --version > /dev/full 2> "$dir/err" || status=$?
  test $status = 1 || die "status $status when the results go nowhere"
  err 'dcpipe: error: stdout: No space left on device'
fi
# Files that are none.
for file in "$dir" /dev/null; do
  hold 64 --entries "$file" entry
done
err 'dcpipe: error: /dev/null: there are no entries in it'
hold 64 --entries "$dir/none.jsonl" entry
err 'dcpipe: error: DIR/none.jsonl: No such file or directory'
hold 64 --entries "$dir/none.ledger" entry
err 'dcpipe: error: DIR/none.ledger: No such file or directory'
mkfifo "$dir/pipe.so"
echo 'not an object' > "$dir/text.so"
for file in "$dir" "$dir/pipe.so" "$dir/text.so"; do
  hold 1 "$file"
  grep -q '^not ok 1 - registration: can be loaded' "$dir/out" || die "$file is loaded"
done
echo '{"label":"A","key":"0g","value":""}' > "$dir/bad.jsonl"
hold 64 --entries "$dir/bad.jsonl" entry
grep -q 'bad.jsonl:1: expected a line of' "$dir/err" || die "the bad line is not named"

# What no source reads, and why.
echo 'no ledger' > "$dir/no.ledger"
hold 64 --entries "$dir/no.ledger" entry
grep -q 'no.ledger: expected lines of .*, or what a source reads that needs no more than a path; ledger_file: .' "$dir/err" \
  || die "it is not told what was tried"
# Variables, as in an INI file.
hold 64 -o 'path=${NO_SUCH_VARIABLE}' jsonl
err 'dcpipe: error: path=${NO_SUCH_VARIABLE}: the environment variable NO_SUCH_VARIABLE is not set'

# A ledger of a relative name.
cp "$vectors/small.ledger" "$dir/here.ledger"
(cd "$dir" && TMPDIR=$dir "$top_builddir/dcpipe-plugin-test" --entries here.ledger --only 'entries given' entry) > "$dir/out" 2> "$dir/err" \
  || die "a ledger beside us is not found"

# Options from an INI file: those of its section, relative paths from its directory.
cp "$vectors/small.ledger" "$dir/a.ledger"
printf '[source]\nplugin = ledger_file\npath = a.ledger\n[sink main]\nplugin = jsonl\npath = rows\n' > "$dir/x.ini"
kept 1 -c "$dir/x.ini" --only 'in order' ledger_file
kept 1 -c "$dir/x.ini" --section 'sink main' --only 'null from empty' jsonl
test ! -e "$dir/rows" || die "the INI file's store was made"
hold 64 -c "$dir/x.ini" --section 'sink other' jsonl
err 'dcpipe: error: DIR/x.ini: there is no section [sink other]'
# A check of nothing is no success.
hold 64 --only 'no such check' entry
err "dcpipe: error: --only no such check: no check's line has these words"
# A value that does not fit is told once, with its option.
hold 1 -o path=x -o fsync=q jsonl
out "# the plugin cannot be configured (options are given with -o KEY=VALUE): fsync = q: expected yes or no"
err_lines 0
