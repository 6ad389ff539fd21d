# The suites under the address and undefined behaviour sanitizers, in a copy of the tree under build/.
.PHONY: asan

ASAN_TREE    = build/sanitized
ASAN_OPTIONS = detect_leaks=0:abort_on_error=1:allocator_may_return_null=1:log_path=asan.log
UBSAN_OPTIONS = print_stacktrace=1:halt_on_error=1:log_path=ubsan.log
SUITES      ?= tests/golden tests/engine tests/worker tests/cache tests/behaviour

asan: build
	mkdir -p $(ASAN_TREE)
	git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -u -p -t $(ASAN_TREE)
	cd $(ASAN_TREE) && DXPY_SANITIZE=address,undefined $(abspath $(BIN))/python setup.py -q build_ext --inplace
	cd $(ASAN_TREE) && LD_PRELOAD="$$(gcc -print-file-name=libasan.so) $$(gcc -print-file-name=libubsan.so)" \
	    ASAN_OPTIONS=$(ASAN_OPTIONS) UBSAN_OPTIONS=$(UBSAN_OPTIONS) PYTHONMALLOC=malloc \
	    nice $(abspath $(BIN))/python -m pytest $(SUITES)
	$(MAKE) asan-reactor
