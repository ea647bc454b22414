# SPDX-License-Identifier: Apache-2.0
# The source icp towards a replica, which needs blst and libmicrohttpd.
if HAVE_IC_AGENT
TESTS += unit/plugins/test-data-fetch
check_PROGRAMS += unit/plugins/test-data-fetch
unit_plugins_test_data_fetch_SOURCES = unit/plugins/test-data-fetch.c
unit_plugins_test_data_fetch_LDADD = libsupport.la ../plugins/sources/icp/libmethods.la ../plugins/lib/ic/libic-candid.la
unit_plugins_test_data_fetch_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/plugins/sources/icp

TESTS += unit/plugins/test-listings
check_PROGRAMS += unit/plugins/test-listings
unit_plugins_test_listings_SOURCES = unit/plugins/test-listings.c
unit_plugins_test_listings_LDADD = libsupport.la ../plugins/sources/icp/libmethods.la ../plugins/lib/ic/libic-candid.la
unit_plugins_test_listings_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/plugins/sources/icp

TESTS += unit/plugins/test-block-sync
check_PROGRAMS += unit/plugins/test-block-sync
unit_plugins_test_block_sync_SOURCES = unit/plugins/test-block-sync.c
unit_plugins_test_block_sync_LDADD = libsupport.la ../plugins/sources/icp/libmethods.la ../plugins/lib/ic/libic-candid.la
unit_plugins_test_block_sync_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/plugins/sources/icp

if HAVE_BLST
if HAVE_MHD
icp_unit_tests = unit/plugins/test-icp unit/plugins/test-icp-faults
TESTS += $(icp_unit_tests)
check_PROGRAMS += $(icp_unit_tests)

check_LTLIBRARIES += libicpfixture.la
libicpfixture_la_SOURCES = unit/plugins/icp-fixture.c unit/plugins/icp-fixture.h support/source-host.c support/source-host.h
libicpfixture_la_CPPFLAGS = $(AM_CPPFLAGS) $(BLST_CPPFLAGS)
libicpfixture_la_LIBADD = libreplicaclient.la

unit_plugins_test_icp_SOURCES = unit/plugins/test-icp.c
unit_plugins_test_icp_CPPFLAGS = $(AM_CPPFLAGS) $(BLST_CPPFLAGS)
unit_plugins_test_icp_LDADD = libicpfixture.la $(CORE_TEST_LIBS)
unit_plugins_test_icp_LDFLAGS = -export-dynamic
unit_plugins_test_icp_faults_SOURCES = unit/plugins/test-icp-faults.c
unit_plugins_test_icp_faults_CPPFLAGS = $(AM_CPPFLAGS) $(BLST_CPPFLAGS)
unit_plugins_test_icp_faults_LDADD = libicpfixture.la $(CORE_TEST_LIBS)
unit_plugins_test_icp_faults_LDFLAGS = -export-dynamic
endif
endif
endif
