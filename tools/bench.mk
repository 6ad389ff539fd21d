# Stock and dxpy in turn on one core: programs of our own, then pyperformance's.
# SLICE=chaos,go with bench-quick: these programs of pyperformance's as well.
.PHONY: bench bench-quick demo

bench: build
	$(BIN)/python -m pip install -q -e '.[bench]'
	$(BIN)/python benchmarks/run.py --pyperformance

bench-quick: build
	$(BIN)/python -m pip install -q -e '.[bench]'
	$(BIN)/python benchmarks/run.py --quick $(if $(SLICE),--pyperformance $(SLICE))

demo: build
	$(BIN)/python tools/demo.py
