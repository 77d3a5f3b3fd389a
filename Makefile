# demo, test, check, clean, and for maintainers models and lock. Each installs what it needs first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Named, since uv would rather install into another environment that happens to be active.
INSTALL := $(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python

.PHONY: demo test test-fast check models clean lock

demo: $(VENV)/.demo
	$(BIN)/zaigang demo

test: $(VENV)/.dev
	$(BIN)/pytest

test-fast: $(VENV)/.dev
	$(BIN)/pytest -m "not slow and not browser"

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Trains the shipped networks again from training/recipes (hours); needs ZAIGANG_SHARED, goes on where it was killed.
models: $(VENV)/.training
	$(BIN)/python -m training.build training/recipes/person.yaml --out build/person
	$(BIN)/python -m training.build training/recipes/objects.yaml --out build/objects
	$(BIN)/python -m training.uniform.build training/recipes/uniform.yaml --out build/uniform
	$(BIN)/python -m training.evaluation.base --out build/base
	$(BIN)/zaigang evaluate --root $$ZAIGANG_SHARED/data/eval --base build/base --out build/figures.json \
		--person build/person/person --objects build/objects/objects --uniform build/uniform/uniform
	$(BIN)/python -m training.figures build/figures.json build/person/person build/objects/objects build/uniform/uniform
	cp -r build/person/person build/objects/objects build/uniform/uniform vision/models/

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis demo-hall
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Renews every pin from the ranges in pyproject.toml; look at the diff, then run make test.
lock: $(VENV)/.tools
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --upgrade --extra demo pyproject.toml -o requirements/demo.txt
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --upgrade --extra dev -c requirements/demo.txt pyproject.toml -o requirements/dev.txt
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --upgrade --extra training -c requirements/demo.txt pyproject.toml -o requirements/training.txt

$(VENV)/.tools: requirements/tools.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --require-hashes -r requirements/tools.txt
	touch $@

$(VENV)/.training: $(VENV)/.tools requirements/training.txt pyproject.toml
	$(INSTALL) --require-hashes -r requirements/training.txt
	$(INSTALL) --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/.demo: $(VENV)/.tools requirements/demo.txt pyproject.toml
	$(INSTALL) --require-hashes -r requirements/demo.txt
	$(INSTALL) --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/.dev: $(VENV)/.tools requirements/dev.txt pyproject.toml
	$(INSTALL) --require-hashes -r requirements/dev.txt
	$(INSTALL) --no-deps --no-build-isolation -e .
	touch $@
