# SPDX-License-Identifier: Apache-2.0
# Makes of demo.ini one that reads the sample ledger from a file, small.ledger or DEMO_LEDGER: it is what is installed, and
# what the demo takes where there is no replica.
/^; Copies/,/^$/c\
; Copies a sample ledger into SQLite:  DEMO_DB=$HOME/demo.db dcpipe -c FILE\

/^\[source\]/,/^$/c\
[source]\
plugin = ledger_file\
path = ${DEMO_LEDGER:-small.ledger}\

s|\.\./build/||
