# Everything a fresh machine needs to run and test AAIS. Python 3.11 and make are assumed; the rest is installed here.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
ONLY ?=
# Where a machine asks for no bytecode, every one of the many processes of a test run would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test lint bench soak screenshots format lock clean browser assets

run: $(VENV)/.run assets  ## bring up the demo: server, simulated WhatsApp and M-Pesa, a phone page
	$(BIN)/aais serve --demo

test: $(VENV)/.dev browser assets lint  ## lint, types, and the whole suite
	$(BIN)/pytest -n 3 -q

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/aais check flows rules

bench: $(VENV)/.bench browser assets  ## every figure in the docs; `make bench ONLY=engine` runs one
	$(BIN)/python -m bench $(ONLY)

soak: $(VENV)/.dev browser assets  ## what takes longer than every run should
	$(BIN)/pytest -n 2 -q -m soak
	$(BIN)/pytest -n 2 -q -m "hypothesis and not soak" --hypothesis-profile=drawing

screenshots: $(VENV)/.dev browser assets  ## every page of the console, wide and narrow, light and dark, in build/screenshots
	$(BIN)/pytest -q -m screenshots tests/console/test_screenshots.py
	$(BIN)/python -m tools.pictures

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock:  ## resolve the pins anew
	$(BIN)/python -m tools.lock

assets: $(VENV)/.run  ## what the console's pages run in the browser; skipped when nothing changed
	@$(BIN)/python tools/assets.py

browser:
	@$(PYTHON) tools/browser.py

$(VENV)/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "AAIS needs Python 3.11: '$(PYTHON)' was not found. Install it, or name it: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements/run.lock pyproject.toml | $(VENV)/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.lock $(VENV)/.run
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.lock
	@touch $@

$(VENV)/.bench: requirements/bench.lock $(VENV)/.dev
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bench.lock
	@touch $@

clean:
	rm -rf $(VENV) build data node_modules web/static/build .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info
