# Everything a newcomer runs. `make test` and `make demo` set up what they need in .venv.

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python -m
SETUP := $(VENV)/.ready
DOCS := .venvs/docs

.PHONY: setup test applications upgrade faults browser screenshots demo docs tutorial lint types imports package \
	matrix bench scoreboard clean

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

.PHONY: docs tutorial
# The documentation, into docs/_build/html; whatever Sphinx warns of is an error.
docs: $(DOCS)/.ready
	$(DOCS)/bin/python -m sphinx -b html -W --keep-going -q docs docs/_build/html $(ARGS)
	@echo "docs/_build/html/index.html"

$(DOCS)/.ready: pyproject.toml
	$(PYTHON) -m venv $(DOCS)
	$(DOCS)/bin/python -m pip install --quiet --disable-pip-version-check pip==26.3
	$(DOCS)/bin/python -m pip install --quiet --editable '.[appwrite,emulator,testing]' --group docs
	touch $@

# The tutorial, followed word for word in an empty directory.
tutorial: $(SETUP)
	$(VENV)/bin/python .ci/tutorial.py

lint: $(SETUP)
	$(RUN) ruff format --check .
	$(RUN) ruff check .

types: $(SETUP)
	$(RUN) mypy

imports: $(SETUP)
	$(VENV)/bin/lint-imports

# Wheel and sdist: what is in them, what they tell, each extra alone, the types from outside, and the
# tests again, against the wheel instead of the source tree.
package: $(SETUP)
	$(VENV)/bin/python .ci/package.py

# The oldest and the newest of everything this package supports and this machine has; ARGS=--all for
# what lies between, ARGS='--all --write' for docs/matrix.md, too, ARGS=NAME for one of them.
matrix: $(SETUP)
	$(VENV)/bin/python .ci/matrix.py $(ARGS)

# This package beside its rivals, such as ARGS='--only save read' or ARGS='--profile save'.
bench: $(SETUP)
	$(RUN) benchmarks $(ARGS)

# Django's contract of storages, promise by promise, on five storages: docs/conformance.md.
scoreboard: $(SETUP)
	$(RUN) benchmarks.conformance $(ARGS)

clean:
	rm -rf docs/_build $(VENV) .venvs build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
