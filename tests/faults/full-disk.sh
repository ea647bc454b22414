#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Real disks: full ones (tmpfs of a few sizes, ext4 where root may mount it), ones without inodes, read-only ones, directories that
# may not be written to, and files that may not grow. The run says why it ends, with the status for a fault that may pass or
# not; with room again it goes on to the tables of an undisturbed run. SIZES="64 200" are other sizes (KiB), SEED=N other ones.
. "$srcdir/engine/lib.sh"
test ! -e "$sinks/lmdb.so" || built="$built lmdb"

# Mounts of our own, that nobody else sees and that end with us; as root, or as root of a user namespace.
if [ -z "${FULL_DISK_INSIDE:-}" ]; then
  command -v unshare > /dev/null || { echo 'there is no unshare (util-linux)'; exit 77; }
  FULL_DISK_INSIDE=1
  export FULL_DISK_INSIDE
  for as in -m -rm; do
    if unshare $as mount -t tmpfs tmpfs "$dir" 2> /dev/null; then
      status=0
      unshare $as "${SHELL:-/bin/sh}" "$0" || status=$?
      exit $status
    fi
  done
  echo 'nothing may be mounted here, not even in a namespace'
  exit 77
fi

SEED=${SEED:-$(date +%s)}
echo "full-disk: seed $SEED"
random ()
{
  SEED=$(((SEED * 1103515245 + 12345) % 2147483648))
  picked=$((SEED / 65536 % $1 + 1))
}

disk=$dir/disk
mkdir "$disk"

# remount OPTION: of the tmpfs. It is named in full, or mount would add what the table of mounts has, with the number of a
# user whom a user namespace does not know.
remount () { mount -t tmpfs -o "remount,$1" tmpfs "$disk"; }

# configure SINK: with its store on the disk. Undisturbed, it is elsewhere.
configure ()
{
  for place in disk/ ''; do
    printf 'max_retries = 1\nretry_delay = 10ms\nsource\nblocks = 60\nvalue_size = 1000\n[sink %s]\nplugin = %s\npath = %sstore\n' \
      "$1" "$1" "$place" | conf "$1${place:+.disk}"
  done
  rm -rf "$dir"/store*
  run 0 -c "$dir/$1.ini" --quiet
  dump "$1" "$1" "$dir/$1.dump"
  test -e "$dir/whole" || mv "$dir/$1.dump" "$dir/whole"
  test "$(wc -l < "$dir/whole")" -gt 500 || die "the undisturbed run stored next to nothing"
}

# full SINK WHAT STATUS WORDS: a run on the disk as it is.
full ()
{
  status=0
  timeout -k 1 60 "$top_builddir/dcpipe" -c "$dir/$1.disk.ini" --quiet > "$dir/out" 2> "$dir/err" || status=$?
  test "$status" != 0 || return 0
  test "$status" = "$3" || die "$1, $2: status $status, not $3"
  grep -q "^dcpipe: error: .*$disk/store" "$dir/err" || die "$1, $2: the reason names no file"
  grep -q "$4" "$dir/err" || die "$1, $2: the reason names no cause"
  refused=$((refused + 1))
}

# whole SINK WHAT: now there is room.
whole ()
{
  timeout -k 1 60 "$top_builddir/dcpipe" -c "$dir/$1.disk.ini" --quiet > "$dir/out" 2> "$dir/err" ||
    die "$1, $2: status $? of the run with room again"
  dump "$1.disk" "$1" "$dir/now"
  cmp -s "$dir/whole" "$dir/now" || die "$1, $2: other rows"
  "$top_builddir/dcpipe" -c "$dir/$1.disk.ini" verify --quiet > "$dir/out" 2> "$dir/err" || die "$1, $2: other tables"
}

space='[Nn]o space \(is \)*left on \(the \)*device'

# A file that other programs fill and give free again: room comes and goes.
tmpfs_of ()
{
  refused=0
  for size in $SIZES; do
    mount -t tmpfs -o "size=${size}k" tmpfs "$disk"
    full "$1" "tmpfs of $size KiB" 75 "$space"
    full "$1" "tmpfs of $size KiB, again" 75 "$space"
    remount size=64m
    whole "$1" "tmpfs of $size KiB"
    umount "$disk"
  done
  test "$refused" -gt 0 || die "$1: no disk was too small"
}

# The lock file is the first, and cannot be told from others' faults.
inodes_of ()
{
  for inodes in 2 3 4 5 6 8; do
    refused=0 expected=75
    mount -t tmpfs -o "size=64m,nr_inodes=$inodes" tmpfs "$disk"
    full "$1" "$inodes inodes" "$expected" "$space"
    remount nr_inodes=1000
    whole "$1" "$inodes inodes"
    umount "$disk"
    test "$refused" = 1 || test "$inodes" -gt 2 || die "$1: two inodes were enough"
  done
  mount -t tmpfs -o "size=64m,nr_inodes=1" tmpfs "$disk"
  full "$1" "no inode" 1 "$space"
  umount "$disk"
}

# A store that cannot be written to can still be read, also where SQLite needs files beside it.
read_only ()
{
  mount -t tmpfs -o size=64m tmpfs "$disk"
  whole "$1" 'still writable'
  remount ro
  refused=0
  full "$1" 'read-only' 1 'Read-only file system\|the file system is read-only'
  test "$refused" = 1 || die "$1: it ended well on a read-only file system"
  for command in status 'dump ledger_entries' 'verify --quiet'; do
    run 0 -c "$dir/$1.disk.ini" $command
  done
  remount rw
  whole "$1" 'writable again'
  umount "$disk"
}

# Files may not grow beyond so many blocks of 512 bytes.
limited ()
{
  mount -t tmpfs -o size=64m tmpfs "$disk"
  status=0
  (
    ulimit -f 96
    exec "$top_builddir/dcpipe" -c "$dir/$1.disk.ini" --quiet
  ) > "$dir/out" 2> "$dir/err" || status=$?
  test "$status" = 1 || die "$1: status $status when files may not grow"
  grep -q "^dcpipe: error: .*$disk/store.*File too large" "$dir/err" || die "$1: no reason when files may not grow"
  whole "$1" 'no limit'
  umount "$disk"
}

ext4_of ()
{
  truncate -s "${1}k" "$dir/image"
  mkfs.ext4 -q -m 0 "$dir/image" > /dev/null 2>&1 && mount -o loop "$dir/image" "$disk" 2> /dev/null || return 1
  rm -rf "$disk/lost+found"
}

# What else was on it goes, so that there is room again.
on_ext4 ()
{
  if ! ext4_of 4096; then
    echo 'full-disk: ext4 cannot be mounted here: left out'
    return
  fi
  umount "$disk"
  refused=0
  for size in $SIZES; do
    ext4_of 16384
    left=$(df --output=avail -k "$disk" | tail -n 1)
    test "$left" -gt "$size" && head -c "$((left - size))k" /dev/zero > "$disk/others"
    full "$1" "ext4 with $size KiB left" 75 "$space"
    rm -f "$disk/others"
    whole "$1" "ext4 that had $size KiB left"
    umount "$disk"
  done
  test "$refused" -gt 0 || die "$1: no ext4 was too small"
}

if [ -z "${SIZES:-}" ]; then
  random 200
  SIZES="16 64 $picked"
  random 1000
  SIZES="$SIZES $picked"
fi
for sink in ${SINKS:-$built}; do
  configure "$sink"
  tmpfs_of "$sink"
  inodes_of "$sink"
  read_only "$sink"
  limited "$sink"
  on_ext4 "$sink"
done
