# Commands of the house; `make` alone lists them. Each does its own set-up on a machine with Python 3.11, pip and make.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup run test coverage fuzz demo check check-fast fix bench lock

PYTHON ?= python3
BIN := .venv/bin
TREE := custody events storage api cli verifier tests
READY := .venv/.ready
# Further options for pytest, as in: make test PYTEST_ARGS="-k transfer"
PYTEST_ARGS ?=

export UV_PYTHON_DOWNLOADS := never
export UV_NO_PROGRESS := 1
export PYTHONPATH := .

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

setup: $(READY) ## make .venv and fill it from requirements.lock

# A second call does nothing; it runs again when the lock or a tool's own settings changed.
$(READY): requirements.lock cli/pyproject.toml verifier/pyproject.toml
	@deploy/setup "$(PYTHON)"
	@touch $@

run: $(READY) ## run the service on the embedded ledger and vault
	$(BIN)/python -m api serve

test: $(READY) ## all tests, the fast ones first
	@deploy/foreign-clients
	@deploy/browser
	$(BIN)/python -m pytest $(PYTEST_ARGS)

# What a verdict rests on has a test for every branch.
COVERED := custody custody_verifier events.merkle events.proofs events.note events.checkpoint events.receipt events.public_keys events.batch
COVERING := tests/unit/custody tests/unit/verifier tests/attacks/test_hostile_bundles.py $(addprefix tests/unit/events/test_,batch.py checkpoint.py merkle.py) \
  $(addprefix tests/conformance/test_,bundle_vectors.py canonical_vectors.py entries_agree.py entry_vectors.py judging_vectors.py \
  ledger_v1_example.py merkle_vectors.py note_vectors.py policies.py receipt_vectors.py rules_agree.py \
  tessera_log.py weak_keys.py)

coverage: $(READY) ## every branch of the centre, of entries, of the Merkle log and of the verifier is tested
	$(BIN)/python -m pytest -q $(COVERING) $(addprefix --cov=,$(COVERED)) --cov-branch \
	  --cov-report=term-missing:skip-covered --cov-fail-under=100

# How long; what it finds stays in build/fuzz/.
SECONDS ?= 120

fuzz: $(READY) ## throw odd bytes at all readers of the verifier
	$(BIN)/python -m tests.fuzz -max_total_time=$(SECONDS)

demo: $(READY) ## the story of one case, its bundles, and six attacks on it; writes build/demo/
	@deploy/foreign-clients
	$(BIN)/python -m tests.demo

bench: $(READY) ## measure against the peers; writes build/bench.json
	$(BIN)/python -m tests.bench

check: check-fast ## format, lint, types, arrows, docs
	$(BIN)/mypy $(TREE)
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/architecture

check-fast: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

fix: $(READY) ## format, and mend what lint can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(READY) ## resolve requirements.lock anew (names, versions and hashes; no addresses)
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	  --no-header --no-annotate --no-emit-index-url --no-emit-find-links --no-emit-package custody-verifier \
	  --group pyproject.toml:dev pyproject.toml cli/pyproject.toml verifier/pyproject.toml \
	  --output-file requirements.lock
