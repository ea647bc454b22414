#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds the blst library (BLS12-381, https://github.com/supranational/blst) where no package has it.
#
#   packaging/fetch-blst.sh DIR [ARCHIVE]
#
# leaves DIR/include/blst.h, DIR/include/blst_aux.h, DIR/lib/libblst.a and DIR/share/blst/LICENSE for
# `./configure --with-blst=DIR`. The source is the copy of blst 0.3.16 inside the source release of the
# Python package ckzg, which pip fetches; or ARCHIVE, if that file is already at hand. Either is used only
# if its SHA-256 is the one below, and before that nothing out of it is run. ARCHIVE may also be a folder with
# blst's source, for packagers who vouch for it themselves. Done before, it does nothing.
#
# blst is built here and not by its own build.sh, which compiles for the processor of the building machine
# alone. CC and CFLAGS are taken from the environment.
set -eu

package=ckzg
version=2.1.8
sha256=d7bef6b425dca6995457fc59fc5b30211d9b28cbbeee0e7a7bef1372e13f29ca

fail () {
  echo "fetch-blst.sh: $*" >&2
  exit 1
}

digest () {
  if command -v sha256sum >/dev/null 2>&1; then
    sha256sum "$1" | cut -d' ' -f1
  elif command -v shasum >/dev/null 2>&1; then
    shasum -a 256 "$1" | cut -d' ' -f1
  else
    openssl dgst -sha256 -r "$1" | cut -d' ' -f1
  fi
}

[ $# -ge 1 ] && [ $# -le 2 ] || fail "usage: fetch-blst.sh DIR [ARCHIVE]"
mkdir -p "$1"
dir=$(cd "$1" && pwd)
archive=${2:-}
stamp=$dir/share/blst/$package-$version
if [ -f "$stamp" ] && [ -f "$dir/lib/libblst.a" ] && [ -f "$dir/include/blst.h" ]; then
  exit 0
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/fetch-blst.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

if [ -z "$archive" ]; then
  # With a hash in the requirement, pip checks the file before it reads the package's metadata.
  echo "$package==$version --hash=sha256:$sha256" >"$work/requirements"
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --no-binary :all: \
    --require-hashes --requirement "$work/requirements" --dest "$work" >&2 ||
    fail "pip could not fetch $package $version (python3-pip and network access are needed)"
  archive=$work/$package-$version.tar.gz
fi
if [ -d "$archive" ]; then
  source=$archive
  [ -f "$source/src/server.c" ] || fail "$archive is not the source of blst: there is no src/server.c"
else
  [ -f "$archive" ] || fail "$archive is missing"
  found=$(digest "$archive")
  [ "$found" = "$sha256" ] || fail "$archive has SHA-256 $found, expected $sha256"
  tar -xzf "$archive" -C "$work" "$package-$version/blst" || fail "$archive cannot be unpacked"
  source=$work/$package-$version/blst
fi
flags="${CFLAGS:-} -O2 -fno-builtin -fPIC -D__BLST_PORTABLE__"
case $(${CC:-cc} -dumpmachine) in
  x86_64-*|amd64-*|aarch64-*|arm64-*)
    ${CC:-cc} $flags -c "$source/build/assembly.S" -o "$work/assembly.o" ;;
  *)
    flags="$flags -D__BLST_NO_ASM__" ;;
esac
${CC:-cc} $flags -c "$source/src/server.c" -o "$work/server.o"

mkdir -p "$dir/include" "$dir/lib" "$dir/share/blst"
rm -f "$dir/lib/libblst.a"
${AR:-ar} rcs "$dir/lib/libblst.a" "$work"/*.o
cp "$source/bindings/blst.h" "$source/bindings/blst_aux.h" "$dir/include/"
cp "$source/LICENSE" "$dir/share/blst/"
: >"$stamp"
