# Each target works as the first thing that is ever run in a clone: it sets up what it needs.
PYTHON ?= /usr/bin/python3.11
VENV   ?= .venv
BIN     = $(VENV)/bin

.PHONY: all setup build test demo clean

all: build

setup: $(VENV)/.ready

$(VENV)/.ready: pyproject.toml tools/setup.sh
	sh tools/setup.sh $(PYTHON) $(VENV)
	touch $@

build: setup
	$(BIN)/python setup.py -q build_ext --inplace

test: build
	$(BIN)/python -m pytest tests

clean:
	rm -rf build dxpy/*.so dxpy/bin .venv*
