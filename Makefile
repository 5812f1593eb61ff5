# parley: `make run` and `make test` are all that a fresh machine needs; `make` alone lists the rest.

# A command or a path; left empty, tools/find-python looks for one.
PYTHON ?=
VENV ?= .venv
TEST_VENV ?= .venv-test
DOCS_VENV ?= .venv-docs
EXTRAS ?= app,bench,calibrate,cluster,dev,discover,negmas

SCENARIO ?= istanbul-2025
N ?= 10000
OUT ?= out
# More options for the command that a target runs: make test ARGS='-k trust'.
ARGS ?=

export PIP_DISABLE_PIP_VERSION_CHECK = 1

.DEFAULT_GOAL := help
.PHONY: help run test verify bench experiments docs lint

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

# A venv is made once and brought up to date when pyproject.toml changes. It is marked finished only at the end, so that
# an interrupted installation is taken up again. Scenarios and code are used where they lie: an edit takes effect at once.
define install
	@if ! $(1)/bin/python -c '' 2>/dev/null; then \
	    python=$$(tools/find-python "$(PYTHON)") || exit 1; \
	    echo "Making $(1) with $$python"; \
	    "$$python" -m venv $$(test -e $(1)/pyvenv.cfg && echo --clear) $(1); \
	fi
	@echo "Installing into $(1) (some minutes the first time)"
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

test: $(TEST_VENV)/.installed  ## run the tests, without the slow verification and the benchmarks
	@$(TEST_VENV)/bin/python -m pytest --no-header $(ARGS)

verify: $(TEST_VENV)/.installed  ## check the model against known answers and write docs/explanation/verification.md
	@PARLEY_VERIFICATION_PAGE=docs/explanation/verification.md $(TEST_VENV)/bin/python -m pytest -q -m verification tests/verification $(ARGS)

bench: $(TEST_VENV)/.installed  ## measure speed, into docs/explanation/performance.md
	@PARLEY_PERFORMANCE=docs/explanation/performance.md $(TEST_VENV)/bin/python -m pytest -q -m benchmark tests/benchmarks $(ARGS)

experiments: $(TEST_VENV)/.installed  ## carry out every shipped experiment and draw its figures
	@set -e; for script in experiments/run_*.py; do echo "$$script"; $(TEST_VENV)/bin/python "$$script" $(ARGS); done

docs: $(DOCS_VENV)/.installed  ## build the site of docs into docs/_build/html; a warning is an error
	@rm -rf docs/_build docs/plots docs/reference/generated
	@$(DOCS_VENV)/bin/python -m sphinx -q -b html -d docs/_build/doctrees -W --keep-going docs docs/_build/html $(ARGS)
	@echo "The site is in docs/_build/html/index.html"

lint: $(TEST_VENV)/.installed  ## ruff and mypy
	@$(TEST_VENV)/bin/python -m ruff check --quiet --output-format concise .
	@$(TEST_VENV)/bin/python -m mypy --no-error-summary
