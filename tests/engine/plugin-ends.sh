#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A plugin that ends the process is named, and so is the callback in which it does, for each callback that there is.
. "$srcdir/engine/lib.sh"
ulimit -c 0
ways='exit abort crash'
# Checkers of memory tell of crashes in their own way, and end with their own status.
case $(nm -D "$top_builddir/core/dcpipe" 2> /dev/null) in *__asan_* | *__tsan_*) ways='exit abort' ;; esac

# expect WAY: the exit status and the words for it.
expect ()
{
  case $1 in
    exit) expected=1 words='ended the process, which no plugin may' ;;
    abort) expected=134 words=aborted ;;
    crash) expected=139 words='crashed: memory that is not its own' ;;
  esac
}

# ends KIND PLUGIN TITLE CALLBACK NAME ARGUMENT...: with those arguments dcpipe comes as far as that callback.
ends ()
{
  kind=$1 plugin=$2 title=$3 callback=$4 called=$5
  shift 5
  for way in $ways; do
    {
      printf '[source]\nplugin = %s\n' "$faulty/doomed_source.so"
      test "$kind" != source || printf 'in = %s\nhow = %s\n' "$callback" "$way"
      printf '[decoder *]\nplugin = %s\n' "$faulty/doomed_decoder.so"
      test "$kind" != decoder || printf 'in = %s\nhow = %s\n' "$callback" "$way"
      printf '[sink main]\nplugin = %s\n' "$faulty/${plugin:-doomed_sink}.so"
      test "$kind" != sink || printf 'in = %s\nhow = %s\n' "$callback" "$way"
    } > "$dir/ends.ini"
    expect "$way"
    run "$expected" -c "$dir/ends.ini" "$@"
    says "dcpipe: error: $title: its callback $called $words"
  done
}

for way in $ways; do
  DOOMED=$way
  export DOOMED
  expect "$way"
  run "$expected" --dump-plugin "$faulty/doomed_early.so"
  says "doomed_early.so: its callback dcpipe_plugin $words"
done

# It is not the plugins as such that end it.
printf '[source]\nplugin = %s\n[decoder *]\nplugin = %s\n[sink main]\nplugin = %s\n[sink other]\nplugin = %s\n' \
  "$faulty/doomed_source.so" "$faulty/doomed_decoder.so" "$faulty/doomed_sink.so" "$faulty/doomed_simple.so" > "$dir/all.ini"
run 0 -c "$dir/all.ini"

for callback in config_complete capabilities fills_table open next unpack close config_free; do
  ends source '' 'source doomed_source' $callback $callback
done
ends source '' 'source doomed_source' probe probe --check --online
ends source '' 'source doomed_source' tip tip status --online
for callback in config_complete decode resolve config_free; do
  ends decoder '' 'decoder doomed_decoder' $callback $callback
done
ends decoder '' 'decoder doomed_decoder' each resolve
for callback in config_complete open checkpoint_load prepare apply commit rollback get scan tip_reached close config_free; do
  ends sink doomed_sink 'sink main' $callback $callback
done
ends sink doomed_sink 'sink main' reset reset reset --sink main --yes
for callback in config_complete open walk put commit rollback tip_reached close config_free; do
  ends sink doomed_simple 'sink main' $callback $callback
done
