# Everything a newcomer types. Each target sets up what it needs, in .venv, with the pinned versions.
PYTHON ?= $(firstword $(foreach p,python3 python3.14 python3.13 python3.12 python3.11 python,$(shell command -v $(p) 2>/dev/null)))
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
OUT ?= output
LAB_DIR ?= .
LAB_FLAGS ?=
PAGES ?= data/sample/pages
METADATA ?= data/sample/metadata.csv
LABELS ?= data/sample/labels.csv

.DEFAULT_GOAL := help
.PHONY: help install report lab test test-browser docs test-lowest lint types pins clean

help:  ## this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(STAMP)  ## set up .venv with pinned versions, nothing else

$(STAMP): requirements.txt pyproject.toml
	@sh tools/setup.sh "$(PYTHON)" "$(VENV)"
	@touch $@

report: $(STAMP)  ## the report on the sample site (or PAGES=folder): output/index.html
	@$(BIN)/python -m toolkit report $(PAGES) $(if $(filter data/sample/pages,$(PAGES)),--metadata $(METADATA) --labels $(LABELS)) --out $(OUT)

lab: $(STAMP)  ## open JupyterLab on the notebooks
	$(BIN)/jupyter lab --notebook-dir="$(LAB_DIR)" $(LAB_FLAGS) "$(LAB_DIR)/notebooks/00_start_here.ipynb"

test: $(STAMP) lint types  ## everything that must pass: lint, types, tests, doctests, notebooks
	$(BIN)/python -m pytest -n 2 --randomly-seed=1

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/mypy

test-browser: $(STAMP)  ## the report and JupyterLab in Debian's chromium (skips, with the reason, without it)
	$(BIN)/python -m pytest -m browser -rs --randomly-seed=1 tests/browser

docs: $(STAMP)  ## the documentation: docs/_build/html/index.html (some minutes: it runs the notebooks)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r docs/requirements.txt
	$(BIN)/python tools/make_docs.py $(DOCS_FLAGS)
	$(BIN)/python -m sphinx -W --keep-going -q -b html docs/_build/source docs/_build/html
	@echo "Open docs/_build/html/index.html in a browser."

test-lowest:  ## the tests on the lowest versions that pyproject.toml allows
	@sh tools/test_lowest.sh "$(PYTHON)"

pins: $(STAMP)  ## renew requirements.txt from pyproject.toml
	@sh tools/pin.sh $(BIN)

clean:  ## remove .venv and output
	rm -rf $(VENV) $(OUT)
