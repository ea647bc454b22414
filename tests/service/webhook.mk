# SPDX-License-Identifier: Apache-2.0
# Webhooks: their parts by unit/core/test-webhook, the whole by webhooks.py against receivers that fail, hang and lie. The driver
# is the code of `serve` without the rest of it.
webhook_tests = service/webhook-delivery.sh service/webhook-faults.sh service/webhook-redirects.sh service/webhook-restart.sh \
  service/webhook-signatures.sh service/webhook-store.sh service/webhook-tls.sh
EXTRA_DIST += service/webhook-lib.sh service/webhooks.py $(webhook_tests)
if HAVE_CHECK
if HAVE_CURL
TESTS += $(webhook_tests)
check_PROGRAMS += service/webhook-driver
service_webhook_driver_SOURCES = service/webhook-driver.c
service_webhook_driver_LDADD = $(CORE_TEST_LIBS) $(CURL_LIBS)

TESTS += unit/core/test-webhook
check_PROGRAMS += unit/core/test-webhook
unit_core_test_webhook_SOURCES = unit/core/test-webhook.c
unit_core_test_webhook_LDADD = $(CORE_TEST_LIBS) $(CURL_LIBS)
endif
endif
