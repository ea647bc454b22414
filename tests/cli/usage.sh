#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A mistake on the command line is one line with a hint, and exit status 64.
. "$srcdir/cli/lib.sh"
usage ()
{
  text=$1
  shift
  run 64 "$@"
  err_lines 1
  out_lines 0
  err "dcpipe: error: $text (dcpipe --help lists all)"
}
usage "the INI file is missing: -c FILE"
usage "the INI file is missing: -c FILE" --check
usage "unknown option --chek; did you mean --check?" --chek
usage "unknown option --zzzzzzzz" --zzzzzzzz
usage "unknown option -x" -x
usage "-c needs an argument" -c
usage "--quiet=1: this option takes no argument" --quiet=1 -c x
usage "--config is given twice" -c x -c y
usage "unknown command 'verfy'; did you mean 'verify'?" -c x verfy
usage "dump needs TABLE behind it" -c x dump
usage "more: nothing more is expected behind 'verify'" -c x verify more
usage "--yes does not go with sync" -c x --yes
usage "--follow does not go with verify" --follow verify -c x
usage "--follow does not go with --check" --follow --check -c x
usage "unknown command 'my.ini'; an INI file is named with -c my.ini" my.ini
usage "--quiet and --verbose contradict each other" -c x --quiet --verbose
usage "--log-format xml: expected text or json" -c x --log-format xml
usage "only one of --check, --dump-config, --dump-plugin, --dump-section, --list-plugins, --new-plugin and --version" -c x --check --dump-config
usage "'status' is not expected here" -c x --check status
