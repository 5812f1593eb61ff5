"""How Sphinx builds this site; `make docs` runs it. Whatever a page loads is local: the site opens offline."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE / "_ext")]

import sim  # noqa: E402

project = "parley"
author = "parley contributors"
project_copyright = "parley contributors, MIT licence"
version = release = sim.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "sphinx_gallery.gen_gallery",
    "generated_pages",
    "mathml",
    "offline",
    "python_names",
    "repository_links",
    "rule_blocks",
]
exclude_patterns = ["_build", "gallery", "reference/generated/*.inc.md"]
templates_path = ["_templates"]

# Pages

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath", "fieldlist"]
myst_heading_anchors = 4
# MyST numbers footnotes and headings by itself; a page may begin below the first level where it includes another file.
suppress_warnings = ["myst.header", "config.cache"]

# Every reference to a name of this project must lead somewhere; names of other projects are shown as text.
nitpicky = True
nitpick_ignore_regex = [
    ("py:.*", r"(?s:(?!(sim|scenarios|calibration|experiments)\.).*)"),
    ("py:.*", r".*\._\w+"),  # private names
    ("py:class", r"sim\.scenario\.numbers\.Annotated.*"),  # a half of an annotation that Sphinx cuts in two
    ("py:obj", r"(?s:.*)"),  # code in single backticks
]

# Reference of the Python packages

default_role = "py:obj"
autosummary_generate = True
autosummary_ignore_module_all = False
autodoc_default_options = {"members": True, "undoc-members": True, "show-inheritance": True, "ignore-module-all": True}
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True
# What Streamlit runs as a script cannot be imported.
autosummary_context = {"scripts": ["sim.app.page"]}
# Extras that the reference can do without.
autodoc_mock_imports = ["SALib", "altair", "distributed", "ema_workbench", "negmas", "pyabc"]
autodoc_mock_imports += ["starlette", "streamlit"]
numpydoc_show_class_members = False
numpydoc_use_plots = False
add_module_names = False
toc_object_entries_show_parents = "hide"

# Gallery

sphinx_gallery_conf = {
    "examples_dirs": "gallery",
    "gallery_dirs": "plots",
    "filename_pattern": r"\.py$",
    "image_scrapers": ("figure_scraper.scrape_figures",),
    "abort_on_example_error": True,
    "capture_repr": (),
    "within_subsection_order": "FileNameSortKey",
    "thumbnail_size": (480, 360),
    "show_memory": False,
    "write_computation_times": False,
    "show_signature": False,
    "min_reported_time": 3600,
    "download_all_examples": False,
    "reset_modules": (),
}

# Look

html_theme = "pydata_sphinx_theme"
html_title = "parley"
html_static_path = ["_static"]
html_css_files = ["parley.css"]
html_show_sourcelink = False
html_math_renderer = "mathml"
html_theme_options = {
    "logo": {"text": "parley"},
    "navbar_align": "left",
    "header_links_before_dropdown": 8,
    "navbar_end": ["theme-switcher"],
    "navbar_persistent": ["search-button"],
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "show_prev_next": False,
    "show_toc_level": 2,
    "back_to_top_button": False,
}
