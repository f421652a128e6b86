# make run     everything on this machine: Kafka, worker, a simulated lakeside evening, the console
# make test    style, types, imports, and every test
# make setup   what both of them do first; a second time it costs nothing and needs no network
# make check   style, types and imports only
# make bench   every bench, and a table of the figures
# make simulation   evenings from seeds, with everything that goes wrong: make simulation ARGS="--seeds 1000"
# make chaos   workers, brokers and the net are broken a hundred times; what came out is held against what had to
# make soak    a day of the lakeside in an hour, with faults: does anything grow?
# make clean   away with .venv and the caches; recordings and broker data in .tidegate stay
#
# ARGS is handed on: make run ARGS="--speed 10", make test ARGS="tests/streams -k levels".
# PYTHON says which Python to build on: make setup PYTHON=/opt/python3.12/bin/python3

SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
unexport PYTHONPATH PYTHONHOME

.PHONY: help setup run test check bench simulation chaos soak clean

help:
	@sed -n 's/^# \{0,1\}//p;/^$$/q' Makefile

setup: $(VENV)/.warm $(VENV)/.kafka

run: setup
	@$(BIN)/tidegate demo $(ARGS)

test: setup
	$(BIN)/python -m deploy.browser
	$(MAKE) --no-print-directory check
	$(BIN)/python -m pytest -n 3 --dist loadfile $(ARGS)

check: setup
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

bench: setup
	$(BIN)/python -m bench all $(ARGS)

simulation: setup
	$(BIN)/python -m tests.simulation $(ARGS)

chaos: setup
	@$(BIN)/python -m tests.chaos $(ARGS)

soak: setup
	@$(BIN)/python -m tests.soak $(ARGS)

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# An environment whose Python has gone is made anew.
$(shell [ -x $(BIN)/python ] || rm -rf $(VENV))

# The newest Python that runs and can make environments; a name that only stands on the path (a shim) is not enough.
$(BIN)/python:
	@for python in $(PYTHON) python3.14 python3.13 python3.12 python3.11 python3 python; do \
		if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
			if "$$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then \
				echo "Making $(VENV) with $$("$$python" --version) ($$python)"; \
				exec "$$python" -m venv $(VENV); \
			fi; \
			found="$$python"; \
		fi; \
	done; \
	if [ -n "$$found" ]; then \
		echo "$$("$$found" --version) has no ensurepip and venv: install your system's package for them" \
			"(Debian, Ubuntu: python3-venv), then call make again." >&2; \
	else \
		echo "Tidegate needs Python 3.11 or newer; python3 here is: $$(python3 --version 2>&1 || echo absent)." \
			"Install one, or name it: make setup PYTHON=/path/to/python3" >&2; \
	fi; \
	exit 2

# Exactly the versions and hashes of the lock.
$(VENV)/.locked: requirements-dev.lock | $(BIN)/python
	$(BIN)/python -m pip install --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

# The project itself, in place; the build tool comes from the lock, so nothing is fetched.
$(VENV)/.linked: pyproject.toml $(VENV)/.locked
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation -e .
	@touch $@

# Apache Kafka's jars, and the class cache that makes it start in a second.
$(VENV)/.kafka: $(VENV)/.linked $(wildcard deploy/kafka/*.py deploy/kafka/*.lock)
	$(BIN)/python -m deploy.kafka prepare
	@touch $@

# The deciding code, compiled once for this machine.
$(VENV)/.warm: $(VENV)/.linked $(wildcard streams/*.py streams/*/*.py)
	$(BIN)/python -m tidegate.warm
	@touch $@
