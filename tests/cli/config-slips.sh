#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Slips that are easily made in an INI file are told once, in words that lead out of them.
. "$srcdir/cli/lib.sh"
test -e "$top_builddir/uninstalled/sinks/jsonl.so" || exit 77
trial_plugins
plain ()
{
  printf '[source]\nplugin = trial_source\n[decoder *]\nplugin = trial_decoder\n[sink main]\nplugin = jsonl\npath = %s\n' "$1"
}

# Indented keys are a mistake each, and are not missing as well.
plain store | sed 's/^p/  p/' > "$dir/x.ini"
run 78 -c "$dir/x.ini" --check
for line in 2 4 6 7; do
  err "dcpipe: error: DIR/x.ini:$line: the line begins with a space or tab: begin it with the key (a value cannot go on in the next line)"
done
err_lines 4
# What goes on from the line before is no key.
{ plain store; printf '  more = of it?\n  and more\n'; } > "$dir/x.ini"
run 78 -c "$dir/x.ini" --check
grep -c 'begins with a space or tab' "$dir/err" | grep -qx 2 || die "not two lines that begin with a space"

# Another encoding, or no text at all: one line, not one for each line.
for bom in '\377\376' '\376\377'; do
  { printf "$bom"; plain store | sed 's/./&\x00/g'; } > "$dir/x.ini"
  run 78 -c "$dir/x.ini" --check
  err 'dcpipe: error: DIR/x.ini: is UTF-16 text: save it as UTF-8'
  err_lines 1
done
{ printf '\177ELF\0\0\n'; plain store; printf 'a\0b\n'; } > "$dir/x.ini"
run 78 -c "$dir/x.ini" --check
err 'dcpipe: error: DIR/x.ini: is no text: its first line holds a NUL byte'
err_lines 1
{ plain store; printf 'fsync = n\0o\n'; } > "$dir/x.ini"
run 78 -c "$dir/x.ini" --check
err 'dcpipe: error: DIR/x.ini:8: the line holds a NUL byte'
err_lines 1

# A shell would take quotes and the home directory; an INI file does not.
plain '"store"' > "$dir/x.ini"
run 78 -c "$dir/x.ini" --check
err "dcpipe: error: DIR/x.ini:7: path = \"store\": quotes would be part of the path: leave them out"
err_lines 1
plain "'store'" > "$dir/x.ini"
run 78 -c "$dir/x.ini" --check
err_lines 1
plain '~/store' > "$dir/x.ini"
run 78 -c "$dir/x.ini" --check
err 'dcpipe: error: DIR/x.ini:7: path = ~/store: ~ stands for nothing here: write ${HOME}/store'
err_lines 1

# Two sinks in one place.
{ plain store; printf '[sink two]\nplugin = jsonl\npath = ./store\n'; } > "$dir/x.ini"
run 78 -c "$dir/x.ini" --check
err 'dcpipe: error: DIR/x.ini:10: path = ./store: [sink two] would store in the place of [sink main], line 7'
err_lines 1
{ plain store; printf '[sink two]\nplugin = jsonl\npath = store2\n'; } > "$dir/x.ini"
run 0 -c "$dir/x.ini" --check
