# Sets up a local virtual environment by itself, builds the package into it, and runs the demo, the tests and the benchmarks.
#
#   make demo    a generated market, the example market maker on it, and its result
#   make test    all tests and checks: C++, Python, stubs, types, style
#
# Needs a C++20 compiler and Python 3.11 or later; everything else comes into .venv.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.PHONY: demo test test-core test-python lint format bench bench-smoke asan asan-python tsan fuzz mutation wheel clean

PYTHON ?= $(firstword $(foreach name,python3 python3.13 python3.12 python3.11,\
  $(shell $(name) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(name))))
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/stamps
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# A worker for each core, of which one that has no tests left takes some of another's. What comes later holds:
# PYTEST_ARGS="-n 0 -k book" runs those tests in one process.
PYTEST := $(BIN)/python -m pytest -n auto --dist worksteal
CTEST := ctest --parallel $(shell nproc)
# What the system lacks (cmake, ninja, clang-format) is in the virtual environment.
export PATH := $(CURDIR)/$(BIN):$(PATH)
unexport PYTHONPATH

NATIVE := $(shell find src/core cmake examples -type f -not -name '*.pyc') CMakeLists.txt
PACKAGE := $(NATIVE) $(shell find src/pytrader -type f -not -name '*.pyc') pyproject.toml README.md
CPP := $(shell find src/core tests/core tests/fuzz benchmarks/core examples -name '*.hpp' -o -name '*.cpp')

demo: $(STAMPS)/package
	$(BIN)/pytrader demo

test: test-core test-python lint

test-core: $(STAMPS)/tools
	cmake --preset dev
	cmake --build --preset dev
	$(CTEST) --preset dev

test-python: $(STAMPS)/package $(STAMPS)/tools
	$(PYTEST) $(PYTEST_ARGS)

lint: $(STAMPS)/package $(STAMPS)/tools
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/clang-format --dry-run -Werror $(CPP)
	$(BIN)/mypy

format: $(STAMPS)/tools
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/clang-format -i $(CPP)

bench: $(STAMPS)/package $(STAMPS)/tools
	$(BIN)/python -m pytest benchmarks --benchmark-enable --benchmark-only $(PYTEST_ARGS)

# Every benchmark once, to see that it still runs; its times mean nothing.
bench-smoke: $(STAMPS)/package $(STAMPS)/tools
	$(BIN)/python -m pytest benchmarks --benchmark-disable $(PYTEST_ARGS)
	$(BIN)/python benchmarks/import_time.py
	$(BIN)/asv machine --yes --config benchmarks/asv.conf.json
	$(BIN)/asv run --config benchmarks/asv.conf.json --environment existing:$(CURDIR)/$(BIN)/python --quick --dry-run --show-stderr
	if [ -d "$${PYTRADER_SHARED:-../shared}/workloads" ]; then \
	  for peer in nautilus sortedcontainers hftbacktest none; do \
	    PYTRADER_PYTHON=$(CURDIR)/$(BIN)/python $(BIN)/python benchmarks/peers/run.py --peer $$peer --rounds 1 --scale 0.02 || exit; done; fi

asan: $(STAMPS)/tools
	cmake --preset asan
	cmake --build --preset asan
	UBSAN_OPTIONS=print_stacktrace=1 $(CTEST) --preset asan

# The compiled modules over the same sanitized core, driven by those Python tests that lean on them hardest.
SANITIZED_TESTS ?= tests/decimal tests/model tests/book tests/matching tests/strategy tests/backtest
asan-python: $(STAMPS)/tools
	rm -rf build/asan-site
	cmake --preset asan
	$(PIP) --no-build-isolation --no-deps --target build/asan-site -C build-dir=build/asan \
	  -C cmake.build-type=Debug -C cmake.define.PYTRADER_BUILD_PYTHON=ON .
	LD_PRELOAD="$$(gcc -print-file-name=libasan.so) $$(gcc -print-file-name=libubsan.so)" \
	ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 PYTHONMALLOC=malloc \
	PYTHONPATH=$(CURDIR)/build/asan-site $(PYTEST) -m "not slow" -p no:cacheprovider $(PYTEST_ARGS) $(SANITIZED_TESTS)

tsan: $(STAMPS)/tools
	cmake --preset tsan
	cmake --build --preset tsan
	$(CTEST) --preset tsan

# Known defects, planted one by one: the C++ tests must notice each. Some twenty minutes, so not part of .ci/run.
mutation: $(STAMPS)/tools
	$(BIN)/python tests/mutation/mutate.py

# Every fuzz target for a while, two at a time, from the seeds that are kept and whatever earlier runs have found; needs clang++.
FUZZ_SECONDS ?= 60
FUZZERS := $(basename $(notdir $(wildcard tests/fuzz/fuzz_*.cpp)))
.PHONY: $(FUZZERS)
fuzz: $(STAMPS)/tools
	cmake -S . -B build/fuzz -G Ninja -DCMAKE_CXX_COMPILER=clang++ \
	  -DPYTRADER_BUILD_FUZZERS=ON -DPYTRADER_BUILD_PYTHON=OFF -DPYTRADER_WERROR=ON
	cmake --build build/fuzz --target fuzzers
	$(MAKE) --no-print-directory --jobs=2 --keep-going --output-sync $(FUZZERS)

$(FUZZERS):
	mkdir -p build/fuzz/corpus/$@
	build/fuzz/tests/fuzz/$@ -max_total_time=$(FUZZ_SECONDS) -max_len=4096 -print_final_stats=1 -verbosity=0 -print_funcs=0 \
	  -artifact_prefix=build/fuzz/$@- build/fuzz/corpus/$@ tests/fuzz/corpus/$@

wheel: $(STAMPS)/tools
	rm -rf dist
	$(BIN)/python -m build
	auditwheel show dist/*.whl

clean:
	rm -rf build dist $(VENV) demo-market .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "error: no Python 3.11 or later found; install one or run: make PYTHON=/path/to/python3"; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(STAMPS)/build-tools: pyproject.toml .ci/requirements.py | $(BIN)/python
	$(BIN)/python .ci/requirements.py | xargs -d '\n' $(PIP)
	mkdir -p $(STAMPS) && touch $@

$(STAMPS)/tools: $(STAMPS)/build-tools
	$(BIN)/python .ci/requirements.py test lint bench build | xargs -d '\n' $(PIP)
	touch $@

# A real installation, as a user has it: of WHEEL if one is given, else from the sources. The build folder is kept, so that
# a second one compiles only what changed.
WHEEL ?=
$(STAMPS)/package: $(WHEEL) $(PACKAGE) $(STAMPS)/build-tools
	$(PIP) --no-deps --force-reinstall $(or $(WHEEL),--no-build-isolation -C build-dir=build/python .)
	touch $@
