# SPDX-License-Identifier: Apache-2.0
# dcpipe-replica, a canister to test against; see README.md. It signs with blst, and is not built without it.
EXTRA_DIST += replica/README.md replica/test-program.sh
if HAVE_REPLICA
check_LTLIBRARIES += libreplica.la
libreplica_la_SOURCES = \
  replica/answer.c replica/answer.h \
  replica/answer-certified.c \
  replica/blocks.c \
  replica/calls.c replica/calls.h \
  replica/canister.c replica/canister.h \
  replica/control.c \
  replica/data-fetch.c \
  replica/deliver.c \
  replica/entry-index.c replica/entry-index.h \
  replica/fault.c replica/fault.h \
  replica/fork.c \
  replica/growth.c \
  replica/keys.c replica/keys.h \
  replica/listing.c \
  replica/replica.c replica/replica.h \
  replica/request.c replica/request.h \
  replica/server.c replica/server.h \
  replica/state.c replica/state.h \
  replica/store.c replica/store.h \
  replica/transactions.c \
  replica/tree.c replica/tree.h
libreplica_la_CPPFLAGS = $(AM_CPPFLAGS) $(BLST_CPPFLAGS)
libreplica_la_CFLAGS = $(AM_CFLAGS) $(CBOR_CFLAGS) $(MHD_CFLAGS) $(PTHREAD_CFLAGS) $(SODIUM_CFLAGS) $(ZLIB_CFLAGS)
libreplica_la_LIBADD = ../plugins/lib/ic/libic-agent.la ../plugins/lib/dcledger/libdcledger.la \
  $(BLST_LIBS) $(MHD_LIBS) $(NETTLE_LIBS) $(SODIUM_LIBS) $(ZLIB_LIBS) $(PTHREAD_LIBS)

check_PROGRAMS += dcpipe-replica
dcpipe_replica_SOURCES = replica/main.c
dcpipe_replica_LDADD = libreplica.la

check_LTLIBRARIES += libreplicaclient.la
libreplicaclient_la_SOURCES = replica/desk.c replica/desk.h replica/test-support.c replica/test-support.h
libreplicaclient_la_CPPFLAGS = $(AM_CPPFLAGS) $(BLST_CPPFLAGS)
libreplicaclient_la_CFLAGS = $(AM_CFLAGS) $(CURL_CFLAGS)
libreplicaclient_la_LIBADD = libreplica.la libsupport.la $(CURL_LIBS)

replica_tests = replica/test-endpoints replica/test-faults replica/test-flips replica/test-http replica/test-listings replica/test-methods \
  replica/test-verdicts
TESTS += $(replica_tests) replica/test-program.sh
check_PROGRAMS += $(replica_tests)
replica_test_endpoints_SOURCES = replica/test-endpoints.c
replica_test_endpoints_LDADD = libreplicaclient.la $(JANSSON_LIBS)
replica_test_faults_SOURCES = replica/test-faults.c
replica_test_faults_LDADD = libreplicaclient.la
replica_test_flips_SOURCES = replica/test-flips.c
replica_test_flips_LDADD = libreplicaclient.la
replica_test_listings_SOURCES = replica/test-listings.c
replica_test_listings_LDADD = libreplicaclient.la $(JANSSON_LIBS)
replica_test_methods_SOURCES = replica/test-methods.c
replica_test_methods_LDADD = libreplicaclient.la $(JANSSON_LIBS) $(NETTLE_LIBS)
replica_test_verdicts_SOURCES = replica/test-verdicts.c
replica_test_verdicts_LDADD = libreplicaclient.la
replica_test_http_SOURCES = replica/test-http.c
replica_test_http_LDADD = libreplicaclient.la
endif
