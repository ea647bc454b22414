# SPDX-License-Identifier: Apache-2.0
# The engine, each part alone.
check_LTLIBRARIES += libcoresupport.la
libcoresupport_la_SOURCES = unit/core/tables.c unit/core/tables.h unit/core/memory-store.c unit/core/memory-store.h

TESTS += unit/core/test-row-cache
check_PROGRAMS += unit/core/test-row-cache
unit_core_test_row_cache_SOURCES = unit/core/test-row-cache.c
unit_core_test_row_cache_LDADD = libcoresupport.la $(ENGINE_TEST_LIBS)

TESTS += unit/core/test-row
check_PROGRAMS += unit/core/test-row
unit_core_test_row_SOURCES = unit/core/test-row.c
unit_core_test_row_LDADD = libcoresupport.la $(ENGINE_TEST_LIBS)

TESTS += unit/core/test-row-json
check_PROGRAMS += unit/core/test-row-json
unit_core_test_row_json_SOURCES = unit/core/test-row-json.c
unit_core_test_row_json_LDADD = libcoresupport.la $(ENGINE_TEST_LIBS)

TESTS += unit/core/test-plugin-check
check_PROGRAMS += unit/core/test-plugin-check
unit_core_test_plugin_check_SOURCES = unit/core/test-plugin-check.c
unit_core_test_plugin_check_LDADD = $(ENGINE_TEST_LIBS)

TESTS += unit/core/test-simple-sink
check_PROGRAMS += unit/core/test-simple-sink
unit_core_test_simple_sink_SOURCES = unit/core/test-simple-sink.c
unit_core_test_simple_sink_LDADD = libcoresupport.la $(ENGINE_TEST_LIBS)

TESTS += unit/core/test-checkpoint
check_PROGRAMS += unit/core/test-checkpoint
unit_core_test_checkpoint_SOURCES = unit/core/test-checkpoint.c
unit_core_test_checkpoint_LDADD = $(ENGINE_TEST_LIBS)

TESTS += unit/core/test-pipeline
check_PROGRAMS += unit/core/test-pipeline
unit_core_test_pipeline_SOURCES = unit/core/test-pipeline.c
unit_core_test_pipeline_LDADD = libcoresupport.la $(ENGINE_TEST_LIBS)
