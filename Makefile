# Two commands for newcomers: `make demo` and `make test`. Everything else is for people who work on the project.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OUT := reports/out
HUB := $(or $(AUDITOR_CORPUS),../shared/corpus)/hub
GALLERY_DAY := 2026-11-25T00:00:00Z
# Closed models and open ones, from the embedded catalog: no network is needed.
DEMO := disclosed:openai/gpt-5 disclosed:anthropic/claude-sonnet-4.5 disclosed:google/gemini-2.5-pro \
        disclosed:meta-llama/llama-3.3-70b-instruct disclosed:mistralai/mistral-7b-v0.3 \
        disclosed:allenai/olmo-2-1124-7b disclosed:openai/gpt-oss-120b
# Every format with the same bytes on every machine; Parquet and PNG depend on libraries and fonts.
TABLE := --format html --format csv --format markdown --format json --format latex --format svg \
         --figure heat --figure scatter --figure adoption --figure licenses
# The same from the Hub, when it can be reached.
LIVE := allenai/OLMo-2-1124-7B openai/gpt-oss-120b mistralai/Mistral-7B-v0.3

.PHONY: demo test setup lint gallery survey docs lock clean

demo: $(VENV)/.run ## set up, then audit well-known models into an HTML and a JSON report
	$(BIN)/auditor audit $(DEMO) --format text
	$(BIN)/auditor audit $(DEMO) --format html --format json -o $(OUT)
	@echo "report: $(OUT)/report.html and $(OUT)/report.json"
	@$(BIN)/auditor audit $(LIVE) --format html --format json -o $(OUT)/live 2>/dev/null \
	  && echo "live report: $(OUT)/live/report.html" \
	  || echo "the Hub was not reached: live models were left out"

test: $(VENV)/.dev ## set up, then run the whole test suite
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -n 2 --dist worksteal -q

setup: $(VENV)/.dev

lint: $(VENV)/.dev
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

gallery: $(VENV)/.dev ## write the committed reports again
	AUDITOR_NOW=$(GALLERY_DAY) $(BIN)/auditor audit @reports/gallery/models.txt \
	  --format html --format json --format markdown --format csv -o reports/gallery
	AUDITOR_NOW=$(GALLERY_DAY) $(BIN)/auditor table --disclosed --name disclosed $(TABLE) -o reports/gallery

survey: $(VENV)/.dev ## write the committed survey of the Hub of 2022 again; needs the corpus
	AUDITOR_NOW=$(GALLERY_DAY) $(BIN)/auditor survey $(HUB)/hub_2022-02_models.jsonl.gz \
	  --cards $(HUB)/hub_2022-02_front_matter.jsonl.gz --format html --format json -o reports/gallery/hub-2022-02 --stats

docs: $(VENV)/.dev ## write the pages that are made from rules again
	$(BIN)/auditor rules docs -o docs

lock: ## pin every dependency with its hashes
	uv export -q --no-dev --no-emit-project --format requirements-txt -o requirements.txt >/dev/null
	uv export -q --all-groups --no-emit-project --format requirements-txt -o requirements-dev.txt >/dev/null

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(VENV)/bin/python requirements.txt pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	touch $@

$(VENV)/.dev: $(VENV)/bin/python requirements-dev.txt pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	touch $@

clean:
	rm -rf $(VENV) $(OUT) dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
