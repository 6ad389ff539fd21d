# COUNT random programs from SEED, in MODES; `make bisect SCRIPT=file.py` finds the function that a script gets wrong.
.PHONY: fuzz bisect

COUNT ?= 2000
SEED  ?= 1

fuzz: build
	nice $(BIN)/python tools/fuzz/run.py --count $(COUNT) --seed $(SEED) $(if $(MODES),--modes $(MODES))

bisect: build
	$(BIN)/python tools/fuzz/guilty.py $(if $(MODES),--modes $(MODES)) $(SCRIPT) -- $(ARGS)

# Each operator and built-in function with every pair of values, warmed with other ones.
.PHONY: fuzz-tables
fuzz-tables: build
	nice $(BIN)/python tools/fuzz/tables.py $(if $(MODES),--modes $(MODES))

# Texts of IR and files of the code cache with things wrong in them: refused, and never a crash or an endless loop.
.PHONY: fuzz-ir fuzz-cache
fuzz-ir: build
	nice $(BIN)/python tools/fuzz/ir.py --seed $(SEED)

fuzz-cache: build
	nice $(BIN)/python tools/fuzz/cache.py --seed $(SEED)
