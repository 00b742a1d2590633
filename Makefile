# `make` lists what can be done here. Everything uses the virtual environment .venv, which `make setup` alone makes.

.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
export REPO ?= $(CURDIR)
export EXAMPLES ?= 1000
BIN := .venv/bin
STAMP := .venv/.installed
MODELS_STAMP := .venv/.installed-models
DEV_STAMP := .venv/.installed-dev
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e

.PHONY: help setup run live demo test agents fuzz mutants lint types bench screenshots snapshots-update demo-recording readme prices build clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1\t\2/' | expand -t 20

setup: $(DEV_STAMP) ## make .venv with everything in it, at the versions of constraints.txt

# What runs the console installs in seconds; what tests it, and what calls models, is ten times as much.
$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo 'factory-tui needs Python 3.11 or later: make setup PYTHON=/path/to/python3.11'; exit 1; }
	@echo 'Setting up .venv: some seconds, once.'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(INSTALL) .
	@touch $@

$(MODELS_STAMP): $(STAMP)
	@echo 'Adding what calls models and speaks with agents: about a minute, once.'
	@$(INSTALL) '.[models,agents]'
	@touch $@

$(DEV_STAMP): $(STAMP)
	@echo 'Adding what the tests need: about a minute, once.'
	@$(INSTALL) '.[dev]'
	@touch $@

run: $(STAMP) ## open the floor on a repository: make run REPO=dir (default: this one)
	@if [ -t 0 ] && [ -t 1 ]; then exec $(BIN)/factory-tui --repo "$$REPO"; else \
		echo 'The floor needs a terminal. Run `make run` in one, or ask without one:'; \
		printf '  %q status --repo %q\n' '$(CURDIR)/$(BIN)/factory-tui' "$$REPO"; fi

live: $(MODELS_STAMP) ## run eight real stations with a scripted model; needs no account, agents or repository
	@if [ -t 0 ] && [ -t 1 ]; then exec $(BIN)/factory-tui demo --live $(ARGS); else \
		echo 'The live demo needs a terminal. Run `make live` in one.'; fi

demo: $(STAMP) ## look at a simulated factory; needs no agents and no repository
	@if [ -t 0 ] && [ -t 1 ]; then exec $(BIN)/factory-tui demo; else \
		echo 'The demo needs a terminal. Run `make demo` in one.'; fi

test: setup lint types ## lint, strict types, layering, all tests
	$(BIN)/python -m pytest

agents: setup ## bring the real agents that tests run (npm: a minute, 2 GB); without them these tests skip
	$(BIN)/python -m tests.agents.install $(ARGS)

fuzz: setup ## look for faults with fresh chance, EXAMPLES of each test (default 1000); no part of `make test`
	PYTEST_TIMEOUT=3600 $(BIN)/python -m pytest -m hypothesis --hypothesis-profile fuzz --dist worksteal $(ARGS)

mutants: setup ## change the rules, one small thing at a time: each time a test must fail; no part of `make test`
	$(BIN)/python -m tests.mutants $(ARGS)

lint: setup ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup ## mypy, strict, on code and tests
	$(BIN)/mypy

bench: setup ## measure every figure of the README; prints a table and writes bench-results.json
	$(BIN)/python -m tests.bench $(ARGS)

screenshots: setup ## draw every screen into screenshots/ (SVG)
	$(BIN)/python -m tests.screenshots

snapshots-update: setup ## accept the present look of the screens in the snapshot tests
	$(BIN)/python -m pytest -n 0 tests/console/screens/test_*_snapshots.py --snapshot-update

readme: setup ## write the tables of keys and figures into README.md
	$(BIN)/python -m tests.readme

prices: setup ## make sessions/models/prices.json again from the table inside litellm
	$(BIN)/python -m sessions.models.table

demo-recording: setup ## make console/demo.ftr again from the simulation
	$(BIN)/python -m sessions.simulation console/demo.ftr

build: setup ## wheel into dist/
	@rm -rf build  # what was deleted since would be packed again
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .

clean: ## remove what was built or cached; .venv stays
	rm -rf build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis snapshot_report.html bench-results.json
	find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +
