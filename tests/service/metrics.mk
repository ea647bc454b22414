# SPDX-License-Identifier: Apache-2.0
# /metrics: its parts by unit/core/test-metrics, the whole against a live service.
TESTS += service/metrics.sh
EXTRA_DIST += service/environment.sh service/metrics.sh service/metrics_test.py
if HAVE_CHECK
if HAVE_MHD
TESTS += unit/core/test-metrics
check_PROGRAMS += unit/core/test-metrics
unit_core_test_metrics_SOURCES = unit/core/test-metrics.c
unit_core_test_metrics_LDADD = $(CORE_TEST_LIBS)
endif
endif
