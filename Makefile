# People's entrances; .ci/run calls `make test`.
VENV ?= .venv
PYTHON ?= python3
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
RUNTIME := $(VENV)/.runtime
JOBS ?= 2

COMPILE := .lock/bin/uv pip compile --quiet pyproject.toml -c constraints.txt --python-version 3.11 --universal \
  --generate-hashes --no-annotate --custom-compile-command "make lock"

.DEFAULT_GOAL := help
.PHONY: help demo demo-all dist test test-fast test-full lint format docs rule lock bench soak fuzz scanners clean

help: ## Show this help
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

# The lock brings everything, each file checked against its hash; the second line finds all there, and installs this project.
$(STAMP): pyproject.toml constraints.txt locks/dev.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r locks/dev.txt
	$(BIN)/python -m pip install --quiet -c constraints.txt --no-build-isolation --group dev -e '.[models]'
	@touch $@

# The builder warns of any editable installation, in ten lines that say nothing to somebody who tries this out.
$(RUNTIME): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet -c constraints.txt -e '.[models]' pytest
	@touch $@

demo: $(RUNTIME) ## Move a small project of Keras 2.2.4 to Keras 3, before and after
	$(BIN)/python scripts/demo.py

demo-all: $(RUNTIME) ## Migrate the authentic models in legacy_models/, the broken ones among them, and write a report
	$(BIN)/keras-migrate models legacy_models --out out/demo-all --jobs $(JOBS) --force || [ $$? -eq 1 ]
	$(BIN)/keras-migrate report legacy_models --models out/demo-all/report.json --out out/demo-all/report.html

dist: ## Build wheel and source distribution, check them, and use the light installation
	PYTHON=$(PYTHON) bash scripts/check_distribution.sh

test: lint ## Everything that must hold: lint, types, tests
	$(BIN)/python -m pytest -q -n $(JOBS) --dist loadgroup

test-full: lint ## All tests, with those that the gate leaves out for their time
	$(BIN)/python -m pytest -q -n $(JOBS) --dist loadgroup --full

test-fast: $(STAMP) ## The tests that start no TensorFlow world
	$(BIN)/python -m pytest -q -m "not slow"

lint: $(STAMP) ## Lint, formatting and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python scripts/rule_pages.py --check
	$(BIN)/python scripts/schemas.py --check
	$(BIN)/python scripts/errors_page.py --check
	$(BIN)/python scripts/matrix_page.py --check

format: $(STAMP) ## Format the sources
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(STAMP) ## Generate pages and schemas, and build the documentation into out/site
	$(BIN)/python scripts/rule_pages.py
	$(BIN)/python scripts/schemas.py
	$(BIN)/python scripts/errors_page.py
	$(BIN)/python scripts/matrix_page.py
	$(BIN)/python scripts/ecosystem_page.py
	$(BIN)/python -m pip install --quiet -c constraints.txt --group docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet

rule: $(STAMP) ## Begin a source rule: make rule CODE=LAY130 IN=layers/members
	$(BIN)/python scripts/new_rule.py $(CODE) $(IN)

lock: ## Write the locks: hashes of every file of every dependency, at the versions of constraints.txt
	$(PYTHON) -m venv .lock
	.lock/bin/python -m pip install --quiet uv
	mkdir -p locks
	$(COMPILE) -o locks/light.txt
	$(COMPILE) --extra models -o locks/models.txt
	$(COMPILE) --extra models --group dev -o locks/dev.txt

bench: $(STAMP) ## Side-by-side speed, as ratios
	$(BIN)/python benchmarks/models.py
	$(BIN)/python benchmarks/memory.py
	$(BIN)/python benchmarks/batch.py
	$(BIN)/python benchmarks/scan.py
	$(BIN)/python benchmarks/codemods.py
	$(BIN)/python benchmarks/report.py

soak: $(STAMP) ## Two thousand artifacts in one run, damaged ones among them
	$(BIN)/python scripts/soak.py

fuzz: $(STAMP) ## A hundred thousand mutated inputs for the readers
	$(BIN)/python scripts/fuzz.py

SCANNERS := .scanners
scanners: $(STAMP) ## Compare the scan with three other scanners, each installed into .scanners/
	@for wanted in 'modelaudit==0.2.54 h5py' 'modelscan[h5py]==0.8.8' 'picklescan==1.0.5'; do \
	  name=$${wanted%%[=[]*}; \
	  test -x $(SCANNERS)/$$name/bin/$$name || { \
	    $(PYTHON) -m venv $(SCANNERS)/$$name && $(SCANNERS)/$$name/bin/python -m pip install --quiet $$wanted; }; \
	done
	$(BIN)/python scripts/compare_scanners.py \
	  --modelaudit $(SCANNERS)/modelaudit/bin/modelaudit --modelscan $(SCANNERS)/modelscan/bin/modelscan \
	  --picklescan $(SCANNERS)/picklescan/bin/picklescan

clean: ## Remove what the targets made
	rm -rf $(VENV) .lock out .pytest_cache .mypy_cache .ruff_cache
