# lipamita: everything is a target here; `make` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PY := .venv/bin/python
FIRMWARE_BUILD := firmware/build
PYTHON_CODE := functions emulators tools tests bench
ONCE ?=
PROJECT ?=

.PHONY: soak help setup demo test check check-deep fmt bench bench-rtdb bench-drain bench-firmware emulators meter firmware dashboard sim register-urls deploy

help: ## List the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Install what is missing (Debian, PyPI and npm packages)
	@tools/setup.sh

DASHBOARD_SOURCES := $(shell find dashboard/src dashboard/static -type f 2>/dev/null) \
	dashboard/index.html dashboard/vite.config.ts dashboard/package-lock.json

dashboard: setup dashboard/dist/index.html ## Build the web dashboard

dashboard/dist/index.html: $(DASHBOARD_SOURCES)
	@npm --prefix dashboard run --silent build

firmware: setup ## Build the virtual meter and the firmware tests
	@cmake -S firmware -B $(FIRMWARE_BUILD) -DCMAKE_BUILD_TYPE=RelWithDebInfo >/dev/null
	@cmake --build $(FIRMWARE_BUILD) --parallel 2 -- -s --no-print-directory

demo: setup firmware dashboard ## Start everything, pay KES 500 and watch it reach the meter (ONCE=1: then end)
	@$(PY) -m tools.demo $(if $(ONCE),--once)

test: setup firmware dashboard ## Run every test
	@ctest --test-dir $(FIRMWARE_BUILD) --output-on-failure -j2
	@npm --prefix dashboard run --silent test
	@$(PY) -m pytest

check: setup ## Lint, types, import contracts, formatting, configuration
	@.venv/bin/ruff check $(PYTHON_CODE)
	@.venv/bin/ruff format --check $(PYTHON_CODE)
	@.venv/bin/mypy functions/main.py functions/lipamita emulators tools bench tests
	@PYTHONPATH=functions:. .venv/bin/lint-imports --no-cache >/dev/null || PYTHONPATH=functions:. .venv/bin/lint-imports --no-cache
	@find firmware \( -name '*.cpp' -o -name '*.h' \) -not -path '*/build*/*' -print0 | xargs -0 clang-format-19 --dry-run -Werror
	@npm --prefix dashboard run --silent check
	@bash -n tools/setup.sh .ci/run
	@sh -n firmware/check_deep firmware/fuzz/run

check-deep: setup firmware dashboard ## Firmware on other compilers and machines, every power cut, fuzzing, soak (SECONDS=60 each)
	@tools/setup.sh deep
	@firmware/check_deep $(or $(SECONDS),60)
	@$(PY) -m tools.soak --meters $(or $(METERS),50) --seconds $(or $(SECONDS),60) --seed $(or $(SEED),1)

fmt: setup ## Format everything, and write the generated parts of the documents
	@PYTHONPATH=functions $(PY) -m tools.state_tables
	@$(PY) -m tools.access_matrix
	@$(PY) -m tools.wiring
	@.venv/bin/ruff check -q --fix $(PYTHON_CODE) || true
	@.venv/bin/ruff format -q $(PYTHON_CODE)
	@npm --prefix dashboard run --silent fmt
	@find firmware \( -name '*.cpp' -o -name '*.h' \) -not -path '*/build*/*' -print0 | xargs -0 clang-format-19 -i

sim: setup ## Simulate faults in the payment core (RUNS=10000 SEED=1)
	@PYTHONPATH=functions:. $(PY) -m tests.simulation --runs $(or $(RUNS),10000) --seed $(or $(SEED),1)

soak: setup firmware dashboard ## Many meters, plugs pulled, a bad network: paid = held (METERS=50 SECONDS=60 SEED=1)
	@$(PY) -m tools.soak --meters $(or $(METERS),50) --seconds $(or $(SECONDS),60) --seed $(or $(SEED),1)

bench: setup firmware dashboard ## Measure, as ratios against peers in one run
	@$(PY) -m bench

bench-ledger: setup ## Measure the books with 100,000 payments
	@$(PY) -m bench.ledger

bench-rtdb: setup ## Measure the Realtime Database emulator
	@$(PY) -m bench.rtdb

bench-drain: setup ## Measure how fast a backlog of paid payments drains
	@$(PY) -m bench.drain

bench-firmware: setup firmware ## Measure the firmware core
	@tools/setup.sh deep
	@$(PY) -m bench.firmware

emulators: setup dashboard ## Start the emulators with the demo estate and stay up
	@$(PY) -m emulators start --import emulator-data

meter: setup firmware ## Run one virtual meter against running emulators (METER=MTR-001)
	@$(PY) -m tools.meter $(or $(METER),MTR-001)

register-urls: setup ## Tell Safaricom where payments by hand are reported (PROJECT=your-project)
	@bin/lipamita register-urls --project $(PROJECT)

deploy: setup dashboard ## Check the configuration and deploy to PROJECT=your-project
	@bin/lipamita deploy $(PROJECT)
