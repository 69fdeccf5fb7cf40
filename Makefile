# Every command a developer or CI needs; `make help` lists them.
PYTHON ?= python3
PYTEST_SPREAD ?= -n 4 --dist loadscope
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PEERS := $(VENV)/.peers
FUZZERS := $(VENV)/.fuzzers
FUZZ_SECONDS ?= 60

.DEFAULT_GOAL := help
.PHONY: help demo run test check format lint types layers cover bench fuzz clean

help:  ## show this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

$(STAMP): pyproject.toml $(wildcard requirements/*.txt)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--constraint requirements/constraints.txt --editable '.[dev]'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--no-deps --requirement requirements/word-lists.txt
	@touch $@

$(PEERS): $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--constraint requirements/constraints.txt --editable '.[bench]'
	@touch $@

demo: $(STAMP)  ## set up, then show one alert from a news site on this machine
	$(BIN)/monitor demo --once

run: $(STAMP)  ## set up, then run the daemon with the shipped configuration
	$(BIN)/monitor run

test: $(STAMP)  ## set up, then run the tests
	$(BIN)/python -m pytest $(PYTEST_SPREAD)

check: format lint types layers cover  ## everything CI checks

format: $(STAMP)
	$(BIN)/ruff format --check .

lint: $(STAMP)
	$(BIN)/ruff check .

types: $(STAMP)
	$(BIN)/mypy

layers: $(STAMP)
	$(BIN)/lint-imports --no-cache

cover: $(STAMP)
	$(BIN)/python -m pytest $(PYTEST_SPREAD) --cov --cov-report=term-missing:skip-covered

bench: $(PEERS)  ## speed and memory, beside the peers; crashes
	@for f in bench/*.py; do $(BIN)/python $$f || exit 1; done

$(FUZZERS): $(STAMP)
	-$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--constraint requirements/constraints.txt --editable '.[fuzz]'
	@touch $@

fuzz: $(FUZZERS)  ## look for feeds that break the parser, two minutes long
	PYTHONPATH=tests $(BIN)/python fuzz/with_hypothesis.py $(FUZZ_SECONDS)
	PYTHONPATH=tests $(BIN)/python fuzz/with_atheris.py $(FUZZ_SECONDS)

clean:
	rm -rf $(VENV) build .pytest_cache .mypy_cache .ruff_cache
