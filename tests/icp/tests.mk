# SPDX-License-Identifier: Apache-2.0
# The source icp through the program, towards dcpipe-replica. Without blst or libmicrohttpd there is none: skipped.
EXTRA_DIST += icp/lib.sh
icp_tests =
icp_tests += icp/changed-ledger.sh
icp_tests += icp/faults.sh
icp_tests += icp/follow.sh
icp_tests += icp/next-block-sync.sh
icp_tests += icp/online.sh
icp_tests += icp/resume.sh
icp_tests += icp/same-tables.sh
icp_tests += icp/status-online.sh
EXTRA_DIST += $(icp_tests)
TESTS += $(icp_tests)
