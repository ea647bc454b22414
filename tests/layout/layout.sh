#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Holds the tree to tests/layout/rooms, by the includes of the sources and by the symbols of the objects: names each arrow
# that runs upward, each circle of files, each public function that another file's header declares, and each call of
# libcurl or libmicrohttpd where it has no business.
#
#   layout.sh [SOURCE BUILD [ROOMS]]
set -eu
LC_ALL=C
export LC_ALL
here=$(dirname "$0")
source=$(cd "${1:-$top_srcdir}" && pwd)
build=$(cd "${2:-$top_builddir}" && pwd)
rooms=${3:-$here/rooms}

# F FILE; I FILE INCLUDED; H FILE WORD, for each word of a header
sources () {
  (cd "$source" && find core plugins tools/plugin-test \( -name '*.c' -o -name '*.h' \) 2>/dev/null | sort | while read -r file; do
    echo "F $file"
    sed -n 's/^#include "\([^"]*\)".*/\1/p' "$file" | sed "s|^|I $file |"
  done
  find core plugins tools/plugin-test -name '*.h' 2>/dev/null | sort | while read -r file; do
    grep -oE '[a-z_][a-z0-9_]*' "$file" | sort -u | sed "s|^|H $file |"
  done)
}

# O STEM; S STEM LETTER NAME: the symbols of an object, named like its source. Libtool keeps two of each, of which one
# will do. Objects whose source has gone since they were built do not count.
objects () {
  (cd "$build" && find core plugins tools/plugin-test -name '*.o' 2>/dev/null | sort | while read -r object; do
    folder=$(dirname "$object")
    folder=${folder%/.libs}
    name=$(basename "$object" .o)
    case $name in *_a-* | *_la-* | dcpipe_plugin_test-*) name=${name#*-} ;; esac
    test ! -e "$source/$folder/$name.c" || echo "O $folder/$name $object"
  done | sort -u -k 2,2 | while read -r _ stem object; do
    echo "O $stem"
    nm -P "$object" | awk -v stem="$stem" '{ print "S", stem, $2, $1 }'
  done)
}

{ sed -n '/^[^#]/s/^/R /p' "$rooms"; sources; objects; } | awk -f "$here/layout.awk"
