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
err 'dcpipe: error: --seed many: expected a number up to 18446744073709551615'
hold 64 -o path entry
err "dcpipe: error: 'path': expected KEY=VALUE"
hold 64 no_such_plugin
err "dcpipe: error: there is no plugin 'no_such_plugin': expected a file, with a '/' in it, or a name that dcpipe --list-plugins lists"
hold 64 -o path="$dir/precious" jsonl
err 'dcpipe: error: path = DIR/precious: expected a relative path, which is taken from a directory that is removed afterwards'
test ! -e "$dir/precious" || die "the store was made all the same"
echo '{"label":"A","key":"0g","value":""}' > "$dir/bad.jsonl"
hold 64 --entries "$dir/bad.jsonl" entry
grep -q 'bad.jsonl:1: expected a line of' "$dir/err" || die "the bad line is not named"

# Options from an INI file: those of its section, relative paths from its directory.
cp "$vectors/small.ledger" "$dir/a.ledger"
printf '[source]\nplugin = ledger_file\npath = a.ledger\n[sink main]\nplugin = jsonl\npath = rows\n' > "$dir/x.ini"
kept 1 -c "$dir/x.ini" --only 'in order' ledger_file
kept 1 -c "$dir/x.ini" --section 'sink main' --only 'null from empty' jsonl
test ! -e "$dir/rows" || die "the INI file's store was made"
hold 64 -c "$dir/x.ini" --section 'sink other' jsonl
err 'dcpipe: error: DIR/x.ini: there is no section [sink other]'
# A check of nothing is no success.
hold 77 --only 'no such check' entry
