# SPDX-License-Identifier: Apache-2.0
# The source icp towards a replica, which needs blst and libmicrohttpd.
if HAVE_IC_AGENT
TESTS += unit/plugins/test-data-fetch
check_PROGRAMS += unit/plugins/test-data-fetch
unit_plugins_test_data_fetch_SOURCES = unit/plugins/test-data-fetch.c
unit_plugins_test_data_fetch_LDADD = libsupport.la ../plugins/sources/icp/libdatafetch.la ../plugins/lib/ic/libic-data.la
unit_plugins_test_data_fetch_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/plugins/sources/icp

if HAVE_BLST
if HAVE_MHD
TESTS += unit/plugins/test-icp
check_PROGRAMS += unit/plugins/test-icp
unit_plugins_test_icp_SOURCES = unit/plugins/test-icp.c support/source-host.c support/source-host.h
unit_plugins_test_icp_CPPFLAGS = $(AM_CPPFLAGS) $(BLST_CPPFLAGS)
unit_plugins_test_icp_LDADD = libreplicaclient.la $(PTHREAD_LIBS)
unit_plugins_test_icp_LDFLAGS = -export-dynamic
endif
endif
endif
