# make demo: the main job, on a real homeserver · make test: the whole suite
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.PHONY: setup demo test lint bench soak fuzz messages screenshots conversations lock clean

setup: $(READY)

# Made anew only when the lock or the project's own metadata changed.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Hallway needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1). Name another one with: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "python3 -m venv failed; on Debian it comes with the package python3-venv" >&2; rm -rf $(VENV); exit 2; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q bot commands storage
	@touch $(READY)

demo: $(READY)
	@$(BIN)/hallway demo

test: $(READY)
	$(BIN)/python -m pytest

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY)
	@for name in load search relevance cold round_trip idle limits drain ticks many broadcast; do echo "== $$name"; $(BIN)/python -m benchmarks.$$name || failed=1; done; test -z "$$failed"

# QUESTIONS, PEOPLE, CHANGES, KILLS, RESTARTS, ROOMS and SEED may be given: make soak QUESTIONS=300 PEOPLE=50 KILLS=20 SEED=7
soak: $(READY)
	$(BIN)/python -m tests.faults.soak --questions $(or $(QUESTIONS),3000) --kills $(or $(KILLS),200) --restarts $(or $(RESTARTS),10) $(if $(SEED),--seed $(SEED))
	$(BIN)/python -m tests.faults.reminders_soak --people $(or $(PEOPLE),500) --changes $(or $(CHANGES),100) --kills $(or $(KILLS),500) --restarts $(or $(RESTARTS),10) $(if $(SEED),--seed $(SEED))
	$(BIN)/python -m tests.faults.broadcast_soak --rooms $(or $(ROOMS),300) --kills $(or $(KILLS),21) $(if $(SEED),--seed $(SEED))

# INPUTS, EXAMPLES and SEED may be given: make fuzz INPUTS=2000 SEED=7
fuzz: $(READY)
	HALLWAY_FUZZ=$(or $(EXAMPLES),2000) $(BIN)/python -m pytest -q tests -k "fuzz or hostile or whatever or every_sequence" --timeout 3600 $(if $(SEED),--hypothesis-seed=$(SEED))
	$(BIN)/python -m tests.faults.fuzz --inputs $(or $(INPUTS),50000) $(if $(SEED),--seed $(SEED))

# Brings commands/locale/ up to date with what the code says; docs/languages.md tells how to go on.
messages: $(READY)
	$(BIN)/python -m tools.messages

# docs/conversations.md, as the bot answers now; look at the difference before it is committed.
conversations: $(READY)
	$(BIN)/python -m tools.conversations

# Needs nheko and a few tools around it from Debian; says which.
screenshots: $(READY)
	$(BIN)/python -m tools.screenshots

# Needs uv. Writes versions and hashes, never where they came from.
lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate \
	  --extra demo --group dev pyproject.toml --output-file requirements.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
