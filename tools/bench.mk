# Stock and dxpy in turn on one core: programs of our own, then pyperformance's.
# SLICE=chaos,go with bench-quick: these programs of pyperformance's as well.
.PHONY: bench bench-quick bench-warm demo

bench: build
	$(BIN)/python -m pip install -q -e '.[bench]'
	$(BIN)/python benchmarks/run.py --pyperformance

bench-quick: build
	$(BIN)/python -m pip install -q -e '.[bench]'
	$(BIN)/python benchmarks/run.py --quick $(if $(SLICE),--pyperformance $(SLICE))

# The second run of programs and of test suites: warm start, and what a full code cache costs.
bench-warm: build
	$(BIN)/python benchmarks/warm.py

demo: build
	$(BIN)/python tools/demo.py
