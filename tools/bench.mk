# Stock and dxpy in turn on one core: programs of our own, then pyperformance's.
.PHONY: bench bench-quick bench-warm demo

bench: build
	$(BIN)/python -m pip install -q -e '.[bench]'
	$(BIN)/python benchmarks/run.py --pyperformance

bench-quick: build
	$(BIN)/python -m pip install -q 'matplotlib>=3.7'
	$(BIN)/python benchmarks/run.py --quick

# The second run of programs: warm start, and what a full code cache costs.
bench-warm: build
	$(BIN)/python benchmarks/warm.py

demo: build
	$(BIN)/python tools/demo.py
