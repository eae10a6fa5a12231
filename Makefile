# People's entrances; .ci/run calls `make test`.
VENV ?= .venv
PYTHON ?= python3
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
JOBS ?= 2

.DEFAULT_GOAL := help
.PHONY: help demo test test-fast lint format docs bench soak fuzz scanners clean

help: ## Show this help
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet -c constraints.txt --group dev -e '.[models]'
	@touch $@

demo: $(STAMP) ## Migrate the authentic models in legacy_models/ and write a report
	-$(BIN)/keras-migrate models legacy_models --out out/demo --jobs $(JOBS) --force
	$(BIN)/keras-migrate report legacy_models --models out/demo/report.json --out out/demo/report.html
	@echo "The report is out/demo/report.html"

test: lint ## Everything that must hold: lint, types, tests
	$(BIN)/python -m pytest -q -n $(JOBS) --dist loadgroup

test-fast: $(STAMP) ## The tests that start no TensorFlow world
	$(BIN)/python -m pytest -q -m "not slow"

lint: $(STAMP) ## Lint, formatting and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python scripts/rule_pages.py --check
	$(BIN)/python scripts/schemas.py --check

format: $(STAMP) ## Format the sources
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(STAMP) ## Generate the rule pages and schemas
	$(BIN)/python scripts/rule_pages.py
	$(BIN)/python scripts/schemas.py

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
	rm -rf $(VENV) out .pytest_cache .mypy_cache .ruff_cache
