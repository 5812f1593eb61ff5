"""Side panel of the view `What if`: a scenario's controls, in words and in numbers."""

from __future__ import annotations

from itertools import groupby

import streamlit as st

from sim.app import state
from sim.app.controls import (
    MEDIATION,
    OTHER,
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
from sim.app.identity import hash_scenario
from sim.app.presets import WORDS, list_presets
from sim.scenario.load import Loaded

_ORDER = ("Venue", WORDS, MEDIATION, "Mediators", "Incidents", "Mandates", "Trust", "Patience", "Documents")


@st.cache_resource(max_entries=16, show_spinner=False)
def _list_all(name: str, _loaded: Loaded) -> tuple[list[Control], list[Slider]]:
    """List controls and sliders once for each scenario."""
    return [*list_presets(_loaded.scenario), *list_controls(_loaded)], list_sliders(_loaded)


def list_all() -> tuple[list[Control], list[Slider]]:
    """List the controls and the numbers of the open scenario."""
    return _list_all(_hash_base(), state.get_edits().base)


# Controls


def show_controls() -> None:
    """Show the controls in the side panel."""
    all_controls, sliders = list_all()
    with st.sidebar:
        st.header("Controls")
        st.caption("Two handles are the ends of the assumed range: uncertain. Put them together to fix the number.")
        ordered = sorted(all_controls, key=lambda control: _ORDER.index(control.group))
        open_groups = {WORDS, "Venue", "Patience"}
        if len(state.get_edits().base.scenario.mediators) == 1:
            open_groups.add(MEDIATION)
        for group, members in groupby(ordered, key=lambda control: control.group):
            # The controls of a closed group are not built: dozens of them would delay every answer.
            box = st.expander(group, expanded=group in open_groups, on_change="rerun")
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
    return hash_scenario(state.get_edits().base)


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
    changes = state.get_edits().changes
    if isinstance(control, Choice):
        options, now = control.list_shown(changes)
    else:
        options, now = list(control.levels), control.get_option(changes)
    st.session_state[f"c:{key}"] = now
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
