# SPDX-License-Identifier: Apache-2.0
# What is installed and what is shipped: sources, manual pages, completions, units, and the installed program itself.
packaging_tests =
packaging_tests += packaging/completion.sh
packaging_tests += packaging/demo.sh
packaging_tests += packaging/dist.sh
packaging_tests += packaging/hardening.sh
packaging_tests += packaging/man-current.sh
packaging_tests += packaging/man-examples.sh
packaging_tests += packaging/man-lint.sh
packaging_tests += packaging/pkg-config.sh
packaging_tests += packaging/sample.sh
packaging_tests += packaging/spdx.sh
packaging_tests += packaging/summary.sh
packaging_tests += packaging/units.sh
packaging_tests += packaging/versions.sh
TESTS += $(packaging_tests)
EXTRA_DIST += $(packaging_tests) packaging/complete.zsh

# `make check-package`, for builders of packages: what passes on any machine under any load. Left out is what waits
# for time-outs, kills, exhausts memory, or sees to it that two things happen at one time.
package_tests = unit/* | golden/* | cli/* | packaging/* | contract/usage.sh | contract/new-plugin.sh | \
  icp/demo.sh
check-package:
	$(MAKE) $(AM_MAKEFLAGS) check \
	  TESTS="`for test in $(TESTS); do case $$test in $(package_tests)) echo $$test;; esac; done | tr '\n' ' '`"
.PHONY: check-package

# `make installcheck`: a directory that looks to the tests like a build tree, made of what is installed.
installed_tests = $(dist_check_SCRIPTS) packaging/demo.sh packaging/pkg-config.sh
installcheck-tests:
	rm -rf installed && $(MKDIR_P) installed/core
	$(LN_S) '$(DESTDIR)$(plugindir)' installed/uninstalled
	$(LN_S) '$(DESTDIR)$(bindir)/dcpipe' installed/core/dcpipe
	{ echo '#!/bin/sh'; \
	  test -z '$(DESTDIR)' || { echo 'DCPIPE_PLUGIN_PATH=$${DCPIPE_PLUGIN_PATH:+$$DCPIPE_PLUGIN_PATH:}$(DESTDIR)$(plugindir)'; \
	    echo 'export DCPIPE_PLUGIN_PATH'; }; \
	  echo 'exec "$(DESTDIR)$(bindir)/dcpipe" "$$@"'; } > installed/dcpipe
	chmod +x installed/dcpipe
	DCPIPE_PC_PATH='$(DESTDIR)$(libdir)/pkgconfig' \
	  $(MAKE) $(AM_MAKEFLAGS) check TESTS='$(installed_tests)' abs_top_builddir='$(abs_builddir)/installed' searched_last=
	rm -rf installed
.PHONY: installcheck-tests
