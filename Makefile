# Each target works as the first thing that is ever run in a clone: it sets up what it needs.
PYTHON ?= /usr/bin/python3.11
VENV   ?= .venv
BIN     = $(VENV)/bin
PYTEST  = $(BIN)/python -m pytest

.PHONY: all setup build test test-all golden lint format asan coverage clean

all: build

setup: $(VENV)/.ready

$(VENV)/.ready: pyproject.toml tools/setup.sh
	sh tools/setup.sh $(PYTHON) $(VENV)
	touch $@

build: setup
	$(BIN)/python setup.py -q build_ext --inplace

# CPython's own test modules that are quick to compile whole; `make conformance-slice` and `make conformance` run more.
QUICK_MODULES = test_with,test_scope,test_class,test_super,test_list,test_int,test_float,test_unpack_ex

# All suites, the longest of them in part, in under a quarter of an hour on two cores. BUDGET: seconds after which
# nothing more of CPython's own tests is begun.
test: build
	$(PYTEST) tests
	$(CONFORMANCE) --modules $(QUICK_MODULES)
test: MODES ?= tier1,tier2
test: BUDGET ?= 240

# The behaviour programs in all modes with everything compiled, and CPython's own tests in all modes.
test-all: build
	$(PYTEST) tests --modes all --whole
	$(MAKE) conformance-slice

golden: build
	$(PYTEST) tests/golden $(if $(UPDATE),--update-golden)

lint: setup
	$(BIN)/python -m pip install -q 'ruff>=0.4' 'clang-format==14.*'
	$(BIN)/ruff check .
	$(BIN)/clang-format --dry-run -Werror $$(git ls-files 'csrc/*.c' 'csrc/*.h')
	$(PYTEST) tests/lint

format: setup
	$(BIN)/python -m pip install -q 'ruff>=0.4' 'clang-format==14.*'
	$(BIN)/ruff format .
	$(BIN)/clang-format -i $$(git ls-files 'csrc/*.c' 'csrc/*.h')

# Every code object of the standard library through decode and lower.
coverage: build
	nice $(BIN)/python tools/coverage.py $(if $(FOLDER),$(FOLDER))

clean:
	rm -rf build dxpy/*.so dxpy/bin .venv* *.egg-info

-include $(wildcard tools/*.mk)
