# Duka: `make help` lists what there is. Everything sets up what it needs, below this folder.
SHELL := /bin/sh
PY := .venv/bin/python
DUKA := .venv/bin/duka
BOT := bot/.venv/bin/python
T ?= tests
CATALOG ?=
CASES ?=
OUT ?= predictions.jsonl
SEED ?= 1
KILLS ?= 1000
RESTARTS ?= 50
.DEFAULT_GOAL := help
.PHONY: help setup up demo seed migrate train fmt lint types imports migrations openapi docs test test-unit test-ignored test-bot \
        test-browser test-conversations check check-daraja parse eval eval-held-out eval-plain bench bench-timers bench-events \
        bench-intake bench-money bench-link bench-assignment bench-nlu bench-stock soak-dialogue nightly-machine nightly-money \
        torture torture-long clean

help: ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk 'BEGIN {FS = ":.*## "}; {printf "  \033[36m%-20s\033[0m %s\n", $$1, $$2}'

setup: ## Tools, both environments and the console's assets
	@scripts/setup.sh

up: setup ## Run everything on this machine until Ctrl-C
	@$(DUKA) up

demo: setup ## Drive one order in Kenya and one in India through the simulators and print their timelines
	@$(DUKA) demo

seed: setup ## Put the two example merchants into the database at DATABASE_URL
	@$(DUKA) seed

migrate: setup ## Bring the database at DATABASE_URL up to date
	@$(DUKA) migrate

train: setup ## Train the model, where the data has changed
	@$(DUKA) train

fmt: setup ## Format the code
	@.venv/bin/ruff format . && .venv/bin/ruff check --fix --quiet .

lint: setup ## Lint
	@.venv/bin/ruff format --check . && .venv/bin/ruff check .

types: setup ## Check the types, strictly
	@.venv/bin/mypy
	@$(BOT) -m mypy --config-file bot/mypy.ini

imports: setup ## Check which way imports point
	@.venv/bin/lint-imports

migrations: setup ## Migrations up from empty, in step with the code, down and up again
	@.venv/bin/python scripts/check_migrations.py

openapi: setup ## Write docs/openapi.json and docs/asyncapi.json
	@$(DUKA) openapi --out docs/openapi.json
	@$(DUKA) asyncapi --out docs/asyncapi.json

docs: setup ## Write the diagrams that are printed from rows
	@$(DUKA) docs

test-unit: setup ## Tests of backend, actions, architecture and whole orders (T=path for some)
	@.venv/bin/pytest -q -n 2 $(T)

test-ignored: setup ## Let 1,000 orders at once be ignored by their vendors, to the last step of each ladder
	@DUKA_IGNORED_ORDERS=1000 .venv/bin/pytest -q -n 0 tests/e2e/test_many_ignored_orders.py

test-bot: setup ## Tests of the bot, in its own interpreter
	@$(BOT) -m pytest -q tests/bot

test-conversations: train ## Rasa's own checks: data validation and conversation tests
	@$(DUKA) test-conversations

test: setup train ## All tests
	@.venv/bin/pytest -q -n 2 tests
	@$(BOT) -m pytest -q tests/bot
	@$(DUKA) test-conversations

check: setup lint types imports migrations ## All that CI runs
	@$(DUKA) openapi --check docs/openapi.json
	@$(DUKA) asyncapi --check docs/asyncapi.json
	@$(MAKE) --no-print-directory test
	@$(MAKE) --no-print-directory demo

check-daraja: setup ## Send what our Daraja adapter sends to daraja-mock, in an environment that is thrown away
	@$(PY) scripts/check_daraja.py

parse: setup train ## Read benchmark cases: CATALOG=C.csv CASES=IN.jsonl OUT=OUT.jsonl
	@$(DUKA) parse --catalog "$(CATALOG)" --cases "$(CASES)" --out "$(OUT)"

eval: setup train ## Measure the reading on the development benchmark and our own trades (KEEP=1 keeps the figures)
	@PYTHONPATH=. $(PY) scripts/evaluate_reading.py $(if $(KEEP),--keep)

eval-held-out: setup train ## Measure the reading on shops that nothing was trained or fitted on (KEEP=now keeps the figures)
	@PYTHONPATH=. $(PY) scripts/evaluate_held_out.py --errors $(if $(KEEP),--keep "$(KEEP)")

eval-plain: setup train ## Measure the reading on plain orders and changes for the rows of every shop (SEED=1)
	@PYTHONPATH=. $(PY) scripts/evaluate_plain.py --seed $(SEED) --errors

bench: setup train ## Time a turn beside a default bot's
	@$(PY) scripts/bench_turn.py

bench-timers: setup ## Time timers and ladder steps beside pgqueuer, procrastinate and DBOS (some six minutes)
	@$(PY) scripts/bench_timers.py

bench-events: setup ## Time the outbox beside Redis Streams
	@$(PY) scripts/bench_events.py

bench-intake: setup ## Time webhooks beside the ORM and pgbench, and kill 200 times
	@$(PY) scripts/bench_intake.py

bench-money: setup ## Reconcile an invented day of 10,000 orders beside exact matching, and hold it against the truth
	@PYTHONPATH=. $(PY) scripts/bench_money.py

bench-nlu: setup train ## Time the reading beside the default pipeline of Rasa (some ten minutes the first time)
	@PYTHONPATH=. $(PY) scripts/bench_nlu.py

bench-stock: setup ## Time reservations of one hot item beside a plain UPDATE, and sell ten units to two hundred at once
	@$(PY) scripts/bench_stock.py

bench-link: setup ## Time the catalogue link on 5,000 rows
	@$(PY) scripts/bench_link.py

bench-assignment: setup ## Time the assignment of 200 orders to 100 riders beside the nearest rider for each
	@PYTHONPATH=. $(PY) scripts/bench_assignment.py

nightly-machine: setup ## 2,000 sequences of 60 commands on orders, money, stock and time: no invariant breaks (SEED=n)
	@PYTHONPATH=. $(PY) scripts/nightly_machine.py --seed $(SEED)

nightly-money: setup ## A brown-out over 300 orders, and 1,000 reservations that end as their payments land (some ten minutes)
	@DUKA_FULL_SIZES=1 $(PY) -m pytest -q -n 2 tests/backend/payments/test_brown_out.py tests/backend/payments/test_over_http.py \
		-k "brown_out or reservations_that_end"

soak-dialogue: setup train ## 10,000 messages over two Rasa replicas: none lost, none doubled
	@$(PY) -m scripts.soak_dialogue

torture: setup train ## Two orders by chat and a town of many, while processes, Postgres and providers fail: SEED=n
	@$(DUKA) torture --seed $(SEED)

torture-long: setup ## The town under KILLS=1000 kills and RESTARTS=50 of Postgres (an hour on a busy machine): SEED=n
	@$(DUKA) torture --no-dialogue --seed $(SEED) --kills $(KILLS) --restarts $(RESTARTS)

clean: ## Remove what was built here, stores included
	@rm -rf .venv .tools .duka bot/.venv node_modules .rasa backend/console/static/vendor backend/reports/fonts
