# make chat: everything from a fresh clone to the chat on http://127.0.0.1:7860
# make test: everything the project checks about itself
PYTHON ?= python3.11
PORT ?= 7860
VENV := .venv
BIN := $(VENV)/bin

.PHONY: setup chat test lint lock audit clean

setup: $(VENV)/runtime.stamp

chat: setup
	@echo "Indexing seeds/ (or the folders of last time) ..."
	@$(BIN)/quoth index
	@$(BIN)/quoth chat --port $(PORT)

# A worker more than there are cores, since tests also wait for browsers, servers and other processes.
WORKERS := $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)

test: setup $(VENV)/dev.stamp browser
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest --numprocesses $(WORKERS) --maxprocesses 4 --dist loadfile

lint: setup $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/mypy

INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
LOCKED := $(INSTALL) --no-deps --require-hashes
# uv takes half of pip's time; where it is not to be had or cannot fetch something, as behind a mirror that only pip's
# settings name, pip installs all.
UV := $(BIN)/python -m uv pip install --python $(BIN)/python --quiet --no-deps --require-hashes --compile-bytecode
UV_ITSELF := sed -n '/^uv==/,/\#/p' requirements-dev.lock
# The CPU build of torch, for wherever pip's settings name a place that has it: pip alone prefers PyPI's to one in a folder.
CPU_TORCH := sed -n '/^torch==/,/\#/{s/^\(torch==[^ ]*\)/\1+cpu/;p;}' requirements.lock
# PyPI's build of torch for Linux needs CUDA's packages; the build of its CPU index, and those for other systems, do not.
NEEDS_CUDA := $(BIN)/python -c "import sys; from importlib.metadata import requires; sys.exit('nvidia' not in str(requires('torch')))"

# A stamp is newer than what it was made from, so a second run installs nothing.
$(VENV)/runtime.stamp: requirements.lock requirements-cuda.lock pyproject.toml
	@test -x $(BIN)/python || command -v $(PYTHON) >/dev/null || { echo "Quoth needs Python 3.11: install it, or name it: make chat PYTHON=..." >&2; exit 1; }
	@test -x $(BIN)/python || { echo "Creating a virtual environment in $(VENV) ..."; $(PYTHON) -m venv $(VENV); }
	@echo "Installing the pinned dependencies into $(VENV): some minutes the first time ..."
	@$(CPU_TORCH) > $(VENV)/torch.txt; $(LOCKED) -r $(VENV)/torch.txt 2>/dev/null || true
	@$(UV_ITSELF) > $(VENV)/uv.txt; $(LOCKED) -r $(VENV)/uv.txt 2>/dev/null || true
	@$(UV) -r requirements.lock 2>/dev/null || $(LOCKED) -r requirements.lock
	@if $(NEEDS_CUDA); then $(LOCKED) -r requirements-cuda.lock; fi
	@$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev.stamp: requirements-dev.lock $(VENV)/runtime.stamp
	@echo "Installing what the tests need into $(VENV) ..."
	@$(UV) -r requirements-dev.lock 2>/dev/null || $(LOCKED) -r requirements-dev.lock
	@touch $@

# The tests of the page drive Debian's chromium; the one without windows takes two thirds of the time.
.PHONY: browser
browser:
	@command -v chromium-headless-shell >/dev/null || { test "$$(id -u)" = 0 && apt-get update -qq && \
	    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium-headless-shell fonts-dejavu-core; } || \
	  command -v chromium >/dev/null || { echo "The tests need a browser: sudo apt-get install chromium-headless-shell" >&2; exit 1; }

# Exact versions, and the hashes of their files, also of what builds this package, so that pip fetches nothing else for
# that. The local part of a version (torch's +cpu) is cut off, since other indexes lack it.
LOCK := $(BIN)/pip-compile --quiet --strip-extras --no-header --no-emit-index-url --no-emit-find-links \
  --no-emit-trusted-host --annotation-style=line --unsafe-package pip --all-build-deps
lock: setup $(VENV)/dev.stamp
	$(LOCK) $(LOCKFLAGS) --output-file requirements.lock pyproject.toml
	$(LOCK) $(LOCKFLAGS) --all-extras --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml
	sed -i -e 's/^\(torch==[0-9.]*\)+[a-z0-9]*/\1/' -e '/^# The following packages/,$$d' requirements.lock requirements-dev.lock
	$(BIN)/python .ci/lock_hashes.py requirements.lock requirements-dev.lock

# Known holes in the pinned versions, from PyPI's data. Where those of a pinned version cannot be had, as behind a mirror
# without them, it says so and checks nothing.
FIRST_PIN := $(shell sed -n '1s,^\([^=]*\)==\([^ ]*\).*,\1/\2,p' requirements.lock)
audit: setup $(VENV)/dev.stamp
	@$(BIN)/python -c "import urllib.request as r; r.urlopen('https://pypi.org/pypi/$(FIRST_PIN)/json', timeout=20)" 2>/dev/null \
	  || { echo "audit: PyPI's list of known holes cannot be reached from here, so nothing was checked"; exit 0; }; \
	  sed -n 's/^\([a-z][^ ]*==[^ ]*\).*/\1/p' requirements.lock requirements-cuda.lock > $(VENV)/audited.txt; \
	  $(BIN)/pip-audit --disable-pip --no-deps --progress-spinner off --requirement $(VENV)/audited.txt

clean:
	rm -rf $(VENV) .quoth .mypy_cache .pytest_cache .ruff_cache
