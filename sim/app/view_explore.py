"""Explore: move a control and see at once what it does, beside the scenario as it is."""

from __future__ import annotations

from itertools import groupby

import streamlit as st

from sim.app import charts, state
from sim.app.controls import OTHER, Changes, Choice, Control, Mandate, Slider, all_sliders, controls, remark, search
from sim.app.explore import Contrast, Result, contrasts, formatted, moved, sentence
from sim.app.tables import STYLE, table
from sim.core.errors import ParleyError
from sim.scenario.load import Loaded

_ORDER = ("Venue", "Mediators", "Incidents", "Mandates", "Trust", "Patience", "Documents")


@st.cache_resource(max_entries=16, show_spinner=False)
def _controls(name: str, _loaded: Loaded) -> tuple[list[Control], list[Slider]]:
    return controls(_loaded), all_sliders(_loaded)


def show() -> None:
    """The page."""
    edits = state.edits()
    _sidebar()
    state.title(edits.base.scenario.title)
    _changed()
    try:
        base = state.ensemble(edits.base, state.runs(), state.seed())
        changed = state.ensemble(edits.loaded, state.runs(), state.seed()) if edits.changes else base
    except ParleyError as error:
        st.error(f"These values cannot be run: {error}. Undo the latest change to go on.")
        return
    _results(base, changed)


# Controls


def _sidebar() -> None:
    found, sliders = _controls(_key(), state.edits().base)
    with st.sidebar:
        st.subheader("Controls")
        st.caption("Two handles are the ends of the assumed range; put them together to fix the number.")
        ordered = sorted(found, key=lambda control: _ORDER.index(control.group))
        for group, members in groupby(ordered, key=lambda control: control.group):
            # What a folded group holds is neither built nor sent: dozens of controls would hold up every answer.
            box = st.expander(group, expanded=group in ("Venue", "Patience"), on_change="rerun")
            if box.open:
                with box:
                    for control in members:
                        _draw(control)
        box = st.expander(OTHER, on_change="rerun")
        if box.open:
            with box:
                _picker(sliders)
        st.text_input("Any other value", key="typed", placeholder="calendar.horizon = 90", on_change=_typed)
        state.complaint("typed")


def _key() -> str:
    from sim.scenario.dump import scenario_hash

    return scenario_hash(state.edits().base)


def _picker(sliders: list[Slider]) -> None:
    """Any number of the scenario, found by words."""
    paths = {slider.path: slider for slider in sliders}
    moved_ones = [path for path in state.edits().changes if path in paths]
    words = st.text_input("Find a number", key="words", placeholder="trust memory")
    found = {slider.path for slider in search(sliders, words)} if words.strip() else set()
    if words.strip() and not found:
        st.warning(f"No number of this scenario is described by `{words}`.")
    options = [path for path in paths if path in found or path in moved_ones] if words.strip() else list(paths)
    st.session_state.picked = [path for path in st.session_state.get("picked", []) if path in options]
    picked = st.multiselect("Numbers", options, key="picked", format_func=lambda path: paths[path].label)
    for path in picked:
        if paths[path].group == OTHER:
            _slider(paths[path])
        else:
            st.caption(f"{paths[path].label}: among {paths[path].group}, above.")


def _typed() -> None:
    text = st.session_state.typed.strip()
    if not text:
        st.session_state.problems.pop("typed", None)
    elif state.adopt("typed", lambda: state.edits().typed(text)):
        st.session_state.typed = ""


def _draw(control: Control) -> None:
    if isinstance(control, Slider):
        _slider(control)
        return
    key = f"{control.key}" if isinstance(control, Choice) else f"{control.path}:{control.basket}"
    options = list(control.options) if isinstance(control, Choice) else list(control.levels)
    st.session_state[f"c:{key}"] = control.chosen(state.edits().changes)
    st.selectbox(control.label, options, key=f"c:{key}", on_change=_select, args=(control, f"c:{key}"))
    state.complaint(f"c:{key}")
    said = remark(control, state.edits().loaded.scenario) if isinstance(control, Choice) else ""
    if said:
        st.caption(said)


def _select(control: Choice | Mandate, key: str) -> None:
    state.adopt(key, lambda: control.put(state.edits().changes, st.session_state[key]))


def _slider(control: Slider) -> None:
    key = f"s:{control.path}"
    low, high = control.ends(state.edits().changes)
    # What was typed may lie beyond the slider's ends.
    ends = min(control.least, low), max(control.most, high)
    st.session_state[key] = (low, high)
    st.slider(
        control.label,
        *ends,
        step=control.step,
        format="%g" if control.step >= 0.01 else "%.4f",
        key=key,
        help=f"`{control.path}`: {control.why}",
        on_change=_slide,
        args=(control, key),
    )
    state.complaint(key)


def _slide(control: Slider, key: str) -> None:
    low, high = st.session_state[key]
    state.adopt(key, lambda: control.put(state.edits().changes, round(low, 10), round(high, 10)))


# What was changed


def _changed() -> None:
    edits = state.edits()
    if not edits.changes and not edits.can_undo:
        return
    with st.container(border=True):
        st.html(STYLE + table("What you changed", ("Path", "In the scenario", "Now"), edits.rows(), text=True))
        with st.container(horizontal=True):
            st.button("Undo the latest", on_click=edits.undo, disabled=not edits.can_undo)
            st.button("Undo all", on_click=_take, args=({},), disabled=not edits.changes)
            name = f"{edits.base.scenario.id[:52]}-changed.yaml"
            st.download_button("Download as a scenario", edits.yaml, name, "text/yaml", disabled=not edits.changes)
        if edits.changes:
            ask = f"-n {state.runs()} --seed {state.seed()}"
            beside = "" if "/" not in edits.name else " (the file must lie beside the one it extends)"
            st.caption(f"`parley run {name} {ask}` gives the numbers of this page{beside}.")


def _take(changes: Changes) -> None:
    state.adopt("typed", lambda: changes)


# Results


def _results(base: Result, changed: Result) -> None:
    s = base.loaded.scenario
    st.markdown(f"**{sentence(base, changed)}**")
    both = {charts.BASE: base} | ({charts.CHANGED: changed} if changed is not base else {})
    found = contrasts(base, changed)
    left, right = st.columns(2)
    with left:
        st.subheader("How the talks ended")
        state.chart(charts.outcomes(both), "outcomes")
        st.subheader("Gap between positions")
        state.chart(charts.fan(both), "fan")
        st.caption("Median and middle half of the runs that held so many rounds.")
    with right:
        st.subheader("What stood in the way")
        state.chart(charts.blocking(both, {name: basket.title for name, basket in s.baskets.items()}), "blocking")
        st.subheader("Days until a first agreement")
        titles = {basket.title: name for name, basket in s.baskets.items()}
        basket = st.selectbox("On", list(titles), key="days_of")
        state.chart(charts.days(both, titles[basket]), "days")
    _table(found, changed is not base)


def _table(found: list[Contrast], paired: bool) -> None:
    st.subheader("In numbers")
    if paired:
        st.caption(
            "Differences are paired: run k has the same draws in both. Intervals are 95%, one at a time; "
            "of twenty measures that do not move, one is expected to seem to. Bold: the interval leaves 0 out. "
            "Medians are of the runs that agreed, which differ: they have no interval."
        )
    parts = [STYLE]
    for group, members in groupby(found, key=lambda contrast: contrast.group):
        rows = [(contrast, formatted(contrast)) for contrast in members]
        if paired:
            columns = (group, "As it is", "Changed", "Difference", "95% interval")
            strong = [k for k, (contrast, _) in enumerate(rows) if moved(contrast)]
            parts.append(table("", columns, [(c.name, *cells) for c, cells in rows], strong))
        else:
            parts.append(table("", (group, "As it is"), [(c.name, cells[0]) for c, cells in rows]))
    st.html("".join(parts))
