#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# verify finds a row that was changed, one that is missing and one too many, and names table and sink.
. "$srcdir/engine/lib.sh"
command -v sqlite3 > /dev/null || { echo "no sqlite3"; exit 77; }
test "$first" = sqlite || { echo "no sink sqlite"; exit 77; }

conf checked < /dev/null
run 0 -c "$dir/checked.ini"
run 0 -c "$dir/checked.ini" verify
cp "$dir/checked.sqlite" "$dir/good"

# spoiled SQL WORDS
spoiled ()
{
  cp "$dir/good" "$dir/checked.sqlite"
  rm -f "$dir/checked.sqlite-wal" "$dir/checked.sqlite-shm"
  sqlite3 "$dir/checked.sqlite" "$1" || die "sqlite3: $1"
  run 65 -c "$dir/checked.ini" verify
  grep -q "^$2: .*[1-9][0-9]* \(differences*\|rows* that the ledger does not give\)" "$dir/out" || die "the table $2 is not named"
  says 'sink sqlite differs from the ledger'
  ! grep -q 'sink jsonl: [1-9]' "$dir/out" || die "the other sink is said to differ"
}
spoiled "UPDATE ledger_entries SET label = 'Epsilon' WHERE id = 77" ledger_entries
spoiled "DELETE FROM ledger_entries WHERE id = 500" ledger_entries
spoiled "DELETE FROM fold_history WHERE rowid = (SELECT min(rowid) FROM fold_history)" fold_history
spoiled "UPDATE fold_counts SET entries = entries + 1 WHERE label = 'Alpha'" fold_counts
spoiled "INSERT INTO fold_counts SELECT 'Zeta', entries, bytes, first_seen, block_offset, entry_index FROM fold_counts LIMIT 1" \
  fold_counts
spoiled "DELETE FROM fold_states" fold_states
cp "$dir/good" "$dir/checked.sqlite"
run 0 -c "$dir/checked.ini" verify
