# SPDX-License-Identifier: Apache-2.0
# Tests of certificates, node signatures and the HTTP agent.
if HAVE_CBOR
if HAVE_SODIUM

TESTS += unit/ic/test-cbor
check_PROGRAMS += unit/ic/test-cbor
unit_ic_test_cbor_SOURCES = unit/ic/test-cbor.c
unit_ic_test_cbor_LDADD = libsupport.la ../plugins/lib/ic/libic-certificate.la

TESTS += unit/ic/test-hash-tree
check_PROGRAMS += unit/ic/test-hash-tree
unit_ic_test_hash_tree_SOURCES = unit/ic/test-hash-tree.c unit/ic/lookups.c unit/ic/lookups.h
unit_ic_test_hash_tree_LDADD = libsupport.la ../plugins/lib/ic/libic-certificate.la

TESTS += unit/ic/test-bls
check_PROGRAMS += unit/ic/test-bls
unit_ic_test_bls_SOURCES = unit/ic/test-bls.c
unit_ic_test_bls_LDADD = libsupport.la ../plugins/lib/ic/libic-certificate.la

TESTS += unit/ic/test-certificate
check_PROGRAMS += unit/ic/test-certificate
unit_ic_test_certificate_SOURCES = unit/ic/test-certificate.c \
  unit/ic/expect.c unit/ic/expect.h unit/ic/lookups.c unit/ic/lookups.h
unit_ic_test_certificate_LDADD = libsupport.la ../plugins/lib/ic/libic-certificate.la

TESTS += unit/ic/test-response
check_PROGRAMS += unit/ic/test-response
unit_ic_test_response_SOURCES = unit/ic/test-response.c unit/ic/expect.c unit/ic/expect.h
unit_ic_test_response_LDADD = libsupport.la ../plugins/lib/ic/libic-certificate.la

TESTS += unit/ic/test-query-signature
check_PROGRAMS += unit/ic/test-query-signature
unit_ic_test_query_signature_SOURCES = unit/ic/test-query-signature.c unit/ic/expect.c unit/ic/expect.h
unit_ic_test_query_signature_LDADD = libsupport.la ../plugins/lib/ic/libic-certificate.la

TESTS += unit/ic/test-request-status
check_PROGRAMS += unit/ic/test-request-status
unit_ic_test_request_status_SOURCES = unit/ic/test-request-status.c unit/ic/expect.c unit/ic/expect.h
unit_ic_test_request_status_LDADD = libsupport.la ../plugins/lib/ic/libic-certificate.la

if HAVE_CURL

TESTS += unit/ic/test-envelope
check_PROGRAMS += unit/ic/test-envelope
unit_ic_test_envelope_SOURCES = unit/ic/test-envelope.c unit/ic/requests.c unit/ic/requests.h
unit_ic_test_envelope_LDADD = libsupport.la ../plugins/lib/ic/libic-agent.la

TESTS += unit/ic/test-identity
check_PROGRAMS += unit/ic/test-identity
unit_ic_test_identity_SOURCES = unit/ic/test-identity.c
unit_ic_test_identity_LDADD = libsupport.la ../plugins/lib/ic/libic-agent.la

TESTS += unit/ic/test-subnet-keys
check_PROGRAMS += unit/ic/test-subnet-keys
unit_ic_test_subnet_keys_SOURCES = unit/ic/test-subnet-keys.c unit/ic/expect.c unit/ic/expect.h
unit_ic_test_subnet_keys_LDADD = libsupport.la ../plugins/lib/ic/libic-agent.la

if HAVE_MHD
TESTS += unit/ic/test-url
check_PROGRAMS += unit/ic/test-url
unit_ic_test_url_SOURCES = unit/ic/test-url.c
unit_ic_test_url_LDADD = libsupport.la ../plugins/lib/ic/libic-agent.la

TESTS += unit/ic/test-agent
check_PROGRAMS += unit/ic/test-agent
unit_ic_test_agent_SOURCES = unit/ic/test-agent.c unit/ic/server.c unit/ic/server.h
unit_ic_test_agent_CFLAGS = $(AM_CFLAGS) $(MHD_CFLAGS) $(PTHREAD_CFLAGS)
unit_ic_test_agent_LDADD = libsupport.la ../plugins/lib/ic/libic-agent.la $(MHD_LIBS) $(ZLIB_LIBS) $(PTHREAD_LIBS)
endif

endif
endif
endif
