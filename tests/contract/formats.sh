#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# doc/formats.md says what is: rows as text, the order of keys, the digest and the checkpoint are read or computed here by
# that page alone, and compared with what dcpipe writes.
. "$srcdir/contract/lib.sh"
command -v python3 > /dev/null || { echo "skipped: there is no python3"; exit 77; }
test -e "$top_builddir/uninstalled/sinks/sqlite.so" -a -e "$vectors/small.ledger" || { echo "skipped: no sqlite, or no ledger"; exit 77; }
printf '[source]\nplugin = ledger_file\npath = %s\n[decoder *]\nplugin = entry\n[sink main]\nplugin = sqlite\npath = entry.db\n' \
  "$vectors/small.ledger" > "$dir/entry.ini"
run 0 --quiet -c "$dir/entry.ini"
for table in ledger_entries sync_status failed_entries; do
  run 0 -c "$dir/entry.ini" dump $table
  mv "$dir/out" "$dir/$table.jsonl"
done
run 0 --dump-plugin entry
mv "$dir/out" "$dir/entry.plugin"
python3 - "$dir" "$top_srcdir/doc/formats.md" > "$dir/out" 2>&1 <<'END' || die "doc/formats.md does not agree with what is written"
import hashlib, json, re, sqlite3, sys

directory, page = sys.argv[1], open(sys.argv[2], encoding="utf-8").read()
rows = [json.loads(line) for line in open(f"{directory}/ledger_entries.jsonl", encoding="utf-8")]
assert len(rows) > 400, len(rows)

# Columns in declared order; those that dcpipe fills in are not digested.
declared = re.findall(r"^table\.ledger_entries\.column\.(\w+)\.type=(\w+)", open(f"{directory}/entry.plugin").read(), re.M)
order = [name for name, _ in declared if name != "migrated_at"]
assert list(rows[0]) == order, (list(rows[0]), order)
types = dict(declared)

def le(number, size=8):
    return number.to_bytes(size, "little")

def value_of(row, name):
    data = bytes.fromhex(row[name]) if types[name] == "blob" else row[name].encode()
    return b"\x02" + le(len(data)) + data

total = 0
for row in rows:
    text = b"ledger_entries\0" + b"\0" + le(row["block_offset"]) + le(row["entry_index"])
    for name in ("label", "key", "value", "operation"):
        text += value_of(row, name)
    total += int.from_bytes(hashlib.sha256(text).digest(), "big")
digest = f"{total % 2**256:064x}"
status = {row["table_name"]: row for row in map(json.loads, open(f"{directory}/sync_status.jsonl"))}
assert status["all"]["digest"] == digest, (status["all"]["digest"], digest)

# Keys as bytes put rows in order.
keys = [row["block_offset"].to_bytes(8, "big") + row["entry_index"].to_bytes(8, "big") for row in rows]
assert keys == sorted(keys)

# The checkpoint has the members of the page's tables, and no others.
def members(heading):
    table = page.split(f"| {heading} |")[1].split("\n\n")[0]
    return {name for line in table.splitlines()[2:] for name in re.findall(r"`(\w+)`", line.split("|")[1])}

database = sqlite3.connect(f"{directory}/entry.db")
(checkpoint,) = database.execute("SELECT text FROM dcpipe_checkpoint").fetchone()
checkpoint = json.loads(checkpoint)
assert set(checkpoint) == members("member"), set(checkpoint) ^ members("member")
frontier = checkpoint["decoders"]["entry"]
assert set(frontier) == members("member of a frontier"), set(frontier) ^ members("member of a frontier")
assert int(frontier["entries"]) == len(rows)
assert frontier["digest"] == digest
assert checkpoint["ledger"] == rows[0]["block_hash"]
print(len(rows), "rows, digest", digest)
END
