# The reactor's longer checks; included by the main Makefile, or used with make -f.
PYTHON         ?= /usr/bin/python3.11
VENV           ?= .venv
BIN            ?= $(VENV)/bin
REACTOR_EXTENSION = dxpy/_reactor$(shell $(PYTHON) -c 'import sysconfig; print(sysconfig.get_config_var("EXT_SUFFIX"))')
REACTOR_INCLUDE   = $(shell $(PYTHON) -c 'import sysconfig; print(sysconfig.get_paths()["include"])')
REACTOR_FLAGS     = -std=gnu11 -g -O1 -fPIC -shared -fvisibility=hidden -fno-strict-aliasing -fwrapv \
                    -fno-omit-frame-pointer -Wall -Wextra -Wno-unused-parameter -Wno-missing-field-initializers -Werror
SOAK_MINUTES   ?= 10

.PHONY: soak bench-io asyncio-tests asan-reactor tsan-reactor

soak:
	PYTHONPATH=. $(BIN)/python tools/reactor_soak.py $(SOAK_MINUTES)

bench-io: build
	$(BIN)/python -m pip install -q 'aiofiles>=23' 'aiofile>=3.8' 'anyio>=4' 'trio>=0.22' 'matplotlib>=3.7'
	$(BIN)/python benchmarks/io/run.py

# asyncio's own tests of futures and tasks, with PyFuture in the place of Future; needs Python's test package.
asyncio-tests:
	PYTHONPATH=. $(BIN)/python tests/reactor/stdlib_futures.py

comma := ,
build/asan/reactor.so build/tsan/reactor.so: build/%san/reactor.so: csrc/reactor/*
	mkdir -p build/$*san
	gcc $(REACTOR_FLAGS) $(if $(filter a,$*),-fsanitize=address$(comma)undefined,-fsanitize=thread) -Icsrc \
	    -I$(REACTOR_INCLUDE) csrc/reactor/*.c -o $@ -luv -lpthread

# The instrumented extension stands in a copy of the package, and the tests run there.
build/asan/tree build/tsan/tree: build/%san/tree: build/%san/reactor.so
	rm -rf $@ && mkdir -p $@
	cp -r dxpy tests tools docs examples $@/
	cp $< $@/$(REACTOR_EXTENSION)
.PHONY: build/asan/tree build/tsan/tree

# Not under the address sanitizer: what needs a preloaded library of its own, what counts memory or time closely, and
# forks beside busy workers, where the child finds the sanitizer's own allocator locked by a thread it does not have.
asan-reactor: build/asan/tree
	cd build/asan/tree && LD_PRELOAD="$$(gcc -print-file-name=libasan.so) $$(gcc -print-file-name=libubsan.so)" \
	    ASAN_OPTIONS=detect_leaks=0:log_path=report UBSAN_OPTIONS=halt_on_error=1:log_path=report PYTHONPATH=. PYTHONMALLOC=malloc DXPY_PROOF_MEMORY=2000000000 DXPY_PATIENCE=20 \
	    $(abspath $(BIN))/python -m pytest -q --timeout 300 -p no:cacheprovider tests/reactor \
	    -k "not (short or repeated or slow_calls or io_errors or hundred_thousand or million or runs_out or fork)" || { cat report.*; exit 1; }

# The preloaded library is for this process: a shell that inherits it does not start. So no test that starts Python again.
TSAN_PYTEST = import os, sys, pytest; del os.environ["LD_PRELOAD"]; sys.exit(pytest.main(sys.argv[1:]))

tsan-reactor: build/tsan/tree
	cd build/tsan/tree && LD_PRELOAD="$$(gcc -print-file-name=libtsan.so)" \
	    TSAN_OPTIONS="halt_on_error=1 log_path=report suppressions=$(abspath tools/tsan.supp)" PYTHONPATH=. \
	    $(abspath $(BIN))/python -c '$(TSAN_PYTEST)' -q --timeout 300 -p no:cacheprovider tests/reactor/test_files.py \
	    tests/reactor/test_folders.py tests/reactor/test_future.py tests/reactor/test_net.py tests/reactor/test_runtime.py \
	    tests/reactor/test_servers.py tests/reactor/test_watch.py \
	    tests/reactor/test_loops_in_threads.py -k "not (trio or parts_alone or never_accepted or kernel_keeps)" \
	    || { cat report.*; exit 1; }
