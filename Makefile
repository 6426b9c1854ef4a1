# demo    set everything up and show a whole run, no data needed (the default)
# test    the test suite with branch coverage of the core
# soak    the long proofs: a real week through the replica with every fault in turn, a month of signals, of trades and on paper, ten
#         minutes of a page that watches 300 instruments (more than an hour)
# check   style, types, import contracts, dependencies, locks
# bench   the figures beside those of other engines, in an environment of their own
# docs    the documentation as a site in site/
# assets  fetch the chart libraries of the report again
# web     the dashboard's pages, built anew from web/ (needs Node >= 20.19)
# audit   known vulnerabilities in what is shipped (asks databases over the net, and needs Node)
# lock    write the lock files again, after a change of dependencies
# clean   remove all that make made
#
# A fresh clone needs python3 (>= 3.11) with pip and venv, make and git; uv is fetched into .tools/.

.DEFAULT_GOAL := demo
.DELETE_ON_ERROR:
.PHONY: demo test soak check lock-check bench docs assets web audit lock clean

PYTHON ?= python3
BIN := .venv/bin
UV := .tools/bin/uv
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header

# Only the interpreter that is already there, never one that uv would fetch.
export UV_PYTHON_DOWNLOADS := never
export UV_COMPILE_BYTECODE := 1
# Settings of whoever calls make must not leak into the environments made here.
unexport VIRTUAL_ENV PYTHONPATH PYTHONHOME

demo: .venv/.stamp
	@$(BIN)/edgeproof demo
	@echo 'Here edgeproof is called $(BIN)/edgeproof.'

test: .venv/.stamp
	@$(BIN)/pytest -q -n 2 --cov --cov-report=term

SOAK := $(patsubst %,tests/acceptance/test_%.py,live_week scan_week scan_interrupted scan_month notifications paper_week paper_month \
	paper_ready replay_month dashboard_watched)
soak: .venv/.stamp
	@EDGEPROOF_SOAK=1 $(BIN)/pytest -q -s --timeout 1500 $(SOAK) tests/property/test_engine.py \
		tests/unit/performance/test_drift.py

check: .venv/.stamp lock-check
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/deptry src
	@$(BIN)/towncrier build --draft --version next > /dev/null

# Compiling again on top of the lock changes nothing unless the requirements have changed.
lock-check: $(UV)
	@rm -rf .cache/locks && mkdir -p .cache/locks && cp locks/*.txt .cache/locks/
	@$(MAKE) --no-print-directory lock LOCKS=.cache/locks
	@diff -ru locks .cache/locks || { echo 'locks/ does not match the requirements: run `make lock`'; exit 1; }
	@! grep -nE '://|--find-links|--index-url| @ ' locks/*.txt || { echo 'a lock names an address: run `make lock`'; exit 1; }

LOCKS := locks
lock: $(UV)
	@$(COMPILE) pyproject.toml -o $(LOCKS)/app.txt > /dev/null
	@$(COMPILE) pyproject.toml --group dev -o $(LOCKS)/dev.txt > /dev/null
	@$(COMPILE) pyproject.toml benchmarks/requirements.in -o $(LOCKS)/bench.txt > /dev/null
	@$(COMPILE) benchmarks/nautilus.in -o $(LOCKS)/nautilus.txt > /dev/null

bench: .venv-bench/.stamp .venv-nautilus/.stamp
	@.venv-bench/bin/python -m benchmarks.run $(BENCH)

docs: .venv/.stamp
	@$(BIN)/python -m edgeproof.cli.reference docs/reference/language.md
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

assets:
	@bash src/edgeproof/research/report/assets/vendor/fetch.sh

web: web/node_modules/.stamp
	@cd web && npm run --silent build && npm test --silent

web/node_modules/.stamp: web/package.json web/package-lock.json
	@command -v npm > /dev/null || { echo 'the pages are built with Node (>= 20.19), and there is none; the built ones in src/edgeproof/web/static work without'; exit 1; }
	@cd web && npm ci --silent
	@touch $@

audit: $(UV)
	@mkdir -p .cache && $(COMPILE) pyproject.toml --all-extras -o .cache/audit.txt > /dev/null
	@$(PYTHON) .ci/audit .cache/audit.txt $(UV)x

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "edgeproof needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -m venv .tools
	@.tools/bin/python -m pip install --quiet --disable-pip-version-check 'uv>=0.9,<1'

.venv/.stamp: $(UV) pyproject.toml locks/dev.txt
	@test -x .venv/bin/python || $(UV) venv --quiet --python .tools/bin/python .venv
	@$(UV) pip sync --quiet --python .venv --require-hashes locks/dev.txt
	@$(UV) pip install --quiet --python .venv --no-deps --editable .
	@touch $@

.venv-bench/.stamp: $(UV) pyproject.toml locks/bench.txt
	@test -x .venv-bench/bin/python || $(UV) venv --quiet --python .tools/bin/python .venv-bench
	@$(UV) pip sync --quiet --python .venv-bench --require-hashes locks/bench.txt
	@$(UV) pip install --quiet --python .venv-bench --no-deps --editable .
	@touch $@

# A peer that needs another pandas than the others. It runs beside them as a program of its own.
.venv-nautilus/.stamp: $(UV) locks/nautilus.txt
	@test -x .venv-nautilus/bin/python || $(UV) venv --quiet --python .tools/bin/python .venv-nautilus
	@$(UV) pip sync --quiet --python .venv-nautilus --require-hashes locks/nautilus.txt
	@touch $@

clean:
	@rm -rf .venv .venv-bench .venv-nautilus .tools .cache .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache \
		.coverage .coverage.* build dist site web/node_modules
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
