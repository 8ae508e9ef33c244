# Every target prints what it does; `make` alone lists them.
VENV   ?= .venv
PYTHON ?= python3
BIN    := $(VENV)/bin
CONSTRAINTS ?= constraints.txt
INSTALL = $(BIN)/pip install -q --disable-pip-version-check --use-pep517 -c $(CONSTRAINTS)
DATA   ?= ../shared/data
DEVICE ?= cpu
SECONDS ?= 180
SEED   ?= 1
BEFORE ?= 7ad2c8d
# Keep compiled modules in __pycache__, even where the environment says otherwise: tests start hundreds of processes,
# and each would compile 400 modules anew.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help run test fast lint openapi oidc-provider expo lighthouse docs fix bench bench-smoke bench-before chaos chaos-cluster fuzz audit train restate folds image clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  \033[1m%-13s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# One stamp a set of packages; each is made again only when the list of dependencies changes.
$(BIN)/python:
	@echo "Creating $(VENV) ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "coralchunk needs Python 3.11 or newer; set PYTHON=..."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv module is missing; on Debian and Ubuntu: apt install python3-venv"; exit 1; }

$(VENV)/.run: $(BIN)/python setup.cfg pyproject.toml constraints.txt
	@echo "Installing coralchunk into $(VENV) (once) ..."
	@$(INSTALL) -e .
	@touch $@

$(VENV)/.dev: $(BIN)/python setup.cfg pyproject.toml constraints.txt
	@echo "Installing coralchunk and its development tools into $(VENV) (once) ..."
	@$(INSTALL) -e '.[dev]'
	@touch $(VENV)/.run $@

$(VENV)/.bench: $(VENV)/.dev
	@echo "Installing the packages for the benchmark into $(VENV) (once) ..."
	@$(INSTALL) -e '.[bench]'
	@touch $@

$(VENV)/.docs: $(VENV)/.run
	@echo "Installing the documentation generator into $(VENV) (once) ..."
	@$(INSTALL) -e '.[docs]'
	@touch $@

$(VENV)/.fuzz: $(VENV)/.dev
	@echo "Installing the fuzzer and the auditor into $(VENV) (once) ..."
	@$(INSTALL) -e '.[fuzz]'
	@touch $@

$(VENV)/.research: $(VENV)/.dev
	@echo "Installing the packages for training into $(VENV) (once; PyTorch is large) ..."
	@$(INSTALL) -e '.[research]'
	@touch $@

run: $(VENV)/.run  ## start everything; open http://localhost:5001
	@case "$${CORALCHUNK_HOST:-127.0.0.1}" in 127.*|localhost|::1) export CORALCHUNK_FETCH_URLS=$${CORALCHUNK_FETCH_URLS:-1};; esac; \
	exec $(BIN)/coralchunk serve

test: $(VENV)/.dev  ## all tests, including slow ones, with branch coverage
	$(BIN)/pytest --numprocesses=auto --maxprocesses=4 --dist=loadfile --no-loadscope-reorder --cov --cov-report=term

fast: $(VENV)/.dev  ## the tests that need no server, database or browser
	$(BIN)/pytest -q -m 'not slow' -x --numprocesses=auto --maxprocesses=4 --dist=loadfile

lint: $(VENV)/.dev  ## check formatting, rules, types and import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(VENV)/.docs  ## build the documentation into build/site; warnings and broken links are errors
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --clean --strict
	$(BIN)/python docs/site/check.py build/site

$(VENV)/npm/node_modules: $(BIN)/python
	@echo "Installing the linters and a generator of OpenAPI documents into $(VENV)/npm (once; needs Node) ..."
	@npm install --silent --no-audit --no-fund --prefix $(VENV)/npm @redocly/cli@2.77.0 \
	  @stoplight/spectral-cli@6.16.3 openapi-typescript@7.13.0 typescript@5.9.3
	@touch $@

$(VENV)/generators/bin/python: $(BIN)/python
	@echo "Installing the generators of Python, Kotlin and Swift clients into $(VENV)/generators (once) ..."
	@$(PYTHON) -m venv $(VENV)/generators
	@$@ -m pip install -q --disable-pip-version-check openapi-python-client==0.29.1 openapi-generator-cli==7.26.0

openapi: $(VENV)/.dev $(VENV)/npm/node_modules $(VENV)/generators/bin/python  ## lint /openapi.json, and generate clients from it
	$(BIN)/pytest -q tests/api/test_openapi.py tests/api/test_generated_clients.py

$(VENV)/oidc-provider/node_modules: $(BIN)/python
	@npm install --silent --no-audit --no-fund --prefix $(VENV)/oidc-provider oidc-provider@9.13.3
	@touch $@

oidc-provider: $(VENV)/oidc-provider/node_modules  ## install the OpenID provider that tests of log-in use (needs Node)

$(VENV)/expo/node_modules: clients/expo/package.json
	@echo "Installing Expo and React Native into $(VENV)/expo for their types (once, 340 MB; needs Node) ..."
	@mkdir -p $(VENV)/expo && cp clients/expo/package.json $(VENV)/expo/
	@npm install --silent --no-audit --no-fund --ignore-scripts --prefix $(VENV)/expo
	@touch $@

expo: $(VENV)/.dev $(VENV)/npm/node_modules $(VENV)/expo/node_modules  ## check the sample of a mobile app
	$(BIN)/pytest -q tests/clients/test_expo_sample.py

$(VENV)/lighthouse/node_modules: $(BIN)/python
	@echo "Installing Lighthouse into $(VENV)/lighthouse (once; needs Node) ..."
	@npm install --silent --no-audit --no-fund --prefix $(VENV)/lighthouse lighthouse@12.8.2
	@touch $@

lighthouse: $(VENV)/.dev $(VENV)/lighthouse/node_modules  ## measure the main pages of the app (needs Chromium and a quiet machine)
	$(BIN)/python -m tests.web.lighthouse

fix: $(VENV)/.dev  ## let ruff repair what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.bench  ## run the whole benchmark (some minutes) and print a table
	$(BIN)/python -m bench

bench-smoke: $(VENV)/.dev  ## run a short benchmark; fails if an answer is wrong, never because of time
	$(BIN)/python -m bench --smoke

build/before-$(BEFORE)/.venv/.run: $(BIN)/python
	@echo "Checking $(BEFORE) out into build/before-$(BEFORE), with an environment of its own (once) ..."
	@mkdir -p build
	@[ -d build/before-$(BEFORE) ] || git clone -q . build/before-$(BEFORE)
	@git -C build/before-$(BEFORE) checkout -q --detach $(BEFORE)
	@$(BIN)/python -m venv --clear build/before-$(BEFORE)/.venv
	@cd build/before-$(BEFORE) && .venv/bin/pip install -q --disable-pip-version-check -c constraints.txt -e .
	@touch $@

bench-before: $(VENV)/.dev build/before-$(BEFORE)/.venv/.run  ## compare with the commit BEFORE, alternately in one run
	$(BIN)/python -m bench.before build/before-$(BEFORE)

chaos: $(VENV)/.dev  ## inject faults into a server for SECONDS, and check that nothing is lost
	$(BIN)/python -m chaos --seconds $(SECONDS) --seed $(SEED)

chaos-cluster: $(VENV)/.dev  ## the same to a server on several hosts, made as network namespaces (needs root)
	$(BIN)/python -m chaos.cluster --seconds $(SECONDS) --seed $(SEED)

fuzz: $(VENV)/.fuzz  ## fuzz the image decoder for SECONDS
	$(BIN)/python -m fuzz corpus fuzz/corpus
	$(BIN)/python -m fuzz decode fuzz/corpus -max_total_time=$(SECONDS) -rss_limit_mb=2048 -timeout=10

audit: $(VENV)/.fuzz  ## look up known vulnerabilities of the installed packages (needs internet access)
	$(BIN)/pip-audit --skip-editable

train: $(VENV)/.research  ## rebuild the bundled model from the labelled photos in DATA, on DEVICE (cpu or cuda)
	$(BIN)/python -m research train --data $(DATA) --device $(DEVICE)

restate: $(VENV)/.research  ## bundle the graph of version GRAPH again as VERSION, with figures measured anew
	$(BIN)/python -m research restate --data $(DATA) --device cuda --graph $(GRAPH) --version $(VERSION)

folds: $(VENV)/.research  ## measure the recipe of the bundled model on photos, seas and collections left out
	$(BIN)/python -m research folds --data $(DATA) --device $(DEVICE)

image:  ## build the container image and run it (as root, on Debian; needs buildah and mmdebstrap)
	bash deploy/check_image.sh

clean:  ## remove what `make` created (never data)
	rm -rf $(VENV) build dist *.egg-info .coverage .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
