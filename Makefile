# A fresh machine needs only `make run` and `make test`; `make` alone lists all targets.

# A command or a path; if empty, tools/find-python finds one.
PYTHON ?=
VENV ?= .venv
TEST_VENV ?= .venv-test
DOCS_VENV ?= .venv-docs
EXTRAS ?= app,calibrate,cluster,dev,discover,negmas

SCENARIO ?= istanbul-2025
N ?= 10000
OUT ?= out
# Further options of the command that a target runs: make test ARGS='-k trust'.
ARGS ?=

export PIP_DISABLE_PIP_VERSION_CHECK = 1

.DEFAULT_GOAL := help
.PHONY: help run app quick test verify bench experiments refresh docs lint

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

# A venv is created once and updated when pyproject.toml changes. The mark `.installed` is written last, so that an
# interrupted installation is repeated. The installation is editable: a change of code or scenarios takes effect at once.
define install
	@if ! $(1)/bin/python -c '' 2>/dev/null; then \
	    python=$$(tools/find-python "$(PYTHON)") || exit 1; \
	    echo "Creating $(1) with $$python"; \
	    "$$python" -m venv $$(test -e $(1)/pyvenv.cfg && echo --clear) $(1); \
	fi
	@echo "Installing into $(1) (the first time takes some minutes)"
	@$(1)/bin/python -m pip install --quiet --editable '$(2)'
	@touch $(1)/.installed
endef

$(VENV)/.installed: pyproject.toml
	$(call install,$(VENV),.)

$(TEST_VENV)/.installed: pyproject.toml
	$(call install,$(TEST_VENV),.[$(EXTRAS)])

$(DOCS_VENV)/.installed: pyproject.toml
	$(call install,$(DOCS_VENV),.[docs])

run: $(VENV)/.installed  ## simulate SCENARIO (istanbul-2025) N times (10000) into a fresh folder under OUT (out)
	@name=$$(basename "$(SCENARIO)" .yaml); folder="$(OUT)/$$name"; k=1; \
	while [ -e "$$folder" ]; do k=$$((k + 1)); folder="$(OUT)/$$name-$$k"; done; \
	mkdir -p "$(OUT)" && $(VENV)/bin/parley run "$(SCENARIO)" -n "$(N)" -o "$$folder" $(ARGS) && \
	echo "The figures and tables are in $$folder"

$(VENV)/.installed-app: $(VENV)/.installed
	@echo "Installing the page into $(VENV)"
	@$(VENV)/bin/python -m pip install --quiet --editable '.[app]'
	@touch $@

app: $(VENV)/.installed-app  ## open the interactive page on SCENARIO in the web browser
	@$(VENV)/bin/parley app "$(SCENARIO)" $(ARGS)

# Rules and solvers run as plain Python, so nothing is compiled. Their 64-bit arithmetic wraps around on purpose, which
# NumPy warns about outside compiled code.
# Tests that resolve hundreds of scenarios take long without compiled code: `make test` has them.
QUICK = $(wildcard $(addprefix tests/,rules solvers yamlio malformed)) \
    $(filter-out %/test_acts.py %/test_support.py %/test_scaffold.py,$(wildcard tests/scenario/test_*.py)) \
    tests/contracts/test_house.py tests/contracts/test_imports.py

quick: $(TEST_VENV)/.installed  ## run the tests of rules, solvers and scenarios without compiling, in under a minute
	@NUMBA_DISABLE_JIT=1 $(TEST_VENV)/bin/python -m pytest --no-header -q -W ignore::RuntimeWarning $(QUICK) $(ARGS)

# Files of tests are spread over one process more than there are processors, for tests of the page wait for a browser;
# what one process has compiled, the others read.
test: $(TEST_VENV)/.installed  ## run all tests except the slow ones, the verification and the benchmarks
	@$(TEST_VENV)/bin/python -m pytest --no-header -n $$($(TEST_VENV)/bin/python -c 'import os; print(1 + (os.cpu_count() or 1))') --dist loadfile $(ARGS)

verify: $(TEST_VENV)/.installed  ## check the model against known answers, then run all slow tests
	@PARLEY_VERIFICATION_PAGE=docs/explanation/verification.md $(TEST_VENV)/bin/python -m pytest -q -m verification tests/verification $(ARGS)
	@$(TEST_VENV)/bin/python -m pytest -q -m slow tests $(ARGS)

bench: $(TEST_VENV)/.installed  ## measure speed, into docs/explanation/performance.md
	@PARLEY_PERFORMANCE=docs/explanation/performance.md $(TEST_VENV)/bin/python -m pytest -q -m benchmark tests/benchmarks $(ARGS)

experiments: $(TEST_VENV)/.installed  ## run every shipped experiment and plot its figures
	@set -e; for script in experiments/run_*.py; do echo "$$script"; $(TEST_VENV)/bin/python "$$script" $(ARGS); done

refresh: $(TEST_VENV)/.installed  ## redo fits, experiments, figures and quoted numbers whose sources or numbers have changed
	@$(TEST_VENV)/bin/python tools/refresh.py $(ARGS)

docs: $(DOCS_VENV)/.installed  ## build the site of docs into docs/_build/html; a warning is an error
	@rm -rf docs/_build docs/plots docs/reference/generated
	@$(DOCS_VENV)/bin/python -m sphinx -q -b html -d docs/_build/doctrees -W --keep-going docs docs/_build/html $(ARGS)
	@echo "The site is in docs/_build/html/index.html"

lint: $(TEST_VENV)/.installed  ## check style and types with ruff and mypy
	@$(TEST_VENV)/bin/python -m ruff check --quiet --output-format concise .
	@$(TEST_VENV)/bin/python -m mypy --no-error-summary
