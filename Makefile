# `make` alone lists every recipe. Each says what it does; a second run does only what is left to do.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
PYTEST := $(BIN)/python -m pytest
PORT ?= 8000
UV := 0.13.9
export SEMANTIC ?= 1
export PYTHONUNBUFFERED := 1
# Some machines forbid Python to keep what it compiled: each of our commands would then compile everything again, for seconds.
export PYTHONDONTWRITEBYTECODE :=

# What was installed, and from which lock: a changed lock is installed again, nothing else is.
RUN := $(VENV)/.installed-run
EXTRA := $(VENV)/.installed-semantic
DEV := $(VENV)/.installed-dev

# Tools that only read the code get a house of their own: they must not make keys or a database in var/.
ASIDE := BAQUIANO_HOME=$(CURDIR)/build/lint DATABASE_URL= BAQUIANO_MODE=demo

.PHONY: help
help: ## this list
	@printf 'Baquiano: someone who knows the paths.\n\n'
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1\t\2/' | while IFS=$$'\t' read -r name what; do \
	    printf '  make %-9s %s\n' "$$name" "$$what"; done
	@printf '\nSEMANTIC=0 leaves the search by meaning out (100 MB less). PORT=8001 serves the demo on another port.\n'

# -- to see it, and to install it ------------------------------------------------------------------------------------

.PHONY: demo
demo: $(RUN) $(if $(filter 0,$(SEMANTIC)),,semantic) ## everything with fictional data on http://localhost:8000
	@printf '▸ Packs and fictional people (var/)\n'
	@SECONDS=0; BAQUIANO_URL=http://localhost:$(PORT) $(BIN)/baquiano demo; printf '  loaded in %d s\n' "$$SECONDS"
	@printf '▸ Serving\n'
	@BAQUIANO_URL=http://localhost:$(PORT) exec $(BIN)/baquiano serve --port $(PORT)

.PHONY: install
install: $(RUN) $(if $(filter 0,$(SEMANTIC)),,semantic) ## the program in .venv, from the pinned and hashed versions of run.lock

$(BIN)/python:
	@printf '▸ Python environment (%s)\n' "$(VENV)"
	@tools/machine.sh python
	@SECONDS=0; python3 -m venv $(VENV); printf '  made in %d s\n' "$$SECONDS"

$(RUN): run.lock pyproject.toml | $(BIN)/python
	@printf '▸ What the program needs\n'
	@tools/install.sh $(VENV) run.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $@

# The search by meaning is an extra: where its wheel does not exist the program works without it, and says so.
.PHONY: semantic
semantic: $(RUN)
	@if [[ ! -e $(EXTRA) || semantic.lock -nt $(EXTRA) ]]; then \
	    printf '▸ Search by meaning (SEMANTIC=0 leaves it out)\n'; \
	    if tools/install.sh $(VENV) semantic.lock; then touch $(EXTRA); else \
	        printf '  not for this machine: the search goes on by words alone\n'; fi; fi

$(DEV): dev.lock pyproject.toml | $(BIN)/python
	@printf '▸ What the tests and checks need\n'
	@tools/install.sh $(VENV) dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $@ $(RUN)

# -- to prove it -----------------------------------------------------------------------------------------------------

# One more than the two processors we promise: a third of the time of a test is waiting (for a browser, for a lock).
WORKERS ?= 3

.PHONY: test
test: $(DEV) semantic ## every test on SQLite (with the browser), and a third of them on a throw-away PostgreSQL
	@tools/machine.sh chromium postgresql
	@export MADE_ONCE=$$(mktemp -d); trap 'rm -rf "$$MADE_ONCE"' EXIT; \
	printf '▸ Tests on SQLite, with the browser\n'; \
	env -u DATABASE_URL $(PYTEST) -q -n $(WORKERS) --dist worksteal -rfEsxR tests; \
	printf '▸ Tests on PostgreSQL\n'; \
	tests/postgres.sh with $(PYTEST) -q -n $(WORKERS) --dist worksteal -rfEsxR tests --ignore=tests/browser

.PHONY: soak
soak: $(DEV) semantic ## what takes longer: kill -9 at every point of the path, long loads, on both databases
	@tools/machine.sh chromium postgresql
	@printf '▸ Many more examples of what must always hold\n'
	@env -u DATABASE_URL EXAMPLES=soak $(PYTEST) -q -n $(WORKERS) --dist worksteal -rfEsxR -m 'hypothesis and not soak' tests
	@printf '▸ What the second round of make test leaves out: every test on PostgreSQL\n'
	@WHOLE=1 tests/postgres.sh with $(PYTEST) -q -n $(WORKERS) --dist worksteal -rfEsxR tests --ignore=tests/browser
	@printf '▸ What takes long, on SQLite\n'
	@env -u DATABASE_URL $(PYTEST) -q -n $(WORKERS) --dist worksteal -rfEsxR --durations=12 -m soak tests --ignore=tests/soak
	@printf '▸ Faults and loads on SQLite: one after another, with the machine to themselves\n'
	@env -u DATABASE_URL $(PYTEST) -v -rfEsxR --durations=12 -m soak tests/soak
	@printf '▸ What takes long, on PostgreSQL, where a database has a hand in it\n'
	@tests/postgres.sh with $(PYTEST) -q -n $(WORKERS) --dist worksteal -rfEsxR --durations=12 -m soak tests --ignore=tests/soak --ignore=tests/browser --ignore=tests/safety --ignore=tests/search
	@printf '▸ Faults and loads on PostgreSQL\n'
	@tests/postgres.sh with $(PYTEST) -v -rfEsxR --durations=12 -m soak tests/soak

# Every file of tests/bench is one measurement that runs by itself; BENCH_POSTGRESQL is the address of a throw-away
# server with the durability of a real one.
.PHONY: bench
bench: $(DEV) semantic ## the figures: how often the answer is right, search and turns a second, memory
	@tools/machine.sh postgresql
	@FSYNC=on tests/postgres.sh with bash -euo pipefail -c 'export BENCH_POSTGRESQL=$$DATABASE_URL; unset DATABASE_URL; \
	    shopt -s nullglob; parts=(tests/bench/[a-z]*.py); [[ $${#parts[@]} -gt 0 ]] || { echo "tests/bench is empty" >&2; exit 1; }; \
	    for part in "$${parts[@]}"; do name=$${part%.py}; printf "▸ %s\n" "$${name##*/}"; \
	        PYTHONPATH=. $(BIN)/python -m "$${name//\//.}"; done'

.PHONY: lint
lint: $(DEV) ## style, types, the stairs between the rooms, migrations and messages up to date
	@printf '▸ ruff\n' && $(BIN)/ruff check && $(BIN)/ruff format --check
	@printf '▸ mypy\n' && $(ASIDE) $(BIN)/mypy
	@printf '▸ the stairs\n' && $(BIN)/lint-imports
	@printf '▸ migrations\n' && $(ASIDE) $(BIN)/django-admin makemigrations --check --dry-run --settings baquiano.config.settings
	@printf '▸ the shape of the house, and its messages\n' && $(PYTEST) -q tests/house

.PHONY: house
house: $(DEV) ## the largest rooms, files and functions
	@$(BIN)/python -m tests.house.sizes

# -- to change it ----------------------------------------------------------------------------------------------------

.PHONY: messages
messages: $(DEV) ## collect the sentences of the screens for translation, and compile the translations
	@tools/machine.sh gettext
	@cd src/baquiano && mkdir -p locale && $(ASIDE) ../../$(BIN)/django-admin makemessages --settings baquiano.config.settings \
	    --locale es --locale en --locale pt --locale fr --locale ht --no-location --no-wrap --verbosity 1
	@cd src/baquiano && $(ASIDE) ../../$(BIN)/django-admin compilemessages --settings baquiano.config.settings --verbosity 1

COMPILE = $(BIN)/uv pip compile -q --no-config --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header

.PHONY: lock
lock: $(DEV) ## pin again what run.in, semantic.in and dev.in ask for
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV)
	@printf '▸ run.lock\n' && $(COMPILE) run.in -o run.lock
	@printf '▸ semantic.lock\n' && $(COMPILE) -c run.lock semantic.in -o semantic.lock
	@printf '▸ dev.lock\n' && $(COMPILE) -c run.lock -c semantic.lock dev.in -o dev.lock

.PHONY: clean
clean: ## remove what was made here, but never var/ (the data and the keys)
	@rm -rf $(VENV) build test-results src/*.egg-info .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@printf 'Clean. The data and the keys of this installation stay in var/.\n'
