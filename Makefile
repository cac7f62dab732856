# textkit: `make` does everything, `make test` tests it. Works with GNU make 3.81 and later.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PEERS  := .venv-peers
# one peer needs Python 3.12; without it that row is left out
PEERS_PYTHON ?= $(PYTHON)
PY     := $(BIN)/python
UV     := $(shell command -v uv 2>/dev/null)
STAMP  := $(VENV)/.stamp
# the lock files name no index: what a user's pip asks is the user's choice
COMPILE = env -u UV_INDEX_URL -u UV_EXTRA_INDEX_URL -u UV_DEFAULT_INDEX -u UV_INDEX -u UV_FIND_LINKS uv --no-config \
	pip compile --generate-hashes --universal --python-version 3.11 --custom-compile-command 'make lock' -q

export PYTHONHASHSEED ?= 0
export MPLBACKEND ?= Agg

.PHONY: all setup notebooks report test check lab verify bench lock clean help

all: notebooks report verify ## environment, all notebooks on the bundled data, figures, report

help: ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /make \1\t/' | expand -t 16

setup: $(STAMP) ## the environment only, in .venv

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "textkit needs Python 3.11 or later, found " + sys.version.split()[0] + "; run: make PYTHON=python3.12")'
	@$(PYTHON) -c 'import ensurepip, venv' || { echo 'install the venv module first (Debian: apt install python3-venv)'; exit 1; }
	test -x $(PY) || $(PYTHON) -m venv $(VENV)
ifneq ($(UV),)
	$(UV) pip sync -q --python $(PY) --require-hashes requirements.lock
	$(UV) pip install -q --python $(PY) --no-deps --no-build-isolation -e .
else
	$(PY) -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(PY) -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
endif
	@touch $@

notebooks: $(STAMP) ## run every notebook and write figures/
	$(PY) tools/run_notebooks.py

report: $(STAMP) ## compare the bundled reports: build/report/index.html
	$(BIN)/textkit compare data/townhall/raw --meta data/townhall/meta.csv --by town --title "四镇工作报告（虚构语料）" --out build/report --topics 6

verify: $(STAMP) ## do the files in figures/ still match their provenance?
	$(BIN)/textkit verify figures

test: $(STAMP) ## the tests
	$(PY) -m pytest -n auto --dist loadfile

check: $(STAMP) ## format, lint, types, floors, licences
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(PY) -m mypy --strict textkit
	$(BIN)/lint-imports
	$(PY) tools/check_licences.py

lab: $(STAMP) ## JupyterLab on notebooks/, on 127.0.0.1 with a token
	$(BIN)/textkit lab

bench: $(STAMP) $(PEERS)/.stamp ## benchmarks/RESULTS.md: ratios against named peers, in one run
	$(PY) -m benchmarks

# some peers need older libraries than textkit: they have an environment of their own
$(PEERS)/.stamp: benchmarks/peers.lock
	test -x $(PEERS)/bin/python || $(PEERS_PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r benchmarks/peers.lock
	@touch $@

lock: $(STAMP) ## rewrite the lock files (needs uv)
	$(COMPILE) pyproject.toml --group test -o requirements.lock
	$(COMPILE) benchmarks/peers.txt -o benchmarks/peers.lock

clean: ## remove the environment and what was built
	rm -rf $(VENV) $(PEERS) build .mypy_cache .ruff_cache .import_linter_cache
