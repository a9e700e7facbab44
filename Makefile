# Everything a person or a machine does with this project. `make` alone lists the targets.
# Needs Python 3.11 or newer, GNU make 3.81 or newer and a POSIX shell; the rest is installed into .venv.

SHELL := /bin/sh
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check

# Each process of the tests has a PostgreSQL of its own; 0 runs everything in one.
PROCESSES := 3

# `make lock` alone uses it, so it is not among the requirements.
UV_VERSION := 0.13.9

.PHONY: help install install-dev run test test-long lint format sdk lock bench dist dist-check clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

install: $(VENV)/installed ## install what the server needs into .venv

install-dev: $(VENV)/installed-dev ## install that and what the tests and checks need

run: $(VENV)/installed ## start the server with its demo (PORT=, DATA_DIR=, DATABASE_URL=)
	@[ -z "$$PORT" ] || export LAYERS_PORT="$$PORT"; \
	[ -z "$$DATA_DIR" ] || export LAYERS_DATA_DIR="$$DATA_DIR"; \
	export LAYERS_DEVELOPMENT="$${LAYERS_DEVELOPMENT:-true}"; \
	exec $(VENV)/bin/layers serve --demo --render

test: $(VENV)/installed-dev ## run the tests (PROCESSES= side by side, ARGS= goes to pytest)
	@$(VENV)/bin/pytest --numprocesses=$(PROCESSES) --dist=loadfile --no-loadscope-reorder $(ARGS)

test-long: $(VENV)/installed-dev ## run the tests and those that take minutes (ARGS= goes to pytest)
	@$(VENV)/bin/pytest -m '' --timeout=1800 $(ARGS)

lint: $(VENV)/installed-dev ## check format, style and types
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/ruff check
	$(VENV)/bin/mypy

format: $(VENV)/installed-dev ## put the code into its format, mend what can be mended
	$(VENV)/bin/ruff check --fix
	$(VENV)/bin/ruff format

sdk: $(VENV)/installed-dev ## write what is generated of the client libraries, from the routes
	@$(PY) -m tools.openapi | $(PY) -m tools.sdk

bench: $(VENV)/installed-dev ## list the measurements and how to run them
	@found=; for script in bench/[!_]*.py; do \
	    [ -f "$$script" ] || continue; found=yes; \
	    printf '%-45s %s\n' "$(PY) $$script" "$$(sed -n '1s/^"""\([^"]*\).*/\1/p' "$$script")"; \
	done; [ -n "$$found" ] || echo 'There are no measurements in bench/ yet.'

# Built with the tools from the lock, not with others that a build would fetch for itself. The wheels are built from the
# source distributions, so these have all that is needed. Hatchling writes one fixed time into the archives, unless
# SOURCE_DATE_EPOCH names another: the same files come out as the same bytes, in a checkout or out of one.
dist: $(VENV)/installed-dev ## build source distributions and wheels of server and library into dist/, and check them
	@rm -rf dist
	@for package in $(PACKAGES); do \
	    said=$$($(PY) -m build --no-isolation --outdir dist $$package 2>&1) || { echo "$$said" >&2; exit 1; }; \
	done
	@$(PY) -m tools.distribution dist
	@$(VENV)/bin/twine --no-color check --strict dist/*
	@$(VENV)/bin/check-wheel-contents dist/layers_partner_api-*.whl
	@$(VENV)/bin/check-wheel-contents --config sdk/python/pyproject.toml dist/layers_partner-*.whl

dist-check: $(VENV)/installed-dev ## install what is built with all that it needs from a package index, and try it
	@TEST_FETCH=yes $(VENV)/bin/pytest tests/test_distribution.py

# Keeps the versions that still fit what pyproject.toml asks for; UPGRADE=1 takes the newest ones.
# The client library is in this repository: what it needs is locked, and itself it is not fetched.
COMPILE := $(VENV)/bin/uv pip compile --quiet --python $(PY) --python-version 3.11 --universal \
	--generate-hashes --no-header --annotation-style line $(if $(UPGRADE),--upgrade) \
	--no-emit-package layers-partner pyproject.toml --group build

lock: | $(PY) ## resolve the dependencies again (UPGRADE=1 for the newest versions)
	@$(ENSURE_PIP)
	@$(PIP) install --quiet uv==$(UV_VERSION)
	$(COMPILE) --output-file requirements.lock
	$(COMPILE) --group dev --constraints requirements.lock --output-file requirements-dev.lock
	@! grep -nE '(https?|file|git)[+:][^ ]*//' requirements.lock requirements-dev.lock

clean: ## remove the environment, the caches and what was built; the folder data/ stays
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .schemathesis dist
	rm -rf sdk/python/dist sdk/typescript/node_modules sdk/typescript/dist sdk/typescript/build
	find bench src sdk tests tools -name __pycache__ -type d -prune -exec rm -rf {} +

# --- the environment -------------------------------------------------------------------------

# An environment whose interpreter was removed since is of no use; without it, all is made anew.
STALE := $(shell [ -x $(PY) ] || rm -rf $(VENV))

# The stamps make a second `make run` start at once. The hashes cover every file that is fetched:
# nothing is built from source but the two packages of this repository, the client library and the
# server that uses it, and those with a build tool from the lock.
PACKAGES := sdk/python .
PACKAGE_FILES := $(PACKAGES:%=%/pyproject.toml)

$(VENV)/installed: requirements.lock $(PACKAGE_FILES) | $(PY)
	@echo 'Installing into $(VENV) (about a minute the first time).'
	@$(ENSURE_PIP)
	@$(call INSTALL,requirements.lock)
	@touch $@

$(VENV)/installed-dev: requirements-dev.lock requirements.lock $(PACKAGE_FILES) | $(PY)
	@echo 'Installing into $(VENV), with the tools for tests (about a minute the first time).'
	@$(ENSURE_PIP)
	@$(call INSTALL,requirements-dev.lock)
	@touch $(VENV)/installed $@

INSTALL = $(PIP) install --quiet --no-compile --only-binary :all: --require-hashes --requirement $(1) \
	&& $(PIP) install --quiet --no-deps --no-build-isolation $(PACKAGES:%=--editable ./%)

ENSURE_PIP = $(PY) -m pip --version >/dev/null 2>&1 || $(PY) -m ensurepip --default-pip >/dev/null

# pip is put in by the step above, so that an interrupted start leaves nothing half made.
$(PY):
	@for python in $(or $(PYTHON),python3.11 python3 python3.12 python3.13 python3.14); do \
	    if $$python -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' \
	        >/dev/null 2>&1; then exec $$python -m venv --clear --without-pip $(VENV); fi; \
	done; \
	echo 'Python 3.11 or newer with its venv module was not found: install it' \
	    '(Debian, Ubuntu: apt install python3-venv; macOS: brew install python),' \
	    'or name the one to use: make PYTHON=/path/to/python3' >&2; exit 1
