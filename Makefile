# make report   the environment, the sample data, the report of 2024-Q1
# make test     the environment with its test tools, every check and every test
# make bench    the benchmarks: ratios against other ways, some minutes long
# Any Python from 3.11 on: make report PYTHON=python3.12

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PERIOD ?= 2024-Q1
INSTALL = $(BIN)/pip install --quiet --disable-pip-version-check

SOURCES := $(shell find tthc_analysis notebooks -type f -not -path '*/__pycache__/*' -not -path '*/.ipynb_checkpoints/*' 2>/dev/null)
INDEX   := outputs/index.html
DONE    := $(VENV)/.report-$(PERIOD)

.PHONY: help report sample test check bench docs lab lock clean

help:
	@sed -n 's/^# \(make\)/\1/p' Makefile

# The environment: exactly what requirements.lock says, then this package in place.
$(VENV)/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Cần Python từ 3.11 trở lên; đang có: $$($(PYTHON) --version). Thử: make report PYTHON=python3.12" >&2; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Đang cài các gói theo requirements.lock (chỉ lần đầu)…"
	@$(INSTALL) --require-hashes -r requirements.lock
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.tested-with: $(VENV)/.installed tests/requirements.lock
	@echo "Đang cài các công cụ kiểm thử (chỉ lần đầu)…"
	@$(INSTALL) --require-hashes -r tests/requirements.lock
	@touch $@

data/register.parquet: | $(VENV)/.installed
	@$(BIN)/tthc sample

sample: data/register.parquet

$(DONE): $(VENV)/.installed data/register.parquet params/$(PERIOD).yaml $(SOURCES)
	@$(BIN)/tthc report params/$(PERIOD).yaml
	@touch $@

# Nothing is made again while neither code, notebooks, parameters nor data have changed.
report: $(DONE)
	@test -f $(INDEX) || { rm -f $(DONE); $(MAKE) --no-print-directory $(DONE); }
	@echo "Mở bằng trình duyệt: $(abspath $(INDEX))"

# Browser tests need Chromium, those of Spark Java. A machine that is ours to change (root, apt) gets them; elsewhere they are skipped, saying so.
test: $(VENV)/.tested-with
	@command -v chromium chromium-browser google-chrome >/dev/null || \
	  { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && echo "Đang cài Chromium…" && apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; } || true
	@command -v java >/dev/null || \
	  { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && echo "Đang cài Java…" && apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq default-jre-headless >/dev/null; } || true
	@$(MAKE) --no-print-directory check
	@$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

check: $(VENV)/.tested-with
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

bench: $(VENV)/.tested-with
	@for file in benchmarks/*.py; do $(BIN)/python $$file || exit 1; done

docs: $(VENV)/.installed
	@$(BIN)/python -c 'from tthc_analysis.metrics.catalogue import as_markdown; print(as_markdown(), end="")' > docs/metrics.md
	@$(BIN)/python -c 'from tthc_analysis.exhibits.fields import as_markdown; print(as_markdown(), end="")' > docs/fields.md
	@$(BIN)/python -c 'from tthc_analysis.audit.showing import as_markdown; print(as_markdown(), end="")' > docs/checks.md

lab: $(VENV)/.installed
	@$(BIN)/tthc lab

# Only for who changes pyproject.toml. The locks hold for every Python from 3.11 on, with hashes and without any index's address.
LOCK = $(BIN)/python -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate
lock: $(VENV)/.tested-with
	@$(INSTALL) uv
	@$(LOCK) --extra build --output-file requirements.lock pyproject.toml
	@$(LOCK) --extra build --extra dev --extra spark --extra cluster --constraint requirements.lock --output-file tests/requirements.lock pyproject.toml

# Data and reports stay: they are yours.
clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .hypothesis
