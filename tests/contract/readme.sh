#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# README.md says what is: each of its commands is run, those that need the network with --check, and those that build or
# install looked at. A command that is not known here fails, so that none goes untried.
. "$srcdir/contract/lib.sh"
readme=$top_srcdir/README.md
test -e "$vectors/small.ledger" || { echo "there is no $vectors/small.ledger"; exit 77; }
mkdir "$dir/work"
cd "$dir/work"
dcpipe=$top_builddir/dcpipe
tried=0 over=0
serving=
trap 'test -z "$serving" || kill "$serving" 2> /dev/null; rm -rf "$dir"' EXIT

# A pipeline like that of conf/sync.ini, but from a file.
{
  printf '[source]\nplugin = ledger_file\npath = %s\n' "$vectors/small.ledger"
  printf '[decoder *]\nplugin = entry\n[decoder RepChange]\nplugin = reputation\n[decoder RepAge]\nplugin = reputation\n'
  printf '[sink main]\nplugin = jsonl\npath = rows\n'
} > small.ini

good () { "$@" > "$dir/out" 2> "$dir/err" || die "$*: exit status $?"; tried=$((tried + 1)); }
has () { test -e "$top_srcdir/$1" || die "there is no $1"; }
built () { for plugin; do test -e "$top_builddir/uninstalled/$plugin.so" || return 1; done; }

# What cannot be tried with what was built, or with what this machine has.
passed_over ()
{
  echo "passed over: $command"
  over=$((over + 1))
}

# ---- the indented commands
sed -n 's/^    \([a-zD.].*\)$/\1/p' "$readme" | grep -v -e '^source ──' -e '^icp, ' -e '^[a-z_]* = ' > commands
while read -r command; do
  case $command in
    './autogen.sh demo'|'./autogen.sh check')
      grep -q "${command#* })" "$top_srcdir/autogen.sh" || die "autogen.sh does not know '${command#* }'"
      tried=$((tried + 1)) ;;
    'dcpipe -c conf/sync.ini')
      built sources/icp decoders/offering sinks/sqlite || { passed_over; continue; }
      good "$dcpipe" -c "$top_srcdir/conf/sync.ini" --check ;;
    'dcpipe -c conf/sync.ini serve')
      built decoders/profile && grep -q '^#define HAVE_MHD 1' "$top_builddir/config.h" || { passed_over; continue; }
      # All labels of conf/sync.ini, for what is asked of it next.
      { sed '/^\[sink/,$d' small.ini; printf '[decoder ProvProfile]\nplugin = profile\n'; sed -n '/^\[sink/,$p' small.ini; } > serve.ini
      printf '[service]\nlisten = 127.0.0.1:0\nstate = state\n' >> serve.ini
      "$dcpipe" -c serve.ini serve > serve.log 2>&1 &
      serving=$!
      waited=0
      until address=$(sed -n 's/.*listening on http:\/\/\([0-9.:]*\).*/\1/p' serve.log) && test -n "$address"; do
        waited=$((waited + 1))
        test $waited -lt 300 && kill -0 "$serving" || { cp serve.log "$dir/err"; die "$command: it does not listen"; }
        sleep 0.1
      done
      tried=$((tried + 1)) ;;
    'curl '*)
      command -v curl > /dev/null && test -n "$serving" || { passed_over; continue; }
      good sh -c "$(printf '%s\n' "$command" | sed "s|localhost:8787|$address|; s|curl |curl -sS --fail-with-body --max-time 120 |")"
      grep -q '^{' "$dir/out" || die "$command: no JSON" ;;
    './autogen.sh && packaging/fetch-blst.sh '*)
      has autogen.sh && has packaging/fetch-blst.sh
      good sh -n "$top_srcdir/packaging/fetch-blst.sh" ;;
    'cd build && ../configure --with-blst=blst && make && sudo make install')
      grep -q 'with.blst' "$top_srcdir/configure.ac" || die "configure has no --with-blst"
      tried=$((tried + 1)) ;;
    'sudo apt install '*)
      for package in $(printf '%s\n' "$command" | grep -o '[a-z-]*_' | tr -d _); do
        grep -q "^Package: $package\$" "$top_srcdir/packaging/debian/control" || die "there is no package $package"
      done
      tried=$((tried + 1)) ;;
    'DEMO_DB=$HOME/demo.db dcpipe -c /usr/share/doc/dcpipe/examples/demo.ini') # packaging/check-root.sh runs it
      has conf/demo.ini && tried=$((tried + 1)) ;;
    'sudo cp /usr/share/doc/dcpipe/examples/sync.ini /etc/dcpipe/main.ini')
      has conf/sync.ini && tried=$((tried + 1)) ;;
    'sudo systemctl enable --now dcpipe@main')
      has conf/systemd/dcpipe@.service.in && tried=$((tried + 1)) ;;
    'sqlite3 dcpipe.db '*)
      command -v sqlite3 > /dev/null && built sinks/sqlite || { passed_over; continue; }
      sed 's/plugin = jsonl/plugin = sqlite/; s/path = rows/path = dcpipe.db/' small.ini > sqlite.ini
      good "$dcpipe" --quiet -c sqlite.ini
      good sh -c "$command"
      grep -q '^FutureLabel|6$' "$dir/out" || die "$command: not the sample's labels" ;;
    'cc -std=c11 '*)
      # What is copied is the plugin that README shows, with the header and nothing else at hand.
      cp "$top_srcdir/plugins/decoders/entry/entry.c" mine.c
      mkdir -p Icore && cp "$top_srcdir/core/dcpipe-plugin.h" Icore
      sed 's/"entry"/"mine"/' mine.c > mine2.c && mv mine2.c mine.c
      command=$(printf '%s\n' "$command" | sed "s|^cc|$CC|; s|\$(pkg-config --cflags dcpipe)|-IIcore|")
      good sh -c "$command"
      good "$top_builddir/dcpipe-plugin-test" --rounds 50 ./mine.so ;;
    'dcpipe --new-plugin decoder mine')
      good sh -c "mkdir new && cd new && '$dcpipe' --new-plugin decoder mine" ;;
    'cd mine && make && make check') test -e new/mine/Makefile || die "$command comes too early" ;; # contract/new-plugin.sh
    *) die "the command '$command' is not known to this test" ;;
  esac
done < commands
test "$(wc -l < commands)" -ge 6 || die "README's commands are not read"

# ---- the indented parts of an INI file
printf 'whsec_%s\n' MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE= > hook.secret
for title in $(sed -n 's/^    \[\([a-z]*\).*/\1/p' "$readme"); do
  grep -q '^#define HAVE_CURL 1' "$top_builddir/config.h" || { command="[$title]"; passed_over; continue; }
  { cat small.ini; sed -n "/^    \[$title/,/^\$/s/^    //p" "$readme"; } > part.ini
  test "$(grep -c ' = ' part.ini)" -gt "$(grep -c ' = ' small.ini)" || die "[$title] has no key"
  good "$dcpipe" -c part.ini --check
done

# ---- the table of commands
sed -n 's/^| `dcpipe -c FILE\([^`]*\)`.*/x\1/p' "$readme" > table
test "$(wc -l < table)" -ge 7 || die "README's table is not read"
while read -r row; do
  arguments=$(printf '%s\n' "$row" | sed 's/^x *//; s/--label L/--label RepChange/; s/TABLE/ledger_entries/; s/--sink NAME/--sink main --yes/')
  case $arguments in serve*) arguments=--check ;; esac # tests/service runs it
  # The first row is the run that all others look at.
  good "$dcpipe" -c small.ini $arguments
done < table
good "$dcpipe" -c small.ini reset --sink main --decoder reputation --yes
good "$dcpipe" -c small.ini status --json
for option in --follow --online --quiet --verbose --log-format --all-columns; do
  "$dcpipe" --help | grep -q -e "$option" || die "there is no $option"
done
good "$dcpipe" --list-plugins
good "$dcpipe" --dump-plugin reputation

# ---- the table of exit statuses, and the files that are named
"$dcpipe" --help > help
sed -n 's/^| \([0-9][0-9, ]*\) |.*/\1/p' "$readme" | tr -s ', ' '\n\n' | while read -r status; do
  test -z "$status" || grep -q "^ *$status  " help || die "--help knows no exit status $status"
done
grep -o '](\([^)]*\))' "$readme" | sed 's/^](//; s/)$//' | grep -v '^http' | while read -r file; do has "$file"; done
echo "$tried commands"
test $((tried + over)) -ge 25 || die "only $tried commands were tried"
