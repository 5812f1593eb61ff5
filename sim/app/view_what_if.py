"""View `What if`: a change beside its baseline, in one sentence, over time and in numbers."""

from __future__ import annotations

from html import escape
from itertools import groupby
from typing import Any

import streamlit as st

from sim.app import charts, charts_what_if, progress, side_panel, state
from sim.app.chart_element import show_chart, write_key
from sim.app.clauses import show_clauses
from sim.app.controls import Changes
from sim.app.escape import escape_markdown
from sim.app.explore import Contrast, Result, compute_contrasts, describe_change, excludes_zero, format_contrast
from sim.app.phrases import group_changes, name_change
from sim.app.tables import STYLE, format_table
from sim.app.theme import QUIET, list_colours
from sim.app.verdict import write_verdict
from sim.app.view_start import list_answers, show_questions
from sim.core.errors import ParleyError
from sim.scenario.load import Loaded
from sim.tables.trajectory import Trajectory

FIRST = 2000
"""Runs of which the sentence speaks first where more are asked for."""
FEW = 6
"""Issues whose convergence is drawn at once; the others are folded."""


def show() -> None:
    """Show the view."""
    edits = state.get_edits()
    side_panel.show_controls()
    state.show_title(edits.base.scenario.title)
    show_questions("what_if")
    chips = group_changes(edits.changes, edits.base.scenario, side_panel.list_all()[1])
    _show_chips(chips)
    before = state.get_baseline()
    name = name_change(edits.changes, chips, list_answers())
    try:
        sentence = _show_first(before, edits.loaded, name)
        base = state.get_ensemble(before, state.get_runs(), state.get_seed())
        same = before.changes == edits.loaded.changes
        changed = base if same else state.get_ensemble(edits.loaded, state.get_runs(), state.get_seed())
    except ParleyError as error:
        st.error(f"These values cannot be run: {escape_markdown(error)}. Undo the latest change to go on.")
        return
    measures = compute_contrasts(base, changed)
    _show_verdict(sentence, base, changed, measures, name)
    _show_convergence((base, changed))
    _show_results(base, changed, measures)
    show_clauses(edits.loaded, state.get_seed())
    _show_downloads(bool(edits.changes))


# Changes


def _show_chips(chips: list[tuple[str, list[str]]]) -> None:
    """Show every change as a chip that removes it, with undo and the baseline."""
    edits = state.get_edits()
    pinned = st.session_state.get("pinned")
    if not chips and not edits.can_undo and not pinned:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("What you changed:" if chips else "Nothing is changed.")
        for number, (words, paths) in enumerate(chips):
            st.button(f"{escape_markdown(words)} ✕", key=f"chip:{number}", on_click=_remove, args=(paths,))
        none = not edits.changes
        why = None if edits.can_undo else "There is no change of this visit to undo."
        st.button("Undo the latest", on_click=edits.undo, disabled=not edits.can_undo, help=why)
        why = "Nothing is changed." if none else None
        st.button("Undo all", on_click=_replace_changes, args=({},), disabled=none, help=why)
        st.button("Pin as baseline", on_click=state.pin, disabled=none, help=why)
        if pinned:
            st.button("Unpin the baseline", on_click=state.unpin)
    if pinned:
        phrases = [text for text, _ in group_changes(pinned, edits.base.scenario, side_panel.list_all()[1])]
        st.caption(escape_markdown(f"Baseline: {'; '.join(phrases)}"))


def _remove(paths: list[str]) -> None:
    """Remove the changes of a chip."""
    _replace_changes({path: value for path, value in state.get_edits().changes.items() if path not in paths})


def _replace_changes(changes: Changes) -> None:
    """Take other changes."""
    state.apply_changes("typed", lambda: changes)


def _show_downloads(any_changes: bool) -> None:
    """Show every change with its path, and the download."""
    edits = state.get_edits()
    if not any_changes:
        return
    st.html(
        STYLE + format_table("Changes by path", ("Path", "In the scenario", "Now"), edits.list_changes(), text=True)
    )
    name = f"{edits.base.scenario.id[:52]}-changed.yaml"
    st.download_button("Download as a scenario", edits.to_yaml, name, "text/yaml")
    ask = f"-n {state.get_runs()} --seed {state.get_seed()}"
    beside = "" if "/" not in edits.name else " (the file must stand beside the one it extends)"
    st.caption(f"`parley run {name} {ask}` gives the numbers of this page{beside}.")


# Results


def _show_first(before: Loaded, after: Loaded, name: str) -> Any:
    """Show the sentence of the first runs where many are asked for and have not been run; return its place.

    An empty place would take away the sentence before, so there is one only where the first runs fill it at once.
    Raises ParleyError.
    """
    n, seed = state.get_runs(), state.get_seed()
    if n <= FIRST or before.changes == after.changes or progress.is_known(after, n, seed):
        return st.container()
    place = st.empty()
    base, changed = (state.get_ensemble(loaded, FIRST, seed) for loaded in (before, after))
    _show_verdict(place, base, changed, compute_contrasts(base, changed), name, f" First {FIRST:,} of {n:,} runs.")
    return place


def _show_verdict(
    place: Any, base: Result, changed: Result, measures: list[Contrast], title: str, note: str = ""
) -> None:
    """Show the sentence."""
    said = escape_markdown(describe_change(base, changed) + note)
    if changed is base:
        place.markdown(said)
        return
    sentence = write_verdict(base, changed, measures, title)
    with place.container():
        st.html(f'<p class="verdict">{escape(sentence[:1].upper() + sentence[1:])}</p>')
        st.markdown(said)


def _show_convergence(results: tuple[Result, Result]) -> None:
    """Show convergence by issue: the issues that the change moves most first."""
    before, after = (result.loaded for result in results)
    try:
        base = progress.get_trajectory(before, state.get_runs(), state.get_seed())
        same = before.changes == after.changes
        changed = base if same else progress.get_trajectory(after, state.get_runs(), state.get_seed())
    except ParleyError as error:
        st.info(escape_markdown(error))
        return
    issues = charts_what_if.sort_issues(base, changed)
    st.header("How the offers converge, issue by issue", anchor=False)
    parties = {name: party.title for name, party in after.scenario.parties.items()}
    colours = list(zip(parties.values(), list_colours(len(parties)), strict=True))
    st.html(write_key(colours if same else [*colours, ("baseline", QUIET)]))
    _show_issues(base, changed, issues[:FEW], results)
    whole = results[1].n
    more = f" The shares above the charts are of all {whole:,} runs." if whole > changed.runs else ""
    st.caption(
        f"Median offer and middle 80% of the first {changed.runs} runs; where a settlement stands, its terms. Dotted: "
        "reservation values. Shaded: the zone of agreement between them. Green strip: share of these runs settled."
        f"{more}"
    )
    if len(issues) > FEW:
        box = st.expander(f"The other {len(issues) - FEW} issues", on_change="rerun")
        if box.open:
            with box:
                _show_issues(base, changed, issues[FEW:], results)


def _show_issues(
    base: Trajectory, changed: Trajectory, issues: list[str], results: tuple[Result, Result]
) -> None:
    """Show small multiples, three in a row."""
    s = results[1].loaded.scenario
    parties = {name: party.title for name, party in s.parties.items()}
    for start in range(0, len(issues), 3):
        # Headings differ in height: the charts of a row stand side by side at its bottom.
        columns = st.columns(3, vertical_alignment="bottom")
        for column, issue in zip(columns, issues[start : start + 3], strict=False):
            with column:
                ends = s.issues[issue].options
                scale = f"1: {ends[-1].label}; 0: {ends[0].label}"
                st.html(f'<p class="panel">{head_issue(results, issue)}</p>')
                about = f"{s.issues[issue].title}: offers by day. {scale}"
                chart = charts_what_if.plot_convergence(base, changed, issue, parties, about)
                show_chart(chart, key=f"issue:{issue}")


def head_issue(results: tuple[Result, Result], issue: str) -> str:
    """Write the heading of an issue as HTML: its title, its share of all runs settled, and the ends of its scale."""
    base, changed = results
    entry = changed.loaded.scenario.issues[issue]
    after, before = (result.summary.settled_share(entry.basket).share for result in (changed, base))
    beside = "" if changed is base else f" (baseline {before:.0%})"
    ends = f"1: {escape(entry.options[-1].label)}<br>0: {escape(entry.options[0].label)}"
    return f"<b>{escape(entry.title)}</b><br>settled in {after:.0%}{beside}<br><small>{ends}</small>"


def _show_results(base: Result, changed: Result, measures: list[Contrast]) -> None:
    """Charts of the differences, and the tables folded."""
    s = base.loaded.scenario
    both = {charts.BASE: base} | ({charts.CHANGED: changed} if changed is not base else {})
    titles = {name: basket.title for name, basket in s.baskets.items()}
    left, right = st.columns(2)
    with left:
        if changed is base:
            st.header("How the talks ended", anchor=False)
            show_chart(charts.plot_outcomes(both), key="outcomes")
        else:
            st.header("Differences", anchor=False)
            show_chart(charts_what_if.plot_differences(measures), key="differences")
    with right:
        st.header("What stood in the way", anchor=False)
        show_chart(charts.plot_blocking(both), key="blocking")
    st.header("Days until a first agreement", anchor=False)
    horizon = max(result.loaded.scenario.calendar.horizon.high for result in both.values())
    colours = list(zip(titles.values(), list_colours(len(titles)), strict=True))
    st.html(write_key(colours, [] if changed is base else list(both)))
    show_chart(charts_what_if.plot_agreements(both, titles, horizon), key="days")
    with st.expander("In numbers"):
        _show_table(measures, changed is not base)


def _show_table(measures: list[Contrast], paired: bool) -> None:
    """Table of all measures, with differences if the scenario was changed."""
    if paired:
        st.caption(
            "Differences are paired: run k has the same draws in both. Intervals are 95%, one at a time; "
            "of twenty measures that do not differ, one is expected to seem to. Bold: the interval excludes 0. "
            "Medians are over the runs that agreed; these runs differ, so the medians have no interval."
        )
    parts = [STYLE]
    for group, members in groupby(measures, key=lambda contrast: contrast.group):
        rows = [(contrast, format_contrast(contrast)) for contrast in members]
        if paired:
            columns = (group, "Baseline", "Changed", "Difference", "95% interval")
            strong = [k for k, (contrast, _) in enumerate(rows) if excludes_zero(contrast)]
            parts.append(format_table("", columns, [(c.name, *cells) for c, cells in rows], strong))
        else:
            parts.append(format_table("", (group, "As it is"), [(c.name, cells[0]) for c, cells in rows]))
    st.html("".join(parts))
