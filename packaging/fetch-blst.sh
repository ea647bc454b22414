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
#
#   packaging/fetch-blst.sh --source FILE.tar.gz [ARCHIVE]
#
# builds nothing, and writes what the build needs of blst's source to a tarball, whose one folder is
# blst-0.3.16: the same bytes each time (GNU tar and gzip are needed). Packagers ship it beside dcpipe's own
# tarball, unpack it, and give the folder to `./configure --with-blst-source=PATH`; see packaging/README.md.
set -eu

package=ckzg
version=2.1.8
blst=blst-0.3.16
sha256=d7bef6b425dca6995457fc59fc5b30211d9b28cbbeee0e7a7bef1372e13f29ca

fail () {
  echo "fetch-blst.sh: $*" >&2
  exit 1
}

case ${1:-} in
  -h | --help)
    sed -n '3,/^set/s/^# \{0,1\}//p' "$0"
    exit 0 ;;
esac

digest () {
  if command -v sha256sum >/dev/null 2>&1; then
    sha256sum "$1" | cut -d' ' -f1
  elif command -v shasum >/dev/null 2>&1; then
    shasum -a 256 "$1" | cut -d' ' -f1
  else
    openssl dgst -sha256 -r "$1" | cut -d' ' -f1
  fi
}

# With a hash in the requirement, pip checks the file before it reads the package's metadata.
fetch () {
  echo "$package==$version --hash=sha256:$sha256" >"$work/requirements"
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --no-binary :all: \
    --require-hashes --requirement "$work/requirements" --dest "$work" >&2 ||
    fail "pip could not fetch $package $version (python3-pip and network access are needed)"
}

# Sets source to a folder with blst's source, of which it is known who made it.
find_source () {
  archive=${1:-}
  if [ -z "$archive" ]; then
    fetch
    archive=$work/$package-$version.tar.gz
  fi
  if [ -d "$archive" ]; then
    source=$archive
    [ -f "$source/src/server.c" ] || fail "$archive is not the source of blst: there is no src/server.c"
    return 0
  fi
  [ -f "$archive" ] || fail "$archive is missing"
  found=$(digest "$archive")
  [ "$found" = "$sha256" ] || fail "$archive has SHA-256 $found, expected $sha256"
  tar -xzf "$archive" -C "$work" "$package-$version/blst" || fail "$archive cannot be unpacked"
  source=$work/$package-$version/blst
}

compile () {
  flags="${CFLAGS:-} -O2 -fno-builtin -fPIC -D__BLST_PORTABLE__"
  case $(${CC:-cc} -dumpmachine) in
    x86_64-*|amd64-*|aarch64-*|arm64-*)
      ${CC:-cc} $flags -c "$source/build/assembly.S" -o "$work/assembly.o" ;;
    *)
      flags="$flags -D__BLST_NO_ASM__" ;;
  esac
  ${CC:-cc} $flags -c "$source/src/server.c" -o "$work/server.o"
}

install_below () {
  mkdir -p "$1/include" "$1/lib" "$1/share/blst"
  rm -f "$1/lib/libblst.a"
  ${AR:-ar} rcs "$1/lib/libblst.a" "$work"/*.o
  cp "$source/bindings/blst.h" "$source/bindings/blst_aux.h" "$1/include/"
  cp "$source/LICENSE" "$1/share/blst/"
  : >"$stamp"
}

# Not the bindings for other languages. What is in build/ is printed by the Perl in src/asm/.
write_tarball () {
  mkdir -p "$work/$blst/bindings"
  for part in src build LICENSE README.md SECURITY.md; do
    cp -Rp "$source/$part" "$work/$blst/"
  done
  cp -p "$source/bindings/blst.h" "$source/bindings/blst_aux.h" "$work/$blst/bindings/"
  time=$(date -r "$work/$blst/LICENSE" +%s)
  (cd "$work" && LC_ALL=C tar --format=ustar --sort=name --owner=0 --group=0 --numeric-owner \
    --mode=u+rw,go+u,go-w --mtime="@$time" -cf blst.tar "$blst") || fail "GNU tar is needed for the tarball"
  gzip -9n <"$work/blst.tar" >"$1" || fail "$1 cannot be written"
}

tarball=
if [ "${1:-}" = --source ]; then
  shift
  tarball=${1:-}
  [ -n "$tarball" ] || set --
fi
[ $# -ge 1 ] && [ $# -le 2 ] || fail "usage: fetch-blst.sh DIR [ARCHIVE] | --source FILE.tar.gz [ARCHIVE]"
if [ -z "$tarball" ]; then
  mkdir -p "$1"
  dir=$(cd "$1" && pwd)
  stamp=$dir/share/blst/$package-$version
  if [ -f "$stamp" ] && [ -f "$dir/lib/libblst.a" ] && [ -f "$dir/include/blst.h" ]; then
    exit 0
  fi
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/fetch-blst.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

find_source "${2:-}"
if [ -n "$tarball" ]; then
  write_tarball "$tarball"
else
  compile
  install_below "$dir"
fi
