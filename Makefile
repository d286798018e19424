# make            set up, run every notebook on seeds/, write figures/ and the site
# make test       all checks
# make audit      hashes, licences and known weaknesses of all packages
# make lab        JupyterLab, kernel ready
PYTHON ?= python3
BIN    := .venv/bin
PY     := $(BIN)/python
STAMPS := .make
ROOMS  := $(shell find analysis -name '*.py')
SEEDS  := $(shell find seeds models benchmarks/results -type f)
BOOKS  := $(wildcard notebooks/*.ipynb)
PAGES  := $(shell find site -type f -not -path 'site/_build/*')
# In the order in which one needs what another wrote; most need the optional data folder.
BENCHES := language_vectors topics copies index lexicon_tone train_sentiment train_stance stance_variants \
           stance_challenge seed_stance tone_intervals real_tone quotes references \
           keyness keyness_speed crossed real_keyness concepts proposals detection \
           prevalence real_topics seed_topics topics_cost document_topics \
           queries cluster crashes
# Packages are compiled once and not in each of some fifty processes, whatever the user's setting.
export PYTHONDONTWRITEBYTECODE :=
.DELETE_ON_ERROR:
.PHONY: all test lab notebooks figures site bench example-corpus audit lint clean

all: site
	@echo
	@echo "Done. To read:   open site/_build/html/index.html in a browser"
	@echo "      To rerun:  make lab"
	@echo "      To check:  make test"

notebooks figures: $(STAMPS)/notebooks
site: $(STAMPS)/site

$(STAMPS)/venv: requirements.lock pyproject.toml scripts/make_venv.py
	@mkdir -p $(STAMPS)
	$(PYTHON) scripts/make_venv.py .venv
	@touch $@

# Running the notebooks rewrites them, so the stamp is touched after they are.
$(STAMPS)/notebooks: $(STAMPS)/venv $(ROOMS) $(SEEDS) $(BOOKS)
	$(PY) -m analysis.execute -j 2 notebooks
	@touch $@

$(STAMPS)/site: $(STAMPS)/notebooks $(PAGES)
	@echo "Building the site"
	@rm -rf site/_build/.new
	$(PY) -m sphinx -q -W -b html -c site -d site/_build/doctrees . site/_build/.new
	@# Whole or not at all: the old pages stay until the new ones are there.
	@$(PY) -c 'from pathlib import Path; from analysis import places; \
	    places.put(Path("site/_build/.new"), Path("site/_build/html"))'
	@touch $@

lab: $(STAMPS)/venv
	$(PY) -m jupyterlab --LabApp.news_url=None notebooks/00-start-here.ipynb

test: $(STAMPS)/venv
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy & types=$$!; \
	$(PY) -m pytest -n 2 --dist loadfile --no-loadscope-reorder --cov --cov-fail-under=90 \
	    -p tests.fresh --nbval-lax --nbval-current-env --nbval-cell-timeout=300 notebooks tests; \
	tested=$$?; wait $$types && exit $$tested

bench: $(STAMPS)/venv
	for name in $(BENCHES); do echo $$name; $(PY) -m benchmarks.$$name; done

example-corpus: $(STAMPS)/venv
	$(PY) scripts/example_corpus.py

audit: $(STAMPS)/venv
	$(PY) scripts/audit.py

clean:
	rm -rf $(STAMPS) site/_build .cache
