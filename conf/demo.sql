-- SPDX-License-Identifier: Apache-2.0
-- What conf/demo.ini has stored: sqlite3 build/demo.db <conf/demo.sql
.mode box
SELECT label, count (*) AS entries, sum (operation = 'DELETE') AS deletes, count (DISTINCT key) AS keys,
       sum (length (value)) AS bytes, max (block_offset) AS last_block
  FROM ledger_entries GROUP BY label
UNION ALL
SELECT 'all labels', count (*), sum (operation = 'DELETE'), count (DISTINCT key), sum (length (value)), max (block_offset)
  FROM ledger_entries;
