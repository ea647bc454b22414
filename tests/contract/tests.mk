# SPDX-License-Identifier: Apache-2.0
# Plugins held to the contract of dcpipe-plugin.h by dcpipe-plugin-test: ours, which keep it, and some that break
# one rule each.
contract_tests =
contract_tests += contract/broken-decoder.sh
contract_tests += contract/broken-process.sh
contract_tests += contract/broken-registration.sh
contract_tests += contract/broken-sink.sh
contract_tests += contract/broken-source.sh
contract_tests += contract/decoders.sh
contract_tests += contract/formats.sh
contract_tests += contract/guide.sh
contract_tests += contract/new-plugin.sh
contract_tests += contract/readme.sh
contract_tests += contract/sinks.sh
contract_tests += contract/source-icp.sh
contract_tests += contract/sources.sh
contract_tests += contract/tsan.sh
contract_tests += contract/usage.sh
TESTS += $(contract_tests)
EXTRA_DIST += contract/lib.sh $(contract_tests)

check_LTLIBRARIES += contract/broken_decoder.la
contract_broken_decoder_la_SOURCES = contract/broken_decoder.c
contract_broken_decoder_la_LDFLAGS = $(TEST_PLUGIN_LDFLAGS)
check_LTLIBRARIES += contract/broken_source.la
contract_broken_source_la_SOURCES = contract/broken_source.c
contract_broken_source_la_LDFLAGS = $(TEST_PLUGIN_LDFLAGS)
check_LTLIBRARIES += contract/broken_sink.la
contract_broken_sink_la_SOURCES = contract/broken_sink.c
contract_broken_sink_la_LDFLAGS = $(TEST_PLUGIN_LDFLAGS)
check_LTLIBRARIES += contract/broken_process.la
contract_broken_process_la_SOURCES = contract/broken_process.c
contract_broken_process_la_LDFLAGS = $(TEST_PLUGIN_LDFLAGS)
check_LTLIBRARIES += contract/broken_registration.la
contract_broken_registration_la_SOURCES = contract/broken_registration.c
contract_broken_registration_la_CPPFLAGS = $(AM_CPPFLAGS) -DNAME='"broken_registration"'
contract_broken_registration_la_LDFLAGS = $(TEST_PLUGIN_LDFLAGS)
check_LTLIBRARIES += contract/broken_exports.la
contract_broken_exports_la_SOURCES = contract/broken_registration.c
contract_broken_exports_la_CPPFLAGS = $(AM_CPPFLAGS) -DNAME='"broken_exports"' -DANOTHER_SYMBOL
contract_broken_exports_la_LDFLAGS = -module -avoid-version -shared -rpath /nowhere

# The sink of the examples, which is what --new-plugin gives.
if HAVE_SQLITE
check_LTLIBRARIES += contract/rack.la
contract_rack_la_SOURCES = ../examples/sink/rack.c
contract_rack_la_CPPFLAGS = $(AM_CPPFLAGS)
contract_rack_la_CFLAGS = $(CHECK_CFLAGS) $(SQLITE_CFLAGS) -fvisibility=hidden
contract_rack_la_LDFLAGS = $(TEST_PLUGIN_LDFLAGS)
contract_rack_la_LIBADD = $(SQLITE_LIBS)
endif
