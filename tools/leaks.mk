# Memory and references must not grow.
.PHONY: leaks

leaks: build
	nice $(BIN)/python tools/leaks/run.py
