# CuttingASMR's commands: `make help` lists them. Anything longer than two lines lives in scripts/.

PYTHON ?= python3
RUN := .venv/.installed-run
DEV := .venv/.installed-dev
IN := .venv/bin
ARGS ?=

export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run dev cluster sandbox migrate migration test test-fast check format pages audit bench clean

help: ## list the commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

# --- the environment: installed again only when what it should hold has changed ---

$(RUN): requirements.txt requirements.lock
	@$(PYTHON) scripts/bootstrap.py

$(DEV): requirements.txt requirements-dev.txt requirements.lock
	@$(PYTHON) scripts/bootstrap.py --dev

# --- running ---

run: $(RUN) ## the whole site on http://localhost:3000 (PORT=...), with its sandbox
	@$(IN)/python scripts/run.py

dev: $(RUN) ## the same, with pages that reload while you edit them
	@$(IN)/python scripts/run.py --dev

sandbox: $(RUN) ## only the stand-ins for kie.ai, Creem and Clerk (SANDBOX_PORT=3900)
	@$(IN)/python -m cuttingasmr.sandbox

cluster: $(DEV) ## the site as in production: PostgreSQL, Redis, 2 web and 2 worker processes, a proxy
	@$(IN)/python scripts/cluster.py

pages: $(RUN) ## build the pages, if anything that they are made of changed
	@$(IN)/python scripts/build_pages.py

migrate: $(RUN) ## bring the database up to date
	@$(IN)/python -m cuttingasmr.migrations

migration: $(DEV) ## write a migration from what changed in the models: make migration m="what it does"
	@test -n "$(m)" || { echo 'Say what it does: make migration m="add ..."'; exit 2; }
	@$(IN)/alembic revision --autogenerate -m "$(m)"

audit: $(RUN) ## check every statement about the money on the site's database
	@$(IN)/python -m cuttingasmr.credits.audit

# --- testing ---
# The browser's tests run by themselves: Playwright keeps an event loop going, in which no other can be started.

test: $(DEV) check pages ## everything: what the tests need, all checks, all tests (ARGS=... for pytest)
	@$(IN)/python scripts/browser.py
	$(IN)/pytest -n auto --ignore=tests/journeys $(ARGS)
	$(IN)/pytest -n auto tests/journeys $(ARGS)

test-fast: $(DEV) ## the tests without a browser and without killed processes
	$(IN)/pytest -n auto --ignore=tests/journeys --ignore=tests/faults $(ARGS)

check: $(DEV) ## style, types, import contracts, migrations, secrets, known holes in packages
	$(IN)/ruff check
	$(IN)/ruff format --check
	$(IN)/pyright
	$(IN)/lint-imports --no-logo
	$(IN)/python scripts/check_migrations.py
	$(IN)/python scripts/check_secrets.py
	$(IN)/python scripts/check_dependencies.py

format: $(DEV) ## lay the code out, and mend what can be mended
	$(IN)/ruff check --fix --exit-zero
	$(IN)/ruff format

bench: $(DEV) ## the benchmarks, as a table
	@$(IN)/python -m bench $(ARGS)

clean: ## delete what can be made again; data/ stays
	rm -rf .venv .web .states .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
