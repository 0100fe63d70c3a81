# In a fresh clone, with Python 3.11 or newer and make: `make build`, `make test`.

PYTHON ?= python3
VENV := .venv
SAM_VENV := .venv-sam

.PHONY: help
help:  ## Say what there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

.PHONY: build
build: $(VENV)/library  ## Render every variant into templates_out/, validated
	$(VENV)/bin/python build.py

.PHONY: test
test: $(VENV)/tests $(SAM_VENV)/sam databases  ## Run every test, with SAM CLI and real databases
	$(VENV)/bin/python -m pytest

.PHONY: check
check: test  ## Style, types and tests: what must hold before a commit
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/mypy
	$(VENV)/bin/python build.py --check

.PHONY: docs
docs: $(VENV)/tests  ## Bring the generated parts of README.md and docs/ up to date
	$(VENV)/bin/python tools/docs.py

.PHONY: demo
demo: $(VENV)/tests databases  ## Bring the whole of base up on this machine; Ctrl-C ends it
	$(VENV)/bin/python tools/demo.py

.PHONY: databases
databases:
	tools/databases.sh

.PHONY: clean
clean:  ## Remove what this file installed
	rm -rf $(VENV) $(SAM_VENV)

PIP := -m pip install --quiet --disable-pip-version-check

$(VENV)/library: setup.cfg pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python $(PIP) --constraint constraints.txt --editable .
	touch $@

$(VENV)/tests: $(VENV)/library
	$(VENV)/bin/python $(PIP) --constraint constraints.txt --editable '.[test]'
	touch $@

# SAM CLI pins versions that ours are not, so it gets an environment of its own.
$(SAM_VENV)/sam: constraints-sam.txt
	$(PYTHON) -m venv $(SAM_VENV)
	$(SAM_VENV)/bin/python $(PIP) --constraint constraints-sam.txt aws-sam-cli
	touch $@
