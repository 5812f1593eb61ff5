"""The interactive page that Streamlit runs. `parley app` serves it to this machine only."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

import streamlit as st

st.set_page_config(page_title="parley", layout="wide", initial_sidebar_state="auto")
# The first import of the model takes seconds: words come before it.
loading = st.empty()
loading.markdown("Loading the model. The first start compiles once, about 30 s.")

from sim.app import bar, state, style  # noqa: E402
from sim.app.chart_element import follow_theme, skip_checks  # noqa: E402

VIEWS = (
    ("view_start", "Start", "home"),
    ("view_what_if", "What if", "what-if"),
    ("view_watch", "Watch a run", "run"),
    ("view_sweep", "Sweep", "sweep"),
    ("view_compare", "Compare", "compare"),
    ("view_build", "Build", "build"),
    ("view_sources", "Sources", "sources"),
)
"""Module, title and path of every view. A view is a function `show`."""

pages = {
    module: st.Page(import_module(f"sim.app.{module}").show, title=title, url_path=path, default=number == 0)
    for number, (module, title, path) in enumerate(VIEWS)
    if find_spec(f"sim.app.{module}") is not None
}
st.session_state.what_if_page = pages["view_what_if"]
# Streamlit serves the first view at the root alone; a reader may also type its name.
start = st.Page(import_module("sim.app.view_start").show, title="Start", url_path="start")
chosen = st.navigation([*pages.values(), start], position="hidden")
loading.empty()
st.html(style.write_style())
skip_checks()
follow_theme()
state.start()
bar.show_bar(pages)
st.html(style.NARROW)
state.show_choice()
chosen.run()
st.caption(
    "Results are conditional on the scenario's assumptions; they are not a forecast. Nothing leaves this machine."
)
