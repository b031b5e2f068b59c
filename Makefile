# Every target that a person starts has its sentence after "##"; "make help" prints them.
.DEFAULT_GOAL := help
SHELL := /bin/sh
BIN := .venv/bin
SOURCES := kiosk drivers hal_sim tests
# A second start of kiosk and control needs what a first one installed; both scripts cost well under a second then.
RUN_ARGS ?=
TEST_ARGS ?=
BENCH_ARGS ?=
MUTATE_ARGS ?=
KILL_ARGS ?=
CAMPAIGN_ARGS ?=
FUZZ_ARGS ?=
MONKEY_ARGS ?=

.PHONY: help
help: ## list every target
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-20s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: ## install all there is to install: system packages, .venv, locked dependencies (with what tests need)
	@tools/setup.sh dev

.PHONY: setup-run
setup-run: ## the same without what only tests need
	@tools/setup.sh run

.PHONY: run
run: setup-run ## open the kiosk against the simulated injector; without a display, play a treatment into out/
	@tools/run.sh $(RUN_ARGS)

.PHONY: rehearse-calibration
rehearse-calibration: setup ## a device that is built wrong, calibrated by real touches on its balance and gauge; 25 minutes; out/calibration/
	@$(BIN)/nappage run --simulated --demo calibration --out out/calibration $(RUN_ARGS)

.PHONY: check
check: setup ## lint only: ruff, its formatter, pyright, import contracts
	@$(BIN)/ruff check $(SOURCES)
	@$(BIN)/ruff format --check --quiet $(SOURCES) || { echo "run 'make format'"; exit 1; }
	@$(BIN)/pyright
	@$(BIN)/lint-imports --no-cache

.PHONY: test
test: check ## check, then every test with its coverage gates (90 % everywhere, 100 % in protocols and session)
	@tools/test.sh $(TEST_ARGS)

.PHONY: format
format: setup ## let ruff put the sources in order
	@$(BIN)/ruff check --fix-only --quiet $(SOURCES)
	@$(BIN)/ruff format $(SOURCES)

.PHONY: trace
trace: setup ## every requirement with the tests that prove it; fails when one lost its last test
	@$(BIN)/python -m tests.trace

.PHONY: mutate
mutate: setup ## break every limit check in turn and see a test fail each time (MUTATE_ARGS="--sample 20 --seed 1")
	@$(BIN)/python -m tests.protocols.mutation $(MUTATE_ARGS)

.PHONY: bench
bench: setup ## measure lateness, edges, ledger, virtual time, frames and memory side by side; report in out/ (BENCH_ARGS=--short)
	@$(BIN)/python -m tests.bench $(BENCH_ARGS)

.PHONY: bench-ui
bench-ui: setup ## the same for the screen: first frame, frame rate, a still screen, touches, memory; report in out/bench-ui (BENCH_ARGS=--short)
	@$(BIN)/python -m tests.bench.ui $(BENCH_ARGS)

.PHONY: campaign
campaign: setup ## a million shots of random sessions with random faults in virtual time, every instant looked at (CAMPAIGN_ARGS=--seed N)
	@$(BIN)/python -m tests.proofs.campaign $(CAMPAIGN_ARGS)

.PHONY: campaign-short
campaign-short: setup ## the same in about a minute
	@$(BIN)/python -m tests.proofs.campaign --short $(CAMPAIGN_ARGS)

.PHONY: fuzz
fuzz: setup ## over 10,000,000 mutated frames and 100,000 files and messages: no crash, no motion, a clear error each (FUZZ_ARGS=--seed N)
	@$(BIN)/python -m tests.proofs.fuzz $(FUZZ_ARGS)

.PHONY: fuzz-short
fuzz-short: setup ## the same in about a minute
	@$(BIN)/python -m tests.proofs.fuzz --short $(FUZZ_ARGS)

.PHONY: monkey
monkey: setup ## random fingers and hands at the kiosk for five minutes at each size; what is found in out/monkey (MONKEY_ARGS="--minutes 1 --seed N --size 800x480")
	@$(BIN)/python -m tests.screens.monkeys $(MONKEY_ARGS)

.PHONY: gallery
gallery: setup ## draw every screen in every state at the three sizes, in every language, and at night; out/gallery/index.html shows them
	@$(BIN)/python -m tests.screens.gallery

.PHONY: pictures
pictures: setup ## draw again what every screen is held against (tests/screens/golden); look at what changed before you commit it
	@$(BIN)/python -m tests.screens.golden

.PHONY: words
words: setup ## collect the words of the glass, carry them into every language and compile those; fails when one lacks its translation
	@$(BIN)/python -m tests.words

.PHONY: kill
kill: setup ## a thousand kills of the real processes, every failing call of the storage, power loss at every sync; report in out/kill/ (KILL_ARGS=--seed N)
	@$(BIN)/python -m tests.proofs.kill $(KILL_ARGS)

.PHONY: kill-short
kill-short: setup ## fifty kills and samples of the rest
	@$(BIN)/python -m tests.proofs.kill --short $(KILL_ARGS)

.PHONY: registers
registers: setup-run ## print the injector's register map
	@$(BIN)/nappage registers

.PHONY: schema
schema: setup-run ## export the JSON Schema of the profiles for editors
	@$(BIN)/nappage schema

.PHONY: lock
lock: setup ## remake both lock files from pyproject.toml (LOCK_ARGS=--upgrade takes newer versions)
	@tools/lock.sh $(LOCK_ARGS)

.PHONY: install
install: ## install the units on a Raspberry Pi; refuses elsewhere
	@systemd/install.sh

.PHONY: uninstall
uninstall: ## remove the units from a Raspberry Pi; records are kept
	@systemd/uninstall.sh

.PHONY: clean
clean: ## remove what make made: .venv, out/, caches (never records)
	@rm -rf .venv out build .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage .coverage.* *.egg-info
	@find $(SOURCES) -name __pycache__ -type d -prune -exec rm -rf {} +
