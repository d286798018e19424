"""The rendered site: notebooks as they were run, offline, searchable, without outside addresses."""

project = "Discourse"
author = "The discourse authors"
copyright = "the discourse authors; the texts stay their publishers' property"
html_show_copyright = True
language = "en"

root_doc = "site/index"
include_patterns = ["site/*.md", "notebooks/*.ipynb", "seeds/readings.md"]
extensions = ["myst_nb"]

# The notebooks are run by `make notebooks`; the site shows what they said.
nb_execution_mode = "off"
nb_merge_streams = True
nb_code_prompt_show = "Show the code"
nb_code_prompt_hide = "Hide the code"
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
