#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The examples of the manual pages work: their files are written, their commands run in order over the sample ledger, and
# what is said to print rows prints some. An example is marked by a comment, EXAMPLE FILE NAME or EXAMPLE RUN, before its
# display.
. "$srcdir/cli/lib.sh"
vectors=$srcdir/data/vectors/ledger
replica_pid=
trap 'test -z "$replica_pid" || kill "$replica_pid" 2> /dev/null; rm -rf "$dir"' EXIT

# Here `dcpipe` is the one of this tree. Entries that cannot be read, which the sample has on purpose, are no failure.
mkdir "$dir/bin"
cat > "$dir/bin/dcpipe" <<END
#!/bin/sh
status=0
"$top_builddir/dcpipe" "\$@" || status=\$?
test \$status = 3 || exit \$status
END
ln -s "$top_builddir/dcpipe-plugin-test" "$dir/bin/dcpipe-plugin-test"
printf '#!/bin/sh\nexec %s "$@"\n' "$CC" > "$dir/bin/cc"
chmod +x "$dir/bin/dcpipe" "$dir/bin/cc"
printf 'Name: dcpipe\nDescription: here\nVersion: 1\nCflags: -I%s/core\n' "$top_srcdir" > "$dir/dcpipe.pc"
PATH=$dir/bin:$PATH PKG_CONFIG_PATH=$dir
export PATH PKG_CONFIG_PATH

# displays PAGE: writes its files, and its commands to `run`; \e is a backslash.
displays ()
{
  awk '
    /^[.]\\" EXAMPLE FILE / { file = $4; next }
    /^[.]\\" EXAMPLE RUN/ { file = "run"; next }
    /^[.]Ed/ { file = ""; shown = 0 }
    file != "" && shown { gsub (/\\e/, "\\"); print > file }
    file != "" && /^[.]Bd/ { shown = 1 }' "$1"
}

# The built plugins that an INI file names; icp also needs a replica.
possible ()
{
  sed -n 's/^plugin = \([a-z_][a-z_]*\)\( .*\)\{0,1\}$/\1/p' sync.ini | sort -u > named
  while read -r plugin; do
    ls "$top_builddir"/uninstalled/*/"$plugin.so" > /dev/null 2>&1 || return 1
  done < named
  if grep -qx icp named; then start_replica; fi
}

start_replica ()
{
  test -x "$builddir/dcpipe-replica" || return 1
  "$builddir/dcpipe-replica" --ledger "$vectors/small.ledger" > replica &
  replica_pid=$!
  tries=0
  until grep -q '^generation=' replica; do
    tries=$((tries + 1))
    test $tries -lt 200 && kill -0 "$replica_pid" 2> /dev/null || die "the replica did not start"
    sleep 0.05
  done
  ICP_URL=$(sed -n 's/^url=//p' replica) ENVIRONMENT=development
  export ICP_URL ENVIRONMENT
}

run_example ()
{
  printf '%s\n' "$1" > command
  sh -e command > "$dir/out" 2> "$dir/err" || die "$title: $1"
  case $1 in
    *' dump '* | *--dump-* | *' status'*) test -s "$dir/out" || die "$title: $1 prints nothing" ;;
  esac
}

ran=0
for page in "$top_srcdir"/doc/man/*.[1-9] "$top_srcdir"/plugins/*/*/*.7; do
  title=$(basename "$page")
  mkdir "$dir/$title"
  cd "$dir/$title"
  cp "$vectors/small.ledger" ledger.bin
  displays "$page"
  test -s sync.ini -a -s run || die "$title has no example"
  possible || { echo "passed over: $title"; continue; }
  while read -r command; do
    run_example "$command"
  done < run
  ran=$((ran + 1))
done
test $ran -ge 8 || die "only $ran examples were run"
