#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Names the C files whose layout is not that of .clang-format, with --fix lays them out. CLANG_FORMAT is the program to
# ask; versions lay out differently, and it is version 14 that decides.
set -eu
cd "$(dirname "$0")/.."
program=${CLANG_FORMAT:-clang-format}

case $("$program" --version) in
  *'version 14.'*) ;;
  *)
    echo "format.sh: $program is not version 14 of clang-format; name that as CLANG_FORMAT" >&2
    exit 1
    ;;
esac

# The plugin header is a manual, laid out by hand.
files () {
  git ls-files '*.c' '*.h' ':!core/dcpipe-plugin.h'
}

if [ "${1:-}" = --fix ]; then
  files | xargs "$program" -i
  exit 0
fi
files | xargs "$program" --dry-run --Werror
echo "$(files | wc -l) files are laid out as .clang-format says"
