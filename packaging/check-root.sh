#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Lives with the packages that check.sh has built in WORK, in a Debian system that has nothing else: installs
# them, tries them as a newcomer and as an author of plugins would, upgrades, removes and purges them, and
# looks what is left. Then the same with the rpm packages, as far as they go on Debian.
#
#   packaging/check-root.sh WORK
#
# Where the machine allows no such system, which needs chroot, the packages are unpacked in a directory, and
# what can be tried there is.
set -eu
work=$(cd "$1" && pwd)
root=$work/root
tests=$(dirname "$0")/debian/tests
scratch=/tmp/dcpipe-check
pc=
# What is no part of the system, or what tools write for themselves: apt, dpkg, and who keeps copies of
# /etc/passwd.
own='^\./(proc|sys|dev|run|tmp|var/cache|var/log|var/lib/apt|var/lib/rpm)(/|$)'
own="$own|^\\./etc/(passwd|group|shadow|gshadow)- |^\\./etc/\\.pwd\\.lock "

say () {
  printf -- '---- %s (%d:%02d)\n' "$*" $((SECONDS / 60)) $((SECONDS % 60))
}

die () {
  printf -- '---- FAILED: %s\n' "$*"
  exit 1
}

# mounted COMMAND...: with /dev and /proc in the root, where the machine allows mounts; they go with it.
mounted () {
  if [ -n "$mounts" ]; then
    unshare --mount sh -c 'mount --rbind /dev "$1/dev" && mount -t proc proc "$1/proc" && shift &&
      exec "$@"' sh "$root" "$@"
  else
    "$@"
  fi
}

in_root () {
  mounted chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
    DEBIAN_FRONTEND=noninteractive "$@"
}

as_user () {
  in_root setpriv --reuid=nobody --regid=nogroup --clear-groups \
    env HOME="$scratch" AUTOPKGTEST_TMP="$scratch" PKG_CONFIG_PATH="$pc" "$@"
}

# Names, kinds, modes, owners and contents of all files.
listing () {
  (
    cd "$root"
    find . -xdev -printf '%p %y %m %u:%g %l\n' | grep -Ev "$own"
    find ./etc ./usr -xdev -type f ! -path './etc/*-' -print0 | xargs -0 sha256sum
  ) | sort
}

# nothing_left FILE WHAT: the root is as it was.
nothing_left () {
  listing >"$work/after"
  if ! diff "$1" "$work/after" >"$work/left"; then
    cat "$work/left"
    die "$2: not all is as it was before: see above"
  fi
  say "$2: the $(wc -l <"$1") lines that describe all files are as before"
}

apt () {
  in_root apt-get -q -y --no-install-recommends "$@"
}

make_root () {
  rm -rf "$root"
  . /etc/os-release
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' \
    "Codename: $VERSION_CODENAME" | head -n 1)
  apt-config dump | grep -i '^Acquire::.*proxy' >"$work/apt.conf" || :
  mmdebstrap --variant=minbase --skip=cleanup/apt/lists --aptopt='Acquire::Languages "none"' \
    --aptopt="$work/apt.conf" --include=systemd,sqlite3,gcc,libc6-dev,libsqlite3-dev,make,pkgconf \
    "$VERSION_CODENAME" "$root" "${mirror:-http://deb.debian.org/debian}"
}

# older DEB: the same package as an older version, with a file that the newer one no longer has.
older () {
  local to=$root$scratch/older
  rm -rf "$to"
  dpkg-deb -R "$1" "$to"
  sed -i "s/$version/&~older/" "$to/DEBIAN/control"
  echo gone >"$to/usr/share/doc/$(basename "$1" | cut -d_ -f1)/gone"
  dpkg-deb -b "$to" "$root$scratch/older-debs" >/dev/null
  rm -rf "$to"
}

# What the packages need comes first, so that nothing but the packages themselves is looked at.
install_needs () {
  local needs
  needs=$(apt -s install $debs | sed -n -e '/^Inst dcpipe/d' -e 's/^Inst \([^ ]*\).*/\1/p')
  say "the packages need: $(echo $needs)"
  [ -z "$needs" ] || apt install $needs
  in_root apt-get clean
}

try_as_user () {
  say "the demo, as somebody without rights"
  as_user sh -c "cd $scratch && sh $scratch/tests/demo" || die "the demo"
  say "plugins, built with nothing else of dcpipe than is in its package for them"
  as_user sh -c "cd $scratch && sh $scratch/tests/plugin" || die "a plugin cannot be built"
}

# As the units start it: user, settings and database are theirs. Without /proc systemd makes no directories.
try_as_service () {
  say "the user and the directories of the services"
  [ -n "$mounts" ] || in_root install -d -g dcpipe -m 750 /etc/dcpipe
  in_root install -d -o dcpipe -g dcpipe /var/lib/dcpipe/main
  in_root install -g dcpipe -m 640 /usr/share/doc/dcpipe/examples/demo.ini /etc/dcpipe/main.ini
  in_root ln -s /usr/lib/systemd/system/dcpipe@.service \
    /etc/systemd/system/multi-user.target.wants/dcpipe@main.service
  in_root setpriv --reuid=dcpipe --regid=dcpipe --init-groups env DEMO_DB=/var/lib/dcpipe/main/demo.db \
    dcpipe --quiet -c /etc/dcpipe/main.ini || [ $? -eq 3 ] || die "the user dcpipe cannot run dcpipe"
  [ -z "$mounts" ] || in_root systemd-analyze verify --man=no dcpipe@main.service dcpipe-serve@main.service \
    dcpipe@main.timer || die "systemd finds fault with the units"
}

has_data () {
  [ -f "$root/etc/dcpipe/main.ini" ] && [ -f "$root/var/lib/dcpipe/main/demo.db" ] ||
    die "$1 took away settings or data"
}

check_debian () {
  say "installing an older version"
  apt install $olds
  try_as_service
  say "upgrading"
  apt install $debs
  in_root sh -c '! ls /usr/share/doc/dcpipe*/gone' || die "the upgrade left files of the older version behind"
  in_root sh -c "! dpkg-query -W -f='\${Version}\n' 'dcpipe*' | grep older" || die "not all was upgraded"
  has_data "the upgrade"
  say "reinstalling"
  apt install --reinstall $debs
  in_root dpkg --verify 'dcpipe*' | grep . && die "installed files are not those of the packages"
  has_data "reinstalling"
  try_as_user
  say "removing"
  apt remove 'dcpipe*'
  in_root sh -c '! command -v dcpipe && ! ls -d /usr/lib/*/dcpipe' || die "program or plugins are still there"
  has_data "removing"
  say "purging"
  apt purge 'dcpipe*'
  rm -rf "$root$scratch/my_"* "$root$scratch"/*.db*
  nothing_left "$work/before" "purging"
}

in_rpm () {
  mounted rpm --root "$root" --dbpath /var/lib/rpm "$@"
}

# rpm leaves accounts for ever, and directories that were made when it was installed. Two more belong to
# packages that every system with rpm has.
check_rpm () {
  local dir
  command -v rpm >/dev/null && ls "$work"/rpm/RPMS/*/*.rpm >/dev/null || die "there are no rpm packages"
  say "rpm: installing"
  in_rpm --nodeps -i "$work"/rpm/RPMS/*/*.rpm
  in_rpm --nodeps -V $(in_rpm -qa) || die "installed files are not those of the packages"
  pc=/usr/lib64/pkgconfig
  try_as_user
  say "rpm: erasing"
  in_rpm -e $(in_rpm -qa)
  in_root userdel dcpipe
  for dir in etc/dcpipe var/lib/dcpipe usr/lib64/pkgconfig usr/share/licenses; do
    [ ! -e "$root/$dir" ] || rmdir "$root/$dir" || die "rpm: erasing left files behind"
  done
  rm -rf "$root/var/lib/rpm"
  nothing_left "$work/before" "rpm: erasing"
}

# Without a system to install them in.
check_unpacked () {
  local dir=$work/unpacked deb
  rm -rf "$dir" && mkdir -p "$dir/try"
  for deb in "$work"/debian/*.deb; do dpkg-deb -x "$deb" "$dir"; done
  DCPIPE_PLUGIN_PATH=$(echo "$dir"/usr/lib/*/dcpipe) PATH=$dir/usr/bin:$PATH AUTOPKGTEST_TMP=$dir/try
  PKG_CONFIG_PATH=$dir/try DCPIPE_TEMPLATES=$dir/usr/share/dcpipe/templates
  DEMO_LEDGER=$dir/usr/share/dcpipe/small.ledger
  export DCPIPE_PLUGIN_PATH PATH AUTOPKGTEST_TMP PKG_CONFIG_PATH DCPIPE_TEMPLATES DEMO_LEDGER
  sed "s|=/usr|=$dir/usr|" "$dir"/usr/lib/*/pkgconfig/dcpipe.pc >"$dir/try/dcpipe.pc"
  say "the demo, from unpacked packages"
  sed "s|/usr/share/doc|$dir&|" "$tests/demo" >"$dir/try/demo"
  sh "$dir/try/demo" || die "the demo"
  say "plugins, from unpacked packages"
  sh "$tests/plugin" || die "a plugin cannot be built"
}

# only_unpack WHY
only_unpack () {
  say "NOT TRIED: $1, so nothing is installed, upgraded or removed, just unpacked"
  check_unpacked
  exit 0
}

ls "$work"/debian/*.deb >/dev/null || die "there are no Debian packages"
version=$(dpkg-deb -f "$work"/debian/dcpipe_*.deb Version)
chroot / true 2>/dev/null || only_unpack "this machine allows no chroot"
mounts=
if unshare --mount sh -c 'mount -t tmpfs none /mnt' 2>/dev/null; then
  mounts=yes
else
  say "This machine allows no mounts: the clean system has no /proc"
fi
make_root || only_unpack "mmdebstrap cannot make a system here"
mkdir -p "$root$scratch/debs" "$root$scratch/older-debs" "$root$scratch/tests"
chmod 1777 "$root$scratch"
cp "$work"/debian/*.deb "$root$scratch/debs"
cp "$tests"/* "$root$scratch/tests"
debs=$(cd "$root$scratch" && ls debs/*.deb | grep -v dbgsym | sed "s|^|$scratch/|")
for deb in $debs; do older "$root$deb"; done
olds=$(cd "$root$scratch" && ls older-debs/*.deb | sed "s|^|$scratch/|")
install_needs
listing >"$work/before"
check_debian
check_rpm
rm -rf "$root"
