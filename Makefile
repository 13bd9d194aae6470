# Renkei: one target a habit. `make help` lists them from these comments.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= python3
BIN := .venv/bin
ARGS ?=
ONLY ?=
N ?=
SECONDS ?=
MUTANTS ?=

## ---- use it -------------------------------------------------------------------------------------------------

.PHONY: help
help: ## List every target with what it is for
	@awk -F':.*## ' '/^[a-z][a-z.-]*:.*## /{printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: setup
setup: .venv/ready ## Create .venv with the locked dependencies and .venv/bin/renkei

.venv/ready: pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Renkei needs Python 3.11 or newer; set PYTHON=/path/to/python3"; exit 1; }
	@echo "Setting up .venv with the locked dependencies (once, some minutes at most) …" >&2
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

.PHONY: demo
demo: setup ## Show an example chain on a server of its own, then serve it until Ctrl-C (ARGS=--once to leave at once)
	@$(BIN)/renkei demo $(ARGS)

.PHONY: serve
serve: setup ## Serve the API
	@$(BIN)/renkei serve $(ARGS)

## ---- change it ----------------------------------------------------------------------------------------------

.PHONY: test
test: setup ## Run all tests (ARGS=tests/acceptance for some)
	@# Processes with a PostgreSQL each, one more than cores, whole files to each, in the order of tests/conftest.py.
	@# The browser's driver leaves an event loop behind: its tests have processes of their own.
	@if [ -n "$(ARGS)" ]; then $(BIN)/python -m pytest $(ARGS); \
	else $(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder --ignore=tests/browser && $(BIN)/python -m pytest tests/browser; fi

.PHONY: check
check: setup ## Lint, formatting, types, import rules, the query guard
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python checks/query_guard.py

.PHONY: audit
audit: setup ## Look for known vulnerabilities of the locked dependencies; says so where the source (ARGS="--source URL") cannot be reached
	@$(BIN)/python checks/audit.py $(ARGS)

.PHONY: format
format: setup ## Format the code and mend what the linter can mend
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

.PHONY: reports
reports: setup ## Write N reports (default 1000) in a job that is killed on the way, and let the next run go on
	@RENKEI_REPORT_COUNT=$(or $(N),1000) $(BIN)/python -m pytest -s --timeout=3600 \
	  tests/usecases/footprint/reports/test_commands.py -k killed_goes_on $(ARGS)

.PHONY: fault
fault: setup ## Kill server and database at N random moments (default 100) and look for lost or half-written data
	@RENKEI_FAULT_COUNT=$(or $(N),100) $(BIN)/python -m pytest tests/fault --timeout=7200 $(ARGS)

.PHONY: fuzz
fuzz: setup ## Throw up to N generated requests of each kind (default 2000) at every operation of both doors, each document and kind for at most SECONDS (default 600)
	@RENKEI_FUZZ_EXAMPLES=$(or $(N),2000) RENKEI_FUZZ_SECONDS=$(or $(SECONDS),600) $(BIN)/python -m pytest tests/fuzz --timeout=7200 $(ARGS)

.PHONY: convergence
convergence: setup ## Change chains of companies at random from several threads, N rounds (default 50), and recompute everything
	@RENKEI_CONVERGENCE_ROUNDS=$(or $(N),50) RENKEI_CONVERGENCE_STEPS=20 $(BIN)/python -m pytest tests/property/test_convergence.py --timeout=7200 $(ARGS)

.PHONY: noninterference
noninterference: setup ## Compare N pairs of worlds for what nobody may learn (default 1000) within SECONDS (default 3600); MUTANTS=1 plants every known leak instead
	@RENKEI_NONINTERFERENCE_PAIRS=$(or $(N),1000) RENKEI_NONINTERFERENCE_SECONDS=$(or $(SECONDS),3600) RENKEI_NONINTERFERENCE_MUTANTS=$(MUTANTS) $(BIN)/python -m pytest $(if $(MUTANTS),tests/property/test_planted_leaks.py,tests/property/test_noninterference.py -s) --timeout=36000 $(ARGS)

.PHONY: bench
bench: setup ## Measure every performance claim (ONLY=name for one); writes build/bench.jsonl
	@$(BIN)/python -m bench $(if $(ONLY),--only $(ONLY),) $(ARGS)

.PHONY: scale
scale: setup ## Roll up N lines (default 1e7; 1e8 wants 12 GiB) and print time, memory and cost a line
	@$(BIN)/python -m bench.scale $(or $(N),1e7) $(ARGS)

.PHONY: docs
docs: setup ## Write the generated reference pages anew (settings, errors, command line)
	@$(BIN)/python docs/generate.py

.PHONY: screenshots
screenshots: setup ## Take the pictures of the main pages anew (needs Chromium); writes docs/pictures
	@$(BIN)/python -m pytest -q tests/browser/pictures.py --timeout=600

.PHONY: lock
lock: setup ## Write requirements.lock anew from pyproject.toml
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --group dev pyproject.toml --output-file requirements.lock

.PHONY: changelog
changelog: setup ## Show what the next release note will say
	@$(BIN)/towncrier build --draft --version next

.PHONY: clean
clean: ## Remove what the other targets made (not the data)
	@rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
