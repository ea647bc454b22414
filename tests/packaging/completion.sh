#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Completion offers what there is: commands, options, plugins, and the names in the INI file. bash and, where they are
# installed, fish and zsh.
. "$srcdir/cli/lib.sh"
mkdir "$dir/bin" "$dir/work"
ln -s "$top_builddir/dcpipe" "$dir/bin/dcpipe"
PATH=$dir/bin:$PATH
cd "$dir/work"
cat > two.ini <<'END'
[source]
plugin = ledger_file
[decoder *]
plugin = entry
[decoder RepChange]
plugin = reputation
[decoder RepAge]
plugin = reputation
[sink main]
plugin = jsonl
[sink mirror]
plugin = jsonl
END

# offers SHELL LINE WORD...: with the cursor at the end of the line exactly these are offered.
offers ()
{
  shell=$1 line=$2
  shift 2
  printf '%s\n' "$@" | sort > "$dir/want"
  "in_$shell" "$line" 2> "$dir/err" | sort -u > "$dir/out" || :
  diff "$dir/want" "$dir/out" > /dev/null || die "$shell: '$line' offers not just: $*"
}

in_bash ()
{
  bash -c '. "$1"
    COMP_WORDS=($2) COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    case $2 in *" ") COMP_WORDS+=(""); ((++COMP_CWORD)) ;; esac
    _dcpipe; printf "%s\n" "${COMPREPLY[@]}"' bash "$top_srcdir/completion/bash/dcpipe" "$1"
}
in_fish ()
{
  HOME=$dir XDG_CONFIG_HOME=$dir fish --no-config -c "source $top_srcdir/completion/fish/dcpipe.fish; complete -C '$1'" | cut -f 1
}
in_zsh ()
{
  zsh -f "$srcdir/packaging/complete.zsh" "$top_srcdir/completion/zsh" "$1"
}

everywhere ()
{
  commands=$(dcpipe --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p')
  test "$(echo "$commands" | wc -w)" -ge 5 || die "--help is not read"
  offers "$1" 'dcpipe ' $commands
  offers "$1" 'dcpipe -c two.ini st' status
  offers "$1" 'dcpipe --list' --list-plugins
  offers "$1" 'dcpipe -c two.ini dump --sink ' main mirror
  offers "$1" 'dcpipe -c two.ini --label ' RepAge RepChange
  offers "$1" 'dcpipe -c two.ini reset --decoder ' entry reputation
  offers "$1" 'dcpipe -c two.ini dump rep' reputation_changes reputations
  offers "$1" 'dcpipe -c t' two.ini
  offers "$1" 'dcpipe --log-format ' json text
  offers "$1" 'dcpipe --new-plugin s' source sink
  offers "$1" 'dcpipe --dump-plugin linked' linked_ids
  offers "$1" 'dcpipe --dump-section pi' pipeline
}

everywhere bash
offers bash 'dcpipe --config = two.ini status --sink = mi' mirror
offers bash 'dcpipe --' $(dcpipe --help | sed -n 's/^  .\{4\}\(--[a-z-]*\).*/\1/p')
for shell in fish zsh; do
  if command -v "$shell" > /dev/null; then everywhere "$shell"; else echo "passed over: $shell"; fi
done
if command -v fish > /dev/null; then
  offers fish 'dcpipe --config=two.ini status --sink=mi' --sink=mirror
fi
if command -v zsh > /dev/null; then
  offers zsh 'dcpipe --config=two.ini status --sink=mi' mirror
  offers zsh 'dcpipe -c two.ini --label RepAge --lab' --label
fi
