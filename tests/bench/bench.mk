# SPDX-License-Identifier: Apache-2.0
# Programs that measure, or that make what is measured. They need nothing to be installed.
EXTRA_DIST += bench/bench.sh bench/decoders.sh bench/measure.sh bench/network.sh bench/service.py bench/service.sh

if HAVE_CHECK
check_PROGRAMS += bench/read-ledger
bench_read_ledger_SOURCES = bench/read-ledger.c
bench_read_ledger_LDADD = libledgersupport.la

if HAVE_SODIUM
check_PROGRAMS += bench/generate-ledger
bench_generate_ledger_SOURCES = bench/economy.c bench/economy.h bench/generate-ledger.c bench/payloads.c
bench_generate_ledger_LDADD = libledgersupport.la libsign.la $(NETTLE_LIBS)

check_PROGRAMS += bench/ceiling-signatures
bench_ceiling_signatures_SOURCES = bench/ceiling-signatures.c
bench_ceiling_signatures_LDADD = libsign.la ../plugins/lib/dcledger/libdcledger-sig.la
endif

if HAVE_LIBDEFLATE
check_PROGRAMS += bench/ceiling-chain
bench_ceiling_chain_SOURCES = bench/ceiling-chain.c
bench_ceiling_chain_CFLAGS = $(AM_CFLAGS) $(LIBDEFLATE_CFLAGS)
bench_ceiling_chain_LDADD = $(LIBDEFLATE_LIBS) $(NETTLE_LIBS)
endif

if HAVE_SQLITE
check_PROGRAMS += bench/ceiling-sqlite
bench_ceiling_sqlite_SOURCES = bench/ceiling-sqlite.c
bench_ceiling_sqlite_CFLAGS = $(AM_CFLAGS) $(SQLITE_CFLAGS)
bench_ceiling_sqlite_LDADD = $(SQLITE_LIBS)
endif

if HAVE_LMDB_SINK
check_PROGRAMS += bench/ceiling-lmdb
bench_ceiling_lmdb_SOURCES = bench/ceiling-lmdb.c
bench_ceiling_lmdb_CFLAGS = $(AM_CFLAGS) $(LMDB_CFLAGS)
bench_ceiling_lmdb_LDADD = $(LMDB_LIBS)
bench_lmdb = bench/ceiling-lmdb
endif

# Plugins that do nothing, to measure what lies around them.
check_LTLIBRARIES += discard.la nothing.la
BENCH_MODULE = -module -avoid-version -shared -rpath /nowhere -Wl,--version-script=$(top_srcdir)/plugins/plugin.syms
discard_la_SOURCES = bench/discard.c
discard_la_LDFLAGS = $(BENCH_MODULE)
nothing_la_SOURCES = bench/nothing.c
nothing_la_LDFLAGS = $(BENCH_MODULE)

if HAVE_REPLICA
check_PROGRAMS += bench/believe
bench_believe_SOURCES = bench/believe.c
bench_believe_LDADD = libreplicaclient.la
bench_replica = bench/believe dcpipe-replica
endif

bench_parts = bench/generate-ledger bench/ceiling-chain bench/ceiling-signatures bench/ceiling-sqlite $(bench_lmdb) $(bench_replica) discard.la nothing.la
bench: $(bench_parts)
	$(AM_TESTS_ENVIRONMENT) $(SHELL) $(srcdir)/bench/bench.sh
	$(AM_TESTS_ENVIRONMENT) $(SHELL) $(srcdir)/bench/decoders.sh
	$(AM_TESTS_ENVIRONMENT) $(SHELL) $(srcdir)/bench/service.sh
	$(AM_TESTS_ENVIRONMENT) $(SHELL) $(srcdir)/bench/network.sh
else
bench:
	@echo "SKIP: there are no tools to measure with; ./configure says what is missing"
endif
