"""View `Compare`: two to four scenarios side by side, with differences to the first."""

from __future__ import annotations

from itertools import groupby
from string import ascii_uppercase

import streamlit as st

from sim.app import compare, state
from sim.app.chart_element import show_chart
from sim.app.charts import plot_blocking, plot_outcomes
from sim.app.escape import escape_markdown
from sim.app.explore import Result, excludes_zero, format_contrast
from sim.app.scenario_differences import describe_mismatch, list_differences
from sim.app.tables import STYLE, format_table
from sim.core.errors import ParleyError
from sim.scenario.library import shipped
from sim.scenario.load import load


def show() -> None:
    """Show the view."""
    state.show_title("Compare")
    edits = state.get_edits()
    mine = [f"{edits.name} (changed)"] if edits.changes else []
    titles = {edits.name: edits.base.scenario.title, **compare.list_titles()}
    titles |= dict.fromkeys(mine, f"{edits.base.scenario.title} (with your changes)")
    options = [*mine, *titles.keys() - set(mine)]
    options.sort(key=lambda name: (name not in mine, titles[name]))
    _follow_sidebar([edits.name, *mine], options)
    most = compare.MOST_SCENARIOS
    names = st.multiselect(
        f"Two to {most} scenarios", options, key="compared", max_selections=most, format_func=titles.__getitem__
    )
    if len(names) < 2:
        st.info("Choose at least two.")
        return
    results: dict[str, Result] = {}
    for letter, name in zip(ascii_uppercase, names, strict=False):
        try:
            loaded = edits.loaded if name in mine else edits.base if name == edits.name else load(name)
            results[letter] = state.get_ensemble(loaded, state.get_runs(), state.get_seed())
        except ParleyError as error:
            st.error(escape_markdown(f"{titles[name]}: {error}"))
            return
    by_letter = {letter: titles[name] for letter, name in zip(results, names, strict=True)}
    st.markdown("  \n".join(f"**{letter}** {escape_markdown(title)}" for letter, title in by_letter.items()))
    _show_charts(results)
    _show_tables(results)


def _follow_sidebar(now: list[str], options: list[str]) -> None:
    """Add the scenario of the sidebar to the comparison."""
    session = st.session_state
    if "compared" not in session or session.get("compared_from") != now:
        before = session.get("compared_from", [])
        session.compared = compare.update_selection(session.get("compared", []), before, now, shipped())
        session.compared_from = now
    session.compared = [name for name in session.compared if name in options]


def _show_charts(results: dict[str, Result]) -> None:
    """Show how the talks ended, and what stood in the way."""
    left, right = st.columns(2)
    with left:
        st.header("How the talks ended", anchor=False)
        show_chart(plot_outcomes(results), key="compared_outcomes")
    with right:
        st.header("What stood in the way", anchor=False)
        show_chart(plot_blocking(results), key="compared_reasons")


def _show_tables(results: dict[str, Result]) -> None:
    """Show every other scenario against the first."""
    first = next(iter(results))
    for letter in list(results)[1:]:
        st.header(f"{letter} against {first}", anchor=False)
        mismatch = describe_mismatch(results[first], results[letter])
        if mismatch:
            text = f"Not paired: the scenarios have {mismatch}, so that run k of one is not run k of the other."
            st.caption(f"{text} Intervals are those of separate draws, 95%, one at a time.")
        else:
            st.caption("Paired: run k has the same draws in both. Intervals are 95%, one at a time.")
        contrasts = list_differences(results[first], results[letter])
        parts = [STYLE]
        for group, members in groupby(contrasts, key=lambda contrast: contrast.group):
            own = list(members)
            rows = [(contrast.name, *format_contrast(contrast)) for contrast in own]
            strong = [k for k, contrast in enumerate(own) if excludes_zero(contrast)]
            parts.append(format_table("", (group, first, letter, "Difference", "95% interval"), rows, strong))
        st.html("".join(parts))
    st.caption("Bold: the interval excludes 0. Different scenarios differ in more than one thing.")
