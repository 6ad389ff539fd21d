# CPython's own tests, case by case against stock, in every mode. MODES, MODULES and BUDGET narrow it.
.PHONY: conformance conformance-slice

CONFORMANCE = nice $(BIN)/python tools/conformance/run.py $(if $(MODES),--modes $(MODES)) $(if $(BUDGET),--budget $(BUDGET))

conformance: build
	$(CONFORMANCE) $(if $(MODULES),--modules $(MODULES)) --table docs/conformance.md

conformance-slice: build
	$(CONFORMANCE) --slice

# The test suites of packages from PyPI, stock and under dxpy. PACKAGES=attrs,click narrows it.
.PHONY: conformance-packages
conformance-packages: build
	nice $(BIN)/python tools/conformance/packages.py $(if $(PACKAGES),--packages $(PACKAGES)) --table docs/conformance-packages.md
