# SPDX-License-Identifier: Apache-2.0
# The source icp through the program, towards dcpipe-replica. Without blst or libmicrohttpd there is none: skipped.
EXTRA_DIST += icp/lib.sh
icp_tests =
icp_tests += icp/auto.sh
icp_tests += icp/changed-ledger.sh
icp_tests += icp/demo.sh
icp_tests += icp/faults.sh
icp_tests += icp/follow-faults.sh
icp_tests += icp/follow.sh
icp_tests += icp/listings.sh
icp_tests += icp/network-faults.sh
icp_tests += icp/next-block-sync.sh
icp_tests += icp/online.sh
icp_tests += icp/pending.sh
icp_tests += icp/resume.sh
icp_tests += icp/same-tables.sh
icp_tests += icp/status-online.sh
EXTRA_DIST += $(icp_tests)
TESTS += $(icp_tests)

# Faults and flipped bits at many moments: a sample here, all of them in make check-faults.
if HAVE_REPLICA
check_LTLIBRARIES += libicptrial.la
libicptrial_la_SOURCES = icp/trial.c icp/trial.h
libicptrial_la_CPPFLAGS = $(AM_CPPFLAGS) $(BLST_CPPFLAGS)
libicptrial_la_LIBADD = libreplica.la

icp_trials = icp/try-faults icp/try-flips icp/try-networks
TESTS += $(icp_trials)
check_PROGRAMS += $(icp_trials)
icp_try_faults_SOURCES = icp/try-faults.c
icp_try_faults_CPPFLAGS = $(AM_CPPFLAGS) $(BLST_CPPFLAGS)
icp_try_faults_LDADD = libicptrial.la
icp_try_flips_SOURCES = icp/try-flips.c
icp_try_flips_CPPFLAGS = $(AM_CPPFLAGS) $(BLST_CPPFLAGS)
icp_try_flips_LDADD = libicptrial.la
icp_try_networks_SOURCES = icp/try-networks.c
icp_try_networks_CPPFLAGS = $(AM_CPPFLAGS) $(BLST_CPPFLAGS)
icp_try_networks_LDADD = libicptrial.la

check-faults: $(icp_trials) replica/test-flips
	DCPIPE_EVERY_BIT=1 CK_TIMEOUT_MULTIPLIER=10 ./replica/test-flips
	@for trial in icp/try-faults icp/try-flips; do $(AM_TESTS_ENVIRONMENT) ./$$trial all $(SEED) || exit 1; done

# Networks of up to four URLs, some of which lie, lag or fail: a sample in make check, 2,000 here.
check-networks: icp/try-networks
	@$(AM_TESTS_ENVIRONMENT) ./icp/try-networks 2000 $(SEED)
else
check-faults check-networks:
	@echo "SKIP: dcpipe-replica was not built; ./configure says what it needs"
endif
.PHONY: check-faults check-networks
