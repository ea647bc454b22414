#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# layout.sh names what it is there to find: in a tree of six files, right but for what is put in on purpose.
set -eu
layout=$(cd "$(dirname "$0")" && pwd)/layout.sh
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

die () {
  echo "red.sh: $*"
  cat "$dir/said"
  exit 1
}

# file PATH LINE...
file () {
  path=$dir/source/$1
  shift
  mkdir -p "$(dirname "$path")"
  printf '%s\n' "$@" >"$path"
}

make_tree () {
  rm -rf "$dir/source" "$dir/build"
  file core/base/log.h 'void log_line (void);'
  file core/base/log.c '#include "base/log.h"' 'void log_line (void) {}'
  file core/data/row.h 'void row_make (void);'
  file core/data/row.c '#include "data/row.h"' '#include "base/log.h"' 'void row_make (void) { log_line (); }'
  file core/data/table.h 'void table_make (void);'
  file core/data/table.c '#include "data/table.h"' '#include "data/row.h"' 'void table_make (void) { row_make (); }'
  printf 'core/base:\ncore/data: core/base\n' >"$dir/rooms"
}

# expect WORDS, or nothing if all is to be well.
expect () {
  mkdir -p "$dir/build"
  (cd "$dir/source" && find . -name '*.c' | while read -r c; do
    mkdir -p "$dir/build/$(dirname "$c")"
    ${CC:-cc} -Icore -c -o "$dir/build/${c%.c}.o" "$c"
  done)
  if "$layout" "$dir/source" "$dir/build" "$dir/rooms" >"$dir/said" 2>&1; then
    [ $# -eq 0 ] || die "passed over: $1"
  else
    [ $# -gt 0 ] || die "a good tree is called wrong"
    grep -qF -- "$1" "$dir/said" || die "not named: $1"
    [ "$(grep -c ': ' "$dir/said")" -eq 1 ] || die "more than one thing is called wrong"
  fi
}

make_tree
expect

make_tree
file core/base/log.c '#include "base/log.h"' '#include "data/row.h"' 'void log_line (void) {}'
expect 'upward: core/base/log -> core/data/row (includes it): core/base may not know core/data'

make_tree
file core/base/log.c '#include "base/log.h"' 'void table_make (void);' 'void log_line (void) { table_make (); }'
sed -i.bak 's/log_line ();//' "$dir/source/core/data/row.c"
expect 'upward: core/base/log -> core/data/table (table_make): core/base may not know core/data'

make_tree
file core/data/row.c '#include "data/row.h"' '#include "data/table.h"' 'void row_make (void) { table_make (); }'
expect 'circle: core/data/row -> core/data/table (table_make) -> core/data/row (row_make)'

make_tree
file core/data/row.h '#include "data/table.h"' 'void row_make (void);'
expect 'circle: core/data/row -> core/data/table (includes it) -> core/data/row (row_make)'

make_tree
file core/data/table.h ''
file core/data/row.h 'void row_make (void); void table_make (void);'
expect 'elsewhere: table_make of core/data/table.c is not declared in core/data/table.h'

make_tree
file core/data/row.c '#include "data/row.h"' 'int curl_easy_init (void);' 'void row_make (void) { curl_easy_init (); }'
expect 'outside: core/data/row calls curl_easy_init'

make_tree
file core/attic/old.c 'int old;'
expect 'homeless: core/attic/old'

make_tree
rm "$dir/source"/core/data/* "$dir/source"/core/base/*
expect 'nothing was looked at'
