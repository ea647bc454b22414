#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Sections that name one plugin are one decoder; their options must agree; labels are those that it takes.
. "$srcdir/cli/lib.sh"
trial_plugins
decoders ()
{
  good_ini
  { sed '/decoder/d' "$dir/x.ini"; cat; } > "$dir/y.ini"
}
decoders <<'END'
[decoder Beta]
plugin = trial_decoder
[decoder AlphaTwo]
plugin = trial_decoder
verdict = reject
END
run 0 -c "$dir/y.ini" --dump-config
out "decoder.trial_decoder.label=Alpha"
out "decoder.trial_decoder.label=Beta"
out "decoder.trial_decoder.verdict=reject"
out "decoder.trial_decoder.fingerprint=trial_decoder/3 labels=Alpha,Beta verdict=reject"
test "$(grep -c '^decoder\.' "$dir/out")" -eq 7 || die "not one decoder"
decoders <<'END'
[decoder *]
plugin = trial_decoder
END
run 0 -c "$dir/y.ini" --dump-config
out "decoder.trial_decoder.fingerprint=trial_decoder/3 labels=Alpha,Beta verdict=flag"
decoders <<'END'
[decoder Beta]
plugin = trial_decoder
verdict = off
[decoder Alpha]
plugin = trial_decoder
verdict = reject
[decoder Gamma]
plugin = trial_decoder
[decoder Beta]
plugin = trial_decoder
END
run 78 -c "$dir/y.ini" --check
err "dcpipe: error: DIR/y.ini:10: verdict = reject contradicts line 7 (off): sections that name the same plugin are one decoder"
err "dcpipe: error: DIR/y.ini:11: [decoder Gamma]: the decoder trial_decoder does not take this label; it takes Alpha and Beta"
err "dcpipe: error: DIR/y.ini:13: [decoder Beta] with plugin = trial_decoder is given twice, first on line 5"
err_lines 3
decoders <<'END'
[decoder AlphaOne]
plugin = entry
END
run 0 -c "$dir/y.ini" --dump-config
out "decoder.entry.label=Alpha"
