# SPDX-License-Identifier: Apache-2.0
# What zsh offers for a line: zsh -f complete.zsh DIRECTORY LINE, with the completion that DIRECTORY has. The line is typed
# at a terminal, and all that could follow is printed.
zmodload zsh/zpty
found=$(mktemp)
zpty shell zsh -f -i
zpty -w shell "fpath=(${(q)1} \$fpath) found=${(q)found}"
zpty -w shell '
autoload -Uz compinit && compinit -u -D
compadd () {
  local -a hits
  if [[ ${@[1,(i)(-|--)]} != *-(O|A|D)* ]]; then
    builtin compadd -A hits "$@"
    (($#hits == 0)) || print -rl -- $hits >>$found
  fi
  builtin compadd "$@"
}
offer () {
  _main_complete
  print = >>$found
}
zle -C offer list-choices offer
bindkey "^X" offer
print = >>$found'

# ends N: within ten seconds, so many parts have been written.
ends () {
  repeat 200; do
    [[ $(grep -cx = $found) -ge $1 ]] && return
    sleep 0.05
  done
  return 1
}

ends 1 && zpty -w -n shell "$2"$'\x18' && ends 2 && grep -vx = $found
zpty -d shell
rm -f $found
