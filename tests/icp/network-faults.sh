#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The rows of doc/network-faults.md that try-faults does not have: clocks, nodes that change, pauses that were asked for,
# nodes that lag, another ledger, and URLs that cannot be.
. "$srcdir/icp/lib.sh"
entries_only=yes
want small

# second ARGUMENT...: another replica of small beside the one there is. Sets $url2.
second_pid=
trap 'for pid in $replica_pid $second_pid; do kill "$pid" 2> /dev/null || :; done; rm -rf "$dir"' EXIT
second ()
{
  test -z "$second_pid" || kill "$second_pid"
  rm -f "$dir/second"
  "$builddir/dcpipe-replica" --ledger "$vectors/small.ledger" "$@" > "$dir/second" &
  second_pid=$!
  tries=0
  until grep -q '^generation=' "$dir/second" 2> /dev/null; do
    tries=$((tries + 1))
    test $tries -lt 200 || die "the second replica did not start"
    sleep 0.05
  done
  url2=$(sed -n 's/^url=//p' "$dir/second")
}

# conf NAME RETRIES [LINE...]
conf ()
{
  name=$1
  retries=$2
  shift 2
  from_replica "$name" "$@"
  sed -i "s/^poll_interval/max_retries = $retries\nretry_delay = 1ms\nmax_retry_delay = 2ms\npoll_interval/" "$dir/$name.ini"
}

# A clock that is off is named, and by how much; with another URL it is only that one's.
second
for trust in none signatures certified; do
  for clock in 300:behind -300:'ahead of' -90000:'ahead of'; do
    replica small --clock "${clock%%:*}"
    conf clock 1 "trust = $trust"
    rm -rf "$dir/clock.jsonl"
    sync 75 clock
    grep -q "attempt 2 of 2 failed: .*this machine's clock is .* ${clock#*:} that of the server: set it right" "$dir/err" \
      || die "trust = $trust, clock ${clock%%:*}: the clock is not named"
    url="$url $url2"
    conf clock 0 "trust = $trust"
    sync 0 clock
    expect clock small
  done
done

# Nodes that change just after their keys were fetched: the pause is as long as it takes until these may be fetched again.
replica small --chunk 4096 --fault kind=renew,on=query,after=3,count=1
conf nodes 1 'trust = signatures' 'prefetch = 1'
sync 0 nodes
grep -q 'attempt 1 of 2 failed: .*a node that does not belong to the subnet signed it; next in [0-9.]* s$' "$dir/err" || die "no word of the new nodes"
expect nodes small

# Who asks for a pause is left alone; the others are not.
for trust in none signatures certified; do
  replica small --fault kind=status,status=503,retry_after=86400
  url="$url $url2"
  conf pause 0 "trust = $trust"
  rm -rf "$dir/pause.jsonl"
  begin=$(date +%s)
  sync 0 pause
  test $(($(date +%s) - begin)) -lt 60 || die "trust = $trust: one URL's pause held up the other"
  expect pause small
done

# A node that lags, for a while or for good, at the beginning of a run.
for trust in none signatures certified; do
  replica small --blocks 20
  conf lag 3 "trust = $trust"
  rm -rf "$dir/lag.jsonl"
  sync 0 lag
  replica small --fault kind=lag,block=15,on=query,count=3
  conf lag 3 "trust = $trust"
  sync 0 lag
  expect lag small
done
for behind in "small --blocks 20" "small --blocks 12"; do
  # shellcheck disable=SC2086
  replica $behind
  conf short 1 'trust = none'
  rm -rf "$dir/short.jsonl"
  cp -r "$dir/lag.jsonl" "$dir/short.jsonl"
  sync 75 short
  grep -q 'the ledger ends before the end of the last stored block; perhaps the node that answered lags behind' "$dir/err" || die "$behind: no word of it"
  conf short 40 'trust = none' 'max_age = 1s'
  sed -i 's/^max_retry_delay.*/max_retry_delay = 200ms/; s/^retry_delay.*/retry_delay = 100ms/' "$dir/short.ini"
  sync 65 short
  grep -q 'the last stored block: it was cut short, rolled back or swapped' "$dir/err" || die "$behind: said for long, it is not believed"
  url="$url $url2"
  conf short 0 'trust = none'
  sync 0 short
  expect short small
done

# Another ledger: the first line says so, and there is no other.
for trust in signatures certified; do
  replica medium
  conf lag 3 "trust = $trust"
  sync 65 lag
  grep 'error: ' "$dir/err" > "$dir/errors"
  test "$(wc -l < "$dir/errors")" = 1 || die "trust = $trust: more than one line tells of another ledger"
  head -n 1 "$dir/err" | grep -qE 'this is another ledger \(first block [0-9a-f]{64}, stored [0-9a-f]{64}\)$' || die "trust = $trust: it is not called another ledger"
done

# What --check takes, a run takes, and the other way round; secrets are shown by neither, nor by --dump-config.
replica small
host=${url#http://}
for good in "http://$host/" "http://$host//" "HTTP://$host" "http://localhost:${host#*:}"; do
  url=$good
  conf url 0 'trust = none'
  rm -rf "$dir/url.jsonl"
  run 0 -c "$dir/url.ini" --check
  sync 0 url
done
for bad in "$host" "ftp://$host" file:///etc/passwd http:// "http://$host/?x=1" "http://$host/#f" "http://$host/api/v2" http://127.0.0.1:99999 \
    "http://user:secret@$host" "https://secret@$host/"; do
  url=$bad
  conf url 0 'trust = none'
  run 78 -c "$dir/url.ini" --check
  ! grep -q secret "$dir/out" "$dir/err" || die "$bad: --check shows the secret"
  sync 78 url
  ! grep -q secret "$dir/out" "$dir/err" || die "$bad: a run shows the secret"
  "$top_builddir/dcpipe" -c "$dir/url.ini" --dump-config > "$dir/out" 2> "$dir/err" || :
  ! grep -q secret "$dir/out" "$dir/err" || die "$bad: --dump-config shows the secret"
done
