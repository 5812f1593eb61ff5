"""The interactive page that Streamlit runs. `parley app` serves it to this machine only."""

from __future__ import annotations

import streamlit as st

from sim.app import state, view_build, view_compare, view_explore, view_sources, view_sweep, view_watch

st.set_page_config(page_title="parley", layout="wide", initial_sidebar_state="auto")
pages = [
    st.Page(view_explore.show, title="Explore", url_path="explore", default=True),
    st.Page(view_watch.show, title="Watch a run", url_path="run"),
    st.Page(view_sources.show, title="Sources", url_path="sources"),
    st.Page(view_sweep.show, title="Sweep", url_path="sweep"),
    st.Page(view_compare.show, title="Compare", url_path="compare"),
    st.Page(view_build.show, title="Build", url_path="build"),
]
chosen = st.navigation(pages, position="top")
state.start()
# On a narrow screen the side panel is closed, so a line says where the pages and controls are. Stale output fades in
# one step: Streamlit's slow fading keeps the browser drawing while the processors are needed for the runs. Captions
# state the limits of the results, so they are darker than Streamlit's own.
st.html(
    "<style>.narrow{display:none}@media(max-width:640px){.narrow{display:block;color:#555;font-size:.85rem}}"
    "h1{font-size:1.7rem!important}h3{font-size:1.15rem!important}"
    "[data-testid=stCaptionContainer],[data-testid=stCaptionContainer] *{color:#555!important;opacity:1!important}"
    ".caution{margin:-.9rem 0 0;color:#555;font-size:.9rem}"
    "[data-stale=true]{transition:opacity 0s 1.2s!important}</style>"
    '<p class="narrow">Pages, scenario and controls are behind » at the top.</p>'
)
chosen.run()
st.caption(
    "Results are conditional on the scenario's assumptions; they are not a forecast. Nothing leaves this machine."
)
