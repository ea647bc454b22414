# SPDX-License-Identifier: Apache-2.0
# The source icp through the program, towards dcpipe-replica. Without blst or libmicrohttpd there is none: skipped.
EXTRA_DIST += icp/lib.sh
icp_tests = icp/changed-ledger.sh icp/faults.sh icp/follow.sh icp/online.sh icp/resume.sh icp/same-tables.sh icp/status-online.sh
EXTRA_DIST += $(icp_tests)
TESTS += $(icp_tests)
