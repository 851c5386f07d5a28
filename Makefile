# Everything is installed into .venv. A stamp is named after the content of a lock, so that nothing is installed, and
# no network is touched, until that content changes.

PYTHON ?= python3
# Where other Linux machines find PyTorch without its gigabytes of CUDA:
#   make run TORCH_INDEX=ADDRESS (the index of CPU builds that pytorch.org names)
TORCH_INDEX ?=
# Arguments for the page or for pytest: make run ARGS="--port 8000", make test ARGS="tests/corpus -k dates"
ARGS ?=
# The suite is shared by two processes; WORKERS= runs it in one.
WORKERS ?= --numprocesses 2

BIN := .venv/bin/python
PIP := $(BIN) -m pip install --quiet --disable-pip-version-check --no-input --no-compile \
	$(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX))
# Modules that are compiled once start twice as fast. What is hardly ever imported is left out, which halves the time;
# some packages carry files that are no valid Python, hence the `true`.
COMPILE := $(BIN) -m compileall -qq -j 0 -x '/(tests?|kubernetes|sympy|transformers/models)/' .venv/lib || true

READY := .venv/.ready
RUN := .venv/.run-$(firstword $(shell cksum requirements.lock))
DEV := .venv/.dev-$(firstword $(shell cksum requirements-dev.lock))

.DEFAULT_GOAL := help
.PHONY: help run test growth lint types gate audit lock bench campaign cluster-campaign screenshots anthropic ollama cluster install install-dev clean
.NOTPARALLEL:

help: ## list these commands
	@echo "make COMMAND, with COMMAND one of"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1|\2/p' Makefile | awk -F'|' '{ printf "%-16s %s\n", $$1, $$2 }'

run: $(RUN) ## install what is missing, start the page on http://127.0.0.1:7860
	$(BIN) app.py $(ARGS)

test: $(DEV) ## install what is missing, run the whole test suite
	$(BIN) -m pytest $(WORKERS) $(ARGS)

lint: $(DEV) ## check format and lint
	$(BIN) -m ruff format --check .
	$(BIN) -m ruff check .

types: $(DEV) ## check types
	$(BIN) -m mypy

gate: $(DEV) ## measure retrieval, answers and the check on the sets that ship, without a model, compare with the floors
	$(BIN) -m eval gate $(ARGS)
	$(BIN) -m eval gate eval/sets/short.jsonl $(ARGS)
	$(BIN) -m eval claims --gate
	$(BIN) -m eval evidence --gate

audit: $(DEV) ## look for known vulnerabilities in what the product runs with (needs the network)
	$(BIN) -m pip_audit --requirement requirements.lock --no-deps --disable-pip --strict

bench: $(DEV) ## measure adding, searching and answering
	$(BIN) -m benchmarks $(ARGS)

growth: $(DEV) ## try that no pattern and no work on a text takes longer than n log n
	$(BIN) -m pytest -m "growth and not campaign" $(ARGS)

campaign: $(DEV) ## run the long tests: kills, fuzzing, load
	$(BIN) -m pytest -m campaign $(ARGS)

cluster-campaign: $(DEV) ## run the long tests of machines that share a database
	$(BIN) -m pytest -m campaign tests/cluster $(ARGS)

screenshots: $(DEV) ## make the pictures in docs/ again (needs Chromium)
	$(BIN) tools/screenshots.py

anthropic: $(RUN) ## add the client for Anthropic's models
	$(PIP) --constraint requirements-dev.lock langchain-anthropic

ollama: $(RUN) ## add the client for models that run in Ollama
	$(PIP) --constraint requirements-dev.lock langchain-ollama

cluster: $(RUN) ## add the client for an archive in PostgreSQL
	$(PIP) --constraint requirements-dev.lock 'psycopg[binary]'

lock: $(READY) ## resolve pyproject.toml again and write both locks (needs the network)
	$(BIN) tools/lock.py

install: $(RUN) ## install what the product runs with

install-dev: $(DEV) ## install the tools of development too

clean: ## remove .venv and every cache; articles and settings stay
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis build *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Newsdesk needs Python 3.11 or newer: make run PYTHON=python3.11")'
	$(PYTHON) -m venv .venv
	$(BIN) -m pip install --quiet --disable-pip-version-check --upgrade pip
	@touch $@

$(RUN): $(READY)
	@echo "Installing what Newsdesk runs with; this takes a few minutes, once."
	@rm -f .venv/.run-* .venv/.dev-*
	$(PIP) --requirement requirements.lock
	@$(COMPILE)
	@touch $@

# This lock holds the other one, so its stamp stands for both.
$(DEV): $(READY)
	@echo "Installing what Newsdesk is developed with; this takes a few minutes, once."
	@rm -f .venv/.run-* .venv/.dev-*
	$(PIP) --requirement requirements-dev.lock
	@$(COMPILE)
	@touch $(RUN) $@
