# In a fresh clone, with Python 3.11 or newer and make: `make build`, `make test`.

PYTHON ?= python3
VENV := .venv
CLIENTS := .venv-clients
SCANNERS := .venv-scanners

.PHONY: help
help:  ## Say what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

.PHONY: build
build: $(VENV)/library  ## Render every variant into templates_out/, validated
	$(VENV)/bin/python build.py

.PHONY: test
test: $(VENV)/tests $(CLIENTS)/clients databases peers  ## Run every test, with AWS's clients and real databases
	$(VENV)/bin/python -m pytest

.PHONY: test-library
test-library: $(VENV)/tests $(CLIENTS)/clients databases peers  ## Run the tests of the library, without those of the local cloud
	$(VENV)/bin/python -m pytest tests/unit tests/functional tests/integration

.PHONY: test-local
test-local: $(VENV)/tests databases  ## Run the tests of the local cloud
	$(VENV)/bin/python -m pytest tests/local_cloud

.PHONY: check
check: $(VENV)/tests  ## Style, types, imports, goldens and every test: what must hold before a commit
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/lint-imports
	$(VENV)/bin/mypy
	for folder in lambda/*/ examples/orders/service/; do $(VENV)/bin/mypy "$$folder" || exit 1; done
	$(VENV)/bin/python build.py --check
	$(MAKE) test

.PHONY: docs
docs: $(VENV)/tests  ## Bring the generated parts of README.md and docs/ up to date
	$(VENV)/bin/python tools/docs.py

.PHONY: demo
demo: $(VENV)/tests databases  ## Deploy VARIANT=base, or another, into the local cloud; Ctrl-C ends it
	$(VENV)/bin/python build.py local up $(VARIANT)

.PHONY: scan
scan: $(VENV)/library $(SCANNERS)/scanners  ## Have scanners read every variant; docs/by-design.md names what they may report
	$(VENV)/bin/python tools/scan.py

.PHONY: databases
databases:
	tools/databases.sh

.PHONY: peers
peers: $(VENV)/library  ## Bring what the benchmarks compare with: AWS CDK and a driver
	tools/peers.sh

.PHONY: clean
clean:  ## Remove what this file installed
	rm -rf $(VENV) $(CLIENTS) $(SCANNERS) .peers benchmarks/cdk/node_modules

PIP := -m pip install --quiet --disable-pip-version-check

$(VENV)/library: setup.cfg pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python $(PIP) --constraint constraints.txt --editable .
	touch $@

$(VENV)/tests: $(VENV)/library
	$(VENV)/bin/python $(PIP) --constraint constraints.txt --editable '.[test]'
	touch $@

# The scanners, too, pin versions that ours are not.
$(SCANNERS)/scanners: constraints-scanners.txt
	$(PYTHON) -m venv $(SCANNERS)
	$(SCANNERS)/bin/python $(PIP) --requirement constraints-scanners.txt
	touch $@

# AWS's clients pin versions that ours are not, so they get an environment of their own.
$(CLIENTS)/clients: constraints-clients.txt
	$(PYTHON) -m venv $(CLIENTS)
	$(CLIENTS)/bin/python $(PIP) --constraint constraints-clients.txt aws-sam-cli awscli
	touch $@
