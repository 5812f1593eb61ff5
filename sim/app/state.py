"""What a browser tab holds: its edits. What all tabs share: finished ensembles, which nobody changes."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

import streamlit as st

from sim.app.controls import Changes
from sim.app.editing import Edits, explained
from sim.app.explore import Result, simulate
from sim.core.errors import ParleyError
from sim.scenario.load import Loaded, shipped

SCENARIO = "PARLEY_APP_SCENARIO"
"""The environment variable by which `parley app` names the scenario to open."""
RUNS = (500, 1000, 2000, 5000, 10_000, 20_000)


@st.cache_resource(max_entries=24, show_spinner=False)
def _ensemble(key: str, _loaded: Loaded, n: int, seed: int) -> Result:
    return simulate(_loaded, n, seed)


def ensemble(loaded: Loaded, n: int, seed: int) -> Result:
    """An ensemble, from memory where it was run before. Raises ParleyError."""
    from sim.scenario.dump import scenario_hash

    return _ensemble(scenario_hash(loaded), loaded, n, seed)


@st.cache_resource(show_spinner=False)
def _shipped() -> list[str]:
    return shipped()


def edits() -> Edits:
    """The edits of this tab."""
    found: Edits = st.session_state.edits
    return found


def runs() -> int:
    """How many runs this tab asks for."""
    return int(st.session_state.get("runs", 2000))


def seed() -> int:
    """The seed this tab asks for."""
    return int(st.session_state.get("seed_now", 0))


def start() -> None:
    """Prepare a new tab; the sidebar's choice of scenario, runs and seed. Never fails."""
    given = os.environ.get(SCENARIO)
    if "edits" not in st.session_state:
        st.session_state.problems = {}
        st.session_state.edits = Edits(shipped()[0])
        _open(given or "river-border")
    # Widgets that are not on show, on other pages or folded away, lose their values; these are kept by hand.
    for key in ("runs", "run", "words", "picked"):
        if key in st.session_state:
            st.session_state[key] = st.session_state[key]
    names = list(dict.fromkeys([*_shipped(), edits().name]))
    with st.sidebar:
        # What was opened by its path, or could not be opened, was not chosen here.
        if st.session_state.get("scenario") != edits().name:
            st.session_state.scenario = edits().name
        st.selectbox("Scenario", names, key="scenario", on_change=_chosen)
        complaint("scenario")
        with st.expander("A scenario file, runs, seed"):
            st.text_input("Path of a scenario file", key="file", on_change=_typed_file)
            complaint("file")
            st.session_state.setdefault("runs", 2000)
            st.select_slider("Runs", RUNS, key="runs")
            st.session_state.setdefault("seed_text", str(seed()))
            st.session_state.seed_text = st.session_state.seed_text
            st.text_input("Seed of all draws", key="seed_text", on_change=_typed_seed)
            complaint("seed")


def _open(name: str, where: str = "scenario") -> None:
    try:
        st.session_state.edits = Edits(name)
    except ParleyError as error:
        st.session_state.problems[where] = explained(error)
        return
    # A refused seed stays in its field whatever the scenario, and so does its complaint.
    st.session_state.problems = {key: said for key, said in st.session_state.problems.items() if key == "seed"}


def _chosen() -> None:
    st.session_state.file = ""  # its path names another scenario now, or none
    st.session_state.problems.pop("file", None)
    _open(st.session_state.scenario)


def _typed_file() -> None:
    st.session_state.problems.pop("file", None)
    if st.session_state.file.strip():
        _open(st.session_state.file.strip(), "file")


def whole(text: str, below: int) -> int | None:
    """A typed whole number from 0 on; None for all else. (A digit such as `²` is no decimal.)"""
    digits = text.strip()
    # Python reads no number of thousands of digits.
    return int(digits) if digits.isdecimal() and len(digits) < 100 and int(digits) < below else None


def _typed_seed() -> None:
    found = whole(st.session_state.seed_text, 2**63)
    if found is not None:
        st.session_state.problems.pop("seed", None)
        st.session_state.seed_now = found
        return
    text = st.session_state.seed_text.strip()
    st.session_state.problems["seed"] = f"`{text}` is no seed: give a whole number from 0 on; {seed()} is kept"


def adopt(where: str, make: Callable[[], Changes]) -> bool:
    """Take changes; where they are refused, keep what stands and remember why, to be shown at `where`."""
    try:
        edits().take(make())
    except ParleyError as error:
        st.session_state.problems[where] = explained(error)
        return False
    st.session_state.problems.pop(where, None)
    return True


def complaint(where: str) -> None:
    """Show, at the place of entry, why the last entry there was refused."""
    if where in st.session_state.problems:
        st.error(st.session_state.problems[where])


def title(text: str) -> None:
    """The title of a view, and at once under it how far its results carry: the foot of the page is far down."""
    st.title(text)
    st.html('<p class="caution">Conditional on the scenario\'s assumptions; no forecast.</p>')


def chart(spec: dict[str, Any], key: str) -> None:
    """Draw a specification as wide as there is room, under its description for screen readers."""
    st.vega_lite_chart(json.loads(json.dumps(spec)), width="stretch", key=key, theme=None)
