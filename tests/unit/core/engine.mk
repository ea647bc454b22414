# SPDX-License-Identifier: Apache-2.0
# The engine, each part alone.
check_LTLIBRARIES += libcoresupport.la
libcoresupport_la_SOURCES = unit/core/tables.c unit/core/tables.h unit/core/memory-store.c unit/core/memory-store.h

TESTS += unit/core/test-cache
check_PROGRAMS += unit/core/test-cache
unit_core_test_cache_SOURCES = unit/core/test-cache.c
unit_core_test_cache_LDADD = libcoresupport.la $(CORE_TEST_LIBS)

TESTS += unit/core/test-row
check_PROGRAMS += unit/core/test-row
unit_core_test_row_SOURCES = unit/core/test-row.c
unit_core_test_row_LDADD = libcoresupport.la $(CORE_TEST_LIBS)

TESTS += unit/core/test-rowjson
check_PROGRAMS += unit/core/test-rowjson
unit_core_test_rowjson_SOURCES = unit/core/test-rowjson.c
unit_core_test_rowjson_LDADD = libcoresupport.la $(CORE_TEST_LIBS)

TESTS += unit/core/test-plugin-check
check_PROGRAMS += unit/core/test-plugin-check
unit_core_test_plugin_check_SOURCES = unit/core/test-plugin-check.c
unit_core_test_plugin_check_LDADD = $(CORE_TEST_LIBS)

TESTS += unit/core/test-keyed
check_PROGRAMS += unit/core/test-keyed
unit_core_test_keyed_SOURCES = unit/core/test-keyed.c
unit_core_test_keyed_LDADD = libcoresupport.la $(CORE_TEST_LIBS)

TESTS += unit/core/test-checkpoint
check_PROGRAMS += unit/core/test-checkpoint
unit_core_test_checkpoint_SOURCES = unit/core/test-checkpoint.c
unit_core_test_checkpoint_LDADD = $(CORE_TEST_LIBS)

TESTS += unit/core/test-pipeline
check_PROGRAMS += unit/core/test-pipeline
unit_core_test_pipeline_SOURCES = unit/core/test-pipeline.c
unit_core_test_pipeline_LDADD = libcoresupport.la $(CORE_TEST_LIBS)
