"""The rendered site: notebooks as they were run, offline, searchable, without outside addresses."""

import json
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import measured

project = "Discourse"
author = "The discourse authors"
copyright = "the discourse authors; the texts stay their publishers' property"
html_show_copyright = True
language = "en"

root_doc = "site/index"
include_patterns = ["site/*.md", "notebooks/*.ipynb", "seeds/readings.md"]
# Folders that hold no page are not walked; the environment alone has tens of thousands of files.
exclude_patterns = [".*", "analysis", "benchmarks", "figures", "models", "site/_build", "tests"]
extensions = ["myst_nb"]

# The notebooks are run by `make notebooks`; the site shows what they said.
nb_execution_mode = "off"
nb_merge_streams = True
nb_code_prompt_show = "Show the code"
nb_code_prompt_hide = "Hide the code"
nb_ipywidgets_js = {}
myst_heading_anchors = 3
suppress_warnings = ["mystnb.unknown_mime_type"]

html_theme = "sphinx_book_theme"
html_title = "Discourse"
html_static_path = ["_static"]
html_css_files = ["discourse.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_last_updated_fmt = None
html_theme_options = {
    "show_toc_level": 2,
    "use_download_button": False,
    "use_fullscreen_button": False,
    "home_page_in_toc": True,
    "navigation_with_keys": False,
}

ENTRY = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Discourse</title>
<meta http-equiv="refresh" content="0; url=site/index.html"></head>
<body><a href="site/index.html">Discourse</a></body></html>
"""


OURS = "site/larger-collections.md"
"""A page on collections of the suite's own, which a site of other texts leaves out."""


def leave_ours(app, config):
    """Leave that page out where the readings of the suite's texts are not there either."""
    if not Path(app.srcdir, "seeds").exists():
        config.exclude_patterns.append(OURS)


def fold_code(app, docname, source):
    """Fold the code of every cell; the reader unfolds it without a script."""
    if docname.startswith("notebooks/"):
        book = json.loads(source[0])
        for cell in book["cells"]:
            tags = cell["metadata"].setdefault("tags", [])
            if cell["cell_type"] == "code" and "hide-input" not in tags:
                tags.append("hide-input")
        source[0] = json.dumps(book)


def drop_missing(app, docname, source):
    """Leave out of the front page what is not there, so that part of the notebooks builds too."""
    if docname == app.config.root_doc:
        here = Path(app.srcdir, docname).parent

        def there(target):
            return any((here / f"{target}{end}").exists() for end in ("", ".ipynb", ".md"))

        lines = source[0].split("\n")
        if OURS in app.config.exclude_patterns:
            lines = [line for line in lines if line != Path(OURS).stem]
        kept = [line for line in lines if not line.startswith("../") or there(line.strip())]
        source[0] = re.sub(
            r"\[([^]]*)\]\((\.\./[^)]*)\)",
            lambda link: link.group() if there(link.group(2)) else link.group(1),
            "\n".join(kept),
        )


def fill_tables(app, docname, source):
    """Put the measured results into the pages on methods, which are old when those change."""
    if measured.HERE.search(source[0]) and docname.startswith("site/"):
        source[0] = measured.fill(source[0])
        for file in [measured.__file__, *measured.files()]:
            app.env.note_dependency(str(file))


def write_entry(app, error):
    """Let the top folder's index.html lead to the front page."""
    if error is None and app.builder.format == "html":
        Path(app.outdir, "index.html").write_text(ENTRY, encoding="utf-8")


def setup(app):
    app.connect("config-inited", leave_ours)
    app.connect("source-read", fold_code)
    app.connect("source-read", drop_missing)
    app.connect("source-read", fill_tables)
    app.connect("build-finished", write_entry)
