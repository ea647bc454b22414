# SPDX-License-Identifier: Apache-2.0
# The service: imports over HTTP, their jobs, and how it starts and ends. Written in Python, with nothing but its own library.
service_tests =
service_tests += service/import.sh
EXTRA_DIST += service/import_test.py
service_tests += service/jobs.sh
EXTRA_DIST += service/jobs_test.py
service_tests += service/access.sh
EXTRA_DIST += service/access_test.py
service_tests += service/ledger.sh
EXTRA_DIST += service/ledger_test.py
service_tests += service/limits.sh
EXTRA_DIST += service/limits_test.py
service_tests += service/listing.sh
EXTRA_DIST += service/listing_test.py
service_tests += service/restart.sh
EXTRA_DIST += service/restart_test.py
service_tests += service/schedule.sh
EXTRA_DIST += service/schedule_test.py
service_tests += service/state.sh
EXTRA_DIST += service/state_test.py
TESTS += $(service_tests)
EXTRA_DIST += $(service_tests)
