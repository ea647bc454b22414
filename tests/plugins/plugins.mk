# SPDX-License-Identifier: Apache-2.0
# Plugins for tests of the engine, each able to go wrong in every way that the contract knows. Never installed.
TEST_PLUGIN_LDFLAGS = -module -avoid-version -shared -rpath /nowhere -Wl,--version-script=$(top_srcdir)/plugins/plugin.syms

check_LTLIBRARIES += plugins/made.la
plugins_made_la_SOURCES = plugins/made.c
plugins_made_la_LDFLAGS = $(TEST_PLUGIN_LDFLAGS)
check_LTLIBRARIES += plugins/flaky.la
plugins_flaky_la_SOURCES = plugins/flaky.c
plugins_flaky_la_LDFLAGS = $(TEST_PLUGIN_LDFLAGS)
check_LTLIBRARIES += plugins/fold.la
plugins_fold_la_SOURCES = plugins/fold.c
plugins_fold_la_LDFLAGS = $(TEST_PLUGIN_LDFLAGS)
check_LTLIBRARIES += plugins/fold2.la
plugins_fold2_la_SOURCES = plugins/fold.c
plugins_fold2_la_CPPFLAGS = $(AM_CPPFLAGS) -DFOLD_ROW_FORMAT=2
plugins_fold2_la_LDFLAGS = $(TEST_PLUGIN_LDFLAGS)
check_LTLIBRARIES += plugins/doomed_source.la
plugins_doomed_source_la_SOURCES = plugins/doomed.c
plugins_doomed_source_la_CPPFLAGS = $(AM_CPPFLAGS) -DDOOMED_KIND=1
plugins_doomed_source_la_LDFLAGS = $(TEST_PLUGIN_LDFLAGS)
check_LTLIBRARIES += plugins/doomed_decoder.la
plugins_doomed_decoder_la_SOURCES = plugins/doomed.c
plugins_doomed_decoder_la_CPPFLAGS = $(AM_CPPFLAGS) -DDOOMED_KIND=2
plugins_doomed_decoder_la_LDFLAGS = $(TEST_PLUGIN_LDFLAGS)
check_LTLIBRARIES += plugins/doomed_sink.la
plugins_doomed_sink_la_SOURCES = plugins/doomed.c
plugins_doomed_sink_la_CPPFLAGS = $(AM_CPPFLAGS) -DDOOMED_KIND=3
plugins_doomed_sink_la_LDFLAGS = $(TEST_PLUGIN_LDFLAGS)
check_LTLIBRARIES += plugins/doomed_simple.la
plugins_doomed_simple_la_SOURCES = plugins/doomed.c
plugins_doomed_simple_la_CPPFLAGS = $(AM_CPPFLAGS) -DDOOMED_KIND=4
plugins_doomed_simple_la_LDFLAGS = $(TEST_PLUGIN_LDFLAGS)
check_LTLIBRARIES += plugins/doomed_early.la
plugins_doomed_early_la_SOURCES = plugins/doomed-early.c
plugins_doomed_early_la_LDFLAGS = $(TEST_PLUGIN_LDFLAGS)
check_LTLIBRARIES += plugins/stumble.la
plugins_stumble_la_SOURCES = plugins/stumble.c
plugins_stumble_la_LDFLAGS = $(TEST_PLUGIN_LDFLAGS)
check_LTLIBRARIES += plugins/stumble_later.la
plugins_stumble_later_la_SOURCES = plugins/stumble.c
plugins_stumble_later_la_CPPFLAGS = $(AM_CPPFLAGS) -DSTUMBLE_RESOLVES=1
plugins_stumble_later_la_LDFLAGS = $(TEST_PLUGIN_LDFLAGS)
