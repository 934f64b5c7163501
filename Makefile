# Every target makes the environment it needs. Needed beforehand: python3.11 and make.
PYTHON ?= python3.11
RUN = .venv/bin/python
ARGS ?=
ONLY ?= *
# Tests sync whatever they write, which takes no time in memory. That it is on the disk when it has to be is
# shown by system calls, not by a disk.
TMPDIR ?= $(shell df -Pk -t tmpfs /dev/shm 2>/dev/null | awk '$$4 > 8000000 && NR > 1 { print $$6 }')
TESTING = unset PYTHONDONTWRITEBYTECODE; export TMPDIR="$(or $(TMPDIR),/tmp)";

.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
.PHONY: help run-local test test-long test-postgres test-faults test-media lint format lock bench docs clean install

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' Makefile

run-local: ## the whole way on a sample social network, in ./workspace
	@requirements/install.sh run "$(PYTHON)"
	@$(RUN) examples/run_local.py workspace

# Tests start many processes: without bytecode each would compile Beam and Great Expectations anew. Three
# workers on two cores: one of them mostly waits for the disk.
TEST = $(TESTING) $(RUN) -m pytest -n 3 --dist loadfile --no-loadscope-reorder --durations=10

test: install ## every test but the long ones; ARGS="tests/quality -x" for some
	@$(TEST) -m "not long" $(ARGS)

test-long: install ## the cases of long enumerations that `test` leaves out; ARGS as for test
	@$(TEST) -m long $(ARGS)

test-postgres: install ## the registry's tests on a real PostgreSQL; ARGS as for test
	@$(TESTING) tests/servers/postgresql.sh \
		$(RUN) -m pytest -n 2 --dist loadfile --no-loadscope-reorder tests/registry $(ARGS)

test-faults: install ## kill the registry's commands at each of their writes (strace, PostgreSQL); ARGS as for test
	@$(TESTING) tests/servers/strace.sh tests/servers/postgresql.sh \
		$(RUN) -m pytest -n 2 --dist load tests/faults $(ARGS)

test-browser: install ## the door and the page of reviews in Chromium (Debian's, installed if missing); ARGS as for test
	@$(TESTING) tests/servers/chromium.sh $(RUN) -m pytest tests/browser $(ARGS)

test-media: install ## image files that exiftool writes, and real ones it reads (Debian's, installed if missing); ARGS as for test
	@$(TESTING) tests/servers/exiftool.sh $(RUN) -m pytest tests/exiftool $(ARGS)

lint: install ## style, types and who may import whom
	@$(RUN) -m ruff check --quiet .
	@$(RUN) -m ruff format --check --quiet .
	@$(RUN) -m mypy
	@$(RUN) .venv/bin/lint-imports --no-logo

format: install ## put the source into its form
	@$(RUN) -m ruff check --quiet --fix-only .
	@$(RUN) -m ruff format --quiet .

lock: install ## resolve requirements/*.txt anew from pyproject.toml; ARGS="--upgrade" for newer ones
	@requirements/lock.sh $(ARGS)

bench: install ## measure (minutes); ONLY=door_burst for one script, ARGS as it takes them
	@for script in benchmarks/$(ONLY).py; do $(RUN) "$$script" $(ARGS) || exit 1; done

docs: install ## write docs/reference and docs/cli.md from the code
	@$(RUN) docs/generate.py

clean: ## remove what the targets made, the environment included
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build workspace *.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Internal: the environment of the developers' targets.
install:
	@requirements/install.sh dev "$(PYTHON)"
