#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Options of every type: what is taken, and what is said of a wrong value. A path is taken from the INI file's directory.
. "$srcdir/cli/lib.sh"
trial_plugins
printf 'hidden\n' > "$dir/key"
good_ini
sed -i.bak '2a\
flag = Yes\
number = -5\
size = 2M\
duration = 1500ms\
text = a b ; a comment\
path = data/x\
secret = +key\
mode = fast\
list = one,two  three' "$dir/x.ini"
run 0 -c "$dir/x.ini" --dump-config
out "source.flag=Yes"
out "source.number=-5"
out "source.size=2M"
out "source.duration=1500ms"
out "source.text=a b"
out "source.path=DIR/data/x"
out "source.secret=***"
out "source.mode=fast"
out "source.list=one,two  three"
if grep -q hidden "$dir/out"; then die "the secret is shown"; fi
good_ini
sed -i.bak '2a\
flag = maybe\
number = 101\
size = 1023\
duration = 999ms\
number2 = 5\
path =\
secret = +none\
mode = fest\
list =' "$dir/x.ini"
run 78 -c "$dir/x.ini" --check
err "dcpipe: error: DIR/x.ini:3: flag = maybe: expected yes or no"
err "dcpipe: error: DIR/x.ini:4: number = 101: expected a whole number from -5 to 100"
err "dcpipe: error: DIR/x.ini:5: size = 1023: expected a size in bytes (like 64k, 16M, 1G) from 1k to 1G"
err "dcpipe: error: DIR/x.ini:6: duration = 999ms: expected a duration (like 500ms, 5s, 2m, 1h) from 1s to 1h"
err "dcpipe: error: DIR/x.ini:7: number2: unknown key in [source]; did you mean 'number'?"
err "dcpipe: error: DIR/x.ini:8: path = an empty value: expected a path"
err "dcpipe: error: DIR/x.ini:9: secret = +DIR/none: cannot be read: No such file or directory"
err "dcpipe: error: DIR/x.ini:10: mode = fest: expected slow, fast or faster; did you mean 'fast'?"
err_lines 8
