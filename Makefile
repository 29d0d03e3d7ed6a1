# Everything a newcomer runs. `make test` and `make demo` set up what they need in .venv.

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python -m
SETUP := $(VENV)/.ready

.PHONY: setup test applications upgrade faults browser screenshots demo lint types imports package matrix bench clean

setup: $(SETUP)

$(SETUP): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(RUN) pip install --quiet --disable-pip-version-check pip==26.3
	$(RUN) pip install --quiet --editable '.[appwrite,emulator,testing]' --group dev
	touch $(SETUP)

# ARGS is handed on, such as ARGS='-k listing' or ARGS=--check.
test: $(SETUP)
	$(RUN) pytest --numprocesses 2 $(ARGS)

# Wagtail, easy-thumbnails and others on this package, in an environment of their own.
applications: $(SETUP)
	$(VENV)/bin/python .ci/applications.py $(ARGS)

# A site of the real 1.2.5, from PyPI, upgraded by docs/upgrading-from-1.2.5.md word for word.
upgrade: $(SETUP)
	$(RUN) pytest tests/upgrade/real_site.py $(ARGS)

# The demo in a real browser: Debian's chromium and chromium-driver; skipped without.
browser: $(SETUP)
	$(RUN) pytest tests/browser $(ARGS)

# The demo's pictures in docs/images, taken anew with the same browser.
screenshots: $(SETUP)
	$(RUN) tests.browser.screenshots

# Everything that can go wrong with every request of every operation; ARGS='--only TEXT' for some.
faults: $(SETUP)
	$(RUN) tests.integration.faults $(ARGS)

demo: $(SETUP)
	$(VENV)/bin/python demo/run.py $(ARGS)

lint: $(SETUP)
	$(RUN) ruff format --check .
	$(RUN) ruff check .

types: $(SETUP)
	$(RUN) mypy

imports: $(SETUP)
	$(VENV)/bin/lint-imports

# The tests again, against the wheel instead of the source tree.
package: $(SETUP)
	$(VENV)/bin/python .ci/package.py

# The oldest and the newest of everything this package supports and this machine has.
matrix: $(SETUP)
	$(VENV)/bin/python .ci/matrix.py $(ARGS)

# This package beside its rivals, such as ARGS='--only save read' or ARGS='--profile save'.
bench: $(SETUP)
	$(RUN) benchmarks $(ARGS)

clean:
	rm -rf $(VENV) .venvs build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
