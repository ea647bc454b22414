# SPDX-License-Identifier: Apache-2.0
# The status page in a browser; the document of the HTTP interface, and clients that mean harm, against a live service.
EXTRA_DIST += service/browser.py service/contract.py service/python.sh service/requirements.txt \
  service/serving.py
service_page_tests =
service_page_tests += service/hostile.sh
EXTRA_DIST += service/hostile_test.py
service_page_tests += service/openapi.sh
EXTRA_DIST += service/openapi_test.py
service_page_tests += service/page.sh
EXTRA_DIST += service/page_test.py
TESTS += $(service_page_tests)
EXTRA_DIST += $(service_page_tests)

# What service/openapi.sh needs, which is much and comes from PyPI.
schemathesis:
	python3 -m venv service/schemathesis
	service/schemathesis/bin/pip install -q --disable-pip-version-check -r $(srcdir)/service/requirements.txt

clean-local: clean-schemathesis
clean-schemathesis:
	rm -rf service/schemathesis
.PHONY: schemathesis clean-schemathesis
