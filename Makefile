# CaseConsultant from a fresh checkout. Needed: Python 3.11 or newer, and make. `make` alone tells what there is.

.DEFAULT_GOAL := help
.PHONY: help serve test demo setup tables lock clean

help:  ## this list
	@awk -F ':  ## ' '/^[a-z]+:  ## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile
	@echo 'Another Python than python3:  make serve PYTHON=/path/to/python3.12'
	@echo 'Words for the command:        make serve ARGS="--config my.toml"    make test ARGS="tests/intake -k charset"'

serve:  ## set up if needed, then open the doors: SMTP on 127.0.0.1:8025, the page on 127.0.0.1:8080
	@PYTHON="$(PYTHON)" scripts/setup
	@exec .venv/bin/consultant serve $(ARGS)

test:  ## set up if needed, with the test tools, then run every check of the house
	@PYTHON="$(PYTHON)" scripts/setup test
	@exec scripts/check $(ARGS)

demo:  ## a house of its own in a temporary folder, mailed a handful of sample questions
	@PYTHON="$(PYTHON)" scripts/setup
	@exec .venv/bin/consultant demo $(ARGS)

setup:  ## only set up, with the test tools
	@PYTHON="$(PYTHON)" scripts/setup test

tables:  ## write the tables in docs/ anew from the code
	@.venv/bin/python -m scripts.tables

lock:  ## resolve the dependencies of pyproject.toml anew (needs uv)
	@scripts/lock $(ARGS)

clean:  ## remove the environment and every cache; queue/ and config.toml are left alone
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis dist
	find consultant tests bench scripts -name __pycache__ -type d -prune -exec rm -rf {} +
