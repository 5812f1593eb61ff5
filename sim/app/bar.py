"""The bar on top of every view: links to the views, *Copy link* and *Report*."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from sim.app import side_panel, state
from sim.app.phrases import group_changes
from sim.app.report_file import render_state


def show_bar(pages: Mapping[str, Any]) -> None:
    """Show the bar. Each link holds the present state, so that a step back leads to one whole state."""
    query = state.write_address()
    with st.container(key="bar", horizontal=True, vertical_alignment="center", gap="small"):
        for page in pages.values():
            st.page_link(page, query_params=query)
        with st.popover("Copy link"):
            st.code(state.get_link(), language=None)
            st.caption("It opens this state for whoever may open this page. It holds no token.")
        name = f"{state.get_edits().base.scenario.id[:52]}-report.html"
        help_text = "One HTML file with figures, assumptions and sources. It takes some seconds."
        st.download_button("Report", _write_report(), name, "text/html", on_click="ignore", help=help_text)


def _write_report() -> Any:
    """Return the function that writes the report of the present state. It runs apart from this tab's script."""
    edits, before = state.get_edits(), state.get_baseline()
    chips = group_changes(edits.changes, edits.base.scenario, side_panel.list_all()[1])
    label = "; ".join(words for words, _ in chips) or "the scenario as it is"
    after, n, seed = edits.loaded, state.get_runs(), state.get_seed()
    return lambda: render_state(before, after, label, n, seed)
