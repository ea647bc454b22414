#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One mistake, one error: for every option of every plugin and section, a variable that is not set and a value that cannot be read
# are told once, with the line, and nothing follows from them.
. "$srcdir/cli/lib.sh"
tried=0
test -e "$top_builddir/uninstalled/sinks/jsonl.so" || exit 77
trial_plugins
unset NOT_SET

# required DUMP PREFIX KEY: what must be given beside KEY, by what --dump-plugin or --dump-section printed.
required ()
{
  sed -n "s/^option\.\(.*\)\.required=yes$/\1/p" "$1" | while read -r needed; do
    test "$needed" = "$2" || case $needed in
      url) echo "url = https://example.org" ;;
      secret) echo "secret = whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" ;;
      *) echo "$needed = x" ;;
    esac
  done
}

# mistaken SECTION KEY VALUE WORDS: the file with that line has one mistake; others are as they must be.
mistaken ()
{
  tried=$((tried + 1))
  {
    printf '%s\n%s = %s\n' "$1" "$2" "$3"
    required "$dir/dump" "$2"
    case $1 in '[source]'*) ;; *) printf '[source]\nplugin = trial_source\n' ;; esac
    case $1 in '[decoder'*) ;; *) printf '[decoder *]\nplugin = trial_decoder\n' ;; esac
    case $1 in '[sink'*) ;; *) printf '[sink main]\nplugin = jsonl\npath = store\n' ;; esac
  } > "$dir/x.ini"
  run 78 -c "$dir/x.ini" --check
  grep -q "x.ini:$(($(echo "$1" | wc -l) + 1)): $2" "$dir/err" || die "$1 $2 = $3: no word of it"
  err_lines 1
}

# options SECTION: of what is in $dir/dump.
options ()
{
  sed -n 's/^option\.\(.*\)\.type=\(.*\)/\1 \2/p' "$dir/dump" > "$dir/options"
  while read -r key type; do
    mistaken "$1" "$key" '${NOT_SET}'
    case $type in
      bool | int | size | duration | enum) mistaken "$1" "$key" 'no such' ;;
      path) mistaken "$1" "$key" '' ;;
      secret) mistaken "$1" "$key" '+nowhere' ;;
    esac
  done < "$dir/options"
}

"$top_builddir/dcpipe" --list-plugins > "$dir/list" 2> "$dir/err"
while IFS== read -r key path; do
  # Test plugins that are not good as they stand, or need something else.
  case $key in
    *bad_* | *older_* | decoder.twin* | decoder.trial* | decoder.needy*) continue ;;
  esac
  "$top_builddir/dcpipe" --dump-plugin "$path" > "$dir/dump" 2> "$dir/err" || die "$key"
  case $key in
    source.*) title='[source]' ;;
    decoder.*) title="[decoder $(sed -n 's/^label=//p' "$dir/dump" | head -n 1)]" ;;
    sink.*) title='[sink main]' ;;
  esac
  options "$(printf '%s\nplugin = %s' "$title" "$path")"
done < "$dir/list"
for section in pipeline service schedule webhook; do
  # Without libcurl a webhook is a mistake in itself.
  test $section != webhook || has_library CURL || continue
  "$top_builddir/dcpipe" --dump-section $section > "$dir/dump" 2> "$dir/err" || die $section
  test $section != webhook || section='webhook x'
  options "[$section]"
done

# The plugin's name itself, and a token that is needed.
for section in source 'decoder *' 'sink main'; do
  : > "$dir/dump"
  mistaken "[$section]" plugin '${NOT_SET}'
done
mistaken "$(printf '[service]\nlisten = 0.0.0.0:80')" token '${NOT_SET}'
# Two sections of one decoder.
if test -e "$top_builddir/uninstalled/decoders/profile.so"; then
  printf '[decoder ProvProfile]\nplugin = profile\nverify_signatures = flag\n' > "$dir/more"
  mistaken "$(printf '[sink main]\nplugin = jsonl\npath = store\n[decoder ProvProfile]\nplugin = profile\nverify_signatures = flag\n[decoder NPProfile]\nplugin = profile')" verify_signatures '${NOT_SET}'
fi

# What only `serve` reads keeps nobody else.
good_ini
printf '[service]\ntoken = ${NOT_SET}\n' >> "$dir/x.ini"
run 78 -c "$dir/x.ini" serve
err_lines 1
status=0
"$top_builddir/dcpipe" -c "$dir/x.ini" > "$dir/out" 2> "$dir/err" || status=$?
! grep -q NOT_SET "$dir/err" || die "a run misses a variable of the service"
test "$tried" -gt 60 || die "only $tried mistakes were tried"
