# Two commands do everything: `make demo` to see opsbook work, `make test` to prove it.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
# The example book is a year that has passed; it is judged as of its last day.
AT     := 2026-11-23T09:00Z
NODE_TOOLS := yaml-language-server@2.0.0 @microsoft/sarif-multitool@5.7.0 axe-core@4.14.1

.DEFAULT_GOAL := help
.PHONY: help demo test lint types unit pages zensical shots pictures fuzz bench latency load size schemas clean

help:  ## Say what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*##/ {printf "make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/site  ## Install, check the example book, build its site
	@printf '\n== opsbook check: is anything wrong with the example book?\n'
	$(BIN)/opsbook check --at $(AT)
	@printf '\n== opsbook site build: the same book as pages\n'
	$(BIN)/opsbook site build --at $(AT)
	@printf '\nThe site is in build/site. To read it:\n  %s -m http.server -d build/site 8000   and open http://localhost:8000\n' $(PYTHON)
	@printf 'Then break something: change a name in incidents/2026/*/incident.yaml and run\n  %s/opsbook check --at %s\n' $(BIN) $(AT)

test: lint types unit  ## Lint, types, schemas and all tests

lint: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/opsbook schema write --check
	$(BIN)/opsbook check --at $(AT)

types: $(VENV)/dev
	$(BIN)/mypy

unit: $(VENV)/dev build/node
	$(BIN)/pytest -n auto

pages: $(VENV)/dev build/node  ## Look at every page of the site in a browser, not at one of each kind
	OPSBOOK_EVERY_PAGE=1 $(BIN)/pytest -n auto tests/browser tests/site

zensical: $(VENV)/dev build/node  ## The same in the site that Zensical makes
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[zensical]'
	OPSBOOK_BUILDER=zensical $(BIN)/pytest -n auto tests/browser

shots: $(VENV)/dev  ## Take pictures of the site: on a desktop, on a phone, in the dark
	$(BIN)/opsbook site build --at $(AT)
	$(BIN)/python -m tests.browser.shots --kinds

pictures: $(VENV)/dev  ## Take the two pictures of the site that the README shows
	$(BIN)/opsbook site build --at $(AT)
	$(BIN)/python -m tests.browser.readme

fuzz: $(VENV)/dev  ## Look for faults for longer than CI does
	OPSBOOK_FUZZ=1 $(BIN)/pytest -n auto

bench: $(VENV)/dev  ## Time opsbook against its peers and against the floor
	$(BIN)/python benchmarks/check.py --peers
	$(BIN)/python benchmarks/oncall.py

size: $(VENV)/dev  ## How long the site of a large book takes, and how large it is
	$(BIN)/python benchmarks/site.py

latency: $(VENV)/dev  ## How long the commands of an incident take in a large book
	$(BIN)/python benchmarks/latency.py

load: $(VENV)/dev  ## Twenty clones log fifty entries each at once
	$(BIN)/python benchmarks/sharing.py

schemas: $(VENV)/dev  ## Write the JSON Schemas
	$(BIN)/opsbook schema write

clean:  ## Remove what was made
	rm -rf build dist .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "opsbook needs Python 3.11 or newer; say which with: make PYTHON=python3.12 …"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/site: $(VENV)/bin/python pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[site]'
	@touch $@

$(VENV)/dev: $(VENV)/bin/python pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@ $(VENV)/site

# An editor's language server, a SARIF validator and axe, for tests that skip without them.
build/node: Makefile
	@mkdir -p $@
	@command -v npm >/dev/null || echo "no npm: the tests with yaml-language-server, sarif-multitool and axe skip"
	@if command -v npm >/dev/null; then npm install --silent --no-audit --no-fund --prefix $@ $(NODE_TOOLS) || true; fi
	@touch $@
