"""View `Explore`: move a control and see its effect beside the scenario as it is."""

from __future__ import annotations

from itertools import groupby

import streamlit as st

from sim.app import charts, state
from sim.app.controls import (
    OTHER,
    Changes,
    Choice,
    Control,
    Mandate,
    Slider,
    describe_idle_controls,
    list_controls,
    list_sliders,
    search_sliders,
)
from sim.app.escape import escape_markdown
from sim.app.explore import Contrast, Result, compute_contrasts, describe_change, excludes_zero, format_contrast
from sim.app.tables import STYLE, format_table
from sim.core.errors import ParleyError
from sim.scenario.load import Loaded

_ORDER = ("Venue", "Mediators", "Incidents", "Mandates", "Trust", "Patience", "Documents")


@st.cache_resource(max_entries=16, show_spinner=False)
def _list_all(name: str, _loaded: Loaded) -> tuple[list[Control], list[Slider]]:
    """List controls and sliders once for each scenario."""
    return list_controls(_loaded), list_sliders(_loaded)


def show() -> None:
    """Show the view."""
    edits = state.get_edits()
    _show_sidebar()
    state.show_title(edits.base.scenario.title)
    _show_changes()
    try:
        base = state.get_ensemble(edits.base, state.get_runs(), state.get_seed())
        changed = state.get_ensemble(edits.loaded, state.get_runs(), state.get_seed()) if edits.changes else base
    except ParleyError as error:
        st.error(f"These values cannot be run: {escape_markdown(error)}. Undo the latest change to go on.")
        return
    _show_results(base, changed)


# Controls


def _show_sidebar() -> None:
    """Show the controls."""
    all_controls, sliders = _list_all(_hash_base(), state.get_edits().base)
    with st.sidebar:
        st.subheader("Controls")
        st.caption("Two handles are the ends of the assumed range; put them together to fix the number.")
        ordered = sorted(all_controls, key=lambda control: _ORDER.index(control.group))
        for group, members in groupby(ordered, key=lambda control: control.group):
            # The controls of a closed group are not built: dozens of them would delay every answer.
            box = st.expander(group, expanded=group in ("Venue", "Patience"), on_change="rerun")
            if box.open:
                with box:
                    for control in members:
                        _show_control(control)
        box = st.expander(OTHER, on_change="rerun")
        if box.open:
            with box:
                _show_picker(sliders)
        st.text_input("Any other value", key="typed", placeholder="calendar.horizon = 90", on_change=_apply_entry)
        state.show_error("typed")


def _hash_base() -> str:
    """Hash of the unchanged scenario."""
    from sim.scenario.dump import scenario_hash

    return scenario_hash(state.get_edits().base)


def _show_picker(sliders: list[Slider]) -> None:
    """Search any number of the scenario by words."""
    paths = {slider.path: slider for slider in sliders}
    changed = [path for path in state.get_edits().changes if path in paths]
    words = st.text_input("Find a number", key="words", placeholder="trust memory")
    hits = {slider.path for slider in search_sliders(sliders, words)} if words.strip() else set()
    if words.strip() and not hits:
        st.warning(f"No number of this scenario matches {escape_markdown(words)}.")
    options = [path for path in paths if path in hits or path in changed] if words.strip() else list(paths)
    st.session_state.numbers = [path for path in st.session_state.get("numbers", []) if path in options]
    selection = st.multiselect("Numbers", options, key="numbers", format_func=lambda path: paths[path].label)
    for path in selection:
        if paths[path].group == OTHER:
            _show_slider(paths[path])
        else:
            st.caption(f"{escape_markdown(paths[path].label)}: among {paths[path].group}, above.")


def _apply_entry() -> None:
    """Apply the typed entry and empty its field."""
    text = st.session_state.typed.strip()
    if not text:
        st.session_state.problems.pop("typed", None)
    elif state.apply_changes("typed", lambda: state.get_edits().parse_entry(text)):
        st.session_state.typed = ""


def _show_control(control: Control) -> None:
    """Show one control."""
    if isinstance(control, Slider):
        _show_slider(control)
        return
    key = f"{control.key}" if isinstance(control, Choice) else f"{control.path}:{control.basket}"
    options = list(control.options) if isinstance(control, Choice) else list(control.levels)
    st.session_state[f"c:{key}"] = control.get_option(state.get_edits().changes)
    st.selectbox(escape_markdown(control.label), options, key=f"c:{key}", on_change=_select, args=(control, f"c:{key}"))
    state.show_error(f"c:{key}")
    text = describe_idle_controls(control, state.get_edits().loaded.scenario) if isinstance(control, Choice) else ""
    if text:
        st.caption(escape_markdown(text))


def _select(control: Choice | Mandate, key: str) -> None:
    """Apply the selected option."""
    state.apply_changes(key, lambda: control.put(state.get_edits().changes, st.session_state[key]))


def _show_slider(control: Slider) -> None:
    """Show a slider with two handles."""
    key = f"s:{control.path}"
    low, high = control.get_range(state.get_edits().changes)
    # A typed value may lie beyond the slider's ends.
    ends = min(control.least, low), max(control.most, high)
    st.session_state[key] = (low, high)
    st.slider(
        escape_markdown(control.label),
        *ends,
        step=control.step,
        format="%g" if control.step >= 0.01 else "%.4f",
        key=key,
        help=escape_markdown(f"{control.path}: {control.why}"),
        on_change=_slide,
        args=(control, key),
    )
    state.show_error(key)


def _slide(control: Slider, key: str) -> None:
    """Apply the range of a slider."""
    low, high = st.session_state[key]
    state.apply_changes(key, lambda: control.put(state.get_edits().changes, round(low, 10), round(high, 10)))


# Changes


def _show_changes() -> None:
    """List the changes with buttons to undo and download them."""
    edits = state.get_edits()
    if not edits.changes and not edits.can_undo:
        return
    with st.container(border=True):
        st.html(
            STYLE
            + format_table("What you changed", ("Path", "In the scenario", "Now"), edits.list_changes(), text=True)
        )
        with st.container(horizontal=True):
            st.button("Undo the latest", on_click=edits.undo, disabled=not edits.can_undo)
            st.button("Undo all", on_click=_replace_changes, args=({},), disabled=not edits.changes)
            name = f"{edits.base.scenario.id[:52]}-changed.yaml"
            st.download_button("Download as a scenario", edits.to_yaml, name, "text/yaml", disabled=not edits.changes)
        if edits.changes:
            ask = f"-n {state.get_runs()} --seed {state.get_seed()}"
            beside = "" if "/" not in edits.name else " (the file must stand beside the one it extends)"
            st.caption(f"`parley run {name} {ask}` gives the numbers of this page{beside}.")


def _replace_changes(changes: Changes) -> None:
    """Take other changes."""
    state.apply_changes("typed", lambda: changes)


# Results


def _show_results(base: Result, changed: Result) -> None:
    """Charts and table of results."""
    s = base.loaded.scenario
    st.markdown(f"**{describe_change(base, changed)}**")
    both = {charts.BASE: base} | ({charts.CHANGED: changed} if changed is not base else {})
    measures = compute_contrasts(base, changed)
    left, right = st.columns(2)
    with left:
        st.subheader("How the talks ended")
        state.show_chart(charts.plot_outcomes(both), "outcomes")
        st.subheader("Gap between positions")
        state.show_chart(charts.plot_gap(both), "fan")
        st.caption("Median and middle half of the runs that held so many rounds.")
    with right:
        st.subheader("What stood in the way")
        state.show_chart(
            charts.plot_blocking(both, {name: basket.title for name, basket in s.baskets.items()}), "blocking"
        )
        st.subheader("Days until a first agreement")
        titles = {basket.title: name for name, basket in s.baskets.items()}
        basket = st.selectbox("On", list(titles), key="days_of")
        state.show_chart(charts.plot_days(both, titles[basket]), "days")
    _show_table(measures, changed is not base)


def _show_table(measures: list[Contrast], paired: bool) -> None:
    """Table of all measures, with differences if the scenario was changed."""
    st.subheader("In numbers")
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
            columns = (group, "As it is", "Changed", "Difference", "95% interval")
            strong = [k for k, (contrast, _) in enumerate(rows) if excludes_zero(contrast)]
            parts.append(format_table("", columns, [(c.name, *cells) for c, cells in rows], strong))
        else:
            parts.append(format_table("", (group, "As it is"), [(c.name, cells[0]) for c, cells in rows]))
    st.html("".join(parts))
