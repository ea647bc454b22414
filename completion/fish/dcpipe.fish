# SPDX-License-Identifier: Apache-2.0
# Completion of dcpipe(1) in fish. Options and commands are those that --help lists; names are read from the INI file.

function __dcpipe_ini
    set -l words (commandline -opc)
    for i in (seq (count $words))
        if contains -- $words[$i] -c --config
            echo $words[(math $i + 1)] | string replace -r '^~' $HOME
        end
        string replace -rf -- '^--config=' '' $words[$i] | string replace -r '^~' $HOME
    end
end

function __dcpipe_sections
    set -l ini (__dcpipe_ini)
    test -n "$ini"; and sed -n "s/^\[$argv[1] \([^]*]*\)\].*/\1/p" $ini 2>/dev/null | sort -u
end

function __dcpipe_used
    set -l ini (__dcpipe_ini)
    test -n "$ini"; and awk '/^\[/ { d = /^\[decoder / } d && /^plugin *=/ { sub (/^[^=]*= */, ""); print $1 }' $ini 2>/dev/null | sort -u
end

function __dcpipe_plugins
    dcpipe --list-plugins 2>/dev/null | sed 's/^[a-z]*\.\([^=]*\)=.*/\1/'
end

function __dcpipe_tables
    for plugin in (__dcpipe_used)
        dcpipe --dump-plugin $plugin 2>/dev/null | sed -n 's/^table\.\([^.]*\)\.kind=.*/\1/p'
    end
    printf '%s\n' failed_entries sync_status
end

# "name<tab>help" of each command.
function __dcpipe_commands
    dcpipe --help 2>/dev/null | sed -n '/^Commands:/,/^$/s/^  \([a-z][a-z-]*\)\( [A-Z]*\)\{0,1\}  *\(.*\)/\1\t\3/p'
end

function __dcpipe_no_command
    set -l names (__dcpipe_commands | string split -f 1 \t)
    for word in (commandline -opc)[2..-1]
        contains -- $word $names; and return 1
    end
    return 0
end

complete -c dcpipe -e
complete -c dcpipe -f
complete -c dcpipe -n __dcpipe_no_command -a '(__dcpipe_commands)'
complete -c dcpipe -n '__fish_seen_subcommand_from dump' -a '(__dcpipe_tables)'

# Each option with its letter, whether it takes an argument, and what that may be.
dcpipe --help 2>/dev/null | sed -nE 's/^  (-([a-zA-Z]),|   ) --([a-z-]+)( ([A-Z]+))? +(.*)$/\2|\3|\5|\6/p' |
while read -l -d '|' letter name argument help
    set -l options -l $name -d $help
    test -n "$letter"; and set -a options -s $letter
    test -n "$argument"; and set -a options -x
    switch $name
        case config
            complete -c dcpipe $options -a '(__fish_complete_suffix .ini)'
        case plugin-path
            complete -c dcpipe $options -a '(__fish_complete_directories)'
        case label
            complete -c dcpipe $options -a '(__dcpipe_sections decoder)'
        case sink
            complete -c dcpipe $options -a '(__dcpipe_sections sink)'
        case decoder
            complete -c dcpipe $options -a '(__dcpipe_used)'
        case dump-plugin
            complete -c dcpipe $options -a '(__dcpipe_plugins)'
        case dump-section
            complete -c dcpipe $options -a "(dcpipe --dump-section '' 2>&1 | sed -n 's/.*known are: //p' | string split ', ')"
        case log-format
            complete -c dcpipe $options -a 'text json'
        case new-plugin
            complete -c dcpipe $options -a 'decoder source sink'
        case '*'
            complete -c dcpipe $options
    end
end
