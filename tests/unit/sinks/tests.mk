# SPDX-License-Identifier: Apache-2.0
# What is each sink's own; the contract of all is tests/contract's. Each test links the sink's own library, whose
# dcpipe_plugin it calls, the driver of sinks, and core.
check_LTLIBRARIES += libsinkcontract.la
libsinkcontract_la_CPPFLAGS = $(AM_CPPFLAGS) $(SINK_TEST_CPPFLAGS)
libsinkcontract_la_SOURCES = unit/sinks/contract.c unit/sinks/contract.h unit/sinks/host.c unit/sinks/host.h
SINK_TEST_CPPFLAGS = -I$(top_srcdir)/tools/plugin-test
sink_test_libs = ../tools/plugin-test/libsinkstore.a $(CORE_ENGINE) $(CHECK_LIBS) $(INIH_LIBS) $(JANSSON_LIBS) $(NETTLE_LIBS) $(PTHREAD_LIBS)

if HAVE_SQLITE
check_PROGRAMS += unit/sinks/test-sqlite
TESTS += unit/sinks/test-sqlite
unit_sinks_test_sqlite_SOURCES = unit/sinks/test-sqlite.c
unit_sinks_test_sqlite_CPPFLAGS = $(AM_CPPFLAGS) $(SINK_TEST_CPPFLAGS)
unit_sinks_test_sqlite_CFLAGS = $(AM_CFLAGS) $(SQLITE_CFLAGS)
unit_sinks_test_sqlite_LDADD = libsinkcontract.la ../plugins/sinks/sqlite/libsqlite.la $(sink_test_libs) $(SQLITE_LIBS)

check_PROGRAMS += bench/write-sqlite
bench_write_sqlite_SOURCES = bench/write-sqlite.c
bench_write_sqlite_CPPFLAGS = $(AM_CPPFLAGS) $(SINK_TEST_CPPFLAGS)
bench_write_sqlite_CFLAGS = $(AM_CFLAGS) $(SQLITE_CFLAGS)
bench_write_sqlite_LDADD = $(unit_sinks_test_sqlite_LDADD)
endif

check_PROGRAMS += unit/sinks/test-jsonl
TESTS += unit/sinks/test-jsonl
unit_sinks_test_jsonl_SOURCES = unit/sinks/test-jsonl.c
unit_sinks_test_jsonl_CPPFLAGS = $(AM_CPPFLAGS) $(SINK_TEST_CPPFLAGS)
unit_sinks_test_jsonl_LDADD = libsinkcontract.la ../plugins/sinks/jsonl/libjsonl.la $(sink_test_libs)

if HAVE_LMDB_SINK
check_PROGRAMS += unit/sinks/test-lmdb
TESTS += unit/sinks/test-lmdb
unit_sinks_test_lmdb_SOURCES = unit/sinks/test-lmdb.c
unit_sinks_test_lmdb_CPPFLAGS = $(AM_CPPFLAGS) $(SINK_TEST_CPPFLAGS)
unit_sinks_test_lmdb_CFLAGS = $(AM_CFLAGS) $(LMDB_CFLAGS)
unit_sinks_test_lmdb_LDADD = libsinkcontract.la ../plugins/sinks/lmdb/liblmdbsink.la $(sink_test_libs) $(LMDB_LIBS)
endif
