# SPDX-License-Identifier: Apache-2.0
# Memory and disks that run out. The shim makes calls fail; it is loaded before the program.
EXTRA_DIST += faults/lib.sh
check_LTLIBRARIES += faults/shim.la
faults_shim_la_SOURCES = faults/shim.c
faults_shim_la_CFLAGS = $(AM_CFLAGS) -fvisibility=hidden
faults_shim_la_LDFLAGS = -module -avoid-version -shared -rpath /nowhere

faults_tests =
faults_tests += faults/cut-off.sh
faults_tests += faults/memory.sh
faults_tests += faults/bad-ledger.sh
faults_tests += faults/disk.sh
faults_tests += faults/full-disk.sh
faults_tests += faults/serve.sh
TESTS += $(faults_tests)
EXTRA_DIST += $(faults_tests)

# Every allocation in turn, once and for good; STEP=7 takes every seventh.
STEP = 1
.PHONY: check-oom
check-oom: faults/shim.la $(check_LTLIBRARIES)
	$(AM_TESTS_ENVIRONMENT) STEP=$(STEP) $(SHELL) $(srcdir)/faults/memory.sh

# Every call that changes a store's files in turn, or the service's own, each with every fault; STEP=7 takes every seventh of
# the former.
.PHONY: check-disk
check-disk: faults/shim.la $(check_LTLIBRARIES)
	$(AM_TESTS_ENVIRONMENT) STEP=$(STEP) $(SHELL) $(srcdir)/faults/disk.sh
	$(AM_TESTS_ENVIRONMENT) EVERY=1 $(SHELL) $(srcdir)/service/state.sh
